/** `owners.csv`: owner, application and criticality by key or cloud ID. A key may have several owners. */

import { plain } from "../text/words.ts";
import { parseCsv } from "./csv.ts";

export const ownersFileName = "owners.csv";

export interface Ownership {
  readonly owners: readonly string[];
  readonly application: string;
  readonly criticality: string;
}

export interface OwnerTable {
  /** By UKO ID, `<vaultId>/<keyId>`, or an ID in a cloud. */
  find(ids: readonly string[]): Ownership;
  /** Entries that name no key of the inventory. */
  unmatched(ids: ReadonlySet<string>): readonly string[];
}

export function readOwners(text: string): OwnerTable {
  const rows = parseCsv(text, ownersFileName, {
    required: ["key", "owner"],
    optional: ["application", "criticality"],
  });
  const byKey = new Map<string, { owners: string[]; application: string; criticality: string }>();
  for (const { key = "", owner = "", application = "", criticality = "" } of rows) {
    const entry = byKey.get(key.toLowerCase()) ?? { owners: [], application: "", criticality: "" };
    if (owner !== "" && !entry.owners.includes(owner)) entry.owners.push(plain(owner, 200));
    if (application !== "") entry.application = plain(application, 200);
    if (criticality !== "") entry.criticality = plain(criticality, 100);
    byKey.set(key.toLowerCase(), entry);
  }
  return {
    find(ids) {
      const found = ids.flatMap((id) => byKey.get(id.toLowerCase()) ?? []);
      return {
        owners: [...new Set(found.flatMap(({ owners }) => owners))].sort(),
        application: found.find(({ application }) => application !== "")?.application ?? "",
        criticality: found.find(({ criticality }) => criticality !== "")?.criticality ?? "",
      };
    },
    unmatched: (ids) => [...byKey.keys()].filter((key) => !ids.has(key)),
  };
}
