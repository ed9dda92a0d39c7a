/** The worlds in which the stories of a transcript play: `world: NAME` below the title of a story. */

import type { EmulatorOptions } from "../../provider/emulator/start.ts";
import { keyProtectWorld } from "../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import type { JudgeOptions } from "../support/oracle.ts";
import { campaignSeed, waveSeed } from "./campaign-seed.ts";
import { seed } from "./harness.ts";

type TranscriptWorld = EmulatorOptions & { readonly judged?: Partial<JudgeOptions> };

/** Three keys in another vault. Their labels exist in both vaults, look like the start of an ID, and show nothing. */
const inArchive = ["payroll", "9b2d0000", " "].map((label, at) => ({
  ...{ label, id: `9b2d0000-0000-4000-8000-0000000000a${at + 1}`, vault: "archive", template: "archive" },
  ...{ createdAt: "2026-01-01T08:00:00Z", createdBy: "IBMid-550000CAROL" },
}));
const archive = { id: "5c1e0000-0000-4000-8000-000000000009", name: "archive" };
const twoVaults: Seed = {
  ...seed,
  vaults: [...(seed.vaults ?? []), archive],
  keystores: [
    ...(seed.keystores ?? []),
    {
      ...{ id: "ce110000-0000-4000-8000-000000000009", name: "archive-ring", vault: archive.name },
      ...{ type: "ibm_cloud_kms", variant: "internal" },
    },
  ],
  templates: [
    ...(seed.templates ?? []),
    { name: "archive", vault: "archive", keystoreType: "ibm_cloud_kms", group: "archive" },
  ],
  keys: [...(seed.keys ?? []), ...inArchive],
};

const kmsKeyId = (digit: number): string => `9b2d0000-0000-4000-8000-00000000001${digit}`;
const rootKey = { id: kmsKeyId(1), name: "backup", dualAuthDelete: true, createdAt: "2026-01-01T08:00:00Z" };

const keyProtect: TranscriptWorld = {
  profile: "key-protect",
  seed: {
    ...keyProtectWorld,
    keyRings: ["shop"],
    kmsKeys: [
      { ...rootKey, name: "orders", aliases: ["orders-alias"], ring: "shop" },
      { ...rootKey, id: kmsKeyId(2), name: "backup", dualAuthDelete: false },
      { ...rootKey, id: kmsKeyId(3), name: "orders-2019" },
      { ...rootKey, id: kmsKeyId(4), name: "orders-2019" },
      {
        ...{ ...rootKey, id: kmsKeyId(5), name: "invoices" },
        resources: [{ crn: "crn:v1:bluemix:public:cloud-object-storage:global:a/emulated-account:b:bucket:invoices" }],
      },
    ],
    clock: { start: "2026-11-24T14:22:00Z", frozen: true },
  },
};

export const worlds = {
  /** Five keys in one vault (`seed` of harness.ts). */
  standard: {},
  "two vaults": { seed: twoVaults },
  /** The standard world with a root key of KMS, under dual authorization. */
  "a KMS key": { seed: { ...seed, kmsKeys: [...(seed.kmsKeys ?? []), rootKey] } },
  "Key Protect": keyProtect,
  /** Two vaults, five kinds of keystore, and keys in different states (campaign-seed.ts). */
  campaign: { seed: campaignSeed },
  /** Four active keys, and one that was never active. */
  wave: { seed: waveSeed },
  /** A step with another tool has one person; the stories show how uko names it. */
  "another tool": { judged: { required: false } },
} as const satisfies Readonly<Record<string, TranscriptWorld>>;

export type WorldName = keyof typeof worlds;
