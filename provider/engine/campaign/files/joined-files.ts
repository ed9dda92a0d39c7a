/**
 * Reads the files from which a new manifest takes facts that the service does not have. `owners.csv` names the
 * owners, application and criticality of a key, and a reason for which recent use does not block it. Exported states of
 * Pulumi, OpenTofu or Terraform show which programs declare a key, and what protects the key there.
 */

import { readEntries, type StateEntry } from "../../commands/stored-state.ts";
import { plain } from "../../text/words.ts";
import { parseCsv } from "./csv.ts";
import { type CampaignFolder, mebibyte } from "./file-forms.ts";
import type { ManifestKey } from "./manifest.ts";

const ownersFileName = "owners.csv";

/** Owner, application, criticality and override by key or cloud ID. A key may have several owners. */
export interface Ownership {
  readonly owners: readonly string[];
  readonly application: string;
  readonly criticality: string;
  /** The reason for which recent use does not block the key; empty if it does. */
  readonly override: string;
}

export interface OwnerTable {
  /** Finds the ownership of a key by its UKO ID, `<vaultId>/<keyId>`, or an ID in a cloud. */
  find(ids: readonly string[]): Ownership;
  /** Entries whose key is not in the inventory. */
  unmatched(ids: ReadonlySet<string>): readonly string[];
}

/** Reads `owners.csv` from the folder. Without the file, no key has an owner. */
export async function ownersIn(folder: CampaignFolder): Promise<OwnerTable> {
  return readOwners((await folder.read(ownersFileName, 64 * mebibyte)) ?? "key,owner\n");
}

export function readOwners(text: string): OwnerTable {
  const rows = parseCsv(text, ownersFileName, {
    required: ["key", "owner"],
    optional: ["application", "criticality", "override"],
  });
  const byKey = Map.groupBy(rows, ({ key = "" }) => key.toLowerCase());
  return {
    find(ids) {
      const found = ids.map((id) => byKey.get(id.toLowerCase()) ?? []);
      const owners = found.flat().flatMap(({ owner = "" }) => (owner === "" ? [] : plain(owner, 200)));
      // The last row of the first ID that has a value.
      const lastOf = (column: string, maxCharacters: number): string => {
        const values = found.map((own) => own.findLast((row) => row[column] !== undefined && row[column] !== ""));
        return plain(values.find((row) => row !== undefined)?.[column] ?? "", maxCharacters);
      };
      return {
        owners: [...new Set(owners)].sort(),
        application: lastOf("application", 200),
        criticality: lastOf("criticality", 100),
        override: lastOf("override", 500),
      };
    },
    unmatched: (ids) => [...byKey.keys()].filter((key) => !ids.has(key)),
  };
}

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
