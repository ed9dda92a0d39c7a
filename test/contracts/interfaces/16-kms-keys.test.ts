import { expect, test } from "vitest";
import { kmsKeyNamed, kmsPathOf, kmsProgramOf, kmsStepsSince } from "./support/kms-keys.ts";
import { ended, firstLineOf, messageOf, nextCommands } from "./support/next-steps.ts";
import { profilesByTier } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";

test.each([...profilesByTier(), "key-protect" as const])(
  "one person sets a KMS key for deletion by hand, another destroys it by hand, and the engine lets go (%s)",
  (profile) =>
    withScenario({ profile, program: kmsProgramOf({ backup: {} }), people: ["bob", "carol"] }, async (scenario) => {
      const [bob, carol] = [await scenario.person("bob"), await scenario.person("carol")];
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const mark = await scenario.mark();

      // An engine opens no window.
      const waiting = ended(
        await carol.destroy(),
        1,
        'KMS key "backup" is waiting for a person to set it for deletion',
      );
      expect(messageOf(waiting.output)).toContain("[UKO_REQUEST_PENDING]");
      expect(await kmsStepsSince(scenario, mark)).toEqual([]);
      const asked = ended(await carol.runNext(waiting.output, /^uko request kms\//), 0);
      expect(asked.output).toContain("the deletion window ends on 1 Dec 2026 14:23 UTC");
      expect(await kmsStepsSince(scenario, mark)).toEqual(["setKeyForDeletion Carol Example"]);

      // Nor does one use a window, and Carol cannot be both of the two.
      await scenario.advance("1m");
      const open = 'KMS key "backup" is set for deletion and is waiting for a person to destroy it';
      for (const person of [bob, carol]) ended(await person.destroy(), 1, open);
      const path = await kmsPathOf(scenario, "backup");
      const own = ended(await carol.approve(path), 12);
      expect(own.output).toContain(
        'KMS requires another person to destroy KMS key "backup": according to KMS, you set it for deletion',
      );
      expect(nextCommands(own.output)).toContain(`uko approve ${path}`);
      const done = ended(await bob.runNext(asked.output, /^uko approve kms\//), 0);
      const until = "Until 24 Dec 2026 14:24 UTC, in 30 d, someone with the role KMS Manager can restore the key";
      expect(done.output).toContain(until);
      expect(await kmsStepsSince(scenario, mark)).toEqual([
        "setKeyForDeletion Carol Example",
        "deleteKmsKey Bob Example",
      ]);
      ended(await carol.destroy(), 0);
      expect(await carol.resources()).toEqual([]);

      // Within 30 days it comes back, if its program says so; the window by which it was destroyed is used up.
      await scenario.advance("20d");
      const [, id = ""] = path.split("/");
      await bob.writeProgram(kmsProgramOf({ backup: { existingKeyId: id, restoreTrigger: "1" } }));
      ended(await bob.up(), 0);
      expect(await kmsKeyNamed(scenario, "backup")).toMatchObject({ state: 1 });
      ended(await bob.approve(path), 12);
      ended(await carol.destroy(), 1, firstLineOf(waiting.output));
    }),
);
