/** The rights of each role in UKO (uko-v4.md 6) and in KMS (kms-v2-and-iam.md 7.7). */

export const roleNames = [
  "Reader",
  "ReaderPlus",
  "Writer",
  "Manager",
  "VaultAdministrator",
  "KeyCustodianCreator",
  "KeyCustodianDeployer",
  "KeyPurge",
] as const;
export type RoleName = (typeof roleNames)[number];

const read = ["managed-keys.read", "target-keystores.read", "key-templates.read", "vaults.read"] as const;
const list = ["managed-keys.list", "target-keystores.list", "key-templates.list", "vaults.list"] as const;
const custodian = [
  ...read,
  ...list,
  "managed-keys.write",
  "managed-keys.write-dates",
  "managed-keys.write-tags",
  "managed-keys.distribute",
  "managed-keys.preactivation-destroy",
  "managed-keys.active-install",
  "managed-keys.active-uninstall",
  "managed-keys.deactivated-install",
  "managed-keys.deactivated-uninstall",
] as const;

const kmsReader = [
  "kms.list",
  "kms.head",
  "kms.readmetadata",
  "kms.listkeyversions",
  "kms.registrations.list",
  "kms.key-rings.list",
  "kms.wrap",
  "kms.unwrap",
  "kms.rewrap",
] as const;
const kmsWriter = [
  ...kmsReader,
  "kms.read",
  "kms.create",
  "kms.rotate",
  "kms.sync",
  "kms.key-rings.create",
  "kms.aliases.create",
  "kms.import-token.create",
  "kms.import-token.read",
  "kms.setkeyfordeletion",
  "kms.unsetkeyfordeletion",
] as const;

/** Manager and Writer cannot write in UKO; Reader can read but not list (uko-v4.md 6). */
const rightsByRole = {
  Reader: [...read, ...kmsReader],
  ReaderPlus: [...read, ...kmsReader, "kms.read"],
  Writer: [...read, ...kmsWriter],
  Manager: [
    ...read,
    ...list,
    ...kmsWriter,
    "kms.delete",
    "kms.restore",
    "kms.enable",
    "kms.disable",
    "kms.patch",
    "kms.createwithoverrides",
    "kms.key-rings.delete",
    "kms.aliases.delete",
    "kms.policies.read",
    "kms.policies.write",
    "kms.instance-policies.read",
    "kms.instance-policies.write",
  ],
  VaultAdministrator: [
    ...read,
    ...list,
    "managed-keys.deactivated-destroy",
    "managed-keys.destroyed-remove",
    "managed-keys.delete",
    "target-keystores.write",
    "target-keystores.delete",
    "key-templates.write",
    "key-templates.delete",
    "vaults.write",
    "vaults.delete",
    "uko.initiate-paid-upgrade",
    "uko.add-paid-keystore",
  ],
  KeyCustodianCreator: [...custodian, "managed-keys.generate", "key-templates.write"],
  KeyCustodianDeployer: [
    ...custodian,
    "managed-keys.preactivation-activate",
    "managed-keys.active-deactivate",
    "managed-keys.deactivated-reactivate",
  ],
  KeyPurge: ["kms.purge"],
} as const satisfies Record<RoleName, readonly string[]>;

/** The rights of an identity: those of its roles and its grants, without its denials. */
export function rightsOfIdentity(identity: {
  readonly roles: readonly RoleName[];
  readonly grants: readonly string[];
  readonly denials: readonly string[];
}): ReadonlySet<string> {
  const rights = new Set<string>([...identity.roles.flatMap((role) => [...rightsByRole[role]]), ...identity.grants]);
  for (const denied of identity.denials) rights.delete(denied);
  return rights;
}
