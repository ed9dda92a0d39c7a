/** The names of vaults, keystores and templates, and the roles for each action on them. */

import type { Right } from "../../lifecycle/managed-key-states.ts";
import type { ContainerKind, ContainerObservation } from "../../lifecycle/plan-container-deletion.ts";
import { plain } from "../text/words.ts";

export const vaultAdministrator = "Vault Administrator";

/** uko-v4.md 6. */
export const containerRights = {
  vault: {
    write: { action: "hs-crypto.vaults.write", roles: [vaultAdministrator] },
    delete: { action: "hs-crypto.vaults.delete", roles: [vaultAdministrator] },
  },
  keystore: {
    write: { action: "hs-crypto.target-keystores.write", roles: [vaultAdministrator] },
    delete: { action: "hs-crypto.target-keystores.delete", roles: [vaultAdministrator] },
  },
  template: {
    write: { action: "hs-crypto.key-templates.write", roles: ["Key Custodian - Creator", vaultAdministrator] },
    delete: { action: "hs-crypto.key-templates.delete", roles: [vaultAdministrator] },
  },
} as const satisfies Record<ContainerKind, Record<"write" | "delete", Right>>;

export function sayContainer({ kind, name, id }: Pick<ContainerObservation, "kind" | "name" | "id">): string {
  return name === "" ? `${kind} ${id}` : `${kind} "${plain(name, 100)}"`;
}
