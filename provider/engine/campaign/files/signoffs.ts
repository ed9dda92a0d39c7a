/**
 * Reads, makes and checks the sign-offs of key owners. A sign-off is a file in which an owner names the keys that may
 * be destroyed. It has a digest of what the manifest says of each of them. The campaign takes no step toward the
 * destruction of a key that an owner has not signed, or that changed since. A sign-off grants no right: two people
 * still request and approve the destruction.
 */

import * as z from "zod";
import { UkoError } from "../../../errors.ts";
import { endingOf } from "../../../lifecycle/campaign/rules.ts";
import { parseJson } from "../../../text/json.ts";
import { explainIssues, isoDatetime, requireFormat, sha256Form } from "./file-forms.ts";
import { type ManifestKey, namedKey } from "./manifest.ts";

export const signoffFolder = "signoffs";
export const signoffFormat = "uko-signoff-1";

export const signoff = z.strictObject({
  format: z.literal(signoffFormat),
  campaign: z.string(),
  owner: z.string().min(1),
  signedBy: z.strictObject({ iamId: z.string(), name: z.string() }),
  signedAt: isoDatetime,
  digest: sha256Form.meta({ description: "Of all lines, in their order" }),
  keys: z
    .array(z.strictObject({ key: z.string(), label: z.string(), class: z.string(), line: sha256Form }))
    .max(100_000),
});
export type Signoff = z.output<typeof signoff>;

type Sha256 = (text: string) => string;

/** Whether the key is destroyed only after its owners have signed. */
export function needsSignoff(key: ManifestKey): boolean {
  return endingOf(key) === "destroy";
}

export function makeSignoff(
  { campaign, owner, signedBy, signedAt }: Pick<Signoff, "campaign" | "owner" | "signedBy" | "signedAt">,
  keys: readonly ManifestKey[],
  sha256: Sha256,
): Signoff {
  const lines = keys
    .filter((key) => needsSignoff(key) && key.owners.includes(owner))
    .map((key) => ({ key: namedKey(key), label: key.label, class: key.class, line: signedDigest(key, sha256) }));
  const digestOfAll = sha256(lines.map(({ line }) => line).join("\n"));
  return { format: signoffFormat, campaign, owner, signedBy, signedAt, digest: digestOfAll, keys: lines };
}

/** All signed lines, so that each owner signs each key once. */
export function signedLines(signoffs: readonly Signoff[]): ReadonlySet<string> {
  return new Set(signoffs.flatMap(({ owner, keys }) => keys.map(({ key, line }) => signedLine(owner, key, line))));
}

/** The owners of a key who have not signed it as it is now. */
export function unsignedOwners(key: ManifestKey, signed: ReadonlySet<string>, sha256: Sha256): readonly string[] {
  if (!needsSignoff(key)) return [];
  const line = signedDigest(key, sha256);
  const name = namedKey(key);
  return key.owners.filter((owner) => !signed.has(signedLine(owner, name, line)));
}

function signedLine(owner: string, key: string, line: string): string {
  return JSON.stringify([owner, key, line]);
}

/**
 * The digest of what an owner signs: the key, its facts, and what happens to it. The state is left out, because it
 * changes meanwhile.
 */
function signedDigest(key: ManifestKey, sha256: Sha256): string {
  const { label, class: keyClass, into = "", owners, reason, facts } = key;
  return sha256(JSON.stringify(["uko-signed-line-1", namedKey(key), label, keyClass, into, owners, reason, facts]));
}

/**
 * Names the file of an owner, such as `signoffs/team-cards-1a2b3c4d.json`. It is readable, and different for two names
 * that differ only in punctuation.
 */
export function signoffFileName(owner: string, sha256: Sha256): string {
  const slug = owner
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, "");
  return `${signoffFolder}/${slug}-${sha256(owner).slice(0, 8)}.json`;
}

/** The keys that an owner has to sign. Throws UKO_INPUT_INVALID if there are none. */
export function keysOfOwner(keys: readonly ManifestKey[], owner: string): readonly ManifestKey[] {
  const own = keys.filter((key) => key.owners.includes(owner) && needsSignoff(key));
  if (own.length > 0) return own;
  const owners = [...new Set(keys.filter(needsSignoff).flatMap((key) => key.owners))].sort();
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `No key that the manifest destroys has the owner "${owner}"`,
    detail: [
      owners.length === 0 ? "No key needs a sign-off." : `Owners with keys to sign: ${owners.slice(0, 50).join(", ")}.`,
      "Nothing was written. Next: name one of them with --owner",
    ].join("\n"),
  });
}

/** Throws UKO_INPUT_INVALID for another version, a wrong form, or a list that does not fit its digest. */
export function parseSignoff(text: string, file: string, sha256: Sha256): Signoff {
  const value = parseJson(text);
  if (value === undefined) throw invalid(file, ["it is not JSON"]);
  requireFormat(value, signoffFormat, file);
  const parsed = signoff.safeParse(value);
  if (!parsed.success) throw invalid(file, explainIssues(parsed.error.issues));
  if (sha256(parsed.data.keys.map(({ line }) => line).join("\n")) !== parsed.data.digest) {
    throw invalid(file, ["its keys do not fit its digest"]);
  }
  return parsed.data;
}

function invalid(file: string, faults: readonly string[]): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${file} is not a sign-off`,
    detail: [...faults, "Nothing was changed. Next: let the owner sign again"].join("\n"),
  });
}
