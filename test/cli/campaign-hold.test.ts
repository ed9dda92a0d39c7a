import { existsSync, rmSync } from "node:fs";
import { expect, it } from "vitest";
import { campaignSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

const stage = useCampaignStage({
  ...campaignSeed,
  keys: campaignSeed.keys.filter(({ label }) => label === "mail-1" || label === "mail-2"),
  kmsKeys: [],
});
/** Another campaign has neither a line about the key nor its evidence. */
const forgetHolds = (): void => {
  for (const name of ["holds.jsonl", "evidence"]) rmSync(`${stage.folder}/${name}`, { recursive: true, force: true });
};
const hold = async (label: string, options: string, who?: "bob" | "erin") =>
  JSON.parse((await stage.campaign(`hold ${stage.keyNamed(label)} ${options} --json`, who)).out);

it("holds a key by a tag that another campaign honors, and releases only what it wrote", async () => {
  await stage.baselined();
  expect(await hold("mail-1", "--kind incident --ticket INC-4711")).toMatchObject({ tag: "changed" });
  expect(await hold("mail-1", "--kind incident --ticket INC-4711")).toMatchObject({ tag: "unchanged" });
  forgetHolds();
  const held = await stage.campaign("status");
  expect(held.out).toContain('held: its tag says "incident ticket INC_4711"');
  expect(await hold("mail-1", "--release --reason Solved")).toMatchObject({ tag: "changed", isReleased: true });
  expect((await stage.campaign("status")).out).not.toContain("incident");

  // A person wrote the tag of this key; neither a hold nor a release changes it.
  expect(await hold("mail-2", "--kind legal")).toMatchObject({ tag: "left" });
  expect(await hold("mail-2", "--release --reason Solved")).toMatchObject({ tag: "left", exitCode: 12 });
  expect((await stage.campaign("status")).out).toContain('its tag says "litigation"');
  forgetHolds();
  // A person without the right to write tags still holds the key in the folder.
  expect(await hold("mail-1", "--kind legal", "erin")).toMatchObject({ tag: "left", exitCode: 0 });
  await stage.world.uko("bob", `hold ${stage.keyNamed("mail-1")} --kind owner --until 2026-12-01`);
  forgetHolds();
  expect((await stage.campaign("status")).out).toContain('held: its tag says "owner until 2026_12_01"');
  const released = await stage.world.uko("bob", `hold ${stage.keyNamed("mail-1")} --release --reason Solved`);
  expect(released.out).toContain("is released");
  expect((await stage.world.verdict()).violations).toEqual([]);
});

it("does not take a mistyped ID or a day that is over for a hold", async () => {
  await stage.baselined();
  const mistyped = stage.keyNamed("mail-1").replace(/.$/, "f");
  const held = await stage.campaign(`hold ${mistyped} --kind legal`);
  expect([held.exitCode, held.err]).toEqual([1, expect.stringContaining("[UKO_KEY_NOT_FOUND]")]);
  expect((await stage.campaign(`hold ${stage.keyNamed("mail-1")} --kind legal --until 2026-11-01`)).exitCode).toBe(1);
  const mistypedKms = await stage.campaign("hold kms/9b2d0000-0000-4000-8000-00000000dead --kind legal");
  expect([mistypedKms.exitCode, mistypedKms.err]).toEqual([1, expect.stringContaining("[UKO_NOT_FOUND]")]);
  expect(existsSync(`${stage.folder}/holds.jsonl`)).toBe(false);
  expect((await stage.world.uko("bob", `hold ${mistyped}`)).err).toContain("[UKO_KEY_NOT_FOUND]");
});

it("does not let a hold for another reason, or for a shorter time, take the place of a hold", async () => {
  await stage.baselined();
  const key = stage.keyNamed("mail-1");
  await stage.world.uko("bob", `hold ${key} --kind legal`);
  for (const other of ["--kind owner", "--kind legal --until 2026-12-01"]) {
    const { exitCode, out } = await stage.world.uko("bob", `hold ${key} ${other}`);
    expect([exitCode, out]).toEqual([
      12,
      expect.stringContaining('already has the hold "legal by IBMid_550000BOB", which uko keeps'),
    ]);
  }
  const { out } = await stage.campaign("status");
  expect(out).toContain('held: its tag says "legal by IBMid_550000BOB"');
  expect(out).toContain("2 keys held; every other key has reached its end");
});

it("does not release a hold in the folder if the evidence cannot be written", async () => {
  await stage.baselined();
  const key = stage.keyNamed("mail-1");
  await hold("mail-1", "--kind owner", "erin");
  const lines = stage.read("holds.jsonl");
  const command = `hold ${key} --release --reason Solved --campaign ${stage.folder}`;
  const { err } = await stage.world.uko("erin", command, { UKO_EVIDENCE: `${stage.folder}/none/evidence.jsonl` });
  expect(err).toContain("[UKO_EVIDENCE_UNWRITABLE]");
  expect(stage.read("holds.jsonl")).toBe(lines);
});
