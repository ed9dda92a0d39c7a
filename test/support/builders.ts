/** Builders with defaults: a test names only what it is about. */

import { createHash, randomBytes } from "node:crypto";
import type { ConsentDraft } from "../../provider/lifecycle/consent/consent-record.ts";
import { digestText } from "../../provider/lifecycle/consent/digest.ts";
import { bodyJson, encodeTagValue, markOf, namesOf } from "../../provider/lifecycle/consent/record-text.ts";
import {
  admitToReview,
  type Review,
  type ReviewHeader,
  type ReviewScope,
  reviewOf,
} from "../../provider/lifecycle/consent/review.ts";
import type { DeletionPolicy, KeyRun, Step } from "../../provider/lifecycle/key/plan.ts";
import {
  type Actor,
  type ApprovedStep,
  type BackingKey,
  type CarriedRecord,
  type ConsentRecord,
  type CoveredKey,
  digestsBy,
  type Identity,
  type KeyObservation,
  type KeystoreStatus,
  type UsingResource,
} from "../../provider/lifecycle/vocabulary/observation.ts";
import type { StepTaken } from "../../provider/lifecycle/vocabulary/steps-taken.ts";

import { createSecretDigests } from "../../provider/services/secret-digests.ts";

export const secondMs = 1000;
export const hourMs = 60 * 60 * secondMs;
export const dayMs = 24 * hourMs;

/** 24 November 2026, 14:22 UTC: the moment at which most tests happen. */
export const nowMs = Date.UTC(2026, 10, 24, 14, 22, 0);

export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

export const secretDigests = createSecretDigests(() => randomBytes(16));

export function identityOf(iamId: string): Identity {
  return { iamId, mark: markOf(iamId, sha256) };
}

export const alice = identityOf("IBMid-550000AL1C");
export const bob = identityOf("IBMid-550000B0BB");
export const carol = identityOf("IBMid-550000CAR0");
export const pipeline = identityOf("iam-ServiceId-6f1e8c1b-50a3-4f6f-a0f2-1c0a5d1f7e11");
export const profile = identityOf("iam-Profile-90d5b8a0-9c0e-4f0e-8f0b-2d6c2f3a4b55");
export const cloudService = identityOf("crn-crn:v1:bluemix:public:hs-crypto:us-south:a/1:2::");

/** A person with a credential of their own. */
export function anActor(identity: Identity = bob, over: Partial<Actor> = {}): Actor {
  return { identity, writesAs: identity, displayName: `name of ${identity.iamId ?? identity.mark}`, ...over };
}

/** A person who is using a trusted profile: acts as themselves, is written down as the profile. */
export function anActorInProfile(identity: Identity = bob): Actor {
  return { identity, writesAs: profile, displayName: "Bob in a profile" };
}

/** A machine: by its own key, or in a profile that a workload assumed. */
export function aWorkload(identity: Identity = pipeline): Actor {
  return { identity, writesAs: identity, displayName: "pipeline" };
}

export function aRun(over: Partial<KeyRun> = {}): KeyRun {
  return { actor: anActor(), approvals: [], intent: "request", ...over };
}

/** The steps that a run took so far. */
export function taken<Step>(...steps: readonly Step[]): { readonly stepsTaken: readonly StepTaken<Step>[] } {
  return { stepsTaken: steps.map((step) => ({ step })) };
}

/** The step that writes a request for another step. */
export function aRequestOf(step: ApprovedStep): Step {
  return { kind: "write_record", draft: aDraft({ step }), marker: "both" };
}

/** The step that takes a record off the key. */
export function dropOf(recordId: string): Step {
  return { kind: "drop_record", recordId };
}

export const deactivation: Step = { kind: "deactivate" };
export const windowOpening: Extract<Step, { kind: "set_for_deletion" }> = {
  kind: "set_for_deletion",
  kmsKeyId: "kms-1",
};

export function aPolicy(over: Partial<DeletionPolicy> = {}): DeletionPolicy {
  return { goal: "removed", deletionProtection: false, people: "both", ...over };
}

export function someFacts(over: Partial<CoveredKey> = {}): CoveredKey {
  return {
    instanceId: "11111111-1111-4111-8111-111111111111",
    vaultId: "5c1e0000-0000-4000-8000-000000000001",
    keyId: "9b2d0000-0000-4000-8000-000000000002",
    version: 1,
    label: "payroll",
    description: "Salaries",
    activationDate: "2026-01-01",
    expirationDate: "",
    tags: [{ name: "team", value: "people" }],
    keystores: [{ id: "ks-1", type: "ibm_cloud_kms" }],
    ...over,
  };
}

export function digestsOf(facts: CoveredKey): KeyObservation["digests"] {
  return digestsBy((step) => sha256(digestText(facts, step)).slice(0, 32));
}

export function aKeystoreStatus(over: Partial<KeystoreStatus> = {}): KeystoreStatus {
  return {
    keystoreId: "ks-1",
    name: "ring",
    type: "ibm_cloud_kms",
    status: "active",
    syncFlag: "ok",
    detail: "",
    ...over,
  };
}

export function someResources(ids: readonly string[]): readonly UsingResource[] {
  return ids.map((id) => ({ id, name: `bucket ${id}`, service: "cloud-object-storage" }));
}

export function aBackingKey(
  over: Partial<Extract<BackingKey, { kind: "present" }>> = {},
): Extract<BackingKey, { kind: "present" }> {
  return { kind: "present", kmsKeyId: "kms-1", state: "active", dualAuthDelete: false, ...over };
}

const statusBesideState = {
  pre_activation: "not_present",
  active: "active",
  deactivated: "not_active",
  destroyed: "not_present",
  compromised: "active",
  destroyed_compromised: "not_present",
  unrecognized: "unrecognized",
} as const satisfies Record<KeyObservation["state"], KeystoreStatus["status"]>;

/** A key that carol wrote last, ten days ago, without a record. */
export function aKey(over: Partial<KeyObservation> = {}): KeyObservation {
  const facts = over.facts ?? someFacts();
  const state = over.state ?? "active";
  const keystores = facts.keystores.map((keystore) =>
    aKeystoreStatus({ keystoreId: keystore.id, type: keystore.type, status: statusBesideState[state] }),
  );
  return {
    facts,
    state,
    stateWord: state,
    updatedAtMs: nowMs - 10 * dayMs,
    updatedBy: carol,
    carried: { kind: "none" },
    holds: [],
    digests: digestsOf(facts),
    keystores,
    keystoresAreLive: true,
    storedKeystores: over.keystores ?? keystores,
    backingKeys: [],
    use: { kind: "known", count: 0, retainedBy: [] },
    ...over,
  };
}

export function aDraft(over: Partial<ConsentDraft> = {}): ConsentDraft {
  return {
    step: "deactivate",
    writtenAtMs: nowMs - hourMs,
    digest: digestsOf(someFacts()).deactivate,
    author: alice,
    authorName: "Alice Example",
    how: "command",
    ...over,
  };
}

/** The record that a draft becomes on the default key, or on the key whose id is given. */
export function aRecord(over: Partial<ConsentDraft> = {}, keyId: string = someFacts().keyId): ConsentRecord {
  const step = over.step ?? "deactivate";
  const draft = aDraft({ digest: digestsOf(someFacts())[step], ...over });
  const names = namesOf(keyId, encodeTagValue(draft), sha256);
  return { ...draft, ...names, body: sha256(bodyJson(draft)), location: "tag" };
}

/** Bob's approval of a request, half an hour ago. `isSealedHere`: as a run of the requester reads it. */
export function anApprovalOf(
  request: ConsentRecord,
  { isSealedHere, ...over }: Partial<ConsentDraft> & { readonly isSealedHere?: true } = {},
): ConsentRecord {
  const { sha256: requested, body, author, authorName, writtenAtMs, seal, step } = request;
  const quotes = { sha256: requested, body, author, authorName, writtenAtMs, seal };
  const approval = aRecord({ step, author: bob, how: "approval", writtenAtMs: nowMs - hourMs / 2, quotes, ...over });
  return isSealedHere === undefined || approval.quotes === undefined
    ? approval
    : { ...approval, quotes: { ...approval.quotes, isSealedHere } };
}

export function carrying(record: ConsentRecord): CarriedRecord {
  return { kind: "one", record };
}

/** A key whose last write is the record, as it must be for the record to bind. */
export function aKeyWith(record: ConsentRecord, over: Partial<KeyObservation> = {}): KeyObservation {
  return aKey({
    state: record.step === "deactivate" ? "active" : "deactivated",
    carried: carrying(record),
    updatedBy: record.author,
    updatedAtMs: record.writtenAtMs,
    ...over,
  });
}

/** A key that Bob destroyed half an hour ago, on the request of Alice, and that no keystore holds anymore. */
export function aDestroyedKey(over: Partial<KeyObservation> = {}): KeyObservation {
  const request = aRecord({ step: "destroy" });
  return aKeyWith(request, { state: "destroyed", updatedBy: bob, updatedAtMs: nowMs - hourMs / 2, ...over });
}

/** The review by Bob of the deactivations. */
export function aReviewHeader(over: Partial<ReviewHeader> = {}): ReviewHeader {
  return {
    instanceId: someFacts().instanceId,
    step: "deactivate",
    reviewer: bob.iamId ?? "",
    reviewedAtMs: nowMs - hourMs,
    ...over,
  };
}

/** The set of the keys that Alice requested. */
export function aReviewScope(over: Partial<ReviewScope> = {}): ReviewScope {
  const { step, reviewer } = aReviewHeader(over);
  return { step, reviewer, kind: "managed", requester: alice.iamId ?? "", ...over };
}

/** The review that shows these keys as they are. */
export function aReviewOf(keys: readonly KeyObservation[], over: Partial<ReviewHeader> = {}): Review {
  const header = aReviewHeader(over);
  const lines = keys.flatMap((key) => {
    const admitted = admitToReview(key, aReviewScope(header), nowMs);
    return admitted.kind === "line" ? [admitted.line] : [];
  });
  return reviewOf(header, lines);
}
