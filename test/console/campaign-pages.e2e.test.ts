/** The pages of a campaign without a browser: two people, the emulator, and attacks on the review. */

import { afterEach, beforeEach, expect, it } from "vitest";
import { openOperations } from "../../provider/compose/operations.ts";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import { reportOf } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";
import { hiddenIn, openConsole, type TestConsole, type TestResponse } from "./console-world.ts";

const generated = generateSeed({ keys: 20, vaults: 2, kms: 0, blocked: 0 });
/** 20 keys in two vaults, most of them active. The descriptions of seven warn. */
const seed = {
  ...generated,
  keys: generated.keys?.map((key) => ({
    ...key,
    ...(/payments-key-000(09|1)/.test(key.label) && { description: "Legal: keep until 2031" }),
    ...(key.label === "payments-key-00003" && { description: "DO NOT DELETE before the audit" }),
  })),
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
};

const stage = useCampaignStage(seed);
const { world, folder } = stage;
let alice: TestConsole;
let bob: TestConsole;
beforeEach(async () => {
  await stage.begin(`format: uko-campaign-1
name: eol
instance: ${seed.instance.id}
deadline: 2027-03-20
waves:
  - {name: pilot, soak: 4h, ticket: CHG-1}
  - {name: main, after: [pilot]}
rules:
  - {match: {label: 'cards*'}, class: destroy, wave: main, owner: platform, reason: Moved}
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}
`);
  alice = openConsole(world, "alice", { campaign: { folder, name: "eol" } });
  bob = openConsole(world, "bob", { campaign: { folder, name: "eol" } });
  await alice.logIn();
  await bob.logIn();
});
afterEach(async () => {
  await alice.close();
  await bob.close();
});

/** The page of the run once it has ended. */
async function ended(who: TestConsole): Promise<TestResponse> {
  return expect
    .poll(async () => (await who.open("/run")).text, { interval: 20, timeout: 20_000 })
    .not.toContain("The act goes on in the process")
    .then(() => who.open("/run"));
}

async function start(who: TestConsole, address: string, fields: Readonly<Record<string, string>> = {}) {
  const page = await who.open(address);
  return who.post(address, { ...hiddenIn(page.text), ...fields });
}

/** Starts an act on the wave, and returns the page of its result. */
async function act(who: TestConsole, address: string, fields: Readonly<Record<string, string>> = {}): Promise<string> {
  const started = await start(who, `/campaign/waves/pilot/${address}`, fields);
  expect([started.status, started.headers.get("location")], started.text).toEqual([303, "/run"]);
  return (await ended(who)).text;
}

const addressIn = (text: string, act: string): string =>
  text.match(new RegExp(`href="(/campaign/waves/pilot/${act}-\\w+-[0-9a-f]{64})"`))?.[1] ?? "";

const deactivated = () => world.effects("deactivateManagedKey");

it("names the keys to check first, and asks for the number of each large class of them", async () => {
  const toRequest = (await bob.open("/campaign/waves/pilot/request-deactivate")).text;
  expect(toRequest).toMatch(/Check before you request<\/h2><ul>[\s\S]*, are with a warning[\s\S]*<form/);
  expect(await act(bob, "request-deactivate")).toContain("Another person can now review and approve the requests.");
  const review = await act(alice, "review-deactivate");
  expect(review).toContain("Nothing has changed yet.");
  // The page of the approval has the facts of the review.
  expect(review).not.toContain("<h2>Review</h2>");
  const approve = addressIn(review, "approve");
  for (const phrase of [/^deactivate 1$/, /^deactivate 8, 7 with a warning$/]) {
    const page = await alice.open(approve);
    // The unusual keys come before the short list of what to check, this list before the form, and the form before the rest.
    const parts = [
      "with a warning, in the description or a tag",
      "DO NOT DELETE",
      "Check before you approve",
      'class="cuts"',
      "Rules of the wave: soak 4h",
      "Keys in your review",
    ];
    const places = parts.map((part) => page.text.indexOf(part));
    expect([places.includes(-1), places]).toEqual([false, places.toSorted((a, b) => a - b)]);
    // A link leads to the keys of one class.
    const [, link = "", keys] = /<a href="([^"]+)#keys">with a warning \((\d)\)</.exec(page.text) ?? [];
    const only = (await alice.open(link)).text.split('<h2 id="keys">')[1] ?? "";
    expect([keys, only.match(/<th scope="row"/g)?.length]).toEqual([keys, Number(keys)]);
    const { phrase: shown = "" } = hiddenIn(page.text);
    expect(shown).toMatch(phrase);
    // Heading, button and phrase name the same number.
    const count = `Deactivate ${shown.split(/[ ,]/)[1]} key`;
    expect(page.text).toMatch(
      new RegExp(`<h1>${count}s? of wave pilot</h1>[\\s\\S]*<button class="cuts">${count}s?</button>`),
    );
    expect(page.text).toMatch(/<a href="\/keys\/[0-9a-f-]{36}\/[0-9a-f-]{36}">/);
    expect((await start(alice, approve, { typed: shown })).status).toBe(303);
    const result = (await ended(alice)).text;
    expect(result).toContain("Deactivated");
    // After the sample, one button leads to the rest.
    expect(/<a class="button" href="([^"]+)">Go on with the other \d+ keys</.exec(result)?.[1]).toBe(
      shown === "deactivate 1" ? approve : undefined,
    );
    if (phrase.test("deactivate 1")) {
      const short = await start(alice, approve, { typed: "deactivate 9" });
      expect([short.status, short.text]).toEqual([422, expect.stringContaining("deactivate 8, 7 with a warning")]);
      expect(short.text).toMatch(/<input id="typed"[^>]* autofocus /);
    }
  }
});

it("reactivates what the campaign deactivated once the person has typed the act and the number of keys", async () => {
  await act(bob, "request-deactivate", { reason: "Moved" });
  const approve = addressIn(await act(alice, "review-deactivate"), "approve");
  const { phrase = "" } = hiddenIn((await alice.open(approve)).text);
  expect((await start(alice, approve, { typed: phrase })).status).toBe(303);
  expect((await ended(alice)).text).toMatch(/<a class="button" href="[^"]+">Go on with the other \d+ keys</);
  const address = "/campaign/waves/pilot/rollback";
  const page = (await alice.open(address)).text;
  expect(page).toContain("Type <code>reactivate 1</code>");
  for (const typed of ["reactivate", "reactivate pilot", "reactivate 2"]) {
    expect((await start(alice, address, { typed })).status).toBe(422);
  }
  // A page for some keys of the wave has their number, which the page of the whole wave does not confirm.
  const narrowed = await alice.open(`${address}?only=nothing-like-this`);
  expect(narrowed.text).toContain("Type <code>reactivate 0</code>");
  expect((await alice.post(address, { ...hiddenIn(narrowed.text), typed: "reactivate 0" })).status).toBe(409);
  expect((await start(alice, `${address}?only=nothing-like-this`, { typed: "reactivate 0" })).status).toBe(303);
  expect((await ended(alice)).text).toContain("Wave &quot;pilot&quot; has no key &quot;nothing-like-this&quot;");
  // The text names keys of this wave, also if another wave has this name.
  expect(await act(alice, "rollback?only=main", { typed: "reactivate 0" })).toContain("has no key &quot;main&quot;");
  const { keys } = JSON.parse((await world.uko("bob", `campaign status --json --folder ${folder}`)).out);
  const { label } = keys.find(({ state }: { readonly state: string }) => state === "deactivated");
  expect(await act(alice, `rollback?only=${label}`, { typed: "reactivate 1" })).toContain("Reactivated 1 key");
  const verdict = await world.verdict();
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
});

it("reads the service once for the page of an approval", async () => {
  await act(bob, "request-deactivate");
  const approve = addressIn(await act(alice, "review-deactivate"), "approve");
  const callsOf = async (address: string): Promise<number> => {
    const before = (await world.trail()).length;
    expect((await alice.open(address)).status).toBe(200);
    return (await world.trail()).length - before;
  };
  expect(await callsOf(approve)).toBe(await callsOf("/campaign/waves/pilot"));
});

it("shows what each wave waits for, and its ticket, in columns of their own", async () => {
  const { text } = await alice.open("/campaign");
  expect(text).toMatch(/data-label="States"[^>]*>\d+ [a-z]+/);
  expect(text).toMatch(/data-label="Waits for"[^>]*>deactivate: a request for \d+ keys; a person who releases 1 key</);
  expect(text).toMatch(/data-label="Ticket"[^>]*>CHG-1</);
});

it("refuses a mistyped count, another phrase, and another digest", async () => {
  await act(bob, "request-deactivate");
  const approve = addressIn(await act(alice, "review-deactivate"), "approve");
  const mistyped = await start(alice, approve, { typed: "deactivate 2" });
  expect([mistyped.status, mistyped.text.includes("You did not type")]).toEqual([422, true]);
  const forged = await start(alice, approve, { phrase: "deactivate 2", typed: "deactivate 2" });
  const unknown = await start(alice, approve.replace(/[0-9a-f]{64}$/, "0".repeat(64)), { typed: "deactivate 1" });
  expect([forged.status, unknown.status]).toEqual([409, 409]);
  expect(await deactivated()).toBe(0);
});

it("does not offer a review to its requester, to another reviewer, or under another wave", async () => {
  await act(bob, "request-deactivate");
  const approve = addressIn(await act(alice, "review-deactivate"), "approve");
  for (const [who, address] of [
    [bob, approve],
    [alice, approve.replace("/pilot/", "/main/")],
    [alice, approve.replace("-deactivate-", "-destroy-")],
  ] as const) {
    expect((await who.open(address)).status).toBe(409);
    expect((await who.post(address, { phrase: "deactivate 1", typed: "deactivate 1" })).status).toBe(409);
  }
  expect(await deactivated()).toBe(0);
});

it("withdraws every request of the wave, and keeps the result of the run for another page", async () => {
  await act(bob, "request-deactivate");
  const address = "/campaign/waves/pilot/halt";
  const page = await alice.open(address);
  const count = Number(/withdraw (\d+)/.exec(page.text)?.[1]);
  const mistyped = await start(alice, address, { typed: "withdraw pilot" });
  expect([mistyped.status, mistyped.text.includes(`You did not type &quot;withdraw ${count}&quot;`)]).toEqual([
    422,
    true,
  ]);
  // The operation counts again before it withdraws the first request.
  const run = openOperations(world.environmentOf("alice"), { progress: { report: () => {} } });
  const confirm = (phrase: string) => Promise.reject(new Error(phrase));
  const halted = (await run.campaignActs()).halt(
    folder,
    { wave: "pilot", confirm },
    { signal: AbortSignal.timeout(20_000) },
  );
  await expect(halted).rejects.toThrow(`withdraw ${count}`);
  await run.close();
  const { vaultId, keyId } = reportOf(await world.uko("bob", "requests --json"));
  await world.advance("1m");
  await world.uko("bob", `withdraw ${vaultId}/${keyId}`);
  // The number has changed since the page was shown.
  const late = await alice.post(address, { ...hiddenIn(page.text), typed: `withdraw ${count}` });
  expect([late.status, late.text.includes("The wave has changed")]).toEqual([409, true]);
  expect(await act(alice, "halt", { typed: `withdraw ${count - 1}` })).toContain("Withdrew the requests on");
  expect((await alice.open("/campaign")).text).toContain("Your last act");
});

it("responds with 404 for pages of a campaign if the console has none", async () => {
  const plain = openConsole(world, "carol");
  await plain.logIn();
  expect((await plain.open("/campaign")).status).toBe(404);
  expect((await plain.open("/me")).text).not.toContain('href="/campaign"');
  await plain.close();
});
