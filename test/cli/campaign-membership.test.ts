/** Which way a request of a campaign is approved: with its wave, and outside of it one key at a time, by name. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { vaultIds, waveFile, waveSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";
import type { EndedAtTerminal, Person } from "./harness.ts";

const stage = useCampaignStage(waveSeed);

/** A command at a terminal, where the person types what uko asks for. */
async function type(who: Person, command: string, answers?: readonly string[]): Promise<EndedAtTerminal> {
  await stage.world.advance("1m");
  return stage.world.type(who, command, answers);
}
const next = (who: Person, options = "", answers?: readonly string[]) =>
  type(who, `campaign next ${options} --folder ${stage.folder}`, answers);

async function begin(text = waveFile): Promise<void> {
  stage.write("campaign.yaml", text);
  await type("bob", `campaign plan --write --folder ${stage.folder}`);
  await type("bob", `campaign signoff --owner platform --folder ${stage.folder}`);
}

/** How many calls of this operation had an effect: K7 deactivates a key, K8 destroys it. */
const effects = async (operation = "K7") =>
  (await stage.world.trail()).filter((call) => call.effect && call.operation === operation).length;

const led =
  /campaign "eol" approves it in its wave "pilot": run uko campaign next --wave pilot in the campaign's folder/;

describe("a request of a campaign, outside of its folder", () => {
  beforeEach(async () => {
    await begin();
    expect((await next("bob")).out).toContain("Requested the deactivation of 4 keys");
  });

  it.each([
    ["a vault", "approve --vault archive"],
    ["a label", "approve --label mail-*"],
    ["a requester", "approve --requested-by IBMid-550000BOB"],
    ["a step", "approve --step deactivate"],
    ["a vault, to store the approvals", "approve --vault archive --store"],
  ])("is not picked by %s", async (_what, command) => {
    const { out, questions, exitCode } = await type("alice", command);
    expect(out).toMatch(led);
    expect([questions, exitCode, await effects()]).toEqual([[], 12, 0]);
  });

  it("is not offered by uko approve alone, which names the wave in one line", async () => {
    const { out, questions } = await type("alice", "approve");
    expect(out.split("\n").filter((line) => led.test(line))).toHaveLength(1);
    expect(out).toMatch(/mail-0, mail-1/);
    expect([questions, await effects()]).toEqual([[], 0]);
  });

  it("is not picked by a file of keys, also if the file names one", async () => {
    const file = path.join(stage.folder, "keys.txt");
    for (const labels of [["mail-0", "mail-1"], ["mail-0"]]) {
      writeFileSync(file, labels.map((label) => `${stage.keyNamed(label)}\n`).join(""));
      const { out, questions, exitCode } = await type("alice", `approve --keys ${file}`);
      expect(out).toMatch(led);
      expect([questions, exitCode, await effects()]).toEqual([[], 12, 0]);
    }
  });

  it("is not picked by a list of names", async () => {
    const { out, questions, exitCode } = await type("alice", "approve mail-0 mail-1");
    expect(out).toMatch(led);
    expect([questions, exitCode, await effects()]).toEqual([[], 12, 0]);
  });

  it("stays apart from another request, which its selection approves", async () => {
    await stage.world.uko("bob", `campaign halt pilot --folder ${stage.folder}`);
    await stage.world.advance("1m");
    await stage.world.uko("bob", `request ${stage.keyNamed("mail-3")}`);
    await next("bob");
    const { out } = await type("alice", "approve --vault archive");
    expect(out).toMatch(led);
    expect([out.includes("1 key deactivated"), await effects()]).toEqual([true, 1]);
  });

  it("is approved one at a time by a person who names the key, after a line that says what this skips", async () => {
    const { out, exitCode } = await type("alice", "approve mail-0");
    expect(out).toMatch(/requested the deactivation on [^.]* for wave "pilot" of campaign "eol"\./);
    expect(out).toContain(
      "no blackout, no soak and no sample of the campaign apply, and its rollback may refuse the key",
    );
    expect([exitCode, await effects()]).toEqual([0, 1]);
  });

  it("is named in the list of requests, for programs too", async () => {
    const { out } = await stage.world.uko("alice", "requests --json");
    const reports = out
      .trim()
      .split("\n")
      .flatMap((line) => (line.includes('"keyId"') ? [JSON.parse(line)] : []));
    expect(reports.map(({ deletion }) => deletion.campaign)).toEqual(Array(4).fill({ name: "eol", wave: "pilot" }));
  });

  it("is led to its wave as well after a person stored an approval", async () => {
    await next("alice", "--store");
    const { out } = await stage.world.uko("bob", `status ${stage.keyNamed("mail-0")}`);
    expect(out).toContain("Alice Example");
    const [report] = (await stage.world.uko("bob", `status ${stage.keyNamed("mail-0")} --json`)).out.split("\n");
    expect(JSON.parse(report ?? "").deletion.campaign).toEqual({ name: "eol", wave: "pilot" });
  });
});

describe("a request outside of every campaign", () => {
  it("is approved by a selection as before, and names no wave", async () => {
    await stage.world.uko("bob", `request --vault archive --yes ${vaultIds.archive}/`.replace(/ \S+\/$/, ""));
    const { out, exitCode } = await type("alice", "approve --vault archive");
    expect(out).not.toContain("campaign");
    expect([exitCode, await effects()]).toEqual([0, 4]);
  });
});
