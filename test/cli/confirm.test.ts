/** The question at a terminal before a key is destroyed, and before it is removed. */

import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { type CliTestWorld, keys, quietWorld, reportOf, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world.close());

/** A key that was never active, so that one run may destroy and remove it. */
const key = keys.draft;
let recordId: string | undefined;
beforeEach(async () => {
  await world.reset();
  await world.uko("bob", `request ${key}`);
  await world.advance("1m");
  recordId = reportOf(await world.uko("bob", `status ${key} --json`)).deletion.recordId;
});

/** Carol, who holds every role, continues at a terminal and gives these answers. */
async function continueWith(answers: readonly string[], option = "") {
  const questions: string[] = [];
  const left = [...answers];
  const ask = async (question: string): Promise<string> => {
    questions.push(question);
    return left.shift() ?? "";
  };
  const here = quietWorld({ environment: world.environmentOf("carol"), ask });
  const typed = ["continue", key, "--consent", recordId ?? "", ...(option === "" ? [] : [option])];
  const exitCode = await runCli(typed, here);
  const { lifecycleState } = reportOf(await world.uko("carol", `status ${key} --json`));
  return { exitCode, questions, lifecycleState, ...here.output };
}

const destroy = `Destroy key "draft" (${key})? This cannot be undone: the key material is deleted. [y/N] `;
const remove = `Remove key "draft" (${key})? This cannot be undone: only the evidence log remains. [y/N] `;

it.each([
  [[""], [destroy], "pending_approval", 1],
  [["y", "no"], [destroy, remove], "destroyed", 1],
  [["yes", "y"], [destroy, remove], "gone", 0],
])("asks once before each: answers %j", async (answers, asked, lifecycleState, exitCode) => {
  expect(await continueWith(answers)).toMatchObject({ exitCode, questions: asked, lifecycleState });
});

it("says that the step was not confirmed", async () => {
  const { err } = await continueWith(["n"]);
  expect(err).toMatch(/^The step destroy of key 9b2d0000-\S+ was not confirmed\n.*\n {2}\[UKO_CANCELLED\]\n$/);
});

it.each(["--yes", "--json"])("asks nothing with %s", async (option) => {
  expect(await continueWith([], option)).toMatchObject({ questions: [], lifecycleState: "gone", exitCode: 0 });
});

it("plans again after the answer, so that a request that was withdrawn meanwhile is not acted on", async () => {
  const ask = async (): Promise<string> => {
    await world.uko("bob", `withdraw ${key}`);
    return "y";
  };
  const here = quietWorld({ environment: world.environmentOf("carol"), ask });
  expect(await runCli(["continue", key, "--consent", recordId ?? ""], here)).toBe(10);
  expect(here.output.out).toContain("[UKO_APPROVAL_PENDING]");
  expect(reportOf(await world.uko("bob", `status ${key} --json`)).keyState).toBe("pre_activation");
});

it("never asks a script", async () => {
  expect((await world.uko("carol", `continue ${key} --consent ${recordId}`)).exitCode).toBe(0);
  expect(await world.uko("carol", `plan ${key}`)).toMatchObject({ exitCode: 1 });
});
