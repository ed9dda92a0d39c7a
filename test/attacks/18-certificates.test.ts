/** Certificates by signers who hide who acted, or who say different things to different readers. */

import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyFile } from "../../provider/compose-certificates.ts";
import { corroborate } from "../../provider/engine/certificate/activity-tracker.ts";
import { limitsOf } from "../../provider/engine/certificate/build.ts";
import type { LoggedLine } from "../../provider/engine/certificate/evidence-log.ts";
import { keysInEvidence } from "../../provider/engine/certificate/key-history.ts";
import type { Certificate } from "../../provider/engine/certificate/statement.ts";
import { isUkoError } from "../../provider/errors.ts";
import { hashJson } from "../../provider/services/signing/envelope.ts";
import { keys } from "../cli/harness.ts";
import { people, type Story, signedByBoth, startStory } from "../engine/certificate/story.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
  await story.destroy("payroll");
  await story.uko("carol", `certificate witness ${keys.payroll} --sign-key @carol.key --out @w.json`);
  await story.remove("payroll");
  await story.uko("bob", "certificate create --witness @w.json --sign-key @bob.key --out @c.json");
  await story.uko("alice", "certificate sign @c.json --sign-key @alice.key");
});
afterAll(() => story.close());

const textOf = (): string => Buffer.from(story.envelope("c.json").payload, "base64").toString("utf8");
const signed = (text: string): void =>
  writeFileSync(
    story.file("m.json"),
    signedByBoth(story, { ...story.envelope("c.json"), payload: Buffer.from(text, "utf8").toString("base64") }),
  );
/** Another statement about the key, in which everything fits together. */
function signedWith(change: (key: Certificate["predicate"]["keys"][number]) => void): void {
  const statement = JSON.parse(textOf()) as Certificate;
  const { predicate } = statement;
  for (const key of predicate.keys) change(key);
  statement.subject = predicate.keys.map((key) => ({ name: key.subject, digest: { sha256: hashJson(key) } }));
  predicate.list = { count: predicate.keys.length, sha256: hashJson(statement.subject) };
  predicate.notVerified = limitsOf({ ...predicate, isIbm: false });
  signed(JSON.stringify(statement));
}

async function verified(evidence: readonly string[] = []) {
  const trust = (["alice", "bob", "carol"] as const).map((who) => `${people[who]}=${story.file(`${who}.pem`)}`);
  try {
    const shared = { file: story.file("m.json"), trust, requiredPersons: 2, allowsEmulator: true };
    return await verifyFile({ ...shared, evidence: evidence.map((name) => story.file(name)) });
  } catch (error) {
    if (isUkoError(error)) return error.code;
    throw error;
  }
}

describe("a signer cannot hide who took the steps", () => {
  it("by a key whose steps are called unrecorded, if the evidence has them", async () => {
    signedWith((key) => Object.assign(key, { isWatched: false, steps: [] }));
    expect(await verified()).toMatchObject({ problems: [] });
    expect(await verified(["evidence.jsonl"])).toMatchObject({ problems: [{ kind: "evidence_differs" }] });
  });

  it("by a reading of today in the place of the recorded steps", async () => {
    const command = `certificate create --evidence @evidence.jsonl --observe --key ${keys.payroll}`;
    const { exitCode, err } = await story.uko("bob", `${command} --sign-key @bob.key --out @o.json`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("which --observe would leave out")]);
  });

  it("by a witness who may be the requester whom the evidence does not name", async () => {
    signedWith(({ steps }) => {
      for (const { requester } of steps) if (requester !== undefined) requester.iamId = "";
    });
    expect(await verified()).toMatchObject({
      grade: "self_reported",
      witnesses: [{ kind: "not_counted", why: "people_unknown" }],
    });
  });
});

describe("audit events of the same person and time do not corroborate a step", () => {
  /** The certificate, and an event of the account for each of its steps that ended something (uko-v4.md 7). */
  const corroborated = () => {
    const statement = JSON.parse(textOf()) as Certificate;
    const [key] = statement.predicate.keys;
    const steps = key?.steps.filter(({ step }) => ["deactivate", "destroy", "remove"].includes(step)) ?? [];
    const events = steps.map(({ step, startedAt, correlationId = "", executor }) => ({
      eventTime: startedAt,
      action: `hs-crypto.managed-keys.${step === "remove" ? "delete" : "write"}`,
      correlationId,
      initiator: { id: executor.iamId },
      target: { id: `crn:v1:…:managed-key:${key?.keyId}` },
    }));
    return { statement, steps, events };
  };

  it("unlike the events of the steps", () => {
    const { statement, events } = corroborated();
    expect(corroborate(statement, events)).toMatchObject({ isComplete: true, matched: 3, missing: [] });
  });

  it.each([
    ["reads", { action: "hs-crypto.managed-keys.read" }],
    ["changes of another object", { action: "hs-crypto.vaults.write" }],
    ["changes of another key", { target: { id: "crn:v1:…:managed-key:other" } }],
  ])("if they are %s", (_, over) => {
    const { statement, events } = corroborated();
    const others = events.map((event) => ({ ...event, ...over }));
    expect(corroborate(statement, others)).toMatchObject({ isComplete: false, matched: 0, contradictions: [] });
  });

  it("if another step has the same event", () => {
    const { statement, steps, events } = corroborated();
    const [one = { startedAt: "", executor: {} }, other = {}] = steps;
    Object.assign(other, { correlationId: "one", startedAt: one.startedAt, executor: one.executor });
    Object.assign(one, { correlationId: "one" });
    const [event = { correlationId: "" }] = events;
    event.correlationId = "one";
    expect(corroborate(statement, events)).toMatchObject({ isComplete: false, matched: 2 });
  });
});

it("states for each step how its own run authenticated, not how the person's last run did", () => {
  const lines = readFileSync(story.file("evidence.jsonl"), "utf8").trimEnd().split("\n");
  const entries = lines.map((line) => ({ ...JSON.parse(line), log: 0 }) as LoggedLine);
  const [first] = entries;
  if (first?.run !== undefined) Object.assign(first.run, { credential: "token" });
  const [key] = keysInEvidence(entries, first?.instanceId ?? "");
  const own = key?.steps.filter(({ executor }) => executor.iamId === first?.actor.iamId) ?? [];
  expect(own.map(({ step, credential }) => `${step} by ${credential}`)).toEqual([
    "write_record by token",
    "destroy by api_key",
    "remove by api_key",
  ]);
});

it.each([
  ["a property that is named twice", (text: string) => text.replace('"outcome":"removed"', '"outcome":"active",$&')],
  ["a property named __proto__", (text: string) => text.replace('"isWatched":true', '$&,"__proto__":{"outcome":"x"}')],
  ["a number in another notation", (text: string) => text.replace(/"count":(\d+)/, '"count":$1.0')],
  ["white space between its parts", (text: string) => text.replace(",", ", ")],
])("a statement with %s is no certificate, because readers could differ on what it says", async (_, change) => {
  const text = change(textOf());
  expect(text).not.toBe(textOf());
  signed(text);
  expect(await verified()).toBe("UKO_CERTIFICATE_INVALID");
});

it("a signature is not written through a link that another user left next to the certificate", async () => {
  writeFileSync(story.file("victim"), "mine\n");
  writeFileSync(story.file("l.json"), readFileSync(story.file("c.json")));
  symlinkSync(story.file("victim"), story.file("l.json.new"));
  expect(await story.uko("carol", "certificate sign @l.json --sign-key @carol.key")).toMatchObject({ exitCode: 0 });
  expect(readFileSync(story.file("victim"), "utf8")).toBe("mine\n");
  expect(story.envelope("l.json").signatures).toHaveLength(3);
});
