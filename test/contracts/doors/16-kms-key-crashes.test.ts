/** `kill -9` of the provider at each step of a KMS key's deletion. */

import { expect, test } from "vitest";
import { isWhole } from "../../support/tier.ts";
import { untilHeld } from "./support/emulator.ts";
import { kmsProgramOf, kmsStepsSince, windowIn } from "./support/kms-keys.ts";
import { ended, firstLineOf } from "./support/next-steps.ts";
import { withScenario } from "./support/scenario.ts";

const kills = (["set", "destroy"] as const).flatMap((step) =>
  (["before", "after"] as const).map((when) => ({ step, when })),
);

test.each(kills.filter(({ when }) => isWhole || when === "after"))(
  "the next run completes a deletion after the provider was killed $when its call to $step",
  ({ step, when }) =>
    withScenario({ profile: "documented", program: kmsProgramOf({ backup: {} }) }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const mark = await scenario.mark();
      const isSet = step === "set";
      const asked = isSet ? undefined : windowIn(ended(await alice.destroy(), 1).output);
      await scenario.control("faults", { operation: isSet ? "M14" : "M8", hold: when, times: 1 });
      const env = asked === undefined ? {} : { env: { UKO_CONSENT: asked } };
      const started = (isSet ? alice : bob).engine.start(["destroy", "--skip-preview", "--yes"], env);
      await untilHeld(scenario.uko);
      expect(await started.killProvider()).toBe(1);
      expect((await started.result).exitCode).not.toBe(0);
      await scenario.control("faults/release", {});

      if (isSet) {
        const again = ended(await alice.destroy(), 1);
        const waits = 'KMS key "backup" is set for deletion and is waiting for a person to destroy it';
        expect(firstLineOf(again.output)).toBe(waits);
        await scenario.advance("1m");
        ended(await bob.destroy(windowIn(again.output)), 0);
      } else ended(await bob.engine.destroy([], env), 0);
      expect(await kmsStepsSince(scenario, mark)).toEqual(["M14 Alice Example", "M8 Bob Example"]);
      expect(await bob.resources()).toEqual([]);
    }),
);
