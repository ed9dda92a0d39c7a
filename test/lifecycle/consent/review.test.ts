import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  admitToReview,
  answeredReview,
  answerLifetimeMs,
  answerWithinMs,
  judgeReviewed,
  kindOf,
  type Review,
  type ReviewLine,
  reviewGoals,
  reviewOf,
} from "../../../provider/lifecycle/consent/review.ts";
import type { KeyRun } from "../../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { planReviewedStep, strictest } from "../../../provider/lifecycle/key/plan-reviewed.ts";
import type { CoveredKey, Identity, KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aKey,
  aKeystoreStatus,
  aKeyWith,
  alice,
  anActor,
  anActorInProfile,
  anApprovalOf,
  aRecord,
  aReviewHeader,
  aReviewOf,
  aReviewScope,
  aRun,
  aWorkload,
  bob,
  carol,
  dayMs,
  digestsOf,
  hourMs,
  nowMs,
  pipeline,
  sha256,
  someFacts,
  someResources,
} from "../../support/builders.ts";

const record = aRecord({ reason: "end of contract" });
const key = aKeyWith(record);
const review = aReviewOf([key]);
const scope = aReviewScope();

/** The same key with other facts, and the record as if it had been written for them. */
function keyWithFacts(over: Partial<CoveredKey>): KeyObservation {
  const facts = someFacts(over);
  return aKeyWith(aRecord({ digest: digestsOf(facts).deactivate }), { facts, digests: digestsOf(facts) });
}

it("has the kind of its lines, and a review without lines counts as one of managed keys", () => {
  const neverActive = { kind: "never-active" } as ReviewLine;
  expect(kindOf({ header: aReviewHeader(), lines: new Map([["v/k", neverActive]]) })).toBe("never-active");
  expect(kindOf({ header: aReviewHeader(), lines: new Map() })).toBe("managed");
});

describe("the line of a key", () => {
  it("shows the record, its author and reason, the facts, the resources and the keystores", () => {
    const facts = someFacts({
      keystores: [
        { id: "ks-2", type: "aws_kms" },
        { id: "ks-1", type: "ibm_cloud_kms" },
      ],
    });
    const written = aRecord({ reason: "end of contract", digest: digestsOf(facts).deactivate });
    const seen = aKeyWith(written, {
      facts,
      digests: digestsOf(facts),
      keystores: [
        aKeystoreStatus({ keystoreId: "ks-3", type: "google_kms" }),
        aKeystoreStatus({ keystoreId: "ks-0", type: "azure_key_vault" }),
        aKeystoreStatus({ keystoreId: "ks-2", type: "a type that the status alone names", pendingPeriod: "PT168H" }),
      ],
      use: { kind: "known", count: 2, retainedBy: [], resources: someResources(["crn:2", "crn:1"]) },
    });
    expect(admitToReview(seen, scope, nowMs)).toEqual({
      kind: "line",
      record: written,
      line: {
        kind: "managed",
        vaultId: facts.vaultId,
        keyId: facts.keyId,
        label: "payroll",
        record: written.sha256,
        requester: alice.iamId,
        reason: "end of contract",
        facts: digestsOf(facts).deactivate,
        resources: ["crn:1", "crn:2"],
        keystores: [
          { id: "ks-0", type: "azure_key_vault" },
          { id: "ks-1", type: "ibm_cloud_kms" },
          { id: "ks-2", type: "aws_kms", pendingPeriod: "PT168H" },
          { id: "ks-3", type: "google_kms" },
        ],
      },
    });
  });

  it("quotes the whole hash of which the approval ID is the first half", () => {
    expect(record.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.sha256.startsWith(record.id)).toBe(true);
  });

  it("names the author of a compact record by the ID that the service reports", () => {
    const { reason: _reason, ...compact } = {
      ...record,
      author: { mark: alice.mark },
      location: "description" as const,
    };
    const seen = aKeyWith(compact, { updatedBy: alice });
    expect(admitToReview(seen, scope, nowMs)).toMatchObject({ kind: "line", line: { requester: alice.iamId } });
  });
});

const destroyRecord = aRecord({ step: "destroy" });
const toDestroy = aReviewScope({ step: "destroy" });
const ofNeverActive = aReviewScope({ step: "destroy", kind: "never-active" });

describe("a key stands apart from the set", () => {
  const known = { kind: "known", count: 1, retainedBy: [] } as const;
  it.each([
    ["the key is deactivated already", aKeyWith(record, { state: "deactivated" }), scope, { kind: "other_step" }],
    ["the key is destroyed", aKeyWith(destroyRecord, { state: "destroyed" }), toDestroy, { kind: "other_step" }],
    ["the key is active again", aKeyWith(destroyRecord, { state: "active" }), toDestroy, { kind: "other_step" }],
    ["the key is compromised", aKeyWith(record, { state: "compromised" }), scope, { kind: "other_step" }],
    [
      "the key was never active",
      aKeyWith(destroyRecord, { state: "pre_activation" }),
      toDestroy,
      { kind: "never_active" },
    ],
    ["the key was active once", aKeyWith(destroyRecord), ofNeverActive, { kind: "other_step", state: "deactivated" }],
    ["there is no record", aKey(), scope, { kind: "not_binding", why: { kind: "none" } }],
    ["another person wrote last", aKeyWith(record, { updatedBy: carol }), scope, { why: { kind: "edited" } }],
    [
      "the record is for another step",
      aKeyWith(destroyRecord, { state: "active" }),
      scope,
      { why: { kind: "other_step" } },
    ],
    ["the request expired", aKeyWith(aRecord({ writtenAtMs: nowMs - 7 * dayMs })), scope, { why: { kind: "expired" } }],
    ["a service wrote the record", aKeyWith(aRecord({ author: pipeline })), scope, { why: { kind: "not_a_person" } }],
    ["the reviewer requested it", aKeyWith(aRecord({ author: bob })), scope, { kind: "own_request" }],
    ["another person requested it", aKeyWith(aRecord({ author: carol })), scope, { kind: "other_requester" }],
    ["the record is an approval", aKeyWith(anApprovalOf(record)), scope, { kind: "is_approval" }],
    [
      "its use is unreadable",
      aKeyWith(record, { use: { kind: "unreadable", reason: "403" } }),
      scope,
      { kind: "use_unreadable" },
    ],
    ["its resources have no IDs", aKeyWith(record, { use: known }), scope, { kind: "use_unreadable" }],
  ] as const)("because %s", (_title, seen, set, why) => {
    expect(admitToReview(seen, set, nowMs)).toMatchObject({ kind: "apart", why });
  });

  it("and keys that were never active can be reviewed in a set of their own", () => {
    const seen = aKeyWith(destroyRecord, { state: "pre_activation" });
    expect(admitToReview(seen, ofNeverActive, nowMs).kind).toBe("line");
  });
});

describe("a review names the record on a key", () => {
  const verdict = (seen: KeyObservation, over: { review?: Review; actor?: typeof bob; atMs?: number } = {}) =>
    judgeReviewed(over.review ?? review, seen, anActor(over.actor ?? bob), over.atMs ?? nowMs);

  it("while the key is what the reviewer saw", () => {
    expect(verdict(key)).toEqual({ kind: "act", record });
    expect(verdict(aKeyWith(record, { keystoresAreLive: false }))).toEqual({ kind: "act", record });
  });

  it.each([
    ["another instance", { instanceId: "22222222-2222-4222-8222-222222222222" }, {}, { kind: "other_instance" }],
    ["another reviewer", {}, { actor: carol }, { kind: "other_reviewer", reviewer: bob.iamId }],
    ["the requester", {}, { actor: alice }, { kind: "other_reviewer" }],
    [
      "an answer more than 60 minutes after the first read",
      { reviewedAtMs: nowMs - answerWithinMs - 1 },
      {},
      { kind: "answered_late", atMs: nowMs - 1 },
    ],
    ["a review of the future", { reviewedAtMs: nowMs + 60_001 }, {}, { kind: "not_yet", reviewedAtMs: nowMs + 60_001 }],
  ] as const)("but not for %s", (_title, header, over, why) => {
    expect(verdict(key, { ...over, review: aReviewOf([key], header) })).toMatchObject({ kind: "skip", why });
  });

  it.each([
    ["60 minutes ago", { reviewedAtMs: nowMs - answerWithinMs }],
    ["by a clock that is a minute ahead", { reviewedAtMs: nowMs + 60_000 }],
  ])("if it was made %s", (_title, header) => {
    expect(verdict(key, { review: aReviewOf([key], header) }).kind).toBe("act");
  });

  it("for 4 hours after the answer, by any clock that the run has seen", () => {
    const answeredAtMs = aReviewHeader().reviewedAtMs + answerWithinMs;
    const answered = { ...review, answeredAtMs };
    const at = (latestTimeMs: number) => verdict(aKeyWith(record, { latestTimeMs }), { review: answered });
    expect(at(answeredAtMs + answerLifetimeMs - 1).kind).toBe("act");
    expect(at(answeredAtMs + answerLifetimeMs)).toMatchObject({ kind: "skip", why: { kind: "expired" } });
  });

  it("takes the first read after the answer for its time", () => {
    const { answeredBy } = answeredReview(review);
    expect(answeredBy(nowMs).answeredAtMs).toBe(nowMs);
    expect(answeredBy(nowMs + hourMs).answeredAtMs).toBe(nowMs);
  });

  it("but not if the review does not list the key, in this vault", () => {
    const elsewhere = someFacts({ vaultId: "5c1e0000-0000-4000-8000-000000000009" });
    expect(verdict(aKeyWith(record, { facts: elsewhere }))).toEqual({ kind: "skip", why: { kind: "not_listed" } });
    expect(verdict(key, { review: aReviewOf([]) })).toEqual({ kind: "skip", why: { kind: "not_listed" } });
  });

  const use = (ids: readonly string[]) =>
    ({ use: { kind: "known", count: ids.length, retainedBy: [], resources: someResources(ids) } }) as const;
  it.each<[string, KeyObservation, readonly string[]]>([
    ["the request was replaced", aKeyWith(aRecord({ writtenAtMs: nowMs })), ["record", "reason"]],
    ["the reason changed", aKeyWith(aRecord({ reason: "another" })), ["record", "reason"]],
    ["the key has a new version", keyWithFacts({ version: 2 }), ["record", "facts", "reason"]],
    ["the key has a new label", keyWithFacts({ label: "crown" }), ["label", "record", "facts", "reason"]],
    ["a resource uses it now", aKeyWith(record, use(["crn:1"])), ["resources"]],
    [
      "a keystore holds it now",
      aKeyWith(record, { keystores: [aKeystoreStatus({ keystoreId: "ks-9" })] }),
      ["keystores"],
    ],
    [
      "a keystore would keep it longer",
      aKeyWith(record, { keystores: [aKeystoreStatus({ pendingPeriod: "PT2160H" })] }),
      ["keystores"],
    ],
  ])("but not if %s", (_title, seen, fields) => {
    const { kind, why } = verdict(seen) as { kind: string; why?: { kind: string; fields: readonly string[] } };
    expect([kind, why?.kind, [...(why?.fields ?? [])].sort()]).toEqual(["skip", "changed", [...fields].sort()]);
  });

  it("but not if any field of its line differs", () => {
    const [line] = review.lines.values();
    for (const field of Object.keys(line ?? {})) {
      // These name the key and its set, so that a change has a reason of its own.
      if (["vaultId", "keyId", "kind", "requester"].includes(field)) continue;
      const edited = reviewOf(review.header, [{ ...line, [field]: "edited" } as unknown as ReviewLine]);
      expect(verdict(key, { review: edited }), field).toEqual({
        kind: "skip",
        why: { kind: "changed", fields: [field] },
      });
    }
  });
});

describe("a run that acts on a review", () => {
  const plan = (seen: KeyObservation, over: Partial<KeyRun> = {}, by = review) =>
    planReviewedStep(by, seen, aRun({ intent: "approve", ...over }), nowMs);

  it("leaves the key alone if it is not what was reviewed", () => {
    const changed = aKeyWith(record, {
      use: { kind: "known", count: 1, retainedBy: [], resources: someResources(["crn:1"]) },
    });
    expect(plan(changed)).toMatchObject({
      kind: "refused",
      guard: { why: { kind: "changed", fields: ["resources"] } },
    });
  });

  it.each([
    ["a machine", aWorkload()],
    ["a caller without an ID", { displayName: "?" }],
    ["the requester", anActor(alice)],
    ["a third person", anActor(carol)],
  ])("gives nothing to %s", (_who, actor) => {
    expect(plan(key, { actor }).kind).toBe("refused");
  });

  it("gives nothing to a machine that a review names as its reviewer", () => {
    const forMachine = aReviewOf([key], { reviewer: pipeline.iamId ?? "" });
    expect(plan(key, { actor: aWorkload() }, forMachine)).toMatchObject({ callerPosition: "not_a_person" });
  });

  it("acts for the person who uses a trusted profile", () => {
    expect(plan(key, { actor: anActorInProfile() }).kind).toBe("ready");
  });

  it("never lets one person's own request count, even where the key's gate would", () => {
    const own = aKeyWith(aRecord({ author: bob }), { marker: "destroy" });
    const lines = Array.from(review.lines.values(), (line) => ({ ...line, requester: bob.iamId ?? "" }));
    expect(plan(own, {}, reviewOf(aReviewHeader(), lines))).toMatchObject({ guard: { why: { kind: "own_request" } } });
  });
});

describe("whatever a review says", () => {
  /** What fits, or one of the lies about it, so that many worlds are one or two lies away from a step. */
  const mostly = <T>(fitting: T, ...others: T[]) =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(fitting) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
  const person = (fitting: Identity) => mostly(fitting, alice, bob, carol, pipeline);
  const worlds = fc.record({
    state: mostly<KeyObservation["state"]>("active", "deactivated", "pre_activation"),
    recordStep: mostly<"deactivate" | "destroy">("deactivate", "destroy"),
    author: person(alice),
    writer: person(alice),
    how: mostly<"command" | "engine" | "approval">("command", "engine", "approval"),
    agoMs: mostly(hourMs, 1000, 8 * dayMs),
    actor: person(bob),
    gate: mostly<"both" | "destroy">("both", "destroy"),
    step: mostly<"deactivate" | "destroy">("deactivate", "destroy"),
    kind: mostly<ReviewLine["kind"]>("managed", "never-active"),
    requester: person(alice),
    reviewer: person(bob),
    reviewedAtMs: mostly(nowMs - hourMs, nowMs - 2 * dayMs, nowMs + dayMs),
    quotes: mostly(true, false),
  });

  it("no step is taken without two people, and none but the reviewed step", () => {
    let taken = 0;
    fc.assert(
      fc.property(worlds, (w) => {
        const written = aRecord({ step: w.recordStep, author: w.author, how: w.how, writtenAtMs: nowMs - w.agoMs });
        const seen = aKeyWith(written, { state: w.state, updatedBy: w.writer, marker: w.gate });
        const { step, kind, reviewer, reviewedAtMs } = w;
        const header = aReviewHeader({ step, reviewedAtMs, reviewer: reviewer.iamId ?? "" });
        // The person who wrote this file wrote any text at all, so its line may quote the key exactly.
        const line: ReviewLine = {
          ...{ vaultId: seen.facts.vaultId, keyId: seen.facts.keyId, label: seen.facts.label, kind },
          record: w.quotes ? written.sha256 : sha256("another"),
          requester: w.requester.iamId ?? "",
          facts: seen.digests[header.step],
          resources: [],
          keystores: [{ id: "ks-1", type: "ibm_cloud_kms" }],
        };
        const forged = reviewOf(header, [line]);
        const run = aRun({ actor: anActor(w.actor), intent: "approve" });
        const plan = planReviewedStep(forged, seen, run, nowMs);
        if (plan.kind !== "ready") return;
        // A run without a review does the same if its person confirmed the request by hand.
        const confirmed = aRun({ actor: run.actor, approvals: [written.id], intent: "approve" });
        const goal = reviewGoals[step];
        expect(planKeyDeletion(seen, { ...strictest, goal }, confirmed, nowMs)).toEqual(plan);
        taken += 1;
        expect(plan.step).toEqual({ kind: header.step, allowedBy: written });
        expect(w.author).toBe(w.writer);
        expect([written.author.iamId, pipeline.iamId]).not.toContain(w.actor.iamId);
        expect(w.how).not.toBe("approval");
        expect([w.quotes, header.reviewer, line.requester]).toEqual([true, w.actor.iamId, w.author.iamId]);
        expect(Math.abs(nowMs - header.reviewedAtMs)).toBeLessThanOrEqual(answerWithinMs);
      }),
      { numRuns: 3000, seed: 15 },
    );
    expect(taken).toBeGreaterThan(30);
  });
});
