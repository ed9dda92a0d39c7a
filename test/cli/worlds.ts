/** The worlds in which the stories of a transcript play: `world: NAME` below the title of a story. */

import type { EmulatorOptions } from "../../provider/emulator/start.ts";
import type { Seed } from "../../provider/emulator/store/seed.ts";
import type { JudgeOptions } from "../support/oracle.ts";
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

export const worlds = {
  /** Five keys in one vault (`seed` of harness.ts). */
  standard: {},
  "two vaults": { seed: twoVaults },
  /** A step with another tool has one person; the stories show how uko names it. */
  "another tool": { judged: { required: false } },
} as const satisfies Readonly<Record<string, TranscriptWorld>>;

export type WorldName = keyof typeof worlds;
