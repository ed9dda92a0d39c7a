/** The question at a terminal before a key is destroyed, and before it is removed. */

import { beforeEach, expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, quietWorld, reportOf } from "./harness.ts";

const { world } = useCliStage();

/** A key that was never active, so that one run may destroy and remove it. */
const key = keys.draft;
beforeEach(async () => {
  await world.uko("bob", `request ${key}`);
  await world.advance("1m");
  await world.type("carol", `approve ${key} --store`, ["draft"]);
  await world.advance("1m");
});

/** Bob, whose request Carol has approved, continues at a terminal and gives these answers. */
async function continueWith(answers: readonly string[], option = "") {
  const ended = await world.type("bob", `continue ${key} ${option}`, answers);
  const { lifecycleState } = reportOf(await world.uko("carol", `status ${key} --json`));
  return { ...ended, lifecycleState };
}

const destroy = `Destroy key "draft" (${key})? This cannot be undone: the key material is deleted. [y/N] `;
const remove = `Remove key "draft" (${key})? This cannot be undone: only the evidence log remains. [y/N] `;

it.each([
  [[""], [destroy], "approved", 1],
  [["y", "no"], [destroy, remove], "destroyed", 1],
  [["yes", "y"], [destroy, remove], "gone", 0],
])("asks once before each: answers %j", async (answers, questions, lifecycleState, exitCode) => {
  expect(await continueWith(answers)).toMatchObject({ exitCode, questions, lifecycleState });
});

it("asks no other question about one key that was named by its label, because each step names the key", async () => {
  const { questions, exitCode } = await world.type("bob", "continue payments/draft", ["y", "y"]);
  expect([questions, exitCode]).toEqual([[destroy, remove], 0]);
});

it("says that the step was not confirmed", async () => {
  const { err } = await continueWith(["n"]);
  expect(err).toMatch(/^The step destroy of key 9b2d0000-\S+ was not confirmed\n.*\n {2}\[UKO_CANCELED\]\n$/);
});

it.each(["--yes", "--json"])("asks nothing with %s", async (option) => {
  expect(await continueWith([], option)).toMatchObject({ lifecycleState: "gone", exitCode: 0 });
});

it("plans again after the answer, so that an approval that was withdrawn meanwhile is not acted on", async () => {
  const ask = async (): Promise<string> => {
    await world.uko("carol", `withdraw ${key}`);
    return "y";
  };
  const here = quietWorld({ environment: world.environmentOf("bob"), ask });
  expect(await runCli(["continue", key], here)).toBe(10);
  expect(here.output.out).toContain("[UKO_REQUEST_PENDING]");
  expect(reportOf(await world.uko("bob", `status ${key} --json`)).keyState).toBe("pre_activation");
});

it("never asks a script", async () => {
  expect((await world.uko("bob", `continue ${key}`)).exitCode).toBe(0);
  expect(await world.uko("bob", `plan ${key}`)).toMatchObject({ exitCode: 1 });
});
