import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { campaignSeed, vaultIds } from "./campaign-seed.ts";
import { type CliTestWorld, type Ended, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
let folder: string;
beforeAll(async () => {
  world = await startCliWorld({ seed: campaignSeed });
});
beforeEach(async () => {
  await world.reset();
  folder = mkdtempSync(path.join(tmpdir(), "uko-campaign-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
afterAll(() => world.close());

const campaign = (command: string, who: "bob" | "erin" = "bob"): Promise<Ended> =>
  world.uko(who, `campaign ${command} --folder ${folder}`);
const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
const shown = (ended: Ended): string => ended.out.replaceAll(folder, "retire-2027");

/** Every key of the seed has a rule. */
const complete = (change: (text: string) => string = (text) => text): void =>
  write(
    "campaign.yaml",
    change(
      [
        "format: uko-campaign-1",
        "name: eol",
        `instance: ${campaignSeed.instance.id}`,
        "deadline: 2027-03-20",
        "lastDeadline: 2027-03-28",
        "waves:",
        "  - name: pilot",
        "  - {name: main, after: [pilot]}",
        "rules:",
        "  - {match: {label: 'draft*'}, class: destroy, wave: pilot, owner: platform, reason: Never used}",
        "  - {match: {keystore: [google_kms]}, class: leave, wave: main, owner: backup-team}",
        "  - {match: {kind: kms}, class: deactivate, wave: main}",
        "  - {match: {}, class: destroy, wave: main, owner: payments, reason: Moved}",
        "",
      ].join("\n"),
    ),
  );

describe("uko campaign init", () => {
  it("writes a campaign.yaml that can be read, and shows the last day of each group", async () => {
    const ended = await campaign("init");
    expect(ended.exitCode).toBe(0);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-init.txt");
    await expect(read("campaign.yaml")).toMatchFileSnapshot("../golden/cli/campaign-init.yaml");
    expect((await campaign("baseline")).out).toContain("10 keys cannot be listed yet");
  });

  it("does not overwrite a campaign", async () => {
    write("campaign.yaml", "mine");
    const { exitCode, err } = await campaign("init");
    expect([exitCode, read("campaign.yaml")]).toEqual([1, "mine"]);
    expect(err).toContain("already has a campaign.yaml");
  });
});

describe("uko campaign baseline", () => {
  it("writes one line a key, and the same file again if nothing changed", async () => {
    complete();
    const ended = await campaign("baseline");
    expect(ended.exitCode).toBe(0);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-baseline.txt");
    const before = read("manifest.jsonl");
    await world.advance("1d");
    expect((await campaign("baseline")).exitCode).toBe(0);
    expect(read("manifest.jsonl")).toBe(before);
  });

  it("renews one wave, and leaves the digests of others", async () => {
    complete();
    await campaign("baseline");
    const digests = () =>
      Object.fromEntries(
        read("manifest.jsonl")
          .split("\n")
          .flatMap((line) => (line.includes('"digest"') ? [JSON.parse(line)] : []))
          .map(({ wave, digest }) => [wave, digest]),
      );
    const before = digests();
    complete((text) => text.replaceAll("reason: Moved", "reason: Gone").replace("Never used", "Unused"));
    const { out } = await campaign("baseline --wave pilot");
    expect(out).toContain("reason: Never used -> Unused");
    expect(digests()).toMatchObject({ main: before.main });
    expect(digests().pilot).not.toBe(before.pilot);
  });

  it("is blocked by a key without a rule, an owner or a future, and writes nothing", async () => {
    complete((text) => text.replace(", owner: payments", "").replace(", owner: backup-team", ""));
    const { exitCode, out } = await campaign("baseline");
    expect(exitCode).toBe(12);
    expect(out).toMatch(/destroy requires an owner/);
    expect(out).toMatch(/leave requires the owner who keeps/);
    expect(() => read("manifest.jsonl")).toThrow("ENOENT");
  });

  it("joins owners by the ID of a key in its cloud, and names entries that fit no key", async () => {
    complete();
    await campaign("baseline");
    const line =
      read("manifest.jsonl")
        .split("\n")
        .find((each) => each.includes('"label":"cards-1"')) ?? "";
    const [{ id: cloudId }] = JSON.parse(line).cloudIds;
    write("owners.csv", `key,owner,application\n${cloudId},cards,shop\n${cloudId},risk,\nunknown,x,\n`);
    const { out } = await campaign("baseline");
    expect(out).toContain("owners.csv names unknown, which is no key");
    expect(read("manifest.jsonl")).toContain('"owners":["cards","risk"],"application":"shop"');
  });

  it("names a rule that matches nothing", async () => {
    complete((text) => text.replace("'draft*'", "'drafts*'"));
    expect((await campaign("baseline")).out).toContain("rules[0] in campaign.yaml decides for no key");
  });

  it("names a vault that does not exist or cannot be read, and exits with 13", async () => {
    complete((text) => `${text}scope: {vaults: [${vaultIds.payments}, 5c1e0000-0000-4000-8000-00000000dead]}\n`);
    const { exitCode, out } = await campaign("baseline");
    expect(exitCode).toBe(13);
    expect(out).toMatch(/Not read\n {2}Vault 5c1e0000-0000-4000-8000-00000000dead: .*\[UKO_NOT_FOUND\]/);
  });

  it.each([
    [
      "the folder of another instance",
      (text: string) => text.replace(campaignSeed.instance.id, vaultIds.payments),
      /UKO_INSTANCE_MISMATCH/,
    ],
    ["a file of a newer version", (text: string) => text.replace("uko-campaign-1", "uko-campaign-9"), /update uko/],
  ])("refuses %s", async (_, change, message) => {
    complete(change);
    const { exitCode, err } = await campaign("baseline");
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });

  it("refuses a wave that does not exist, an edited manifest, and a linked file", async () => {
    complete();
    expect((await campaign("baseline --wave other")).err).toContain('no wave "other"');
    expect((await campaign("baseline --wave pilot")).err).toContain("The first baseline lists every wave");
    await campaign("baseline");
    write("manifest.jsonl", read("manifest.jsonl").replace('"class":"leave"', '"class":"destroy"'));
    expect((await campaign("baseline")).err).toContain('was edited: the lines of "main"');
    rmSync(path.join(folder, "manifest.jsonl"));
    symlinkSync(path.join(folder, "campaign.yaml"), path.join(folder, "manifest.jsonl"));
    expect((await campaign("baseline")).err).toContain("manifest.jsonl could not be read");
  });

  it("refuses a folder without campaign.yaml", async () => {
    expect((await campaign("baseline")).err).toMatch(/has no campaign\.yaml[\s\S]*uko campaign init/);
  });
});
