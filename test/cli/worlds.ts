/** The worlds in which the stories of a transcript play: `world: NAME` below the title of a story. */

import type { EmulatorOptions } from "../../provider/emulator/start.ts";
import type { JudgeOptions } from "../support/oracle.ts";

type TranscriptWorld = EmulatorOptions & { readonly judged?: Partial<JudgeOptions> };

export const worlds = {
  /** Five keys in one vault (`seed` of harness.ts). */
  standard: {},
  "tags dropped": { profile: "tags-dropped", judged: { ignoresTags: true } },
} as const satisfies Readonly<Record<string, TranscriptWorld>>;

export type WorldName = keyof typeof worlds;
