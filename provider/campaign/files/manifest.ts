/**
 * Defines the manifest, which people review: one line for each key, in one file for each owner, so that git asks each
 * owner about the keys of this owner alone. Next to each file is a page that people read (owner-page.ts). A file of its
 * own has the rules of each wave, and one digest (a hash) over these rules and the lines of its keys. If they do not
 * match the digest, a person edited them, and uko refuses the whole manifest. Otherwise an edit could move a key into a
 * wave that people had already approved without that key. For the same reason uko refuses a key in the file of another
 * owner, and a page that does not say what its file says.
 */

import * as z from "zod";
import { plain } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import type { CampaignMark } from "../../lifecycle/vocabulary/observation.ts";
import { keyClasses } from "../rules/campaign.ts";
import { digestOfLine } from "../rules/line.ts";
import { slug } from "./campaign-file.ts";
import {
  type CampaignFolder,
  explainIssues,
  jsonLinesIn,
  maxManifestBytes,
  requireFormat,
  sha256Form,
  uuid,
} from "./file-forms.ts";
import { ownerFileName, ownerPage } from "./owner-page.ts";
import { waveSettings } from "./settings.ts";

export const manifestFolder = "manifest";
/** No owner has this file: the name of an owner's file never begins with an underscore, except `_none`. */
export const headFileName = "_campaign.jsonl";
export const manifestFormat = "uko-manifest-1";

const text = z.string();

/** The order of these properties is the order in the file. */
export const manifestKey = z.strictObject({
  kind: z.enum(["managed", "kms"]),
  vault: text.meta({ description: "ID of the vault; empty for a KMS key" }),
  vaultName: text,
  id: text,
  label: text,
  description: text,
  tags: z.array(text).meta({ description: "Such as `team=payments`, without holds" }),
  template: text,
  state: text,
  createdAt: text,
  updatedAt: text.meta({ description: "The last write before the plan that first saw the key as it is" }),
  updatedBy: text,
  changes: text.meta({ description: "What the last manifest that changed the key changed, such as its label" }),
  version: z.number().int(),
  cloudIds: z
    .array(z.strictObject({ keystore: text, id: text }))
    .meta({ description: "The key's ID in each keystore" }),
  keystores: z.array(
    z.strictObject({
      id: text,
      name: text,
      type: text,
      isInternal: z.boolean().meta({ description: "Whether it is a key ring of this same instance" }),
      pendingDays: z.number().int().min(0).max(365),
    }),
  ),
  kmsDualAuthorization: z.boolean().meta({ description: "Whether KMS requires two people for the key" }),
  class: z.enum(keyClasses),
  wave: text,
  owner: text.meta({ description: "Empty for a key without an owner" }),
  reason: text,
  ticket: text,
  override: text,
  verificationPattern: text,
  declaredBy: z
    .array(z.strictObject({ engine: z.enum(["pulumi", "terraform"]), address: text, protection: z.array(text) }))
    .meta({ description: "Programs that declare the key, and what protects it there" }),
  facts: text.meta({ description: "Digest of the key's facts, without holds" }),
  usage: z
    .array(
      z.strictObject({
        source: text,
        digest: sha256Form,
        lastUsed: text,
        count: z.number().int().min(0),
        names: z.array(text).meta({ description: "The first resources; empty for a file" }),
        readAt: text,
      }),
    )
    .meta({ description: "Evidence of use, and when uko first read it; it stays until its source is read again" }),
});
export type ManifestKey = z.output<typeof manifestKey>;

const header = z.strictObject({
  format: z.literal(manifestFormat),
  campaign: slug,
  instance: uuid,
  unreadableVaults: z
    .array(text)
    .meta({ description: "Vaults in scope that uko could not read when it wrote the manifest" }),
  blindSpots: z.array(text).meta({ description: "What the evidence of use does not cover" }),
});
export const manifestWave = z.strictObject({
  wave: slug,
  plannedAt: text,
  keys: z.number().int().min(0),
  settings: waveSettings.meta({ description: "The rules of the wave in campaign.yaml, apart from those about keys" }),
  digest: sha256Form.meta({ description: "Of the settings and all lines of the wave" }),
});
export type ManifestWave = z.output<typeof manifestWave>;
/** The fields of a wave that do not follow from the lines of its keys. */
export type PlannedWave = Pick<ManifestWave, "wave" | "plannedAt" | "settings">;

export interface Manifest extends Omit<z.output<typeof header>, "format"> {
  /** The waves, in the order of their names. */
  readonly waves: readonly ManifestWave[];
  /** The keys, in the order of vault and ID. */
  readonly keys: readonly ManifestKey[];
}

/** All lines of the file, for the published JSON Schema. */
export const manifestLine = z.union([header, manifestWave, manifestKey]);

/** The files of the manifest by their names in its folder. */
export function encodeManifest(
  { keys, waves, ...rest }: Omit<Manifest, "waves"> & { readonly waves: readonly PlannedWave[] },
  sha256: (text: string) => string,
): ReadonlyMap<string, string> {
  const sorted = keys.toSorted(byVaultThenId);
  const head = [
    JSON.stringify(header.parse({ format: manifestFormat, ...rest })),
    ...waves
      .toSorted((a, b) => compare(a.wave, b.wave))
      .map((each) => JSON.stringify(manifestWave.parse({ ...each, ...digestOfWave(sorted, each, sha256) }))),
  ];
  const byOwner = [...Map.groupBy(sorted, ({ owner }) => owner)].toSorted(([a], [b]) => compare(a, b));
  const files = byOwner.flatMap(([owner, lines]): [string, string][] => {
    const name = ownerFileName(owner, sha256);
    return [
      [`${name}.jsonl`, `${lines.map(encodeKey).join("\n")}\n`],
      [`${name}.md`, ownerPage(owner, lines, waves)],
    ];
  });
  // A file system that ignores case would keep only one of two such files.
  const names = new Set(files.map(([name]) => name.toLowerCase()));
  if (names.size < files.length) throw invalid("would have two owners whose names differ only in case", []);
  return new Map([...files, [headFileName, `${head.join("\n")}\n`]]);
}

/** The count of a wave's lines, and the SHA-256 of its settings and lines. */
export function digestOfWave(
  keys: readonly ManifestKey[],
  { wave, settings }: Pick<ManifestWave, "wave" | "settings">,
  sha256: (text: string) => string,
): { readonly keys: number; readonly digest: string } {
  const lines = keys
    .filter((key) => key.wave === wave)
    .toSorted(byVaultThenId)
    .map(encodeKey);
  const head = JSON.stringify(waveSettings.parse(settings));
  return { keys: lines.length, digest: sha256([head, ...lines].join("\n")) };
}

function encodeKey(key: ManifestKey): string {
  return JSON.stringify(manifestKey.parse(key));
}

/** Replaces the manifest in the folder. A file of an owner who has no key anymore goes. The digests come last. */
export async function writeManifest(folder: CampaignFolder, files: ReadonlyMap<string, string>): Promise<void> {
  for (const name of await folder.list(manifestFolder)) {
    if (/\.(?:jsonl|md)$/.test(name) && !files.has(name)) await folder.remove(`${manifestFolder}/${name}`);
  }
  for (const [name, text] of files) await folder.write(`${manifestFolder}/${name}`, text);
}

/** Undefined if the folder has no manifest yet. Throws UKO_INPUT_INVALID for one that was edited. */
export async function readManifest(
  folder: CampaignFolder,
  sha256: (text: string) => string,
): Promise<Manifest | undefined> {
  const names = (await folder.list(manifestFolder)).filter((name) => /\.(?:jsonl|md)$/.test(name));
  const files = new Map<string, string>();
  for (const name of names) {
    const text = await folder.read(`${manifestFolder}/${name}`, maxManifestBytes);
    if (text !== undefined) files.set(name, text);
  }
  return files.size === 0 ? undefined : parseManifest(files, sha256);
}

/** Throws UKO_INPUT_INVALID for another version, a wrong form, or a line or page that was edited. */
export function parseManifest(files: ReadonlyMap<string, string>, sha256: (text: string) => string): Manifest {
  const [first, ...others] = jsonLinesIn(files.get(headFileName) ?? "", headFileName);
  if (first === undefined) throw invalid(`has no ${headFileName}`, []);
  requireFormat(first.value, manifestFormat, `${manifestFolder}/${headFileName}`);
  const { format: _, ...head } = parseLine(header, first, headFileName);
  const waves = others.map((each) => parseLine(manifestWave, each, headFileName));
  const keys: ManifestKey[] = [];
  for (const [file, text] of files) {
    if (file === headFileName || !file.endsWith(".jsonl")) continue;
    const own = [...jsonLinesIn(text, file)].map((each) => parseLine(manifestKey, each, file));
    requireOwner(own, file, { page: files.get(file.replace(/jsonl$/, "md")), waves, sha256 });
    keys.push(...own);
  }
  requireDigests(keys, waves, sha256);
  return { ...head, waves, keys: keys.sort(byVaultThenId) };
}

/** An owner reads the page of this owner alone, so it has to list each key that git asks this owner about. */
function requireOwner(
  keys: readonly ManifestKey[],
  file: string,
  {
    page,
    waves,
    sha256,
  }: {
    readonly page: string | undefined;
    readonly waves: readonly PlannedWave[];
    readonly sha256: (text: string) => string;
  },
): void {
  const [{ owner } = { owner: "" }] = keys;
  const stray = keys.find((key) => `${ownerFileName(key.owner, sha256)}.jsonl` !== file || key.owner !== owner);
  if (stray !== undefined) throw invalid(`was edited: ${file} has key "${stray.label}" of another owner`, []);
  if (page !== ownerPage(owner, keys, waves))
    throw invalid(`was edited: the page of ${file} does not say what the file says`, []);
}

function requireDigests(
  keys: readonly ManifestKey[],
  waves: readonly ManifestWave[],
  sha256: (text: string) => string,
): void {
  const known = new Set(waves.map(({ wave }) => wave));
  const stray = keys.find(({ wave }) => !known.has(wave));
  if (stray !== undefined) throw invalid(`has a key of wave "${stray.wave}", which has no digest`, []);
  const names = new Set(keys.map(namedKey));
  if (names.size < keys.length) throw invalid("names a key twice", []);
  const edited = waves.filter((each) => {
    const found = digestOfWave(keys, each, sha256);
    return found.digest !== each.digest || found.keys !== each.keys;
  });
  if (edited.length === 0) return;
  throw invalid(
    `was edited: the lines of ${edited.map(({ wave }) => `"${wave}"`).join(", ")} do not match their digest`,
    [],
  );
}

function parseLine<Form extends z.ZodType>(
  form: Form,
  { at, value }: { readonly at: number; readonly value: unknown },
  file: string,
): z.output<Form> {
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid("is not valid", explainIssues(parsed.error.issues, `${file}, line ${at}: `));
}

/** `<vaultId>/<keyId>`, or `kms/<keyId>`, as commands take it. */
export function namedKey({ kind, vault, id }: Pick<ManifestKey, "kind" | "vault" | "id">): string {
  return kind === "kms" ? `kms/${id}` : `${vault}/${id}`;
}

/** The mark of a request that is made for this line. */
export function markOfLine(campaign: string, line: ManifestKey, sha256: (text: string) => string): CampaignMark {
  return { name: campaign, wave: line.wave, line: digestOfLine(line, sha256) };
}

export function byVaultThenId(a: Pick<ManifestKey, "vault" | "id">, b: Pick<ManifestKey, "vault" | "id">): number {
  return compare(a.vault, b.vault) || compare(a.id, b.id);
}

/** Compares by code units, so that every machine and locale sorts in the same order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function invalid(what: string, faults: readonly string[]): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: plain(`The manifest ${what}`, 400),
    detail: [
      ...faults,
      `Only uko writes the folder ${manifestFolder}. Nothing was changed. Next: restore it with git checkout, or remove the folder and write a new manifest`,
    ].join("\n"),
  });
}
