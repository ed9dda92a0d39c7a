/**
 * Lists the rights that each role gives in UKO (uko-v4.md 6) and in KMS (kms-v2-and-iam.md 7.7). The file also computes
 * the rights of an identity: those of its roles and its single grants, without its denials.
 */

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

const rights = (area: string, names: string): readonly string[] => names.split(" ").map((name) => `${area}.${name}`);
/** Returns rights with these names in each area of UKO. */
const inEachArea = (names: string) =>
  ["managed-keys", "target-keystores", "key-templates", "vaults"].flatMap((area) => rights(area, names));

const custodian = [
  ...inEachArea("read list"),
  ...rights("managed-keys", "write write-dates write-tags distribute preactivation-destroy"),
  ...rights("managed-keys", "active-install active-uninstall deactivated-install deactivated-uninstall"),
];
const kmsReader = rights(
  "kms",
  "list head readmetadata listkeyversions registrations.list key-rings.list wrap unwrap rewrap",
);
const kmsWriter = [
  ...kmsReader,
  ...rights("kms", "read create rotate sync key-rings.create aliases.create import-token.create import-token.read"),
  ...rights("kms", "setkeyfordeletion unsetkeyfordeletion"),
];

/** Manager and Writer cannot write in UKO; Reader can read but not list (uko-v4.md 6). */
const rightsByRole: Readonly<Record<RoleName, readonly string[]>> = {
  Reader: [...inEachArea("read"), ...kmsReader],
  ReaderPlus: [...inEachArea("read"), ...kmsReader, "kms.read"],
  Writer: [...inEachArea("read"), ...kmsWriter],
  Manager: [
    ...inEachArea("read list"),
    ...kmsWriter,
    ...rights("kms", "delete restore enable disable patch createwithoverrides key-rings.delete aliases.delete"),
    ...rights("kms", "policies.read policies.write instance-policies.read instance-policies.write"),
  ],
  VaultAdministrator: [
    ...inEachArea("read list"),
    ...rights("managed-keys", "deactivated-destroy destroyed-remove delete"),
    ...["target-keystores", "key-templates", "vaults"].flatMap((area) => rights(area, "write delete")),
    ...rights("uko", "initiate-paid-upgrade add-paid-keystore"),
  ],
  KeyCustodianCreator: [...custodian, "managed-keys.generate", "key-templates.write"],
  KeyCustodianDeployer: [
    ...custodian,
    ...rights("managed-keys", "preactivation-activate active-deactivate deactivated-reactivate"),
  ],
  KeyPurge: ["kms.purge"],
};

export function rightsOfIdentity(identity: {
  readonly roles: readonly RoleName[];
  readonly grants: readonly string[];
  readonly denials: readonly string[];
}): ReadonlySet<string> {
  const granted = new Set<string>([...identity.roles.flatMap((role) => rightsByRole[role]), ...identity.grants]);
  for (const denied of identity.denials) granted.delete(denied);
  return granted;
}
