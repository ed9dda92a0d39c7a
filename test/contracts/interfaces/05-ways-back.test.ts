import { describe, expect, test } from "vitest";
import { keptOf } from "./support/kept-state.ts";
import { approveNow, ended, messageOf, runAgain } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { emptyProgram, programWith, withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

describe.each(profilesFor())("under %s", (profile) => {
  test("withdraws and reactivates before destroy, and says that destroy cannot be undone", () =>
    withScenario({ profile }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      const path = await scenario.keyPath();

      // Withdrawn: there is nothing to approve.
      const asked = ended(await bob.destroy(), 1);
      await scenario.advance("1m");
      ended(await bob.uko(["withdraw", "payroll"]), 0, 'Key "payroll" is active; no deletion has been requested');
      let mark = await scenario.mark();
      ended(await alice.runNext(asked.output, approveNow), 12);
      ended(await bob.uko(["withdraw", path]), 0);
      expect(await scenario.writes(mark)).toEqual([]);

      // Deactivated, and the outage ended again: both requests are void.
      ended(await bob.uko(["request", path]), 0);
      await scenario.advance("1m");
      ended(await alice.approveAndRequest("payroll"), 0);
      expect((await scenario.key()).state).toBe("deactivated");
      await scenario.advance("1m");
      ended(await alice.uko(["reactivate", path]), 0, 'Key "payroll" is active; no deletion has been requested');
      await scenario.advance("5h");
      mark = await scenario.mark();
      ended(await bob.approve("payroll"), 12);
      ended(await bob.uko(["continue", path]), 10, /is waiting for a person to request its deactivation$/);
      expect(await scenario.writes(mark)).toEqual([]);
      expect((await scenario.key()).state).toBe("active");

      // Destroyed: both commands say that the key cannot be restored.
      ended(await bob.uko(["request", path]), 0);
      await scenario.advance("1m");
      ended(await alice.approveAndRequest("payroll"), 0);
      await scenario.advance("5h");
      ended(await bob.approve("payroll"), 0);
      mark = await scenario.mark();
      for (const way of ["withdraw", "reactivate"]) {
        const told = ended(
          await alice.uko([way, path]),
          12,
          'Key "payroll" is destroyed and cannot be restored in UKO',
        );
        expect(told.output).toContain("the cloud behind a keystore may still be able to cancel its part");
      }
      expect(await scenario.writes(mark)).toEqual([]);
    }));

  test('state: "destroyed" retires a key while runs succeed, and the deletion after it has no message', () =>
    withScenario({ profile }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      const stateNow = async () => (await bob.resources())[0]?.outputs;
      const expectToDiffer = async () =>
        expect((await bob.preview()).output, "different until the goal is reached").toContain(
          userInterface.toUpdate(1),
        );
      for (const person of [alice, bob]) await person.writeProgram(programWith({ state: "destroyed" }));

      const predicted = /warning: Destroying key "payroll" requires two people and several runs\n.*stops working/is;
      const preview = ended(await bob.preview(), 0).output;
      if (userInterface.predictsRetirement) expect(preview).toMatch(predicted);
      else expect(preview).not.toMatch(predicted);
      const asked = ended(
        await bob.up(),
        0,
        'Key "payroll" is waiting for a second person to approve its deactivation',
      );
      expect(await stateNow()).toMatchObject({ lifecycleState: "pending_approval", deletionAwaits: "approval" });
      await scenario.advance("1m");
      let mark = await scenario.mark();
      ended(await bob.up(), 0);
      expect(await scenario.writes(mark), "requested once").toEqual([]);
      await expectToDiffer();
      const approved = ended(await alice.runNext(asked.output, approveNow), 0);
      ended(await alice.runNext(approved.output, /^uko request /), 0);
      const off = ended(
        await bob.up(),
        0,
        'Key "payroll" is deactivated and is waiting for a second person to approve its destruction',
      );
      expect(await stateNow()).toMatchObject({ keyState: "deactivated", lifecycleState: "cooling_down" });
      await expectToDiffer();
      mark = await scenario.mark();
      ended(await bob.runNext(off.output, approveNow), 12);
      expect(await scenario.writes(mark)).toEqual([]);
      await scenario.advance("5h");
      ended(await bob.runNext(off.output, approveNow), 0);
      const destroyed = ended(await bob.up(), 0, /is destroyed; keystore .* still holds its material until/);
      expect(await stateNow()).toMatchObject({ keyState: "destroyed", lifecycleState: "pending_destruction" });
      await expectToDiffer();

      await scenario.advance("31d");
      mark = await scenario.mark();
      const reached = ended(await alice.runNext(destroyed.output, runAgain), 0, "");
      expect(reached.output).toMatch(userInterface.looksFirst ? userInterface.unchanged : /~ 1 updated/);
      expect(await keptOf(alice), "the state names no wait").toEqual({
        ...{ keyState: "destroyed", lifecycleState: "destroyed" },
      });
      const quiet = (await bob.up()).output;
      expect(quiet).toMatch(userInterface.unchanged);
      // OpenTofu warns about the host of the emulator in each run.
      const ofKeys = quiet.replaceAll(/warning: (?=This run sends its credential to 127\.0\.0\.1:)/gi, "");
      expect(ofKeys, "nothing is predicted once the goal is reached").not.toMatch(/warning/i);
      expect(await scenario.writes(mark)).toEqual([]);

      await bob.writeProgram(emptyProgram);
      const deleted = ended(await bob.up(), 0);
      expect(messageOf(deleted.output)).toBe("");
      expect((await scenario.writes(mark)).map(({ operation }) => operation)).toEqual(["deleteManagedKey"]);
      expect(await scenario.findKey()).toBeUndefined();
      expect(await bob.resources()).toEqual([]);
    }));
});
