/**
 * A key that one person destroyed with another tool, and runs that would remove its last traces: through each command,
 * alone, in a selection and in a campaign, in a pipeline, and with a record that does not stand for two people. The
 * interfaces of engines are in test/contracts/interfaces.
 */

import { writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { demoFile } from "../cli/campaign-seed.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, type Person } from "../cli/harness.ts";
import { vaultId } from "../emulator/harness.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { freshStateHome } from "../support/state-home.ts";

const { world, folder } = useCliStage();

const key = keys.vouchers;

async function by(who: Person, command: string, environment = {}): Promise<{ exitCode: number; text: string }> {
  await world.advance("1m");
  const { exitCode, out, err } = await world.pipe(who, command, environment);
  return { exitCode, text: out + err };
}
async function typed(who: Person, command: string, answers?: readonly string[]): Promise<string> {
  await world.advance("1m");
  const { out, err } = await world.type(who, command, answers);
  return out + err;
}
const deactivate = async (): Promise<void> => {
  await typed("bob", `request ${key}`);
  await typed("alice", `approve ${key}`);
  await world.advance("5h");
};
const destroyAs = (who: Person) => withOtherTool(world, who, key, { method: "POST", below: "/destroy" });
const isGone = async (): Promise<boolean> => (await by("erin", `status ${key}`)).text.includes("is gone");

const unapproved = /No approval of the destruction by a second person is known[\s\S]*uko continue/;

describe("the metadata of a key that Bob destroyed alone", () => {
  beforeEach(async () => {
    await world.reset();
    writeFileSync(`${folder}/campaign.yaml`, demoFile("vouchers", "platform"));
    await by("bob", `campaign plan --write --yes --folder ${folder}`);
    await deactivate();
    expect(await destroyAs("bob")).toBe(200);
    await world.advance("31d");
  });

  const confirms = /until a person confirms its removal with uko continue/;
  it.each([
    [`continue ${key}`, unapproved],
    [`continue ${key} --yes`, unapproved],
    [`continue ${key} --json`, unapproved],
    [`continue --step remove --yes --vault ${vaultId}`, unapproved],
    ["campaign next --yes --folder FOLDER", confirms],
    ["campaign next --yes --json --folder FOLDER", confirms],
  ])("is kept by: uko %s, and the output names the key and the command", async (command, says) => {
    const { exitCode, text } = await by("bob", command.replace("FOLDER", folder));
    expect(text).toMatch(says);
    expect(text).toContain(key.split("/")[1]);
    expect(exitCode).toBe(12);
    expect(await isGone()).toBe(false);
  });

  it("is kept at a terminal with another label, with --yes, with CI, and next to another key", async () => {
    expect(await typed("bob", `continue ${key}`, ["payroll"])).toMatch(unapproved);
    expect(await typed("bob", `continue ${key} --yes`, [])).toMatch(unapproved);
    const { out } = await world.type("bob", `continue ${key}`, [], { CI: "true" });
    expect(out).toMatch(unapproved);
    expect(await typed("bob", `continue ${key} ${keys.draft}`, [])).toMatch(unapproved);
    expect(await typed("bob", `continue --vault ${vaultId} --state destroyed`, ["y"])).toMatch(unapproved);
    expect(await isGone()).toBe(false);
  });

  it("is removed after a person typed the label at a terminal", async () => {
    const text = await typed("bob", `continue ${key}`, ["vouchers", "y"]);
    expect(text).toMatch(unapproved);
    expect(await isGone()).toBe(true);
  });
});

it("a hold and a missing approval are confirmed with one label", async () => {
  await world.reset({ patchDestroyed: "refused" });
  await deactivate();
  await destroyAs("bob");
  await world.advance("31d");
  await world.control(`keys/${key.split("/")[1]}`, { record: { tags: [{ name: "hold", value: "court order 7" }] } });
  const text = await typed("bob", `continue ${key}`, ["vouchers", "Case closed", "y"]);
  expect(text).toMatch(/is held[\s\S]*No approval of the destruction/);
  expect(await isGone()).toBe(true);
});

describe("a record that does not stand for the two people", () => {
  beforeEach(async () => {
    await world.reset();
    await deactivate();
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ["the destroyer's own request", () => typed("bob", `request ${key}`)],
    [
      "an approval that a third person used",
      async () => {
        await typed("bob", `request ${key}`);
        await typed("alice", `approve ${key} --store`);
        await world.advance("1m");
        expect(await destroyAs("carol")).toBe(200);
      },
    ],
    [
      "a request that had expired",
      async () => {
        await typed("alice", `request ${key}`);
        await world.advance("8d");
      },
    ],
  ])("%s lets no run remove the metadata", async (_, before) => {
    await before();
    await destroyAs("bob");
    await world.advance("31d");
    expect((await by("bob", `continue ${key} --yes`)).text).toMatch(unapproved);
    expect(await isGone()).toBe(false);
  });
});

it("a sync after the request would have expired hides its approval, so a person confirms the removal", async () => {
  await world.reset();
  const approver = { XDG_STATE_HOME: freshStateHome() };
  await deactivate();
  await typed("bob", `request ${key}`);
  await world.advance("1m");
  expect((await world.type("carol", `approve ${key}`, undefined, approver)).exitCode).toBe(0);
  await world.advance("10d");
  await world.pipe("alice", `sync ${key}`, approver);
  await world.advance("31d");
  expect((await by("bob", `continue ${key} --yes`)).text).toMatch(unapproved);
  // The evidence of the machine that destroyed the key has the approval.
  expect((await world.pipe("carol", `continue ${key}`, approver)).out).toContain("removed it from its vault");
});
