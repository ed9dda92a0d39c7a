/** Which way a request of a campaign is approved: with its wave, and outside of it one key at a time, by name. */

import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { recordTagName } from "../../provider/lifecycle/vocabulary/tag-names.ts";
import { openConsole } from "../console/console-world.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { vaultIds, waveSeed } from "./campaign-seed.ts";
import { useCampaignStage } from "./campaign-stage.ts";
import type { EndedAtTerminal, Person } from "./harness.ts";

const stage = useCampaignStage(waveSeed);

/** A command at a terminal, where the person types what uko asks for. */
async function type(who: Person, command: string, answers?: readonly string[]): Promise<EndedAtTerminal> {
  await stage.world.advance("1m");
  return stage.world.type(who, command, answers);
}
const next = (who: Person, options = "", answers?: readonly string[]) => stage.type(who, `next ${options}`, answers);

/** How many calls of this operation had an effect: deactivateManagedKey deactivates a key, destroyManagedKey destroys it. */
const effects = (operation = "deactivateManagedKey") => stage.world.effects(operation);

const led =
  /campaign "eol" approves it in its wave "pilot": run uko campaign next --wave pilot in the campaign's folder/;

it("is shown with the label that the manifest here knows, by each command and in the console", async () => {
  await stage.begin();
  const key = stage.keyNamed("mail-0");
  await withOtherTool(stage.world, "carol", key, { method: "PATCH", body: { label: "orders-test" } });
  await stage.world.uko("carol", `request ${key}`);
  await stage.world.advance("1m");
  const was = 'Was called "mail-0" until at least ';
  // A machine without evidence, outside of the folder.
  const elsewhere = { XDG_STATE_HOME: `${stage.folder}/elsewhere` };
  expect((await stage.world.uko("alice", `status ${key}`, elsewhere)).out).not.toContain(was);
  vi.spyOn(process, "cwd").mockReturnValue(stage.folder);
  for (const command of [`status ${key}`, `plan ${key}`, "requests --long"]) {
    expect((await stage.world.uko("alice", command, elsewhere)).out).toContain(was);
  }
  const { out } = await stage.world.type("alice", `approve ${key}`, ["no"], elsewhere);
  vi.restoreAllMocks();
  expect(out).toContain(was);
  const console = openConsole(stage.world, "bob", { campaign: { folder: stage.folder, name: "eol" } });
  await console.logIn();
  expect((await console.open(`/keys/${key}`)).text).toContain(was.replaceAll('"', "&quot;"));
  await console.close();
});

describe("a request of a campaign, outside of its folder", () => {
  beforeEach(async () => {
    await stage.begin();
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
    await stage.world.uko("carol", `request ${stage.keyNamed("mail-3")}`);
    await requestAgain();
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

  it("leads the reader of uko status to the wave", async () => {
    const { out } = await stage.world.uko("alice", `status ${stage.keyNamed("mail-0")}`);
    expect(out).toMatch(/requested the deactivation on [^;]* for wave "pilot" of campaign "eol"; the request expires/);
    expect(out).toMatch(
      /Next: in the folder of campaign "eol", if you have the role .*\n +uko campaign next --wave pilot\n/,
    );
  });

  it("is named in the list of requests, for programs too", async () => {
    const { out } = await stage.world.uko("alice", "requests --json");
    const reports = out
      .trim()
      .split("\n")
      .flatMap((line) => (line.includes('"keyId"') ? [JSON.parse(line)] : []));
    const requested = reports.filter(({ deletion }) => deletion.requestedBy !== undefined);
    expect(requested.map(({ deletion }) => deletion.campaign)).toEqual(Array(4).fill({ name: "eol", wave: "pilot" }));
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

/** Reads the record on a key, or replaces it by hand, as any person with write-tags may. */
async function recordByHand(label: string, who: Person = "carol", change?: (body: Record<string, unknown>) => object) {
  const [, id = ""] = stage.keyNamed(label).split("/");
  const read = await stage.world.as(who).key(id);
  const [tag] = read.body.tags.filter(({ name }) => name === recordTagName);
  const record = JSON.parse(Buffer.from(tag?.value ?? "", "hex").toString() || "{}");
  if (change === undefined) return record;
  const t = Date.parse(read.headers.get("date") ?? "") / 1000;
  const value = Buffer.from(JSON.stringify({ ...change(record), t })).toString("hex");
  const tags = [...read.body.tags.filter(({ name }) => name !== recordTagName), { name: recordTagName, value }];
  const written = await stage.world.as(who).patch(id, { tags });
  expect(written.status, written.text).toBe(200);
  return record;
}

/** Without a terminal, uko approves nothing first. */
const requestAgain = () => stage.world.uko("bob", `campaign next --step deactivate --yes --folder ${stage.folder}`);

describe("uko campaign next", () => {
  beforeEach(() => stage.begin());

  it("names campaign, wave and line in each request that it makes, and in no other", async () => {
    await stage.world.uko("carol", `request ${stage.keyNamed("mail-3")}`);
    await requestAgain();
    const mark = { n: "eol", w: "pilot", l: expect.stringMatching(/^[0-9a-f]{32}$/) };
    expect((await recordByHand("mail-0")).c).toEqual(mark);
    expect(await recordByHand("mail-3")).not.toHaveProperty("c");
  });

  it("approves requests of other origin as a group of their own, and says what differs", async () => {
    await stage.world.uko("carol", `request ${stage.keyNamed("mail-3")} ${stage.keyNamed("mail-2")}`);
    await recordByHand("mail-2", "carol", (body) => ({ ...body, h: "engine" }));
    await requestAgain();
    const own = await next("alice");
    expect(own.out).toContain("2 keys whose requests were not made for this wave: the next review");
    expect(await effects()).toBe(2);
    const other = await next("alice", "", ["1", "deactivate 1", "deactivate 1", ""]);
    expect(other.out).toMatch(/mail-3: requested outside of the campaign/);
    expect(other.out).toMatch(/mail-2: an engine requested it, because it ran a deletion/);
    expect(await effects()).toBe(4);
  });

  it("takes them under the gates of the wave: a blackout stops both groups", async () => {
    await stage.world.uko("bob", `request ${stage.keyNamed("mail-3")}`);
    await next("bob");
    await stage.world.advance("75d");
    await stage.world.uko("bob", `request ${stage.keyNamed("mail-3")}`);
    const { out, questions } = await next("alice");
    expect(out).toContain("blackout");
    expect([questions, await effects()]).toEqual([[], 0]);
  });

  it("puts a request for another wave, campaign or line into that group", async () => {
    await next("bob");
    const change = (over: object) => (body: Record<string, unknown>) => ({
      ...body,
      c: { ...(body.c as object), ...over },
    });
    await recordByHand("mail-1", "bob", change({ w: "main" }));
    await recordByHand("mail-2", "bob", change({ n: "other" }));
    await recordByHand("mail-3", "bob", change({ l: "0".repeat(32) }));
    expect((await next("alice")).out).toContain("3 keys whose requests were not made for this wave");
    expect(await effects()).toBe(1);
    const { out } = await next("alice", "", ["1", "no"]);
    expect(out).toMatch(/mail-1: requested for wave "main"/);
    expect(out).toMatch(/mail-2: requested for campaign "other"/);
    expect(out).toMatch(/mail-3: its line in the manifest is another one since the request/);
    expect(await effects()).toBe(1);
  });

  it("takes compact requests, which have no room for a mark, in that group", async () => {
    await stage.world.reset({ tags: "dropped" });
    await stage.begin();
    await next("bob");
    const { out } = await next("alice");
    expect(out).toContain("the service keeps no tags, so its request cannot name the wave");
    expect(await effects()).toBe(4);
  });

  it("replaces the caller's own request that was not made for the wave, and no request of another person", async () => {
    await stage.world.uko("bob", `request ${stage.keyNamed("mail-3")}`);
    await stage.world.advance("1m");
    await stage.world.uko("carol", `request ${stage.keyNamed("mail-2")}`);
    const { out } = await requestAgain();
    expect(out).toContain("Requested the deactivation of 3 keys");
    expect((await recordByHand("mail-3")).c).toMatchObject({ w: "pilot" });
    expect(await recordByHand("mail-2")).toMatchObject({ a: "IBMid-550000CAROL" });
    expect(await recordByHand("mail-2")).not.toHaveProperty("c");
  });

  it("renews the caller's own requests that expire soon, and no request of another person", async () => {
    await stage.world.uko("carol", `request ${stage.keyNamed("mail-2")}`);
    await requestAgain();
    const before = await recordByHand("mail-0");
    await stage.world.advance("6d");
    expect((await requestAgain()).out).toContain("Requested the deactivation of 3 keys");
    expect((await recordByHand("mail-0")).t).toBeGreaterThan(Number(before.t));
    expect(await recordByHand("mail-2")).toMatchObject({ a: "IBMid-550000CAROL" });
  });
});

describe("a field that a person plants or drops by hand", () => {
  beforeEach(() => stage.begin());
  const without = ({ c: _field, ...body }: Record<string, unknown>) => body;

  it("voids the request of another person, who did not write last", async () => {
    await next("bob");
    await recordByHand("mail-0", "carol", without);
    for (const command of ["approve mail-0", "approve --label mail-0"]) {
      expect((await type("alice", command)).questions).toEqual([]);
    }
    expect((await type("alice", "approve mail-0")).out).toContain("IBMid-550000CAROL wrote to the key");
    expect(await effects()).toBe(0);
  });

  it("keeps the key in its wave by the manifest, if its requester drops the field", async () => {
    await next("bob");
    await recordByHand("mail-0", "bob", without);
    expect((await next("alice")).out).toContain("1 key whose request was not made for this wave: the next review");
    expect((await next("alice", "", ["1", "no"])).out).toContain("mail-0: requested outside of the campaign");
    vi.spyOn(process, "cwd").mockReturnValue(stage.folder);
    const { out, questions } = await type("alice", "approve --label mail-0");
    vi.restoreAllMocks();
    expect(out).toMatch(led);
    expect(questions).toEqual([]);
  });

  it("only leads people to a campaign, if the campaign does not exist: one by hand can approve the key", async () => {
    rmSync(path.join(stage.folder, "campaign.yaml"));
    await stage.world.uko("bob", `request ${stage.keyNamed("mail-0")}`);
    await recordByHand("mail-0", "bob", (body) => {
      const { v, s, t, d, a, n, h, ...rest } = body;
      return { v, s, t, d, a, n, h, c: { n: "nowhere", w: "pilot", l: "0".repeat(32) }, ...rest };
    });
    const { out, questions } = await type("alice", "approve --label mail-0");
    expect(out).toContain('campaign "nowhere" approves it in its wave "pilot"');
    expect(questions).toEqual([]);
    await type("alice", "approve mail-0");
    expect(await effects()).toBe(1);
  });

  it("is no command in disguise: a name that campaign.yaml does not allow makes the record unreadable", async () => {
    await next("bob");
    await recordByHand("mail-0", "bob", (body) => ({ ...body, c: { ...(body.c as object), w: "pilot; rm -rf ~" } }));
    const { out, questions } = await type("alice", "approve mail-0");
    expect(out).toContain("cannot be read");
    expect(out).not.toContain("rm -rf");
    expect([questions, await effects()]).toEqual([[], 0]);
  });
});
