/**
 * Carol has every role, and may edit the program, the state and the environment of each run. Bob runs his engine. Without
 * a response that a second person types, no step is taken, and what Bob's engine requests can be undone.
 */

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { endsManagedKey, isKmsCall } from "../../support/calls.ts";
import { linesOf, makeCampaign } from "../../support/moves.ts";
import { ended } from "./support/next-steps.ts";
import { bobsId, bobTakesAllSteps, bodyOn, plant, plantApproval, quoteOf } from "./support/one-credential.ts";
import { recordOn } from "./support/records.ts";
import { emptyProgram, programOf, type Scenario, withScenario } from "./support/scenario.ts";

const names = ["forged", "planted", "copied", "own", "named", "old", "source"] as const;
const goOn = ["--continue-on-error"];
/** All that one credential can try, and the runs of a colleague who notices nothing. */
async function tryEverything(scenario: Scenario): Promise<void> {
  const [bob, carol] = [await scenario.person("bob"), await scenario.person("carol")];
  const { keys } = await scenario.uko.world();
  const records = keys.flatMap((key) => (key.tags.some(({ name }) => name === "uko_deletion") ? [recordOn(key)] : []));
  const env = {
    UKO_CONSENT: records.map(({ id }) => id).join(),
    UKO_DUAL_AUTHORIZATION: "single",
    UKO_APPROVE: "yes",
  };
  await carol.editState({
    ...{ deletionAwaits: "requester", deletionRequestedBy: bobsId, lifecycleState: "approved" },
    ...{ deletionRecordId: records[0]?.id, dualAuthorization: "single", deletionGate: "destroy", dualMarker: "single" },
  });
  for (const args of [[], ["--store"]]) await carol.uko(["approve", "--label", "*", ...args], env);
  for (const name of names) await carol.uko(["continue", await scenario.keyPath(name)], env);
  await bob.up(goOn, { env });
  await carol.destroy(goOn, { env });
  await bob.destroy(goOn, { env });
}

test("one person's credential ends no key, whatever the program, the state and the environment say", () =>
  withScenario(
    {
      profile: "documented",
      seed: bobTakesAllSteps,
      people: ["bob", "carol"],
      program: programOf(Object.fromEntries(names.map((name) => [name, {}]))),
    },
    async (scenario) => {
      const [bob, carol] = [await scenario.person("bob"), await scenario.person("carol")];
      const stepsSince = async (mark: number) =>
        (await scenario.writes(mark)).filter(({ operation }) => endsManagedKey(operation) || isKmsCall(operation));
      ended(await bob.up(), 0);
      ended(await bob.uko(["request", "source"]), 0);
      const copied = quoteOf(await bodyOn(scenario, "source"));
      ended(await bob.uko(["withdraw", "source"]), 0);

      await plantApproval(scenario, "planted", {});
      await plantApproval(scenario, "copied", { m: copied.m });
      ended(await carol.uko(["request", "own"]), 0);
      await plantApproval(scenario, "own", quoteOf(await bodyOn(scenario, "own")));
      ended(await carol.uko(["request", "named"]), 0);
      await plant(scenario, "named", { ...(await bodyOn(scenario, "named")), a: bobsId, n: "Bob Example" });
      for (const person of [bob, carol]) await person.writeProgram(emptyProgram);
      await scenario.advance("1m");
      const mark = await scenario.mark();
      await tryEverything(scenario);
      expect(await stepsSince(mark), "no step without a second person").toEqual([]);

      // What Bob's engine requested by now, Carol may approve. It can be undone, and goes no further.
      await scenario.advance("1m");
      await carol.approve(["--label", "*"]);
      const undoable = await stepsSince(mark);
      expect(new Set(undoable.map(({ operation }) => operation))).toEqual(new Set(["deactivateManagedKey"]));
      expect(undoable.map(({ label }) => label)).toContain("old");
      await scenario.advance("4h1m");
      ended(await bob.uko(["request", "old"]), 0);
      const old = quoteOf(await bodyOn(scenario, "old"));
      ended(await bob.uko(["withdraw", "old"]), 0);
      await scenario.advance("48h");
      for (const name of ["planted", "named"]) await plantApproval(scenario, name, {});
      await plantApproval(scenario, "copied", { m: copied.m });
      await plantApproval(scenario, "source", copied);
      await plantApproval(scenario, "old", old);
      await plantApproval(scenario, "own", quoteOf(await bodyOn(scenario, "own")));
      const later = await scenario.mark();
      for (let round = 0; round < 2; round += 1) {
        await tryEverything(scenario);
        await scenario.advance("5h");
      }
      expect(await stepsSince(later), "nothing is destroyed").toEqual([]);
      expect((await scenario.uko.world()).keys).toHaveLength(names.length);
    },
  ));

test("one person's credential ends no key by any command of uko", () =>
  withScenario(
    {
      profile: "documented",
      seed: bobTakesAllSteps,
      people: ["bob", "carol"],
      program: programOf({ one: {}, two: {} }),
    },
    async (scenario) => {
      const [bob, carol] = [await scenario.person("bob"), await scenario.person("carol")];
      ended(await bob.up(), 0);
      const folder = path.join(carol.engine.workingCopy, "moves");
      await mkdir(folder);
      await makeCampaign(folder, (line) => carol.uko(line.split(" ")));
      const mark = await scenario.mark();
      const env = { UKO_DUAL_AUTHORIZATION: "single", UKO_APPROVE: "yes" };
      for (const name of ["one", "two"]) {
        const places = { key: await scenario.keyPath(name), folder };
        for (const line of [...linesOf("reads", places), ...linesOf("writes", places)]) {
          await carol.uko(line.split(" "), env);
        }
        await bob.up(goOn, { env });
        await scenario.advance("5h");
      }
      const steps = (await scenario.writes(mark)).filter(
        ({ operation }) => endsManagedKey(operation) || isKmsCall(operation),
      );
      expect(steps).toEqual([]);
      expect((await scenario.uko.world()).keys).toHaveLength(2);
    },
  ));
