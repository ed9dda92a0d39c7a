import { describe, expect, it } from "vitest";
import {
  type CampaignRollback,
  planCampaignRequest,
  planCampaignRollback,
} from "../../../provider/campaign/rules/plan-step.ts";
import { holdsIn } from "../../../provider/lifecycle/consent/hold.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeyWith,
  alice,
  anActor,
  aRecord,
  aRun,
  bob,
  carol,
  dayMs,
  hourMs,
  nowMs,
} from "../../support/builders.ts";

const run = aRun({ actor: anActor(bob), intent: "request" });
const deactivate = { step: "deactivate" } as const;

describe("a campaign's request", () => {
  it("writes the record for exactly the step of the wave, with its reason", () => {
    expect(planCampaignRequest(aKey(), { ...deactivate, reason: "Moved" }, run, nowMs)).toMatchObject({
      kind: "take",
      plan: { kind: "ready", step: { kind: "write_record", draft: { step: "deactivate", reason: "Moved" } } },
    });
  });

  it("leaves a key whose next step is another one", () => {
    const left = { kind: "leave", why: { kind: "other_step" } };
    expect(planCampaignRequest(aKey({ state: "deactivated" }), deactivate, run, nowMs)).toEqual(left);
    expect(planCampaignRequest(aKey(), { step: "destroy" }, run, nowMs)).toEqual(left);
    const window = aBackingKey({ dualAuthDelete: true, state: "suspended", windowEndsAtMs: nowMs + dayMs });
    const ofUnknown = aKey({ state: "deactivated", backingKeys: [window] });
    expect(planCampaignRequest(ofUnknown, deactivate, run, nowMs)).toEqual(left);
    expect(planCampaignRequest(aKey({ state: "destroyed" }), { step: "destroy" }, run, nowMs)).toEqual(left);
  });

  it("reports a pending request of the step, and leaves that of another step", () => {
    const pending = aKeyWith(aRecord({ author: alice, step: "deactivate" }));
    expect(planCampaignRequest(pending, deactivate, run, nowMs)).toMatchObject({
      kind: "take",
      plan: { kind: "waitingForApproval" },
    });
    expect(planCampaignRequest(pending, { step: "destroy" }, run, nowMs).kind).toBe("leave");
  });

  it("notes in a request for destroy since when the key soaks, because the request becomes its last write", () => {
    const destroy = { step: "destroy" } as const;
    const lastWriteMs = nowMs - 5 * dayMs;
    const noted = (key: KeyObservation, soaksFromMs?: number): number | undefined => {
      const request = { ...destroy, ...(soaksFromMs !== undefined && { soaksFromMs }) };
      const verdict = planCampaignRequest(key, request, run, nowMs);
      return verdict.kind === "take" && verdict.plan.kind === "ready" && verdict.plan.step.kind === "write_record"
        ? verdict.plan.step.draft.deactivatedAtMs
        : -1;
    };
    const key = aKey({ state: "deactivated", updatedBy: alice, updatedAtMs: lastWriteMs });
    expect(noted(key)).toBe(lastWriteMs);
    // Known before a renewal withdrew the request: true only while the withdrawal is the last write.
    expect(noted(key, 1_000)).toBe(lastWriteMs);
    expect(noted(aKey({ ...key, updatedBy: bob }), 1_000)).toBe(1_000);
    expect(noted(aKey({ ...key, updatedBy: bob }))).toBe(lastWriteMs);
    expect(noted(aKey({ ...key, updatedBy: { mark: "0".repeat(16) } }), 1_000)).toBe(lastWriteMs);
    expect(noted(aKey({ ...key, state: "pre_activation" }))).toBeUndefined();
    const expired = aRecord({ author: alice, step: "destroy", writtenAtMs: nowMs - 8 * dayMs, deactivatedAtMs: 5_000 });
    expect(noted(aKeyWith(expired, { state: "deactivated" }))).toBe(5_000);
  });

  it("requests no destroy that KMS could not let a second person take, because nothing says who opened the window", () => {
    const beganAtMs = nowMs - 5 * hourMs;
    const backingKeys = [
      aBackingKey({ dualAuthDelete: true, state: "suspended", windowEndsAtMs: beganAtMs + 7 * dayMs }),
    ];
    const used = aRecord({ author: bob, writtenAtMs: beganAtMs - hourMs });
    const deactivatedAfterMs = (ms: number, noted: { readonly kmsSetter?: typeof carol } = {}) =>
      planCampaignRequest(
        aKeyWith(used, { state: "deactivated", updatedBy: alice, updatedAtMs: beganAtMs + ms, backingKeys }),
        { step: "destroy", ...noted },
        run,
        nowMs,
      );
    expect(deactivatedAfterMs(10_000)).toMatchObject({
      plan: { kind: "ready", step: { kind: "write_record", draft: { kmsSetter: alice } } },
    });
    expect(deactivatedAfterMs(10_001)).toEqual({
      kind: "take",
      plan: { kind: "refused", guard: { guard: "kms_setter_unknown" } },
    });
    // A renewal kept the opener of an earlier record. What the key itself shows takes precedence.
    expect(deactivatedAfterMs(10_001, { kmsSetter: carol })).toMatchObject({
      plan: { step: { draft: { kmsSetter: carol } } },
    });
    expect(deactivatedAfterMs(10_000, { kmsSetter: carol })).toMatchObject({
      plan: { step: { draft: { kmsSetter: alice } } },
    });
  });

  it("takes no step even if another person's record would allow it, and leaves a key with a hold tag", () => {
    const named = aRun({ actor: anActor(bob), approvals: [aRecord({ author: alice }).id], intent: "request" });
    expect(planCampaignRequest(aKeyWith(aRecord({ author: alice })), deactivate, named, nowMs).kind).toBe("leave");
    const held = aKey({ holds: holdsIn([{ name: "hold", value: "litigation" }]) });
    expect(planCampaignRequest(held, deactivate, run, nowMs)).toEqual({ kind: "leave", why: { kind: "held" } });
  });
});

describe("a campaign's rollback", () => {
  const atMs = nowMs - dayMs;
  const wave = { name: "eol", wave: "pilot" };
  const campaign = { ...wave, line: "0".repeat(32) };
  const facts: CampaignRollback = {
    wave,
    noted: { by: alice.iamId ?? "", atMs },
    confirmed: undefined,
    isProvenHere: false,
  };
  const requested = aRecord({ author: bob, writtenAtMs: atMs - 60_000, campaign });
  const key = aKeyWith(requested, { state: "deactivated", updatedBy: alice, updatedAtMs: atMs });
  const reactivated = { kind: "take", plan: { kind: "ready", step: { kind: "drop_record" } } };

  it("reactivates a key whose last write is the deactivation that the record and the evidence name", () => {
    expect(planCampaignRollback(key, facts, run, nowMs)).toMatchObject(reactivated);
  });

  it("leaves a key that another person wrote to, until a person confirms it", () => {
    const written = aKey({ ...key, updatedBy: carol });
    expect(planCampaignRollback(written, facts, run, nowMs)).toMatchObject({
      kind: "leave",
      why: { rollback: { kind: "written_since", by: carol } },
    });
    const confirmed = { ...facts, confirmed: { by: carol, atMs } };
    expect(planCampaignRollback(written, confirmed, run, nowMs)).toMatchObject(reactivated);
  });

  const { updatedBy: _deactivator, ...unnamed } = key;
  it.each<[string, KeyObservation]>([
    ["by another person", { ...key, updatedBy: bob }],
    ["at a later time", { ...key, updatedBy: carol, updatedAtMs: atMs + 1_000 }],
    ["by an identity that the service does not name", unnamed],
  ])("leaves a key with another last write than the person saw, %s", (_, since) => {
    const confirmed = { ...facts, confirmed: { by: carol, atMs } };
    expect(planCampaignRollback(since, confirmed, run, nowMs).kind).toBe("leave");
  });

  it("reactivates a held key, because a reactivation takes nothing from it", () => {
    const held = aKey({ ...key, holds: holdsIn([{ name: "hold", value: "legal" }]) });
    expect(planCampaignRollback(held, facts, run, nowMs)).toMatchObject(reactivated);
  });

  it("leaves a key that no evidence names, also if confirmed", () => {
    const confirmed = { ...facts, confirmed: { by: alice, atMs } };
    expect(planCampaignRollback(key, { ...confirmed, noted: undefined }, run, nowMs)).toMatchObject({
      why: { rollback: { why: "not_deactivated_here" } },
    });
  });

  it("cleans up an active key only in the run that reactivated it", () => {
    expect(planCampaignRollback(aKey(), facts, run, nowMs).kind).toBe("leave");
    const here = { ...facts, isProvenHere: true };
    expect(planCampaignRollback(aKey(), here, run, nowMs)).toEqual({ kind: "take", plan: { kind: "done" } });
  });
});
