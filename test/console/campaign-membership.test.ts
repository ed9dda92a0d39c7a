/** Requests of a campaign on the page *Waiting for you*: in no group, one line for the wave, and one key at a time by hand. */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCampaignAt } from "../../provider/campaign/view/context.ts";
import { openKnownCampaign } from "../../provider/campaign/view/known.ts";
import { openKeyOperations } from "../../provider/compose/keys.ts";
import { createCampaignFolder } from "../../provider/services/campaign-folder.ts";
import { vaultIds, waveFile, waveSeed } from "../cli/campaign-seed.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import { withoutPause } from "../cli/harness.ts";
import { hiddenIn, openConsole, type TestConsole } from "./console-world.ts";

let consoles: TestConsole[] = [];
const stage = useCampaignStage(waveSeed);
const { world, folder, keyNamed } = stage;
beforeEach(async () => {
  await stage.begin();
  await world.advance("1m");
});
afterEach(async () => {
  for (const each of consoles) await each.close();
  consoles = [];
});

async function aliceAt(over: Parameters<typeof openConsole>[2] = {}): Promise<TestConsole> {
  const opened = openConsole(world, "alice", over);
  consoles.push(opened);
  await opened.logIn();
  return opened;
}
const groupAddress = `/requests/approve/${vaultIds.archive}/active/IBMid-550000BOB`;
const deactivations = () => world.effects("deactivateManagedKey");

it("keeps a warning word that the manifest has, whatever page of the campaign was read last", async () => {
  await stage.begin(waveFile.replace("waves:", "warningWords: [ważne]\nwaves:"));
  stage.write("campaign.yaml", waveFile);
  const outputs = { progress: { report: () => {} }, clock: withoutPause };
  const { world: own } = openKeyOperations(world.environmentOf("alice"), outputs);
  own.texts?.learn(await openKnownCampaign(own, createCampaignFolder(folder)));
  expect(own.texts?.of("").warningWords).toEqual(["ważne"]);
  const { view } = await openCampaignAt(own, createCampaignFolder, folder, {
    ends: "none",
    options: { signal: new AbortController().signal },
  });
  expect(view.warningWords).toEqual(["ważne"]);
  expect(own.texts?.of("").warningWords).toEqual(["ważne"]);
});

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

describe("with the folder of the campaign", () => {
  const inCampaign = () => aliceAt({ campaign: { folder, name: "eol" } });

  it("keeps keys of the manifest out of every group, also if their requests carry no mark", async () => {
    for (const label of ["mail-0", "mail-1"]) await world.uko("bob", `request ${keyNamed(label)}`);
    await world.advance("1m");
    const alice = await inCampaign();
    const { text } = await alice.open("/waiting");
    expect(text).not.toContain('action="/requests/');
    expect(text.match(/<article/g)).toHaveLength(1);
    expect(text).toContain('<a href="/campaign/waves/pilot">Wave pilot</a>: 5 keys');
    expect(text).toContain("Review the deactivation of 2 keys, not requested for this wave</a>");
    for (const address of [groupAddress, groupAddress.replace("approve", "store")]) {
      expect((await alice.submit(address)).text).toContain("These keys are no longer waiting for you");
    }
    const outside = await aliceAt();
    expect((await outside.open("/waiting")).text).toContain("asks to deactivate 2 keys in archive");
    expect(await deactivations()).toBe(0);
  });

  it("shows one card a wave with what the caller can request, review and remove, each with its page", async () => {
    const bob = openConsole(world, "bob", { campaign: { folder, name: "eol" } });
    consoles.push(bob);
    await bob.logIn();
    const card = async () => /<article[\s\S]*<\/article>/.exec((await bob.open("/waiting")).text)?.[0] ?? "";
    expect(await card()).toContain(
      '<a href="/campaign/waves/pilot/request-deactivate">Request the deactivation of 4 keys</a>',
    );
    await world.type("carol", `request ${keyNamed("draft-0")}`);
    await world.advance("1m");
    await world.type("bob", `campaign next --step destroy --folder ${folder}`);
    expect(await card()).toContain("Remove the metadata of 1 key: <code>uko campaign next --wave pilot --folder ");
  });

  it("shows on the page of a key its wave with its dates, and comes part by part if the service is slow", async () => {
    const alice = await aliceAt({ campaign: { folder, name: "eol" }, frameAfterMs: 20 });
    await alice.open("/me");
    const rule = { method: "POST", body: JSON.stringify({ operation: "listManagedKeys", latencyMs: 200 }) };
    await fetch(`${world.url}/_emulator/faults`, rule);
    const key = (await alice.open(`/keys/${keyNamed("mail-0")}`)).text;
    const waiting = (await alice.open("/waiting")).text;
    await fetch(`${world.url}/_emulator/faults`, { method: "DELETE" });
    expect(key).toMatch(/<main[\s\S]*<h2>About the key<\/h2>[\s\S]*class="reading"[\s\S]*<h2>In its campaign<\/h2>/);
    expect(key).toMatch(/<dt>Wave<\/dt><dd><a href="\/campaign\/waves\/pilot">pilot<\/a>/);
    expect(key).toMatch(/<dt>Destroyed at the earliest<\/dt><dd>2026-10-\d\d \(UTC\)/);
    // Each part comes after a line that the next one hides.
    expect(waiting).toMatch(/<main[^>]*>\s*<h1>Waiting for you<\/h1>/);
    expect(waiting.match(/class="reading" role="status">Reading from/g)).toHaveLength(4);
    expect(waiting.match(/<\/html>/g)).toHaveLength(1);
  });

  it("sends the frame of a campaign and of a wave at once, then says what it reads until the part is there", async () => {
    const alice = await aliceAt({ campaign: { folder, name: "eol" }, frameAfterMs: 20 });
    await alice.open("/me");
    const rule = { method: "POST", body: JSON.stringify({ operation: "listManagedKeys", latencyMs: 1_100 }) };
    await fetch(`${world.url}/_emulator/faults`, rule);
    const [campaign, wave] = await Promise.all([alice.open("/campaign"), alice.open("/campaign/waves/pilot")]);
    await fetch(`${world.url}/_emulator/faults`, { method: "DELETE" });
    for (const [title, { text }] of [
      ["Campaign eol", campaign],
      ["Wave pilot", wave],
    ] as const) {
      const line = '<p class="reading" role="status">Listing the keys of vaults: 2 of 2 …</p>';
      expect(text.split(`<h1>${title}</h1>`)[1]?.split("As of")[0]).toContain(line);
      expect(text.match(/<\/html>/g)).toHaveLength(1);
    }
    expect((await alice.open("/campaign/waves/none")).text).toContain("The campaign has no wave");
  });

  it("reads for the page of a key only its wave, and for a refresh only the key", async () => {
    const of = (label: string, wave: string): string =>
      `  - {match: {label: '${label}*'}, class: destroy, wave: ${wave}, owner: platform, reason: Moved}\n`;
    const [head = ""] = waveFile.split("waves:");
    const waves = "waves:\n  - {name: mails}\n  - {name: drafts}\n  - {name: last, after: [mails]}\n";
    await stage.begin(`${head}${waves}rules:\n${of("mail", "mails")}${of("draft", "drafts")}`);
    const alice = await inCampaign();
    const listed = async (headers: Record<string, string> = {}) => {
      const before = (await world.trail()).length;
      const { text } = await alice.open(`/keys/${keyNamed("mail-0")}`, headers);
      const calls = (await world.trail()).slice(before);
      return { text, vaults: calls.filter(({ operation }) => operation === "listManagedKeys").length, calls };
    };
    const opened = await listed();
    expect(opened.text).toMatch(
      /<div id="in-campaign" hx-preserve><h2>In its campaign<\/h2>\s*<p class="quiet">As of /,
    );
    expect(opened.vaults).toBe(1);
    const refreshed = await listed({ "hx-request": "true" });
    expect(refreshed.text).toContain('<div id="in-campaign" hx-preserve>');
    expect([refreshed.vaults, refreshed.calls.length < opened.calls.length]).toEqual([0, true]);
  });

  it("approves one key by hand after a line, and its wave approves the others as a group of their own", async () => {
    for (const label of ["mail-0", "mail-1"]) await world.uko("bob", `request ${keyNamed(label)}`);
    await world.uko("bob", `campaign next --step deactivate --yes --folder ${folder}`);
    await world.uko("bob", `withdraw ${keyNamed("mail-1")}`);
    await world.uko("bob", `request ${keyNamed("mail-1")}`);
    await world.advance("1m");
    const alice = await inCampaign();
    const page = (await alice.open(`/keys/${keyNamed("mail-1")}/approve`)).text;
    expect(page).toContain("no blackout, no soak and no sample of the campaign apply");
    const wave = (await alice.open("/campaign/waves/pilot")).text;
    expect(wave).toContain("Review the deactivation of 3 keys<");
    expect(wave).toContain("Review the deactivation of 1 key, not requested for this wave");
    const reviewed = (await alice.submit("/campaign/waves/pilot/review-deactivate-other")).text;
    const [, address = ""] = /href="(\/campaign\/waves\/pilot\/approve-[^"]+)"/.exec(reviewed) ?? [];
    const approval = (await alice.open(address)).text;
    expect(approval).toContain("mail-1: requested outside of the campaign");
    await alice.submit(address, { ...hiddenIn(approval), typed: "deactivate 1" });
    expect(await deactivations()).toBe(1);
  });

  it("still shows the request on a key that its campaign gave up or leaves alone, since no card of a wave has it", async () => {
    await world.type("bob", `campaign next --folder ${folder}`);
    await world.advance("1m");
    await stage.begin(
      waveFile.replace(
        "  - {match: {}",
        "  - {match: {label: mail-3}, class: leave, wave: pilot}\n  - {match: {label: mail-1}",
      ),
    );
    const { text } = await (await inCampaign()).open("/waiting");
    expect(text).toMatch(/<h2>In a campaign<\/h2>\s*<p role="status">3 keys<\/p>/);
    expect(text).toMatch(/mail-3: [^<]*leaves/);
  });

  it("refuses every act on a key that a rule leaves alone, but not a withdrawal", async () => {
    const key = keyNamed("mail-3");
    await world.uko("bob", `request ${key}`);
    await world.advance("1m");
    const leave = "rules:\n  - {match: {label: mail-3}, class: leave, wave: pilot}\n";
    stage.write("campaign.yaml", waveFile.replace("rules:\n", leave));
    const alice = await inCampaign();
    for (const act of ["approve", "store"]) {
      expect((await alice.open(`/keys/${key}/${act}`)).text).toContain("UKO_KEY_LEFT");
    }
    expect((await alice.open(`/keys/${key}/withdraw`)).text).not.toContain("UKO_KEY_LEFT");
  });
});
