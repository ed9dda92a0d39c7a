import { expect, test } from "vitest";
import { kmsKeyNamed, kmsProgramOf, kmsStepsSince, windowIn } from "./support/kms-keys.ts";
import { ended, firstLineOf, messageOf, nextCommands } from "./support/next-steps.ts";
import { profilesByTier } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";

test.each(profilesByTier())(
  "one person sets a KMS key for deletion, another destroys it by naming the window (%s)",
  (profile) =>
    withScenario({ profile, program: kmsProgramOf({ backup: {} }), people: ["bob", "carol"] }, async (scenario) => {
      const [bob, carol] = [await scenario.person("bob"), await scenario.person("carol")];
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const mark = await scenario.mark();
      const asked = ended(
        await carol.destroy(),
        1,
        'KMS key "backup" is set for deletion and is waiting for a person to destroy it',
      );
      const { id } = await kmsKeyNamed(scenario, "backup");
      expect(windowIn(asked.output)).toMatch(new RegExp(`^${id}@2026-12-01T14:23:0\\dZ$`));
      expect(messageOf(asked.output)).toContain("the deletion window ends on 1 Dec 2026 14:23 UTC");
      expect(await kmsStepsSince(scenario, mark)).toEqual(["M14 Carol Example"]);

      // Carol cannot be both of the two.
      await scenario.advance("1m");
      const own = ended(await carol.destroy(windowIn(asked.output)), 1);
      expect(firstLineOf(own.output)).toBe(
        'KMS requires another person to destroy KMS key "backup": according to KMS, you set it for deletion',
      );
      expect(nextCommands(own.output)).toContain(
        nextCommands(asked.output).find((command) => command.startsWith("UKO_CONSENT=")),
      );
      const done = ended(await bob.runNext(asked.output, /^UKO_CONSENT=.*(?:pulumi|tofu) destroy/), 0);
      expect(done.output).toMatch(
        /Until 24 Dec 2026 14:24 UTC, in 30 d, a changed restore_?[tT]rigger restores the key/,
      );
      expect(await kmsStepsSince(scenario, mark)).toEqual(["M14 Carol Example", "M8 Bob Example"]);
      expect(await bob.resources()).toEqual([]);

      // Within 30 days it comes back, if its program says so; the window by which it was destroyed is used up.
      await scenario.advance("20d");
      await bob.writeProgram(kmsProgramOf({ backup: { existingKeyId: id, restoreTrigger: "1" } }));
      ended(await bob.up(), 0);
      expect(await kmsKeyNamed(scenario, "backup")).toMatchObject({ state: 1 });
      const again = ended(await carol.destroy(windowIn(asked.output)), 1);
      expect(windowIn(again.output)).not.toBe(windowIn(asked.output));
    }),
);
