/**
 * Writes the page that the owner of keys reads before agreeing to their end, and names the files of this owner. A key
 * that another person labelled must not change what the page says, so each text is escaped: it can be no link, no
 * table cell and no markup.
 */

import type { KeyAmongMany } from "../../engine/key/exceptions.ts";
import { sayClasses } from "../../engine/key/sets/approval-messages.ts";
import { plain } from "../../engine/text/words.ts";
import type { KeyClass } from "../rules/campaign.ts";
import { keyOfLine, type LineOfKey, sayUse } from "./line-among-many.ts";

/** What the page needs of a wave of the manifest. */
interface PageWave {
  readonly wave: string;
  /** When it was planned. */
  readonly plannedAt: string;
  readonly settings: { readonly warningWords: readonly string[] };
}

/** What the page shows of a line of the manifest. */
interface PageKey extends LineOfKey {
  readonly vault: string;
  readonly vaultName: string;
  readonly state: string;
  readonly class: KeyClass;
  readonly wave: string;
  readonly reason: string;
  readonly ticket: string;
  readonly keystores: readonly { readonly type: string }[];
}

const maxNameLength = 150;

/** The name without its ending. It is the same for no two owners, and `_none` for keys without an owner. */
export function ownerFileName(owner: string, sha256: (text: string) => string): string {
  if (owner === "") return "_none";
  const name = encodeURIComponent(owner).replaceAll(/[!'()*]|^[._]/g, (letter) => encodedLetter(letter));
  return name.length <= maxNameLength ? name : `${name.slice(0, maxNameLength)}-${sha256(owner).slice(0, 8)}`;
}

function encodedLetter(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
}

/**
 * Counts first, then the keys to check, then each key. The keys that end come before those that stay.
 */
export function ownerPage(owner: string, keys: readonly PageKey[], waves: readonly PageWave[]): string {
  const ending = keys.filter((key) => key.class === "destroy");
  const staying = keys.filter((key) => key.class === "leave");
  return [
    `# ${owner === "" ? "Keys without an owner" : `Keys of ${escaped(owner)}`}`,
    "",
    `${ending.length} of these ${keys.length} keys are deactivated, then destroyed. The destruction cannot be undone.`,
    "If you merge this page, you agree. `uko campaign plan --write` writes it; do not edit it.",
    "",
    ...countsOf("Vaults", ending, (key) => [key.vaultName || key.vault || "KMS"]),
    ...countsOf("Keystores", ending, (key) => key.keystores.map(({ type }) => type)),
    ...countsOf("States", ending, (key) => [key.state]),
    ...countsOf("Waves", ending, (key) => [key.wave]),
    ...countsOf("In use", ending, (key) => key.usage.map(({ source }) => source)),
    ...checksOf(keysToCheck(ending, waves)),
    ...tableOf("Keys that end", ending),
    ...tableOf("Keys that stay", staying),
  ].join("\n");
}

function countsOf(what: string, keys: readonly PageKey[], valuesOf: (key: PageKey) => readonly string[]) {
  const groups = Map.groupBy(keys.flatMap(valuesOf), (value) => value);
  const counts = Array.from(groups, ([value, { length }]) => `${escaped(value)} ${length}`).sort();
  return counts.length === 0 ? [] : [`- ${what}: ${counts.join(", ")}`];
}

function keysToCheck(keys: readonly PageKey[], waves: readonly PageWave[]): readonly KeyAmongMany[] {
  const byName = new Map(waves.map((wave) => [wave.wave, wave]));
  return keys.map((key) => {
    const { plannedAt = "", settings } = byName.get(key.wave) ?? {};
    return keyOfLine(key, Date.parse(plannedAt), settings?.warningWords ?? []);
  });
}

/** Every unusual key by name, a line for each kind, the rarest first. */
function checksOf(keys: readonly KeyAmongMany[]): readonly string[] {
  const lines = sayClasses(keys, keys.length).map((line) => `- ${escaped(line, maxCheckLength)}`);
  return lines.length === 0 ? [] : ["", "## Check these keys before you agree", "", ...lines];
}

/** So many names of so long labels fit in the line of one class. */
const maxCheckLength = 1_000_000;

function tableOf(title: string, keys: readonly PageKey[]): readonly string[] {
  if (keys.length === 0) return [];
  const rows = keys.map((key) => [
    ...[key.label, key.vaultName, key.state, key.createdAt, key.keystores.map(({ type }) => type).join(" "), key.wave],
    key.usage.map(sayUse).join("; "),
    ...[key.template, key.description, key.tags.join(", "), `${key.updatedAt.slice(0, 10)} ${key.updatedBy}`.trim()],
    ...[key.reason, key.override, key.ticket, key.id],
  ]);
  const heads = [
    "label",
    "vault",
    "state",
    "created",
    "keystores",
    "wave",
    "used",
    "template",
    "description",
    "tags",
    "last written",
    "reason",
    "override",
    "ticket",
    "ID",
  ];
  return [
    "",
    `## ${title}`,
    "",
    `| ${heads.join(" | ")} |`,
    `| ${heads.map(() => "---").join(" | ")} |`,
    ...rows.map((cells) => `| ${cells.map((cell) => escaped(cell)).join(" | ")} |`),
    "",
  ];
}

function escaped(text: string, most = 500): string {
  // Git hosts also make a link of `www.`, and a formula of text between dollar signs.
  return plain(text, most).replaceAll(/[\\`*_{}[\]<>()#+!|~&:$]|(?<=www)\./gi, (letter) => `\\${letter}`);
}
