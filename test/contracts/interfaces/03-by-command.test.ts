import { expect, test } from "vitest";
import { approveNow, ended, messageOf } from "./support/next-steps.ts";
import { keepsTags, profilesFor } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

test.each(profilesFor().filter(keepsTags))(
  "uko approves and deletes without a stack, and a later destroy finds the key gone (%s)",
  (profile) =>
    withScenario({ profile, hasRealTerminal: true }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      const path = await scenario.keyPath();

      // Alice asks; Bob may not deactivate, so his approval is stored, and Alice's next run acts on it.
      ended(await alice.uko(["request", path, "--reason", "Payroll moved"]), 0);
      await scenario.advance("1m");
      let mark = await scenario.mark();
      const denied = await bob.approve("payroll");
      expect(denied).toMatchObject({
        exitCode: 13,
        output: expect.stringContaining("missing right hs-crypto.managed-keys.active-deactivate"),
      });
      expect(await scenario.writes(mark), "an approval that is refused writes nothing").toEqual([]);
      ended(await bob.storeApproval("payroll"), 0);
      expect((await scenario.key()).state).toBe("active");

      // It is the requester's alone to use.
      await scenario.advance("1m");
      mark = await scenario.mark();
      for (const person of [bob, alice]) ended(await person.approve("payroll"), 12);
      const waits =
        'The deactivation of key "payroll" is approved and is waiting for the next run of IBMid-550000ALICE ("Alice Example")';
      ended(await bob.uko(["continue", path]), 10, waits);
      ended(await bob.destroy(), 1, waits);
      expect(await scenario.writes(mark)).toEqual([]);
      const deactivated = ended(
        await alice.destroy(),
        1,
        'Key "payroll" is deactivated and is waiting for a person to request its destruction',
      );
      expect(await scenario.key()).toMatchObject({ state: "deactivated", updated_by: "IBMid-550000ALICE" });
      const told = messageOf(deactivated.output).replaceAll(/\s+/g, " ");
      expect(told).toContain('repeats the reason of IBMid-550000ALICE ("Alice Example"): Payroll moved');
      const asked = ended(await alice.runNext(deactivated.output, /^uko request /), 0);

      // From here on by command alone, without the stack.
      await scenario.advance("1m");
      const early = ended(await bob.runNext(asked.output, approveNow), 12);
      expect(early.output).toContain("cooling down until 24 Nov 2026 18:24 UTC");
      await scenario.advance("4h");
      ended(await bob.runNext(asked.output, approveNow), 0);
      mark = await scenario.mark();
      const destroyed = ended(
        await alice.uko(["continue", path]),
        11,
        /is destroyed; keystore "payroll-ring" still holds its material until/,
      );
      expect(await scenario.writes(mark)).toEqual([]);
      await scenario.advance("31d");
      ended(await bob.runNext(destroyed.output, /^uko continue /), 0);
      expect(await scenario.findKey()).toBeUndefined();

      // The stack still has it; the next destroy finds it gone.
      expect(await bob.resources()).toHaveLength(1);
      const gone = ended(
        await alice.destroy(),
        0,
        /^(?:Key "payroll" was removed from the service, so it leaves the state)?$/,
      );
      // What is seen to be gone before the run needs no deletion any more.
      expect(/payroll deleted|Destruction complete/.test(gone.output)).toBe(!userInterface.looksFirst);
      expect(await bob.resources()).toEqual([]);
    }),
);
