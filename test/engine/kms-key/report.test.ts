import { describe, expect, it } from "vitest";
import { reportKmsKeyDeletion } from "../../../provider/engine/kms-key/report.ts";
import type { KmsKeySnapshot } from "../../../provider/engine/ports/kms-keys.ts";
import type { KmsKeyObservation } from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import { alice, anActor, bob, nowMs } from "../../support/builders.ts";
import { aKmsKey, aKmsKeySetBy, aKmsRun, aKmsSnapshot, kmsOpening } from "../../support/kms-builders.ts";

const about = (observation: KmsKeyObservation, snapshot: Partial<KmsKeySnapshot> = {}) => ({
  observation,
  snapshot: aKmsSnapshot(snapshot),
  nowMs,
});
const isOver = { state: "destroyed", deletedAtMs: nowMs } as const;

describe("the report on a KMS key names", () => {
  it("the requester if this run opened the window, with ID and name", () => {
    const run = aKmsRun({ actor: anActor(alice), stepsTaken: [{ step: kmsOpening }] });
    const report = reportKmsKeyDeletion(about(aKmsKeySetBy(alice)), { run });
    expect(report).toMatchObject({ requestedBy: alice.iamId, requestedByName: run.actor.displayName });
  });

  it("the requester who signed the request", () => {
    const signatures = { by: "signers", requester: alice };
    const report = reportKmsKeyDeletion(about(aKmsKeySetBy(alice, { signatures })), { run: aKmsRun() });
    expect(report).toMatchObject({ requestedBy: alice.iamId });
  });

  it("no requester by a suspicion, nor one whose window is in doubt, or closed", () => {
    const inDoubt = aKmsRun({ stepsTaken: [{ step: kmsOpening, isInDoubt: true }] });
    const own = aKmsRun({ stepsTaken: [{ step: kmsOpening }] });
    for (const [key, run] of [
      [aKmsKeySetBy(alice), aKmsRun()],
      [aKmsKeySetBy(alice), inDoubt],
      [aKmsKey(), own],
    ] as const) {
      expect(reportKmsKeyDeletion(about(key), { run })).not.toHaveProperty("requestedBy");
    }
  });

  it("the approver, who destroyed the key under KMS dual authorization", () => {
    const destroyed = (over: Partial<KmsKeyObservation>) =>
      reportKmsKeyDeletion(about(aKmsKey({ ...isOver, ...over }), { deletedBy: bob.iamId ?? "" }), { run: aKmsRun() });
    expect(destroyed({})).toMatchObject({ approvedBy: bob.iamId });
    expect(destroyed({ dualAuthDelete: false })).not.toHaveProperty("approvedBy");
  });

  it("and a state names no people, because it has to be the same for each reader", () => {
    const signatures = { by: "signers", requester: alice };
    expect(reportKmsKeyDeletion(about(aKmsKeySetBy(alice, { signatures })))).not.toHaveProperty("requestedBy");
    expect(reportKmsKeyDeletion(about(aKmsKey(isOver), { deletedBy: "IBMid-1" }))).not.toHaveProperty("approvedBy");
  });
});
