import { expect, test } from "vitest";
import { door } from "./door.ts";
import { consentIn, endAgain, ended, firstLineOf, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";

test.each(profilesFor())(
  "uko approves and deletes without a stack, and a later destroy finds the key gone (%s)",
  (profile) =>
    withScenario({ profile, hasRealTerminal: true }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      const path = await scenario.keyPath();

      // Alice asks; Bob may not deactivate, so naming her request leads him to consent instead.
      const asked = ended(await alice.uko(["request", path, "--reason", "Payroll moved"]), 0);
      const request = consentIn(asked.output);
      await scenario.advance("1m");
      let mark = await scenario.mark();
      const denied = ended(
        await bob.destroy(request),
        1,
        /^IBMid-550000BOB \("Bob Example"\) cannot deactivate key "payroll"/,
      );
      expect(await scenario.writes(mark), "a naming run that is refused writes nothing").toEqual([]);
      const consented = ended(
        await bob.runNext(denied.output, /^uko consent /),
        0,
        /^You approved the deactivation of key "payroll"; the approval expires on 1 Dec 2026 14:23 UTC, in /,
      );
      const answer = consentIn(consented.output);
      expect(answer).not.toBe(request);
      expect((await scenario.key()).state).toBe("active");

      // An answer is acted on by naming it, and never answered again.
      await scenario.advance("1m");
      mark = await scenario.mark();
      ended(await alice.uko(["consent", path, answer]), 12, /cannot be approved$/);
      ended(await bob.uko(["consent", path, request]), 0, /^You approved .* expires on 1 Dec 2026 14:23 UTC, in /);
      const named = ended(
        await alice.destroy(request),
        1,
        'Key "payroll" is waiting for someone to use the approval of its deactivation',
      );
      expect(await scenario.writes(mark)).toEqual([]);
      expect(consentIn(named.output)).toBe(answer);
      const deactivated = ended(
        await alice.runNext(named.output, endAgain),
        1,
        'Key "payroll" is deactivated and is waiting for a second person to approve its destruction',
      );
      expect(await scenario.key()).toMatchObject({ state: "deactivated", updated_by: "IBMid-550000ALICE" });
      // Only a tag has room for words: Bob's answer and Alice's second record both repeat the reason.
      const hasTags = (await scenario.key()).tags.some(({ name }) => name === "uko_deletion");
      const told = messageOf(deactivated.output).replaceAll(/\s+/g, " ");
      expect(told.includes('Earlier reason of IBMid-550000ALICE ("Alice Example")')).toBe(hasTags);
      if (hasTags) expect(told).toContain("as repeated by this record: Payroll moved");

      // From here on by command alone, without the stack.
      await scenario.advance("1m");
      ended(await bob.runNext(deactivated.output, /^uko approve /), 11, /cooling down until 24 Nov 2026 18:24 UTC/);
      await scenario.advance("4h");
      const destroyed = ended(
        await bob.runNext(deactivated.output, /^uko approve /),
        11,
        /is destroyed; keystore "payroll-ring" still holds its material until/,
      );
      mark = await scenario.mark();
      ended(await alice.uko(["continue", path]), 11, firstLineOf(destroyed.output));
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
      expect(/payroll deleted|Destruction complete/.test(gone.output)).toBe(!door.looksFirst);
      expect(await bob.resources()).toEqual([]);
    }),
);
