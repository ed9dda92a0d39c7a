/** Commands that are no acts of a campaign, in the folder of a campaign: its manifest and its rules hold there, too. */

import { mkdirSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";
import { type EndedAtTerminal, type Person, reportOf } from "./harness.ts";

const stage = useCampaignStage();
const [rootKey] = campaignSeed.kmsKeys.map(({ id }) => `kms/${id}`);

async function type(who: Person, command: string, answers?: readonly string[]): Promise<EndedAtTerminal> {
  await stage.world.advance("1m");
  return stage.world.type(who, command, answers);
}
const enter = (folder = stage.folder) => vi.spyOn(process, "cwd").mockReturnValue(folder);

beforeEach(() => stage.planned());
afterEach(() => vi.restoreAllMocks());

describe("a leave rule", () => {
  const left = /Campaign "eol" leaves key "backup" alone[\s\S]*\[UKO_KEY_LEFT\]/;

  it.each(["request", "continue", "sync"])(
    "is honored by uko %s in the folder, and in a folder below",
    async (name) => {
      const key = stage.keyNamed("backup");
      mkdirSync(path.join(stage.folder, "notes"), { recursive: true });
      for (const folder of [stage.folder, path.join(stage.folder, "notes")]) {
        enter(folder);
        const { err, exitCode } = await stage.world.uko("bob", `${name} ${key}`);
        expect(err).toMatch(left);
        expect(exitCode).toBe(12);
      }
      expect(reportOf(await stage.world.uko("bob", `status ${key} --json`)).deletion.requestedBy).toBeUndefined();
    },
  );

  it("is honored by uko approve", async () => {
    await stage.world.uko("bob", `request ${stage.keyNamed("backup")}`);
    enter();
    const one = await type("alice", "approve backup");
    expect([one.exitCode, one.questions]).toEqual([12, []]);
    expect(one.err).toMatch(left);
    expect(await stage.world.effects("deactivateManagedKey")).toBe(0);
  });

  it("takes effect at once, and its removal only with a new manifest", async () => {
    stage.complete((text) =>
      text.replace(
        "{match: {keystore: [google_kms]}, class: leave, wave: main, owner: backup-team}",
        "{match: {label: 'mail*'}, class: leave, wave: main, owner: mail-team}",
      ),
    );
    enter();
    expect((await stage.world.uko("bob", `request ${stage.keyNamed("mail-1")}`)).err).toContain("[UKO_KEY_LEFT]");
    expect((await stage.world.uko("bob", `request ${stage.keyNamed("backup")}`)).err).toMatch(left);
  });

  it("is honored for a KMS key", async () => {
    stage.complete((text) =>
      text.replace("{match: {kind: kms}, class: destroy,", "{match: {kind: kms}, class: leave,"),
    );
    enter();
    const { err, exitCode } = await stage.world.type("bob", `request ${rootKey}`);
    expect(err).toContain('Campaign "eol" leaves key "root-1" alone');
    expect(exitCode).toBe(12);
  });

  it("is honored by uko continue --step remove", async () => {
    await stage.takeStep("backup", "alice");
    await stage.world.advance("5h");
    await stage.takeStep("backup", "carol");
    await stage.world.advance("91d");
    enter();
    const { err, exitCode } = await stage.world.uko("bob", "continue --step remove");
    expect(err).toMatch(left);
    expect(exitCode).toBe(12);
    expect(reportOf(await stage.world.uko("bob", `status ${stage.keyNamed("backup")} --json`)).keyState).toBe(
      "destroyed",
    );
  });

  it("passes a withdrawal, a hold and a reactivation", async () => {
    const key = stage.keyNamed("backup");
    await stage.world.uko("bob", `request ${key}`);
    enter();
    expect((await stage.world.uko("bob", `withdraw ${key}`)).exitCode).toBe(0);
    expect((await stage.world.uko("bob", `hold ${key} --kind owner`)).exitCode).toBe(0);
    vi.restoreAllMocks();
    await stage.world.uko("bob", `hold ${key} --release --reason Over`);
    await stage.takeStep("backup", "alice");
    enter();
    expect((await stage.world.uko("alice", `reactivate ${key}`)).exitCode).toBe(0);
  });

  it("only warns about a key that no rule names", async () => {
    stage.complete((text) => text.replace("match: {}, class: destroy", "match: {label: 'card*'}, class: destroy"));
    expect((await stage.campaign("plan --write --yes")).exitCode).not.toBe(1);
    enter();
    const { err, exitCode } = await stage.world.uko("bob", `request ${stage.keyNamed("mail-1")}`);
    expect(err).toContain('Campaign "eol" has no rule for key "mail-1", so it leaves the key. uko goes on.');
    expect(exitCode).toBe(0);
  });

  it("is not known outside of the folder, where the rule of two people holds alone", async () => {
    expect((await stage.world.uko("bob", `request ${stage.keyNamed("backup")}`)).exitCode).toBe(0);
  });

  it("refuses the folder of another instance", async () => {
    const other = "0e5f1c3a-7b1d-4c55-9d2e-000000000000";
    stage.write("campaign.yaml", stage.read("campaign.yaml").replace(campaignSeed.instance.id, other));
    enter();
    const { err } = await stage.world.uko("bob", `request ${stage.keyNamed("cards-1")}`);
    expect(err).toContain("[UKO_INSTANCE_MISMATCH]");
  });
});

describe("the manifest", () => {
  const led = /campaign "eol" approves it in its wave "main"/;

  it("keeps its keys out of a selection also without a mark, and one by hand needs a line", async () => {
    await stage.world.uko("bob", `request ${stage.keyNamed("mail-1")}`);
    enter();
    for (const command of ["approve", "approve --vault archive"]) {
      const { out, questions } = await type("alice", command);
      expect(out).toMatch(led);
      expect([questions, await stage.world.effects("deactivateManagedKey")]).toEqual([[], 0]);
    }
    const { out } = await type("alice", "approve mail-1");
    expect(out).toContain("no blackout, no soak and no sample of the campaign apply");
    expect(await stage.world.effects("deactivateManagedKey")).toBe(1);
  });

  it("leads for a KMS key, which carries no record", async () => {
    await stage.world.uko("bob", `request ${rootKey}`);
    const outside = await type("carol", `approve ${rootKey}`, ["no"]);
    expect(outside.out).toContain("A campaign may own this key: KMS keeps no text that says so.");
    enter();
    const inside = await type("carol", `approve ${rootKey}`, ["no"]);
    expect(inside.out).toMatch(/Campaign "eol" approves this key in its wave "main"/);
    stage.write("keys.txt", `${rootKey}\n`);
    const list = await type("carol", `approve --keys ${path.join(stage.folder, "keys.txt")}`);
    expect(list.out).toMatch(led);
    expect([list.exitCode, list.questions]).toEqual([12, []]);
  });
});
