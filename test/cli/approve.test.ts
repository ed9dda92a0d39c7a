/** `uko approve`, where it is about calls or about a token without a seal; transcripts/approve-*.txt show it. */

import { expect, it } from "vitest";
import { requestToken } from "../emulator/harness.ts";
import { explainVerdict } from "../support/oracle.ts";
import { useCliStage } from "./cli-stage.ts";
import { apiKeys, keys, type Person, reportOf } from "./harness.ts";
import { worlds } from "./worlds.ts";

const inArchive = "5c1e0000-0000-4000-8000-000000000009/9b2d0000-0000-4000-8000-0000000000a1";
const { world } = useCliStage(worlds["two vaults"]);

async function request(who: Person, named: string): Promise<void> {
  await world.uko(who, `request ${named}`);
  await world.advance("1m");
}

const stateOf = async (key: string): Promise<string> =>
  reportOf(await world.uko("carol", `status ${key} --json`)).lifecycleState;

async function expectTwoPeople(): Promise<void> {
  expect(explainVerdict(await world.verdict())).toBe("");
}

it("several keys are found by their labels with one list of each vault", async () => {
  await request("bob", `${keys.cards} ${keys.vouchers} ${keys.draft} ${inArchive}`);
  const before = (await world.trail()).length;
  await world.type("alice", "approve cards vouchers payments/draft archive/payroll", ["no"]);
  const calls = (await world.trail()).slice(before).map(({ operation }) => operation);
  // One list of the vaults finds the keys, and another one names the vaults of what is shown.
  expect(calls.filter((each) => each === "listManagedKeys" || each === "listVaults")).toEqual([
    "listVaults",
    "listManagedKeys",
    "listManagedKeys",
    "listVaults",
  ]);
});

it("asks the requester for the label if the run cannot tell that they asked", async () => {
  await request("bob", keys.draft);
  await world.type("carol", "approve draft --store", ["draft"]);
  // A token from a log-in has no seal.
  const { access_token: token } = (await requestToken(world.url, apiKeys.bob)).body;
  const other = { UKO_API_KEY: "", UKO_TOKEN: String(token) };
  expect((await world.uko("bob", `continue ${keys.draft}`, other)).exitCode).toBe(10);
  const wrong = await world.type("bob", "continue draft", ["drafts"], other);
  expect([wrong.exitCode, await stateOf(keys.draft)]).toEqual([10, "approved"]);
  const { questions } = await world.type("bob", `continue ${keys.draft}`, ["draft", "y", "n"], other);
  expect(questions[0]).toBe('Did you request this? Type the label of the key, "draft", to take the step: ');
  expect(await stateOf(keys.draft)).toBe("destroyed");
  await expectTwoPeople();
});
