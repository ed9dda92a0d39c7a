/**
 * Defines the objects with which an emulator starts if no option names other objects. Alice and Bob have separate
 * roles; Carol, the pipeline and the profiles have the roles of both. Frank leads a campaign, and Grace owns keys.
 */

import type { RoleName } from "./roles.ts";
import type { Seed } from "./seed.ts";

export const demoInstanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";

const person = (name: string, ...roles: readonly RoleName[]) => ({
  iamId: `IBMid-550000${name.toUpperCase()}`,
  kind: "person" as const,
  name: `${name} Example`,
  givenName: name,
  familyName: "Example",
  email: `${name.toLowerCase()}@example.com`,
  apiKey: `${name.toLowerCase()}-demo-key`,
  roles: [...roles],
});

/** The custom role of the lead of a campaign. The role Reader can read, and cannot list. */
const rightsOfLead = ["vaults", "managed-keys", "target-keystores", "key-templates"].map(
  (area) => `hs-crypto.${area}.list`,
);
const rolesOfBoth: RoleName[] = ["VaultAdministrator", "KeyCustodianDeployer", "KeyCustodianCreator", "Manager"];
/** A program with the roles of Alice and of Bob together. */
const workload = <Kind extends string>(kind: Kind, iamId: string, name: string, apiKey: string) => ({
  kind,
  iamId: `iam-${iamId}`,
  name,
  apiKey: `${apiKey}-demo-key`,
  roles: rolesOfBoth,
});
const dave = { iamId: "IBMid-550000DAVE", name: "Dave Example", sub: "dave@example.com" };
const cluster = {
  iamId: "crn-crn:v1:bluemix:public:containers-kubernetes:eu-de:a/emulated-account:cluster-1::",
  name: "cluster-1",
};
const assumableBy = ["ALICE", "BOB", "CAROL"].map((name) => `IBMid-550000${name}`);
const vault = "payments";

/** The demo world without keys. Neither Alice nor Bob can destroy an active key alone. */
export const demoSeed = {
  instance: { id: demoInstanceId, accountId: "emulated-account", region: "eu-de" },
  identities: [
    person("Alice", "KeyCustodianDeployer", "Writer"),
    person("Bob", "VaultAdministrator", "KeyCustodianCreator", "Manager"),
    person("Carol", ...rolesOfBoth, "KeyPurge"),
    person("Erin", "Reader"),
    { ...person("Frank", "Reader"), grants: rightsOfLead },
    person("Grace"),
    workload("service", "ServiceId-11111111-aaaa-4bbb-8ccc-000000000001", "pipeline", "pipeline"),
    {
      ...workload("profile", "Profile-22222222-aaaa-4bbb-8ccc-000000000002", "key-custodians", "dave-in-profile"),
      login: dave,
      assumableBy,
    },
    {
      ...workload("profile", "Profile-33333333-aaaa-4bbb-8ccc-000000000003", "cluster-workload", "workload"),
      login: cluster,
    },
  ],
  vaults: [{ id: "5c1e0000-0000-4000-8000-000000000001", name: vault, description: "Keys of the payment systems" }],
  // biome-ignore format: one keystore a line
  keystores: [
    { id: "ce110000-0000-4000-8000-000000000001", name: "payroll-ring", vault, type: "ibm_cloud_kms", variant: "internal", groups: ["payroll"] },
    { id: "ce110000-0000-4000-8000-000000000002", name: "aws-frankfurt", vault, type: "aws_kms", groups: ["cards"], location: "eu_central_1", fields: { aws_region: "eu_central_1" } },
  ],
  // biome-ignore format: one template a line
  templates: [
    { id: "7e110000-0000-4000-8000-000000000001", name: "payroll", vault, keystoreType: "ibm_cloud_kms", group: "payroll" },
    { id: "7e110000-0000-4000-8000-000000000002", name: "payroll-draft", vault, keystoreType: "ibm_cloud_kms", group: "payroll", keyState: "pre_activation" },
    { id: "7e110000-0000-4000-8000-000000000003", name: "cards", vault, keystoreType: "aws_kms", group: "cards" },
    { id: "7e110000-0000-4000-8000-000000000004", name: "cards-draft", vault, keystoreType: "aws_kms", group: "cards", keyState: "pre_activation" },
  ],
} as const satisfies Seed;

/** The same people, with a root key of Key Protect that two of them have to delete. */
export const keyProtectWorld = {
  instance: demoSeed.instance,
  identities: demoSeed.identities,
  kmsKeys: [{ id: "9b2d0000-0000-4000-8000-000000000003", name: "orders", dualAuthDelete: true }],
} as const satisfies Seed;

/** The world without a seed file. Its key gives every command something to show at once. */
export const demoWorld = {
  ...demoSeed,
  keys: [
    {
      id: "9b2d0000-0000-4000-8000-000000000002",
      label: "orders",
      vault,
      template: "payroll",
      description: "Orders of the web shop",
      createdAt: "2025-01-15T09:00:00Z",
      createdBy: "IBMid-550000BOB",
    },
  ],
} as const satisfies Seed;
