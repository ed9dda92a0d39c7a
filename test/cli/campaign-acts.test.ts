import { cpSync, mkdirSync, mkdtempSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { CampaignActing } from "../../provider/campaign/acts/acting.ts";
import type { ShownReview } from "../../provider/campaign/reports/wave-state.ts";
import { openOperations } from "../../provider/compose/operations.ts";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import type { EvidenceEntry } from "../../provider/engine/ports/evidence.ts";
import { runInCampaign } from "../support/campaign-acts.ts";
import { linesBelow } from "../support/json-lines.ts";
import { counts, dataOf, useCampaignStage } from "./campaign-stage.ts";
import type { Ended, Person } from "./harness.ts";
import { expectCampaignForm } from "./json-form.ts";

/** 20 keys in two vaults and five kinds of keystore; one was never active, one is deactivated already. */
const seed = {
  ...generateSeed({ keys: 20, vaults: 2, kms: 0, blocked: 0 }),
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
};

const stage = useCampaignStage(seed);
const { world, folder } = stage;
beforeEach(() =>
  stage.begin(`format: uko-campaign-1
name: eol
instance: ${seed.instance.id}
deadline: 2027-03-20
waves:
  - {name: pilot, soak: 4h}
blackouts:
  - {from: 2026-12-15, to: 2027-01-05, reason: Year end}
rules:
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved, override: Known}
`),
);

const campaign = (who: Person, command: string): Promise<Ended> => stage.campaign(`${command} --json`, who);
const inFolder = (who: Person, command: string): Promise<Ended> => stage.campaign(command, who);
/** One person's review, and the approval of everything in it. */
async function approve(who: Person, step: string, options = ""): Promise<readonly Ended[]> {
  const review = dataOf(await campaign(who, `review pilot ${step} ${options}`)).review;
  const first = await campaign(who, `approve pilot ${step} --review ${review}`);
  return [first, await campaign(who, `approve pilot ${step} --review ${review}`)];
}

it("creates no lock in the folder, which a run that is killed would leave there", async () => {
  const place = path.join(folder, "evidence");
  mkdirSync(place, { recursive: true });
  const names = new Set<string | null>();
  const watcher = watch(place, (_, name) => names.add(name));
  await campaign("bob", "request pilot deactivate");
  watcher.close();
  expect([...names].filter((name) => name?.endsWith(".jsonl"))).toHaveLength(1);
  expect([...names].filter((name) => name?.endsWith(".lock"))).toEqual([]);
});

it("shows keys with the same reason in one row, and each key with --json", async () => {
  await campaign("bob", "request pilot deactivate");
  const again = await inFolder("alice", "request pilot deactivate");
  expect(again.out).toMatch(/\n18 keys +such as \S+ +requested already by IBMid-550000BOB \("Bob Example"\)\n/);
  expect(again.out).toMatch(
    /\n {2}--json lists each key\n\nNext:\n {2}uko campaign next --wave pilot .*\n {4}another person\n/,
  );
  const own = await inFolder("bob", "review pilot deactivate");
  expect(own.out).toMatch(/\n {2}\S+, .*, and 13 more: you requested .*\n {2}--json lists each key\n/);
  await campaign("bob", "halt pilot");
  const refused = await inFolder("pipeline", "request pilot deactivate");
  expect(refused.out).toMatch(
    /\n18 keys +such as \S+ +The key is waiting for a person to request its deactivation \[UKO_REQUEST_PENDING\]\n/,
  );
  expect(counts(await campaign("pipeline", "request pilot deactivate"))).toEqual({ left: 18 });
});

const reviewOf = async (who: Person, step: string, options = ""): Promise<string> =>
  dataOf(await campaign(who, `review pilot ${step} ${options}`)).review;
const firstKey = "5c1e0000-0000-4000-8000-000000000001/9b2d0000-0000-4000-8000-000000000001";

it("acts only for the reviewer, and only on the reviewed step", async () => {
  const nextOf = async (command: string) => (await inFolder("bob", command)).out.split("Next:\n  uko campaign ")[1];
  expect(await nextOf("review pilot deactivate")).toMatch(/^next --wave pilot .*\n {4}the first person/);
  await campaign("bob", "request pilot deactivate");
  expect(await nextOf("review pilot deactivate")).toMatch(/^next --wave pilot .*\n {4}another person/);
  const review = await reviewOf("alice", "deactivate");
  const codes = async (who: Person, command: string): Promise<unknown> =>
    dataOf(await campaign(who, command)).error?.code;
  const foreign = await campaign("bob", `approve pilot deactivate --review ${review}`);
  expect(dataOf(foreign).error).toMatchObject({
    code: "UKO_VIEW_OUTDATED",
    detail: expect.stringContaining("uko campaign next --wave pilot"),
  });
  expect(await codes("carol", `approve pilot deactivate --review ${review}`)).toBe("UKO_VIEW_OUTDATED");
  expect(await codes("alice", `approve pilot destroy --review ${review}`)).toBe("UKO_INPUT_INVALID");
  const keyState = JSON.parse((await world.uko("alice", `status ${firstKey} --json`)).out).keyState;
  expect(keyState).toBe("active");
});

it("names the keys that a review could not read, and exits with their code", async () => {
  await campaign("bob", "request pilot deactivate");
  await world.control("faults", { operation: "getManagedKey", keyId: firstKey.split("/")[1], status: 403 });
  const ended = await campaign("alice", "review pilot deactivate");
  expect(dataOf(ended)).toMatchObject({
    keys: 17,
    unreadable: [{ id: firstKey, name: "payments-key-00001", code: "UKO_RIGHTS_MISSING" }],
  });
  expect(ended.exitCode).toBe(13);
});

/** What the pages of the campaign show Alice. */
async function onPages<Shown>(show: (pages: CampaignPages) => Promise<Shown>): Promise<Shown> {
  const run = openOperations(world.environmentOf("alice"), { progress: { report: () => {} } });
  return show(await run.campaignPages()).finally(() => run.close());
}
type CampaignPages = Awaited<ReturnType<ReturnType<typeof openOperations>["campaignPages"]>>;
const look = (...shown: readonly ShownReview[]) => ({ wave: "pilot", only: "", shown });
const approvalOf = (review: ShownReview) =>
  onPages(async (pages) => (await pages.wave(folder, look(), options)).approvalOf({ step: "deactivate", review }));
/** The review as a page keeps it, once its sample has been taken. */
async function shownReview(): Promise<ShownReview> {
  const { file } = await reportAs("alice", (acts) =>
    acts.review(folder, { ...pilotDeactivate, kind: "managed" }, options),
  );
  if (file === undefined) throw new RangeError("no review");
  return { file, isAnswered: false, isSampled: false, tried: new Set() };
}

it("offers the approval of a review only where this session has shown it", async () => {
  await campaign("bob", "request pilot deactivate");
  const review = await shownReview();
  const { acts } = await onPages((pages) => pages.wave(folder, look(review), options));
  expect(acts).toContainEqual(expect.objectContaining({ name: "approve", review: review.file.digest }));
  const others = (await onPages((pages) => pages.wave(folder, look(), options))).acts;
  expect(others).not.toContainEqual(expect.objectContaining({ name: "approve" }));
});

it("shows an approver the reviewed keys that are held now, and leaves them out of the number to type", async () => {
  await campaign("bob", "request pilot deactivate");
  const review = await shownReview();
  await world.uko("bob", `hold ${firstKey} --kind legal`);
  const lines = expect.arrayContaining([expect.stringContaining("payments-key-00001: held")]);
  expect(await approvalOf({ ...review, isSampled: true })).toMatchObject({
    phrase: "deactivate 17",
    last: lines,
  });
});

it("asks for a large class of exceptions with the whole review, and not with its sample", async () => {
  const [, first = ""] = firstKey.split("/");
  const ids = Array.from({ length: 7 }, (_, at) => `${first.slice(0, -2)}${String(at + 1).padStart(2, "0")}`);
  for (const id of ids) await world.control(`keys/${id}`, { record: { description: "Legal hold" } });
  await campaign("bob", "plan --write --yes");
  await campaign("bob", "request pilot deactivate");
  const review = await shownReview();
  expect(await approvalOf({ ...review, isSampled: true })).toMatchObject({
    phrase: "deactivate 18, 6 changed, 6 with a warning",
  });
  expect(await approvalOf(review)).toMatchObject({ phrase: "deactivate 1" });
});

const pilotDeactivate = { wave: "pilot", step: "deactivate" } as const;
const options = { signal: new AbortController().signal };

/** The report of an act, before the command line prints it as text or as JSON. */
async function reportAs<Result>(who: Person, act: (acts: CampaignActing) => Promise<Result>): Promise<Result> {
  const run = openOperations(world.environmentOf(who), { progress: { report: () => {} } });
  const report = await act(await run.campaignActs());
  await run.close();
  return report;
}

it("names the review of each other requester, whose keys keep the gates of the wave", async () => {
  await campaign("bob", "request pilot deactivate");
  for (const [who, key] of [
    ["carol", firstKey],
    ["bob", firstKey.replace(/1$/, "3")],
  ] as const) {
    await world.uko(who, `withdraw ${key}`);
    await world.uko(who, `request ${key}`);
  }
  const review = "review pilot deactivate --other";
  // A person who names no requester begins with the one of most keys.
  expect((await inFolder("alice", review)).out).toContain("1 key requested by another person: the next review");
  const { out } = await inFolder("alice", `${review} --requested-by IBMid-550000BOB`);
  expect(out).toMatch(/1 key requested by another person: the next review/);
  expect(out).not.toContain("an approval each");
});

it("leaves a key that is held or that changed after the review, and takes the step on the others", async () => {
  await campaign("bob", "request pilot deactivate");
  const review = await reviewOf("alice", "deactivate");
  await world.uko("bob", `hold ${firstKey} --kind legal`);
  await world.uko("carol", `withdraw ${firstKey.replace(/1$/, "3")}`);
  const run = () => campaign("alice", `approve pilot deactivate --review ${review}`);
  // The first key goes alone; the changed key does not count, and the held key never starts.
  expect(counts(await run())).toMatchObject({ acted: 1 });
  expect(counts(await run())).toMatchObject({ acted: 15 });
  expect((await campaign("alice", `status ${firstKey}`)).out).toContain('"active"');
});

it("withdraws every request, and reactivates what it deactivated but not what another person wrote to", async () => {
  await campaign("bob", "request pilot deactivate");
  await approve("alice", "deactivate");
  await campaign("bob", "request pilot destroy");
  expect(counts(await campaign("bob", "halt pilot"))).toEqual({ acted: 2 });
  await world.advance("5h");
  // Carol's request and its withdrawal are later writes than the campaign's.
  await world.uko("carol", `request ${firstKey}`);
  await world.uko("carol", `withdraw ${firstKey}`);
  const powerless = await world.uko("bob", `campaign rollback ${firstKey.replace(/1$/, "3")} --folder ${folder}`);
  expect(powerless.out).toMatch(/\[UKO_RIGHTS_MISSING\]\n\nNext:\n {2}uko campaign status /);
  const rolledBack = await campaign("alice", "rollback pilot");
  expect(counts(rolledBack)).toMatchObject({ acted: 16 });
  expect(dataOf(rolledBack).keys.find(({ key }: { key: string }) => key === firstKey).says).toContain(
    "wrote to the key",
  );
  const confirmed = await world.type("alice", `campaign rollback ${firstKey} --folder ${folder}`, ["reactivate 1"]);
  expect(confirmed.out).toMatch(/LAST WRITER[\s\S]*IBMid-550000CAROL[\s\S]*Reactivated 1 key/);
  expect((await world.verdict()).violations).toEqual([]);
});

it("lets no request shorten the soak, and keeps it through a renewal", async () => {
  await campaign("bob", "request pilot deactivate");
  await approve("alice", "deactivate");
  await world.advance("1h");
  await world.uko("carol", `request ${firstKey}`);
  const reviewed = dataOf(await campaign("alice", "review pilot destroy"));
  const apart = reviewed.apart.find(({ key }: { key: string }) => key === firstKey);
  expect([reviewed.keys, apart?.says]).toEqual([0, expect.stringMatching(/^soaks until /)]);
  // Carol's request is the last write of the first key, so it soaks for another hour.
  await world.advance("200m");
  expect(counts(await campaign("alice", "request pilot destroy"))).toEqual({ acted: 19, left: 1 });
  const ofAlice = "review pilot destroy --requested-by IBMid-550000ALICE";
  expect(dataOf(await campaign("bob", ofAlice))).toMatchObject({ keys: 18 });
  await world.advance("5d");
  await world.advance("1h");
  // A pipeline cannot request, so it withdraws no request either.
  await campaign("pipeline", "request pilot destroy --renew");
  const written = (await world.trail()).filter(({ caller, effect }) => effect && !caller?.startsWith("IBMid-"));
  expect(written).toEqual([]);
  // A renewed request keeps what the one before it noted, so no soak begins again.
  expect(counts(await campaign("alice", "request pilot destroy --renew"))).toEqual({ acted: 19, left: 1 });
  // Two of them have a KMS deletion window, whose writer the renewed request keeps.
  expect(dataOf(await campaign("bob", "review pilot destroy")).keys).toBe(18);
  expect(dataOf(await campaign("bob", "review pilot destroy --other")).keys).toBe(1);
});

it("requests no destroy without a known opener of the KMS window, and finishes the key after the rollback that it names", async () => {
  const dualKey = firstKey.replace(/01$/, "17");
  await world.uko("bob", `request ${dualKey}`);
  const { file } = await reportAs("alice", (acts) =>
    acts.review(folder, { ...pilotDeactivate, kind: "managed", isOther: true }, options),
  );
  if (file === undefined) throw new RangeError("no review");
  const review = { file, isAnswered: false, isSampled: false, tried: new Set<string>() };
  // The window and the deactivation are more than 10 s apart.
  await world.control("clock", { tickMs: 11_000 });
  const approval = { ...pilotDeactivate, review, confirm: async () => {} };
  const deactivated = await reportAs("alice", (acts) => acts.approve(folder, approval, options));
  expectCampaignForm("approve", JSON.stringify({ v: 1, exitCode: deactivated.exitCode, ...deactivated.data }));
  await world.control("clock", { tickMs: 1_000 });
  const command = `uko campaign rollback ${dualKey} --folder ${folder}`;
  expect(dataOf(await campaign("carol", "status")).keys).toContainEqual(
    expect.objectContaining({ key: dualKey, who: "release", why: expect.stringContaining("UKO_KMS_SETTER_UNKNOWN") }),
  );
  const status = await world.uko("carol", `campaign status --folder ${folder}`);
  expect(status.out).toContain("it is not known who opened its KMS deletion window [UKO_KMS_SETTER_UNKNOWN]");
  expect(status.out).toContain(`To release payments-key-00017: ${command}, then deactivate it again\n`);
  await world.advance("5h");
  expect((await inFolder("alice", "request pilot destroy")).out).toContain("[UKO_KMS_SETTER_UNKNOWN]");

  const typed = ["reactivate 1"];
  expect((await world.type("alice", `campaign rollback ${dualKey} --folder ${folder}`, typed)).out).toContain(
    "Reactivated 1",
  );
  const { stop } = dataOf(await campaign("bob", "request pilot deactivate"));
  const resume = `--resume ${stop} --reason Window`;
  await world.uko("bob", `request ${dualKey}`);
  const later = await reviewOf("alice", "deactivate", "--other");
  const again = await campaign("alice", `approve pilot deactivate --review ${later} ${resume}`);
  expect(counts(again)).toEqual({ acted: 1 });
  await world.advance("5h");
  await campaign("alice", "request pilot destroy");
  expect(counts((await approve("bob", "destroy"))[1] as Ended)).toMatchObject({ acted: 1 });
  expect(JSON.parse((await world.uko("bob", `status ${dualKey} --json`)).out).keyState).toBe("destroyed");
});

it("takes no step in a blackout, but halts and rolls back", async () => {
  await world.advance("76d");
  const refused = await campaign("bob", "request pilot deactivate");
  expect([refused.exitCode, dataOf(refused).gate]).toEqual([11, "blackout"]);
  expect((await inFolder("bob", "request pilot deactivate")).out).toContain("A blackout forbids the step");
  await world.uko("bob", `request ${firstKey}`);
  expect(counts(await campaign("bob", "halt pilot"))).toEqual({ acted: 1 });
  expect((await campaign("bob", "rollback pilot")).exitCode).toBe(0);
});

it("stops after a reactivation, in every clone that has the evidence, until a person continues for a reason", async () => {
  await campaign("bob", "request pilot deactivate");
  const review = await reviewOf("alice", "deactivate");
  const run = (options = "") => campaign("alice", `approve pilot deactivate --review ${review} ${options}`);
  const first = dataOf(await run()).keys.find(({ outcome }: { outcome: string }) => outcome === "acted").key;
  await world.uko("alice", `reactivate ${first}`);
  const stopped = await run();
  expect([stopped.exitCode, dataOf(stopped).gate]).toEqual([12, "stopped"]);
  const closed = await inFolder("bob", "request pilot deactivate");
  expect(closed.out).toContain(`uko campaign next --wave pilot --folder ${folder}`);
  const clone = mkdtempSync(path.join(tmpdir(), "uko-clone-"));
  cpSync(folder, clone, { recursive: true });
  const command = "request pilot deactivate --json";
  const inClone = async () => dataOf(await runInCampaign(world, "bob", { command, folder: clone }));
  expect((await inClone()).stop).toBe(dataOf(stopped).stop);
  // A key that was reactivated looks as one whose request was withdrawn; only the evidence distinguishes them.
  rmSync(`${clone}/evidence`, { recursive: true });
  expect((await inClone()).stop).toBeUndefined();
  rmSync(clone, { recursive: true });
  // After a stop, a sample goes first again.
  const later = await reviewOf("alice", "deactivate");
  const resume = (reason: string) =>
    campaign("alice", `approve pilot deactivate --review ${later} --resume ${dataOf(stopped).stop} --reason ${reason}`);
  expect(counts(await resume("Restored-by-mistake"))).toMatchObject({ acted: 1 });
  expect(counts(await resume("Known")).acted).toBeGreaterThanOrEqual(16);
  const lines = linesBelow<EvidenceEntry & { readonly reason?: string }>(path.join(folder, "evidence"));
  const reasons = lines.filter(({ step }) => step === "continue");
  expect(reasons.map(({ reason, keyId }) => [keyId, reason]).toSorted()).toEqual([
    ["pilot", "Known"],
    ["pilot", "Restored-by-mistake"],
  ]);
});
