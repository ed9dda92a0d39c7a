/** A run of a campaign that was killed while it removed a key, and the next one, which finds the key gone. */

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { linesBelow } from "../support/json-lines.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { campaignSeed, oneKeyFile, oneKeySeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";

const stage = useCampaignStage(oneKeySeed);

it("uko campaign next writes once that the service does not find the key, so that a certificate can have the key", async () => {
  await stage.begin(oneKeyFile);
  const name = stage.keyNamed("mail-0");
  const [vaultId = "", keyId = ""] = name.split("/");
  await stage.world.control(`keys/${keyId}`, { record: { state: "destroyed" }, material: "absent" });
  expect(await withOtherTool(stage.world, "bob", name, { method: "DELETE" })).toBe(204);
  const subject = { instanceId: campaignSeed.instance.id, vaultId, keyId, label: "mail-0" };
  const actor = { iamId: "IBMid-550000BOB", name: "" };
  const step = { step: "remove", phase: "before", from: "destroyed", to: "absent", actor, keystores: [] };
  const folder = path.join(stage.folder, "evidence");
  mkdirSync(folder, { recursive: true });
  const killed = { v: 1, time: "2026-10-01T08:00:00Z", ...subject, ...step };
  writeFileSync(path.join(folder, "killed.jsonl"), `${JSON.stringify(killed)}\n`);

  await stage.campaign("next", "bob");
  await stage.campaign("next", "bob");
  const lines = linesBelow<{ readonly phase: string }>(folder);
  expect(lines.filter(({ phase }) => phase === "settled")).toMatchObject([
    { ...subject, step: "remove", from: "absent", to: "absent" },
  ]);
});
