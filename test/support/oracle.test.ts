import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type JudgeOptions, judge, type TrailEntry, type ViolationKind } from "./oracle.ts";

const alice = "IBMid-ALICE";
const bob = "IBMid-BOB";
const pipeline = "iam-ServiceId-1";
const profile = "iam-Profile-1";
const keyId = "9b2d0000-0000-4000-8000-000000000001";
const startMs = Date.parse("2026-11-24T12:00:00Z");
const required: JudgeOptions = { required: true, gate: "both" };

type Draft = Partial<TrailEntry> & { readonly operation: string; readonly afterMs?: number };

/** Builds a trail: each entry a second after the one before, unless it says how long after the start. */
function trail(...drafts: readonly Draft[]): readonly TrailEntry[] {
  return drafts.map(({ afterMs, ...draft }, index) => ({
    seq: index + 1,
    time: new Date(startMs + (afterMs ?? index * 1_000)).toISOString(),
    keyId,
    status: 200,
    effect: true,
    caller: alice,
    authn: draft.caller ?? alice,
    ...draft,
  }));
}

interface RecordDraft {
  readonly author: string;
  readonly step?: "deactivate" | "destroy";
  readonly how?: "asked" | "met" | "answer";
  readonly atMs?: number;
  readonly writer?: string;
  readonly carrier?: "tag" | "compact" | "both";
  readonly state?: string;
}

/** A PATCH that leaves a consent record on the key. */
function consent(draft: RecordDraft): Draft {
  const { author, step = "deactivate", how = "asked", atMs = 0, writer = author, carrier = "tag", state } = draft;
  const seconds = Math.floor((startMs + atMs) / 1_000);
  const digest = "d".repeat(32);
  const json = JSON.stringify({ v: 1, s: step, t: seconds, d: digest, a: author, n: "Somebody", h: how });
  const authorHash = createHash("sha256").update(author).digest("hex").slice(0, 16);
  const letters = `${step === "deactivate" ? "d" : "x"}${{ asked: "a", met: "m", answer: "n" }[how]}`;
  const compact = `\n[uko1b${letters}${seconds.toString(16).padStart(8, "0")}${digest}${authorHash}${"0".repeat(24)}]`;
  return {
    operation: "K4",
    caller: writer,
    afterMs: atMs,
    after: {
      state: state ?? (step === "deactivate" ? "active" : "deactivated"),
      tags: carrier === "compact" ? [] : [{ name: "uko_deletion", value: Buffer.from(json).toString("hex") }],
      description: carrier === "tag" ? "" : `Pays people${compact}`,
      updatedAt: new Date(seconds * 1_000).toISOString(),
    },
  };
}

const leaving = (state: string): NonNullable<TrailEntry["after"]> => ({
  state,
  tags: [],
  description: "",
  updatedAt: "2026-11-24T12:00:00Z",
});
const deactivate = (caller: string, afterMs = 1_000): Draft => ({
  operation: "K7",
  caller,
  afterMs,
  after: leaving("deactivated"),
});
const destroy = (caller: string, afterMs = 1_000): Draft => ({
  operation: "K8",
  caller,
  afterMs,
  after: leaving("destroyed"),
});

function kinds(entries: readonly TrailEntry[], options = required): readonly ViolationKind[] {
  return judge(entries, options).violations.map((violation) => violation.kind);
}

describe("the oracle accepts", () => {
  it.each(["tag", "compact"] as const)("a step by one person on another's record, carried as %s", (carrier) => {
    expect(kinds(trail(consent({ author: bob, carrier }), deactivate(alice)))).toEqual([]);
  });

  it("both steps, each with a pair of its own", () => {
    const hours = 5 * 3_600_000;
    const entries = trail(
      consent({ author: bob }),
      deactivate(alice),
      consent({ author: alice, step: "destroy", atMs: 2_000 }),
      destroy(bob, hours),
      { operation: "K5", caller: bob, detail: { materialIn: [] } },
    );
    expect(kinds(entries)).toEqual([]);
  });

  it("an answer over a request, and the step by the one who was answered", () => {
    const answer = consent({ author: bob, how: "answer", atMs: 1_000 });
    expect(kinds(trail(consent({ author: alice }), answer, deactivate(alice, 2_000)))).toEqual([]);
  });

  it("a person in a profile as actor", () => {
    expect(kinds(trail(consent({ author: bob }), { ...deactivate(profile), authn: alice }))).toEqual([]);
  });

  it("reads, refused steps and calls to the twin between record and step", () => {
    const entries = trail(
      consent({ author: bob }),
      { operation: "K3", effect: false },
      { operation: "K7", caller: bob, effect: false, status: 403 },
      { operation: "M14", caller: alice },
      deactivate(alice),
    );
    expect(kinds(entries)).toEqual([]);
  });

  it("a deactivation on one's own record under the gate destroy", () => {
    expect(kinds(trail(consent({ author: bob }), deactivate(bob)), { required: true, gate: "destroy" })).toEqual([]);
  });

  it("a lone step where dual authorization does not apply", () => {
    expect(kinds(trail(deactivate(bob)), { required: false, gate: "both" })).toEqual([]);
  });

  it("a withdrawal of a binding record", () => {
    expect(kinds(trail(consent({ author: bob }), { operation: "K4", caller: bob, after: leaving("active") }))).toEqual(
      [],
    );
  });
});

describe("the oracle finds", () => {
  it.each<[string, readonly TrailEntry[], readonly ViolationKind[]]>([
    ["a step without any record", trail(deactivate(alice)), ["no-consent"]],
    ["a step on one's own record", trail(consent({ author: alice }), deactivate(alice)), ["own-consent"]],
    ["a destroy whose answer was lost", trail({ ...destroy(alice), status: 200 }), ["no-consent"]],
    [
      "a record for the other step",
      trail(consent({ author: bob, step: "destroy", state: "active" }), deactivate(alice)),
      ["other-step"],
    ],
    [
      "a deactivation taken as consent to destroy",
      trail(consent({ author: bob }), deactivate(alice), destroy(alice)),
      ["no-consent"],
    ],
    [
      "a record that is 7 days old",
      trail(consent({ author: bob }), deactivate(alice, 7 * 86_400_000)),
      ["consent-too-old"],
    ],
    [
      "a record that names another author than its writer",
      trail(consent({ author: bob, writer: alice }), deactivate(alice)),
      ["no-consent"],
    ],
    [
      "a record of another time than its write",
      trail(
        {
          ...consent({ author: bob }),
          after: { ...leaving("active"), tags: consent({ author: bob, atMs: -60_000 }).after?.tags ?? [] },
        },
        deactivate(alice),
      ),
      ["no-consent"],
    ],
    ["a record in both carriers", trail(consent({ author: bob, carrier: "both" }), deactivate(alice)), ["no-consent"]],
    ["a service as author", trail(consent({ author: pipeline }), deactivate(alice)), ["no-consent"]],
    ["a profile as author", trail({ ...consent({ author: profile }), authn: bob }, deactivate(alice)), ["no-consent"]],
    ["a service as actor", trail(consent({ author: bob }), deactivate(pipeline)), ["not-a-person"]],
    [
      "the author acting through a profile",
      trail(consent({ author: bob }), { ...deactivate(profile), authn: bob }),
      ["own-consent"],
    ],
    [
      "a sync between record and step",
      trail(consent({ author: bob }), { operation: "K11", caller: bob, after: leaving("active") }, deactivate(alice)),
      ["no-consent"],
    ],
    [
      "an unreadable record",
      trail(
        { ...consent({ author: bob }), after: { ...leaving("active"), tags: [{ name: "uko_deletion", value: "zz" }] } },
        deactivate(alice),
      ),
      ["no-consent"],
    ],
    [
      "force, even where it was refused",
      trail({ operation: "K5", query: "?force=true", effect: false, status: 409 }),
      ["force"],
    ],
    ["a purge", trail({ operation: "M10", effect: false, status: 401 }), ["purge"]],
    ["a twin deleted behind UKO", trail({ operation: "M8" }), ["kms-delete"]],
    [
      "a record removed while material remains",
      trail({ operation: "K5", detail: { materialIn: ["aws"] } }),
      ["removed-with-material"],
    ],
    [
      "a second request over a binding one",
      trail(consent({ author: bob }), consent({ author: alice, atMs: 60_000 })),
      ["request-over-binding"],
    ],
    [
      "an answer to an answer",
      trail(consent({ author: bob, how: "answer" }), consent({ author: alice, how: "answer", atMs: 60_000 })),
      ["request-over-binding"],
    ],
    [
      "a binding record carried along",
      trail(consent({ author: bob }), { ...consent({ author: bob }), caller: alice, afterMs: 60_000 }),
      ["binding-record-touched"],
    ],
  ])("%s", (_, entries, expected) => {
    expect(kinds(entries)).toEqual(expected);
  });

  it("a destroy on one's own record under either gate", () => {
    const entries = trail(consent({ author: bob, step: "destroy" }), destroy(bob));
    expect(kinds(entries, { required: true, gate: "destroy" })).toEqual(["own-consent"]);
  });

  it("a service that acts where dual authorization does not apply, if asked to", () => {
    const options: JudgeOptions = { required: false, gate: "both", flagServices: true };
    expect(kinds(trail(deactivate(pipeline)), options)).toEqual(["not-a-person"]);
  });
});

it("an outsider's write voids a record without being judged itself", () => {
  const edit: Draft = { ...consent({ author: bob }), caller: alice, afterMs: 60_000, userAgent: "console" };
  const options: JudgeOptions = { ...required, isOutsider: (entry) => entry.userAgent === "console" };
  expect(kinds(trail(consent({ author: bob }), edit, deactivate(alice, 61_000)), options)).toEqual(["no-consent"]);
});
