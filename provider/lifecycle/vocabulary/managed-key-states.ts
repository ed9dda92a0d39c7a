/**
 * Lists the states and actions of a managed key as one table, as the contract of the service states them. Previews and
 * updates read the table. The planner of a deletion takes only the rights and the cool-down from it, and has its own
 * rules for everything else.
 */

/** The service's words (uko-v4.md 4.1), with the meanings of NIST SP 800-57 part 1, section 7. */
export const keyStates = [
  "pre_activation",
  "active",
  "deactivated",
  "destroyed",
  "compromised",
  "destroyed_compromised",
] as const;
export type KeyState = (typeof keyStates)[number];

/** `unrecognized` is a word that the service added later. uko never acts on it. */
export type ObservedState = KeyState | "unrecognized";

/** The service's words for a key in one keystore (uko-v4.md 3.4). */
export const keystoreStatuses = [
  "active",
  "not_active",
  "not_present",
  "wrong_key",
  "pending_destruction",
  "unknown",
  "error",
] as const;
export const keystoreSyncFlags = ["ok", "out_of_sync", "error", "verifying_sync"] as const;

export const keyActions = ["update", "activate", "deactivate", "destroy", "sync", "remove"] as const;
export type KeyAction = (typeof keyActions)[number];

/** A fine-grained IAM action of the service, and the roles that include it (uko-v4.md 6). */
export interface Right {
  readonly action: string;
  readonly roles: readonly string[];
}

const deployer = "Key Custodian - Deployer";
const creator = "Key Custodian - Creator";
export const vaultAdministrator = "Vault Administrator";
/** Each of these roles may list keys, vaults, keystores and templates. */
export const custodians = [deployer, creator, vaultAdministrator] as const;

export const rights = {
  create: { action: "hs-crypto.managed-keys.generate", roles: [creator] },
  write: { action: "hs-crypto.managed-keys.write", roles: [deployer, creator] },
  writeTags: { action: "hs-crypto.managed-keys.write-tags", roles: [deployer, creator] },
  distribute: { action: "hs-crypto.managed-keys.distribute", roles: [deployer, creator] },
  activate: { action: "hs-crypto.managed-keys.preactivation-activate", roles: [deployer] },
  reactivate: { action: "hs-crypto.managed-keys.deactivated-reactivate", roles: [deployer] },
  deactivate: { action: "hs-crypto.managed-keys.active-deactivate", roles: [deployer] },
  destroyUnused: { action: "hs-crypto.managed-keys.preactivation-destroy", roles: [deployer, creator] },
  destroy: { action: "hs-crypto.managed-keys.deactivated-destroy", roles: [vaultAdministrator] },
  remove: { action: "hs-crypto.managed-keys.destroyed-remove", roles: [vaultAdministrator] },
  setForDeletion: { action: "hs-crypto.secrets.setkeyfordeletion", roles: ["KMS Writer", "KMS Manager"] },
} as const satisfies Record<string, Right>;

/** Rights on vaults, keystores and templates. */
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
    write: { action: "hs-crypto.key-templates.write", roles: [creator, vaultAdministrator] },
    delete: { action: "hs-crypto.key-templates.delete", roles: [vaultAdministrator] },
  },
} as const satisfies Record<string, Record<"write" | "delete", Right>>;

/** The resulting state, or a refusal. `source` names the contract's section. */
export type Cell<Next extends string> =
  | { readonly next: Next; readonly reversible: boolean; readonly right: Right; readonly source: string }
  | { readonly refused: true; readonly source: string };

export const refused = (source: string): Cell<never> => ({ refused: true, source });
export function leadsTo<Next extends string>(
  next: Next,
  reversible: boolean,
  right: Right,
  source: string,
): Cell<Next> {
  return { next, reversible, right, source };
}
const undocumented = refused("uko-v4.md 4.1: no operation in v4 is documented for compromised keys");
const compromised = {
  update: undocumented,
  activate: undocumented,
  deactivate: undocumented,
  destroy: undocumented,
  sync: undocumented,
  remove: undocumented,
};

export const managedKeyTable: Readonly<Record<KeyState, Readonly<Record<KeyAction, Cell<KeyState | "absent">>>>> = {
  pre_activation: {
    update: leadsTo("pre_activation", true, rights.write, "uko-v4.md 4.2 PATCH"),
    activate: leadsTo("active", true, rights.activate, "uko-v4.md 4.2 activate"),
    deactivate: refused("uko-v4.md 4.2 deactivate"),
    destroy: leadsTo("destroyed", false, rights.destroyUnused, "uko-v4.md 4.2 destroy, 6 preactivation-destroy"),
    sync: leadsTo("pre_activation", true, rights.distribute, "uko-v4.md 4.2 sync (inferred)"),
    remove: refused("uko-v4.md 5 key (DELETE): state must be destroyed"),
  },
  active: {
    update: leadsTo("active", true, rights.write, "uko-v4.md 4.2 PATCH"),
    activate: refused("uko-v4.md 9 U8: repeating an effective action"),
    deactivate: leadsTo("deactivated", true, rights.deactivate, "uko-v4.md 4.2 deactivate"),
    destroy: refused("uko-v4.md 4.2 destroy, 5 key (destroy)"),
    sync: leadsTo("active", true, rights.distribute, "uko-v4.md 4.2 sync"),
    remove: refused("uko-v4.md 5 key (DELETE): state must be destroyed"),
  },
  deactivated: {
    update: leadsTo("deactivated", true, rights.write, "uko-v4.md 4.2 PATCH (inferred)"),
    activate: leadsTo("active", true, rights.reactivate, "uko-v4.md 4.2 activate, 4.3 reactivate"),
    deactivate: refused("uko-v4.md 9 U8: repeating an effective action"),
    destroy: leadsTo("destroyed", false, rights.destroy, "uko-v4.md 4.2 destroy, 4.5 more than 4 hours"),
    sync: leadsTo("deactivated", true, rights.distribute, "uko-v4.md 4.2 sync"),
    remove: refused("uko-v4.md 5 key (DELETE): state must be destroyed"),
  },
  destroyed: {
    update: refused("uko-v4.md 4.2 PATCH: unstated, so never relied on"),
    activate: refused("uko-v4.md 4.2: destroy cannot be undone through UKO"),
    deactivate: refused("uko-v4.md 4.2 deactivate"),
    destroy: refused("uko-v4.md 4.2 destroy"),
    sync: leadsTo("destroyed", true, rights.distribute, "uko-v4.md 4.2 sync"),
    remove: leadsTo("absent", false, rights.remove, "uko-v4.md 4.2 DELETE, 4.4 pending destruction"),
  },
  compromised,
  destroyed_compromised: compromised,
};

/** How long the service refuses destroy; the wait must be *more than* this (uko-v4.md 4.5). */
export const coolDownMs = 4 * 60 * 60 * 1000;
