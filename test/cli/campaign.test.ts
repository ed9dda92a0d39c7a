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
        "  - {match: {kind: kms}, class: destroy, wave: main, owner: roots, reason: Moved}",
        "  - {match: {}, class: destroy, wave: main, owner: payments, reason: Moved}",
        "",
      ].join("\n"),
    ),
  );

/** A campaign with a baseline, a blackout and two people. */
async function baselined(change: (text: string) => string = (text) => text): Promise<void> {
  complete((text) =>
    change(
      [
        text.trimEnd(),
        "people:",
        "  - {name: Alice, iamId: IBMid-550000ALICE, steps: [request, deactivate]}",
        "  - {name: Bob, iamId: IBMid-550000BOB, steps: [request, destroy, remove]}",
        "blackouts: [{from: 2026-11-30, to: 2027-01-04, reason: Year-end freeze}]",
        "",
      ].join("\n"),
    ),
  );
  expect((await campaign("baseline")).exitCode).toBe(0);
}

/** The key of a row with this label, as commands take it. */
const keyNamed = (label: string): string => {
  const row = read("manifest.jsonl")
    .split("\n")
    .find((line) => line.includes(`"label":"${label}"`));
  const { vault, id } = JSON.parse(row ?? "") as { vault: string; id: string };
  return `${vault}/${id}`;
};

describe("uko campaign plan", () => {
  it("shows late keys first with the blackout that makes them late, and exits with 14", async () => {
    await baselined();
    const ended = await campaign("plan");
    expect(ended.exitCode).toBe(14);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-plan.txt");
  });

  it("exits with 0 if every key can end in time, and lists each key once as CSV", async () => {
    await baselined((text) => text.replace(/^blackouts.*$/m, ""));
    expect((await campaign("plan")).exitCode).toBe(0);
    const { out } = await campaign("plan --csv");
    expect(out.trimEnd().split("\n")).toHaveLength(1 + 10);
    expect(out.split("\n").find((line) => line.includes(",mail-1,"))).toContain(",2026-12-20,");
    const data = JSON.parse((await campaign("plan --json")).out);
    expect(data).toMatchObject({ v: 1, late: 0, deadline: "2027-03-20", lastDeadline: "2027-03-28" });
  });

  it("costs no more than one list a vault, and lists of vaults, keystores and KMS keys", async () => {
    await baselined();
    const before = (await world.trail()).at(-1)?.seq ?? 0;
    await campaign("plan");
    const calls = (await world.trail()).filter(({ seq }) => seq > before).map(({ operation }) => operation);
    expect(calls.filter((operation) => /^[KVMTS]\d/.test(operation)).sort()).toEqual(["K1", "K1", "M3", "S1", "V1"]);
  });

  it("has a line for each key of the manifest, whatever a person cannot read", async () => {
    await baselined((text) => `${text}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}`);
    const ended = await campaign("plan", "erin");
    expect(ended.exitCode).toBe(13);
    expect(ended.out).toMatch(
      /Not read\n {2}Vault 5c1e0000-0000-4000-8000-000000000002: .*\n {2}KMS keys: Without the keystores/,
    );
    expect(ended.out).toMatch(/its vault could not be read/);
    expect(JSON.parse((await campaign("plan --json", "erin")).out).keys).toHaveLength(10);
  });
});

describe("uko campaign status", () => {
  it("shows each wave by state, pending requests and blocked keys", async () => {
    await baselined((text) => text.replace(/^blackouts.*$/m, ""));
    await campaign("signoff --owner payments");
    await world.uko("bob", `request ${keyNamed("payroll")}`);
    const ended = await campaign("status");
    expect(ended.exitCode).toBe(0);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-status.txt");
    await world.advance("6d");
    expect((await campaign("status")).out).toContain("Requests that expire within 48 h: 1");
  });

  it("is one page for management with --board", async () => {
    await baselined();
    const ended = await campaign("status --board");
    expect(ended.exitCode).toBe(0);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-board.txt");
  });

  it("counts a key that was removed, and one that is new", async () => {
    await baselined();
    await world.uko("bob", `request ${keyNamed("draft-1")}`);
    const record = JSON.parse((await world.uko("bob", `status ${keyNamed("draft-1")} --json`)).out).deletion.recordId;
    await world.advance("1m");
    await world.uko("carol", `continue ${keyNamed("draft-1")} --consent ${record}`);
    expect(JSON.parse((await campaign("status --json")).out).waves[0].states).toMatchObject({ removed: 1 });
  });
});

describe("uko campaign find", () => {
  it.each(["cards-1", "9b2d0000-0000-4000-8000-000000000004"])("finds a key by %s", async (typed) => {
    await baselined();
    const { exitCode, out } = await campaign(`find ${typed}`);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^1 key of campaign eol is named/);
    expect(out).toContain("Nothing has been cut off.");
  });

  it("finds a key by the end of its ARN, and says how to undo the outage", async () => {
    await baselined();
    const key = keyNamed("cards-1");
    const line =
      read("manifest.jsonl")
        .split("\n")
        .find((each) => each.includes('"label":"cards-1"')) ?? "";
    const arn = (JSON.parse(line) as { cloudIds: { id: string }[] }).cloudIds[0]?.id ?? "";
    await world.uko("bob", `request ${key}`);
    const record = JSON.parse((await world.uko("bob", `status ${key} --json`)).out).deletion.recordId;
    await world.advance("1m");
    await world.uko("alice", `continue ${key} --consent ${record}`);
    const { out } = await campaign(`find ${arn.split("/").at(-1)}`);
    expect(out).toMatch(/Can be undone until it is destroyed, by Key Custodian - Deployer/);
    expect(out).toContain(`uko reactivate ${key}`);
    expect((await world.uko("alice", `reactivate ${key}`)).exitCode).toBe(0);
  });

  it("says so if no key has the name", async () => {
    await baselined();
    expect((await campaign("find unknown")).out).toMatch(/^No key of campaign eol has the ID/);
  });
});

describe("uko campaign check", () => {
  it("finds keystores and keys that are out of order, blocked keys and missing people", async () => {
    await baselined();
    await world.control("keystores/ce110000-0000-4000-8000-000000000002", { answers: "error" });
    const ended = await campaign("check");
    expect(ended.exitCode).toBe(14);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-check.txt");
  });

  it("never syncs", async () => {
    await baselined();
    const before = (await world.trail()).at(-1)?.seq ?? 0;
    await campaign("check");
    const calls = (await world.trail()).filter(({ seq }) => seq > before).map(({ operation }) => operation);
    const used = new Set(calls.filter((operation) => /^[KVMTS]\d/.test(operation)));
    expect([...used].sort()).toEqual(["K1", "K12", "M3", "S1", "S6", "V1"]);
  });
});

describe("uko campaign signoff", () => {
  it("releases the keys of the owner, until one of them changes", async () => {
    await baselined();
    const blocked = async () => (await campaign("plan")).out.match(/not signed off by \w+/g) ?? [];
    expect(await blocked()).toHaveLength(8);
    expect((await campaign("signoff --owner payments")).exitCode).toBe(0);
    expect(await blocked()).toHaveLength(3);
    complete((text) => text.replaceAll("reason: Moved", "reason: Replaced"));
    await campaign("baseline");
    expect(await blocked()).toHaveLength(8);
  });

  it("refuses an owner without keys, and an edited sign-off", async () => {
    await baselined();
    expect((await campaign("signoff --owner stranger")).err).toContain(
      "Owners with keys to sign: payments, platform, roots.",
    );
    const { out } = await campaign("signoff --owner payments --json");
    const { file } = JSON.parse(out) as { file: string };
    const signed = JSON.parse(read(file)) as { keys: { line: string }[] };
    write(file, JSON.stringify({ ...signed, keys: signed.keys.slice(1) }));
    expect((await campaign("plan")).err).toMatch(/is not a sign-off[\s\S]*do not fit its digest/);
  });
});

describe("uko campaign hold", () => {
  it("blocks the key until the end of its last day, and needs no new baseline", async () => {
    await baselined();
    const key = keyNamed("cards-1");
    expect((await campaign(`hold ${key} --kind legal --until 2026-11-26 --ticket L-7`)).exitCode).toBe(0);
    expect((await campaign("find cards-1")).out).toContain(
      "Blocked: held: legal by Bob Example (IBMid-550000BOB) until 2026-11-26.",
    );
    await world.advance("1d");
    expect((await campaign("find cards-1")).out).not.toContain("held");
  });

  it.each([
    ["a label instead of a full ID", "hold cards-1 --kind legal", /cards-1/],
    [
      "another kind",
      `hold ${vaultIds.payments}/${vaultIds.archive} --kind mood`,
      /Allowed choices are legal, owner, incident/,
    ],
    [
      "a day that does not exist",
      `hold ${vaultIds.payments}/${vaultIds.archive} --kind legal --until 2026-02-30`,
      /is not a day/,
    ],
  ])("refuses %s", async (_, command, message) => {
    await baselined();
    const { exitCode, err } = await campaign(command);
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
  });
});

describe("uko campaign init", () => {
  it("writes a campaign.yaml that can be read, and shows the last day of each group", async () => {
    const ended = await campaign("init");
    expect(ended.exitCode).toBe(0);
    await expect(shown(ended)).toMatchFileSnapshot("../golden/cli/campaign-init.txt");
    await expect(read("campaign.yaml")).toMatchFileSnapshot("../golden/cli/campaign-init.yaml");
    expect((await campaign("baseline")).out).toContain("10 entries cannot be listed yet");
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

  it("is blocked if a rule matches names of vaults that could not be read", async () => {
    complete(
      (text) =>
        `${text.replace("{label: 'draft*'}", "{vault: 'pay*'}")}scope: {vaults: [${vaultIds.payments}, ${vaultIds.archive}]}\n`,
    );
    await world.control("faults", { operation: "V1", status: 403, times: 99 });
    const { exitCode, out } = await campaign("baseline");
    expect(exitCode).toBe(12);
    expect(out).toContain("rules[0] matches the name of a vault, and the names could not be read");
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
