/** `uko certificate` for a wave of a campaign. */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeManifest, type ManifestKey } from "../../provider/campaign/files/manifest.ts";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { trustAll } from "../certificate/story.ts";
import { useStory } from "../certificate/use-story.ts";
import { keys } from "./harness.ts";

const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll");
  await story.remove("payroll");
});

const verify = (name: string, options: string) =>
  story.uko("erin", `certificate verify @${name} --allow-emulator ${trustAll} ${options}`);
const create = (options: string) => story.uko("bob", `certificate create ${options}`);

describe("a wave of a campaign", () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const line = (path: string, label: string): ManifestKey => {
    const [vault = "", id = ""] = path.split("/");
    const texts = {
      createdAt: "",
      owner: "",
      reason: "",
      ticket: "",
      override: "",
    };
    const lists = { cloudIds: [], keystores: [], declaredBy: [], usage: [] };
    const common = { kind: "managed", vaultName: "payments", state: "active", version: 1 } as const;
    const rest = {
      verificationPattern: "",
      ...{ description: "", tags: [], template: "", updatedAt: "", updatedBy: "", changes: "" },
      facts: "",
      kmsDualAuthorization: false,
      class: "destroy",
      wave: "w1",
    } as const;
    return { ...common, ...texts, ...lists, ...rest, vault, id, label };
  };
  const writeManifest = (folder: string, keysOfWave: readonly ManifestKey[]): void => {
    const head = { campaign: "retirement", instance: demoInstanceId, unreadableVaults: [], blindSpots: [] };
    const rules = { after: [], soak: "7d", maxFailures: 0, takingPart: [], warningWords: [], blackouts: [] };
    const settings = { ...rules, deadline: "2027-03-20", instanceEnds: true };
    const waves = [{ wave: "w1", plannedAt: "2026-11-01T00:00:00Z", settings }];
    mkdirSync(story.file(`${folder}/manifest`), { recursive: true });
    for (const [name, text] of encodeManifest({ ...head, waves, keys: keysOfWave }, sha256)) {
      writeFileSync(story.file(`${folder}/manifest/${name}`), text);
    }
  };

  it("is certified as a whole, and a missing key is found", async () => {
    const [payroll, cards] = [line(keys.payroll, "payroll"), line(keys.cards, "cards")];
    writeManifest("campaign", [payroll, cards]);
    writeManifest("larger", [payroll, cards, line(keys.draft, "draft")]);
    const options = "--campaign @campaign --wave w1";
    expect(await create(`${options} --sign-key @bob.key --out @wave.json`)).toMatchObject({ exitCode: 0, err: "" });
    const { out } = await story.uko("erin", "certificate show @wave.json");
    expect(out).toMatch(/^payroll +destroyed, removed/m);
    expect(out).toMatch(/^cards +not recorded/m);
    const checked = await verify("wave.json", options);
    expect(checked).toMatchObject({ exitCode: 0, out: expect.stringContaining("All 2 keys of wave w1") });
    expect(await verify("wave.json", "--campaign @larger --wave w1")).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("The keys are not those of wave w1: their number or digest differs."),
    });
    await create("--sign-key @bob.key --out @c.json");
    expect(await verify("c.json", options)).toMatchObject({ exitCode: 1 });
    expect(await verify("wave.json", "--campaign @campaign --wave w2")).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('has no wave "w2"'),
    });
    expect(await create("--campaign @campaign --sign-key @bob.key --out @n.json")).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("--campaign and --wave belong together"),
    });
  });

  it("names a key with a step that was not confirmed, and still counts it as one of the wave", async () => {
    writeManifest("killed", [line(keys.payroll, "payroll"), line(keys.cards, "cards")]);
    const lines = readFileSync(story.file("evidence.jsonl"), "utf8").trimEnd().split("\n");
    expect(JSON.parse(lines.pop() ?? "")).toMatchObject({ step: "remove", phase: "after" });
    writeFileSync(story.file("killed.jsonl"), `${lines.join("\n")}\n`);
    const wave = "--campaign @killed --wave w1 --evidence @killed.jsonl";
    const created = await create(`${wave} --sign-key @bob.key --out @killed.json`);
    expect(created).toMatchObject({ exitCode: 0, err: "" });
    expect(created.out).toMatch(
      /: 0 of 2 keys destroyed\.[^\n]*\nLeft out, .*\n {2}payroll, key .*: remove, begun on /,
    );
    expect(created.out).toContain("\n  uko campaign next\n");
    const checked = await verify("killed.json", wave);
    expect(checked).toMatchObject({ exitCode: 0, out: expect.stringContaining("Valid: 0 of 2 keys destroyed") });
  });
});
