/** The verdict of the model on a core, shallow families first: most broken cores fail within one move. */

import type { Core } from "./core.ts";
import { exploreEvidence } from "./evidence.ts";
import { exploreFalseDates } from "./false-dates.ts";
import { emptyTally, type Tally } from "./judge.ts";
import { exploreLiveness, livenessConfig } from "./liveness.ts";
import { explorePlanted, withoutTags } from "./planted.ts";
import { exploreSafety, safetyConfig } from "./safety.ts";
import { exploreSameSecond } from "./same-second.ts";
import { Violation } from "./violation.ts";

const plantedConfigs = [
  safetyConfig("both hold everything", "both", "none"),
  safetyConfig("both hold everything", "single", "none"),
  safetyConfig("both hold everything", "both", "none", { backingKeySees: "service", keepsTags: false }),
  safetyConfig(withoutTags, "both", "none"),
  ...(["both", "single"] as const).map(
    (gate) => ({ ...safetyConfig("both hold everything", gate, "none"), isSigned: true }) as const,
  ),
];

const pair = safetyConfig("both hold everything", "both", "none");

function explorePlantedRecords(core: Core, depth: number, tally: Tally): void {
  for (const planted of plantedConfigs) explorePlanted(core, planted, "coarse", depth, tally);
}

function exploreSteps(core: Core, depth: number, tally: Tally): void {
  for (const [cast, gate, backingKey, grain] of [
    ["both hold everything", "both", "none", "coarse"],
    ["both hold everything", "both", "dual", "coarse"],
    ["both hold everything", "destroy", "none", "coarse"],
    ["both hold everything", "both", "none", "fine"],
  ] as const) {
    exploreSafety(core, safetyConfig(cast, gate, backingKey), grain, depth, tally);
  }
  exploreFalseDates(core, pair, depth, tally);
  exploreSameSecond(core, pair, 3 * depth, tally);
}

/** The first rule that the core breaks, or undefined. */
export function verdictOn(core: Core): string | undefined {
  const tally = emptyTally();
  try {
    const { refusedInVain } = exploreEvidence(core, safetyConfig("both hold everything", "both", "dual"), 1, tally);
    if (refusedInVain > 0) return `evidence: ${refusedInVain} keys that are gone are not removed`;
    // Most mutants fail within one move, so every family is explored that far before any goes deeper; the dearest is last.
    explorePlantedRecords(core, 1, tally);
    exploreSteps(core, 1, tally);
    const switches = { backingKeySees: "caller", keepsTags: true } as const;
    for (const marker of ["single", "none", "both"] as const) {
      const config = safetyConfig("both hold everything", "single", "none", switches, marker);
      exploreSafety(core, config, "coarse", 2, tally);
    }
    exploreSteps(core, 2, tally);
    for (const [cast, backingKey] of [
      [["deployer", "administrator and creator"], "dual"],
      [["administrator", "creator", "deployer"], "none"],
    ] as const) {
      const live = exploreLiveness(core, livenessConfig(cast, "both", backingKey), tally);
      if (live.stuck > 0) return `liveness: removed is out of reach from ${live.stuck} worlds`;
    }
    explorePlantedRecords(core, 2, tally);
  } catch (error) {
    if (error instanceof Violation) return error.rule;
    throw error;
  }
  return undefined;
}
