/** Requests of a campaign on the page *Waiting for you*: in no group, one line for the wave, and one key at a time by hand. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { vaultIds, waveFile, waveSeed } from "../cli/campaign-seed.ts";
import { type CliTestWorld, startCliWorld } from "../cli/harness.ts";
import { hiddenIn, openConsole, type TestConsole } from "./console-world.ts";

let world: CliTestWorld;
let folder: string;
let consoles: TestConsole[] = [];
beforeAll(async () => {
  world = await startCliWorld({ seed: waveSeed });
});
beforeEach(async () => {
  await world.reset();
  folder = mkdtempSync(path.join(tmpdir(), "uko-waiting-"));
  writeFileSync(path.join(folder, "campaign.yaml"), waveFile);
  for (const command of ["plan --write", "signoff --owner platform"]) {
    await world.type("bob", `campaign ${command} --folder ${folder}`);
    await world.advance("1m");
  }
});
afterEach(async () => {
  for (const each of consoles) await each.close();
  consoles = [];
  rmSync(folder, { recursive: true });
});
afterAll(() => world.close());

async function aliceAt(over: Parameters<typeof openConsole>[2] = {}): Promise<TestConsole> {
  const opened = openConsole(world, "alice", over);
  consoles.push(opened);
  await opened.logIn();
  return opened;
}
function keyNamed(label: string): string {
  const line = readFileSync(path.join(folder, "manifest.jsonl"), "utf8")
    .split("\n")
    .find((each) => each.includes(`"label":"${label}"`));
  const { vault, id } = JSON.parse(line ?? "") as { vault: string; id: string };
  return `${vault}/${id}`;
}
const groupAddress = `/requests/approve/${vaultIds.archive}/active/IBMid-550000BOB`;
const deactivations = async () =>
  (await world.trail()).filter(({ operation, effect }) => operation === "K7" && effect).length;

describe("without the folder of the campaign", () => {
  beforeEach(async () => {
    await world.type("bob", `campaign next --folder ${folder}`);
    await world.advance("1m");
  });

  it("shows the requests of a campaign in one line that names the wave, and in no group", async () => {
    const alice = await aliceAt();
    const { text } = await alice.open("/waiting");
    expect(text).toContain("No request is waiting for you.");
    expect(text.match(/campaign &quot;eol&quot; approves it in its wave &quot;pilot&quot;/g)).toHaveLength(1);
    expect(text).not.toContain('action="/requests/');
    for (const address of [groupAddress, groupAddress.replace("approve", "store")]) {
      expect((await alice.submit(address)).text).toContain("These keys are no longer waiting for you");
    }
    expect(await deactivations()).toBe(0);
  });

  it("approves one key that a person opens, after a line that says what this skips", async () => {
    const alice = await aliceAt();
    const address = `/keys/${keyNamed("mail-0")}/approve`;
    const page = (await alice.open(address)).text;
    expect(page).toContain("no blackout, no soak and no sample of the campaign apply");
    await alice.submit(address, { ...hiddenIn(page), typed: "mail-0" });
    expect(await deactivations()).toBe(1);
  });
});
