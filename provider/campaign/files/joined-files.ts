/**
 * Reads the exported states of Pulumi, OpenTofu or Terraform, from which a new manifest takes a fact that the service
 * does not have: which programs declare a key, and what protects the key there.
 */

import { readEntries, type StateEntry } from "../../engine/commands/stored-state.ts";
import { plain } from "../../engine/text/words.ts";
import type { ManifestKey } from "./manifest.ts";

/** A program that declares a key, of this project's resources or of IBM's own provider. */
type Declaration = ManifestKey["declaredBy"][number];

/** An exported state as the caller passed it. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The declarations of each key, by `<vaultId>/<keyId>` or `kms/<keyId>`. Throws UKO_INPUT_INVALID. */
export function declarationsIn(states: readonly NamedText[]): ReadonlyMap<string, readonly Declaration[]> {
  const found = new Map<string, Declaration[]>();
  for (const { text } of states) {
    for (const entry of readEntries(text)) {
      const key = keyDeclaredBy(entry);
      if (key === undefined) continue;
      const declaration = { engine: entry.form, address: plain(entry.address, 500), protection: protectionOf(entry) };
      found.set(key, [...(found.get(key) ?? []), declaration]);
    }
  }
  return found;
}

/**
 * The end of an ID that names a key: the path of a managed key, in the form of this project and of IBM's provider, and
 * the ID of a KMS key.
 */
const managedPath = /(?<vault>[0-9a-f-]{36})\/(?<key>[0-9a-f-]{36})$/;
const kmsId = /(?<key>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * The name of the key that a resource declares. The types are `uko_managed_key`, `uko:index:ManagedKey`,
 * `ibm_hpcs_managed_key` and `ibm:index/hpcsManagedKey:HpcsManagedKey`, and those of KMS keys.
 */
function keyDeclaredBy({ type, id, properties }: StateEntry): string | undefined {
  if (/managed_?key$/i.test(type)) {
    const { vault, key } = managedPath.exec(id)?.groups ?? {};
    return vault === undefined || key === undefined ? undefined : `${vault}/${key}`;
  }
  if (!/kms_?key$/i.test(type)) return undefined;
  const named = [id, properties.key_id, properties.keyId].filter((each) => typeof each === "string");
  const key = named.map((each) => kmsId.exec(each)?.groups?.key).find((each) => each !== undefined);
  return key === undefined ? undefined : `kms/${key}`;
}

/** What keeps the key in its program, and counts as a hold. */
function protectionOf({ isProtected, properties }: StateEntry): string[] {
  const isDeletionProtected = (properties.deletionProtection ?? properties.deletion_protection) === true;
  return [...(isProtected ? ["protect"] : []), ...(isDeletionProtected ? ["deletionProtection"] : [])];
}
