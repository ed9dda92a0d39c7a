/** An instance with two vaults, five kinds of keystore and keys in different states, for the tests of campaigns. */

import { demoInstanceId, demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../provider/emulator/store/seed.ts";

export const vaultIds = {
  payments: "5c1e0000-0000-4000-8000-000000000001",
  archive: "5c1e0000-0000-4000-8000-000000000002",
} as const;

const aged = {
  createdAt: "2025-01-15T08:00:00Z",
  createdBy: "IBMid-550000CAROL",
  updatedAt: "2025-06-01T08:00:00Z",
  updatedBy: "IBMid-550000CAROL",
} as const;
const [payments, archive] = ["payments", "archive"] as const;
const idOf = (number: number): string => `9b2d0000-0000-4000-8000-0000000000${String(number).padStart(2, "0")}`;

// biome-ignore format: one object a line
export const campaignSeed = {
  instance: demoSeed.instance,
  clock: { start: "2026-11-26T09:00:00Z", frozen: true },
  // Erin can read the first vault only.
  identities: demoSeed.identities.map((each) =>
    each.name === "Erin Example" ? { ...each, roles: ["KeyCustodianCreator", "Reader"], vaults: [payments] } : each,
  ),
  vaults: [{ id: vaultIds.payments, name: payments }, { id: vaultIds.archive, name: archive }],
  keystores: [
    { id: "ce110000-0000-4000-8000-000000000001", name: "ring", vault: payments, type: "ibm_cloud_kms", variant: "internal" },
    { id: "ce110000-0000-4000-8000-000000000002", name: "aws", vault: payments, type: "aws_kms" },
    { id: "ce110000-0000-4000-8000-000000000003", name: "azure", vault: archive, type: "azure_key_vault" },
    { id: "ce110000-0000-4000-8000-000000000004", name: "google", vault: archive, type: "google_kms" },
    { id: "ce110000-0000-4000-8000-000000000005", name: "other", vault: archive, type: "ibm_cloud_kms", variant: "key_protect" },
  ],
  templates: [
    { name: "ring", vault: payments, keystoreType: "ibm_cloud_kms", group: "ring" },
    { name: "draft", vault: payments, keystoreType: "ibm_cloud_kms", group: "ring", keyState: "pre_activation" },
    { name: "aws", vault: payments, keystoreType: "aws_kms", group: "aws" },
    { name: "azure", vault: archive, keystoreType: "azure_key_vault", group: "azure" },
    { name: "google", vault: archive, keystoreType: "google_kms", group: "google" },
  ],
  keys: [
    { ...aged, id: idOf(1), label: "payroll", vault: payments, template: "ring", resources: [{ crn: "crn:v1:bucket-1" }] },
    { ...aged, id: idOf(2), label: "ledger", vault: payments, template: "ring", dualAuthDelete: true },
    { ...aged, id: idOf(3), label: "draft-1", vault: payments, template: "draft" },
    { ...aged, id: idOf(4), label: "cards-1", vault: payments, template: "aws" },
    { ...aged, id: idOf(5), label: "cards-2", vault: payments, template: "aws", createdAt: "2026-11-20T08:00:00Z" },
    { ...aged, id: idOf(6), label: "mail-1", vault: archive, template: "azure" },
    { ...aged, id: idOf(7), label: "mail-2", vault: archive, template: "azure", tags: [{ name: "hold", value: "litigation" }] },
    { ...aged, id: idOf(8), label: "backup", vault: archive, template: "google" },
  ],
  kmsKeys: [
    { id: idOf(21), name: "root-1", createdAt: aged.createdAt, dualAuthDelete: true },
    { id: idOf(22), name: "root-2", createdAt: aged.createdAt },
  ],
} as const satisfies Seed;

const created = { createdAt: "2025-01-15T08:00:00Z", createdBy: "IBMid-550000CAROL" } as const;
/** `mail-0`, `mail-1` and so on. */
export const keysOf = (name: string, count: number, place: { readonly vault: string; readonly template: string }) =>
  Array.from({ length: count }, (_, at) => ({ ...created, ...place, label: `${name}-${at}` }));

/** One wave of four active keys and one that was never active. */
export const waveSeed: Seed = {
  ...campaignSeed,
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  keys: [
    ...keysOf("mail", 4, { vault: archive, template: "azure" }),
    ...keysOf("draft", 1, { vault: payments, template: "draft" }),
  ],
  kmsKeys: [],
};

export const waveFile = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves:
  - {name: pilot, soak: 4h}
rules:
  - {match: {label: 'draft*'}, class: destroy, wave: pilot, owner: platform, reason: Never used}
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved to the new ledger}
blackouts:
  - {from: 2026-12-15, to: 2027-01-05, reason: Year end}
`;

/** A campaign in the demo world that ends one key. */
export const demoFile = (label: string, owner: string): string => `format: uko-campaign-1
name: eol
instance: ${demoInstanceId}
deadline: 2027-06-20
waves: [{name: pilot}]
rules:
  - {match: {label: ${label}}, class: destroy, wave: pilot, owner: ${owner}, reason: Moved}
`;

/** One active key, in a wave of its own. */
export const oneKeySeed: Seed = { ...waveSeed, keys: keysOf("mail", 1, { vault: archive, template: "azure" }) };

export const oneKeyFile = `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
waves: [{name: pilot}]
rules:
  - {match: {label: 'mail*'}, class: destroy, wave: pilot, owner: platform, reason: Moved}
`;
