/** The people, vaults and keys of a simulation. Each key is of another kind; the engine's program makes two more. */

import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import type { RoleName } from "../../provider/emulator/store/roles.ts";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import { vaultId } from "../emulator/harness.ts";
import type { Who } from "./story.ts";

export { vaultId };

const everyRole: RoleName[] = ["VaultAdministrator", "KeyCustodianDeployer", "KeyCustodianCreator", "Manager"];
const personOf = (name: string, roles: readonly RoleName[]) => ({
  iamId: `IBMid-550000${name.toUpperCase()}`,
  kind: "person" as const,
  name: `${name} Example`,
  apiKey: `${name.toLowerCase()}-demo-key`,
  roles: [...roles],
});

/** Keys of the seed by the names that stories use, which are their first labels. */
export const seededKeys = {
  payroll: "9b2d0000-0000-4000-8000-000000000001",
  ledger: "9b2d0000-0000-4000-8000-000000000002",
  draft: "9b2d0000-0000-4000-8000-000000000003",
  cards: "9b2d0000-0000-4000-8000-000000000004",
  vouchers: "9b2d0000-0000-4000-8000-000000000005",
} as const;
/** A key of KMS itself, which stories call `@backup`. */
export const kmsKeyId = "9b2d0000-0000-4000-8000-00000000000a";
/** Keys that the program of the engine declares. */
export const programKeys = ["orders", "invoices"] as const;
export const keyNames = [...Object.keys(seededKeys), ...programKeys];

const carol = "IBMid-550000CAROL";
const old = {
  ...{ createdAt: "2026-01-01T08:00:00Z", createdBy: carol },
  ...{ updatedAt: "2026-10-01T08:00:00Z", updatedBy: carol },
};
const vault = "payments";

/** Erin may end an outage, and write no tags. */
const rightsOfErin = ["managed-keys.list", "managed-keys.deactivated-reactivate"];

export const simulatedSeed: Seed = {
  ...demoSeed,
  clock: { start: "2026-11-24T14:22:00Z", frozen: true },
  identities: [
    ...demoSeed.identities.map((each) => (each.name === "Erin Example" ? { ...each, grants: rightsOfErin } : each)),
    personOf("Olga", ["KeyCustodianCreator"]),
    personOf("Mallory", [...everyRole, "KeyPurge"]),
  ],
  kmsKeys: [{ id: kmsKeyId, name: "backup", dualAuthDelete: true }],
  keys: [
    {
      ...{ ...old, id: seededKeys.payroll, label: "payroll", vault, template: "payroll" },
      resources: [{ crn: "crn:v1:bucket-1" }, { crn: "crn:v1:bucket-2" }],
    },
    { ...old, id: seededKeys.ledger, label: "ledger", vault, template: "payroll", dualAuthDelete: true },
    { ...old, id: seededKeys.draft, label: "draft", vault, template: "payroll-draft" },
    { ...old, id: seededKeys.cards, label: "cards", vault, template: "cards" },
    { ...old, id: seededKeys.vouchers, label: "vouchers", vault, template: "payroll" },
  ],
};

/** Only people and profiles that people use: what a judge of two people asks. */
export const iamIdOf = (who: Who): string =>
  ({
    dave: "IBMid-550000DAVE",
    pipeline: "iam-ServiceId-11111111-aaaa-4bbb-8ccc-000000000001",
    workload: "crn-crn:v1:bluemix:public:containers-kubernetes:eu-de:a/emulated-account:cluster-1::",
  })[who as string] ?? `IBMid-550000${who.toUpperCase()}`;

export const apiKeyOf = (who: Who): string => `${who === "dave" ? "dave-in-profile" : who}-demo-key`;
