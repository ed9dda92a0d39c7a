/**
 * Defines `manifest.jsonl`, which people sign and review. It has one line for each key, in a fixed order. For each wave
 * the file has its rules, and one digest (a hash) over these rules and the lines of its keys. If they do not match the
 * digest, a person edited them, and uko refuses the whole file. Otherwise an edit could move a key into a wave that
 * people had already approved without that key. A review names the digest of its wave, so a person who also changes the
 * digest makes the review void.
 */

import * as z from "zod";
import { UkoError } from "../../../errors.ts";
import { keyClasses } from "../../../lifecycle/campaign/campaign.ts";
import { digestOfLine } from "../../../lifecycle/campaign/membership.ts";
import { approvedSteps, type CampaignMark } from "../../../lifecycle/vocabulary/observation.ts";
import { explainIssues, jsonLinesIn, maxManifestBytes, requireFormat, sha256Form } from "./file-forms.ts";
import { waveSettings } from "./settings.ts";

export const manifestFileName = "manifest.jsonl";
export const manifestFormat = "uko-manifest-1";

const text = z.string();

/** The order of these properties is the order in the file. */
export const manifestKey = z.strictObject({
  kind: z.enum(["managed", "kms"]),
  vault: text.meta({ description: "ID of the vault; empty for a KMS key" }),
  vaultName: text,
  id: text,
  label: text,
  state: text,
  createdAt: text,
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
  into: z.enum(approvedSteps).optional(),
  wave: text,
  owners: z.array(text),
  application: text,
  criticality: text,
  reason: text,
  ticket: text,
  successor: text,
  attestedOn: text.optional(),
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
        readAt: text,
      }),
    )
    .meta({ description: "Evidence of use, and when uko first read it; it stays until its source is read again" }),
});
export type ManifestKey = z.output<typeof manifestKey>;

const header = z.strictObject({
  format: z.literal(manifestFormat),
  campaign: text,
  instance: text,
  unreadableVaults: z.array(text).meta({ description: "Vaults in scope that the baseline could not read" }),
  blindSpots: z.array(text).meta({ description: "What the evidence of use does not cover" }),
});
export const manifestWave = z.strictObject({
  wave: text,
  baselineAt: text,
  keys: z.number().int().min(0),
  settings: waveSettings.meta({ description: "The rules of the wave in campaign.yaml, apart from those about keys" }),
  digest: sha256Form.meta({ description: "Of the settings and all lines of the wave" }),
});
export type ManifestWave = z.output<typeof manifestWave>;
/** The fields of a wave that do not follow from the lines of its keys. */
export type WaveOfBaseline = Pick<ManifestWave, "wave" | "baselineAt" | "settings">;

export interface Manifest extends Omit<z.output<typeof header>, "format"> {
  /** The waves, in the order of their names. */
  readonly waves: readonly ManifestWave[];
  /** The keys, in the order of vault and ID. */
  readonly keys: readonly ManifestKey[];
}

/** All lines of the file, for the published JSON Schema. */
export const manifestLine = z.union([header, manifestWave, manifestKey]);

export function encodeManifest(
  { keys, waves, ...rest }: Omit<Manifest, "waves"> & { readonly waves: readonly WaveOfBaseline[] },
  sha256: (text: string) => string,
): string {
  const sorted = keys.toSorted(byVaultThenId);
  const lines = [
    JSON.stringify(header.parse({ format: manifestFormat, ...rest })),
    ...waves
      .toSorted((a, b) => compare(a.wave, b.wave))
      .map((each) => JSON.stringify(manifestWave.parse({ ...each, ...digestOfWave(sorted, each, sha256) }))),
    ...sorted.map(encodeKey),
  ];
  return `${lines.join("\n")}\n`;
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

/** Throws UKO_INPUT_INVALID for another version, a wrong form, or a line that was edited. */
export function parseManifest(content: string, sha256: (text: string) => string): Manifest {
  if (content.length > maxManifestBytes) throw invalid("is larger than 256 MiB", []);
  const others = jsonLinesIn(content, manifestFileName);
  const first = others.next().value;
  if (first === undefined) throw invalid("is empty", []);
  requireFormat(first.value, manifestFormat, manifestFileName);
  const { format: _, ...head } = parseLine(header, first);
  const waves: ManifestWave[] = [];
  const keys: ManifestKey[] = [];
  for (const each of others) {
    const isWave = typeof each.value === "object" && each.value !== null && "digest" in each.value;
    if (isWave) waves.push(parseLine(manifestWave, each));
    else keys.push(parseLine(manifestKey, each));
  }
  requireDigests(keys, waves, sha256);
  return { ...head, waves, keys };
}

function requireDigests(
  keys: readonly ManifestKey[],
  waves: readonly ManifestWave[],
  sha256: (text: string) => string,
): void {
  const known = new Set(waves.map(({ wave }) => wave));
  const stray = keys.find(({ wave }) => !known.has(wave));
  if (stray !== undefined) throw invalid(`has a key of wave "${stray.wave}", which has no digest`, []);
  const ids = new Set(keys.map(({ vault, id }) => `${vault}/${id}`));
  if (ids.size < keys.length) throw invalid("names a key twice", []);
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
): z.output<Form> {
  const parsed = form.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid("is not valid", explainIssues(parsed.error.issues, `line ${at}: `));
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
    summary: `${manifestFileName} ${what}`,
    detail: [
      ...faults,
      "Only uko writes this file. Nothing was changed. Next: restore it with git checkout, or remove the file and write a new manifest",
    ].join("\n"),
  });
}
