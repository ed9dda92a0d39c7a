/** An agent with one credential: what provider/docs/how-to/agents.md says that it can do, and what it cannot. */

import { expect, test } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, type Person } from "../cli/harness.ts";
import { endsManagedKey } from "../support/calls.ts";
import { linesOf, makeCampaign } from "../support/moves.ts";
import { explainVerdict } from "../support/oracle.ts";

const { world, folder } = useCliStage();

const key = keys.vouchers;

/** The steps that end a key or its use: remove, deactivate and destroy. */
const endsOf = async (): Promise<readonly string[]> =>
  (await world.trail()).flatMap(({ operation, effect }) => (effect && endsManagedKey(operation) ? [operation] : []));

const rounds = 60;

test.each<Person>(["pipeline", "bob", "carol"])(
  "an agent with the credential of %s ends no key, whatever it runs, and in whatever order",
  async (who) => {
    let state = 7;
    let hasRequested = false;
    const commands = linesOf("writes", { key, folder });
    await makeCampaign(folder, (line) => world.type(who, line));
    for (let round = 0; round < rounds; round += 1) {
      state = (state * 48_271) % 2_147_483_647;
      const command = commands[state % commands.length] ?? "";
      // It has a terminal of its own, and types what each question wants.
      const { out } = await world.type(who, command);
      hasRequested ||= out.includes("You requested the deactivation");
      await world.advance(round % 7 === 0 ? "5h" : "1m");
    }
    for (const command of linesOf("reads", { key, folder })) await world.type(who, command);
    expect(await endsOf()).toEqual([]);
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
    expect(hasRequested).toBe(who !== "pipeline");
  },
);

test("an agent with the credential of a person approves what a colleague requested, as the page says", async () => {
  await world.uko("bob", `request ${key}`);
  await world.advance("1m");
  await world.type("pipeline", `approve ${key}`);
  expect(await endsOf()).toEqual([]);
  await world.type("carol", `approve ${key}`);
  expect(await endsOf()).toEqual(["deactivateManagedKey"]);
});
