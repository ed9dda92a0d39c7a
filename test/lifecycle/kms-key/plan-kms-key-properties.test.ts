import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kmsWindowMs } from "../../../provider/lifecycle/key/kms-window.ts";
import { kmsKeyStates } from "../../../provider/lifecycle/kms-key/kms-key-states.ts";
import {
  isWindowOpen,
  planKmsKeyDeletion,
  windowName,
} from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import { alice, bob, carol, dayMs, hourMs, nowMs, pipeline, profile, secondMs, taken } from "../../support/builders.ts";
import { aKmsKey, kmsKeyId, kmsOpening } from "../../support/kms-builders.ts";

describe("for every key, run and policy", () => {
  const identities = [alice, bob, pipeline, profile];
  const someone = fc.constantFrom(...identities);
  const keys = fc.record({
    setter: fc.option(someone, { nil: undefined }),
    setAgoMs: fc.constantFrom(1, hourMs, 6 * dayMs, kmsWindowMs, 8 * dayMs),
    lag: fc.constantFrom(-dayMs, -secondMs, 0, secondMs, hourMs),
    state: fc.constantFrom(...kmsKeyStates, "unrecognized" as const),
    dualAuthDelete: fc.boolean(),
    deletedAgoMs: fc.option(fc.constantFrom(1, 7 * hourMs, 20 * dayMs), { nil: undefined }),
  });
  const runs = fc.record({
    identity: someone,
    writesAs: someone,
    isNaming: fc.boolean(),
    hasSet: fc.boolean(),
  });
  const policies = fc.record({
    goal: fc.constantFrom("destroyed" as const, "removed" as const),
    deletionProtection: fc.boolean(),
    people: fc.constantFrom("both" as const, "single" as const),
  });

  it("destroys under dual authorization only by a person under their own credential who names a valid, open window of another", () => {
    fc.assert(
      fc.property(keys, runs, policies, (some, { identity, writesAs, isNaming, hasSet }, policy) => {
        const endsAtMs = nowMs - some.setAgoMs + kmsWindowMs;
        const key = aKmsKey({
          state: some.state,
          dualAuthDelete: some.dualAuthDelete,
          ...(some.setter !== undefined && {
            windowEndsAtMs: endsAtMs,
            policyWrite: { by: some.setter, atMs: nowMs - some.setAgoMs + some.lag, createdBy: carol },
          }),
          ...(some.deletedAgoMs !== undefined && { deletedAtMs: nowMs - some.deletedAgoMs }),
        });
        const approvals = isNaming ? [windowName(kmsKeyId, endsAtMs)] : [];
        const run = { actor: { identity, writesAs, displayName: "" }, approvals, ...(hasSet && taken(kmsOpening)) };
        const response = planKmsKeyDeletion(key, policy, run, nowMs);
        expect(planKmsKeyDeletion(key, policy, run, nowMs)).toEqual(response);
        if (response.kind !== "ready") return;
        expect(policy.deletionProtection).toBe(false);
        if (response.step.kind === "set_for_deletion") {
          expect(hasSet).toBe(false);
          expect(isWindowOpen(key, nowMs)).toBe(false);
          expect([alice, bob]).toContain(identity);
          expect(writesAs).toBe(identity);
          return;
        }
        if (!some.dualAuthDelete) {
          expect(policy.people).toBe("single");
          return;
        }
        expect(response.step).toEqual({ kind: "destroy", approvedWindow: approvals[0] });
        expect(isWindowOpen(key, nowMs)).toBe(true);
        expect([alice, bob]).toContain(identity);
        expect(writesAs).toBe(identity);
        expect(hasSet).toBe(false);
        expect(some.lag).toBeLessThanOrEqual(secondMs);
        if (Math.abs(some.lag) <= secondMs) {
          expect(some.setter).not.toBe(identity);
          expect([alice, bob]).toContain(some.setter);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
