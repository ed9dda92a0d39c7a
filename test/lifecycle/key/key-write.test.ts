import { describe, expect, it } from "vitest";
import { type KeyWrite, keyWrites, mayStillFit, planKeyWrite } from "../../../provider/lifecycle/key/key-write.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { planReversal } from "../../../provider/lifecycle/key/plan-reversal.ts";
import { planSync } from "../../../provider/lifecycle/key/plan-update.ts";
import {
  aKey,
  aKeyWith,
  alice,
  aPolicy,
  aRecord,
  aRun,
  bob,
  carol,
  dayMs,
  dropOf,
  nowMs,
  taken,
} from "../../support/builders.ts";

const all = Object.keys(keyWrites) as readonly KeyWrite[];
const endsRequest: readonly KeyWrite[] = ["hold", "reactivate", "deactivate_alone"];
const withoutBody: readonly KeyWrite[] = ["reactivate", "deactivate_alone", "activate", "sync", "align", "rotate"];
/** Carol put it there in Bob's name, so it is void. It is as new as a record can be. */
const planted = aRecord({ author: bob, writtenAtMs: nowMs });
const withPlanted = aKeyWith(planted, { updatedBy: carol, updatedAtMs: nowMs });

describe("planKeyWrite", () => {
  it.each(all)("%s writes to a key without a record", (write) => {
    expect(planKeyWrite(aKey(), write, nowMs)).toEqual({ kind: "write" });
  });

  it.each(all)("%s leaves no record that another person planted", (write) => {
    const kind = withoutBody.includes(write) ? "drop_first" : "write";
    expect(planKeyWrite(withPlanted, write, nowMs)).toEqual({ kind });
    for (const carried of [{ kind: "twice" }, { kind: "unreadable", id: "0" }] as const) {
      // No write can make an unreadable record count, so a reactivation does not wait for it.
      const isPassed = write === "reactivate" && carried.kind === "unreadable";
      expect(planKeyWrite(aKey({ carried }), write, nowMs)).toEqual({ kind: isPassed ? "write" : kind });
    }
  });

  it.each(all)("%s ends a pending request only if it makes the key safer", (write) => {
    const record = aRecord();
    const plan = planKeyWrite(aKeyWith(record), write, nowMs);
    if (!endsRequest.includes(write)) expect(plan).toEqual({ kind: "leave", record });
    else expect(plan).toEqual({ kind: withoutBody.includes(write) ? "drop_first" : "write" });
  });

  it.each(all)("%s leaves out the record on a destroyed key, whose tags the service no longer changes", (write) => {
    for (const state of ["destroyed", "destroyed_compromised"] as const) {
      expect(planKeyWrite({ ...withPlanted, state }, write, nowMs)).toEqual({ kind: "write" });
    }
  });

  it("goes on past a record that the service does not remove, but never past one that a write could still vouch for", () => {
    const old = aRecord({ author: bob, writtenAtMs: nowMs - dayMs });
    const left = aKeyWith(old, { updatedBy: bob, updatedAtMs: nowMs });
    const run = aRun(taken(dropOf(old.id)));
    expect(planKeyWrite(left, "rotate", nowMs, run)).toEqual({ kind: "write" });
    expect(planKeyWrite(left, "rotate", nowMs, aRun())).toEqual({ kind: "drop_first" });
    expect(planKeyWrite({ ...left, updatedBy: carol }, "rotate", nowMs, run)).toEqual({ kind: "drop_first" });

    const ahead = aRecord({ author: bob, writtenAtMs: nowMs + 5000 });
    const planned = aKeyWith(ahead, { updatedBy: bob, updatedAtMs: nowMs });
    expect(planKeyWrite(planned, "rotate", nowMs, aRun(taken(dropOf(ahead.id))))).toEqual({ kind: "drop_first" });
  });
});

describe("mayStillFit", () => {
  it("is true for two seconds after a record in the writer's own name", () => {
    const fits = (afterMs: number, writer = bob): boolean => mayStillFit(withPlanted, writer, nowMs + afterMs);
    expect([fits(-1), fits(0), fits(2000), fits(2001), fits(0, alice)]).toEqual([true, true, true, false, false]);
    expect(mayStillFit(withPlanted, undefined, nowMs)).toBe(true);
    expect(mayStillFit(aKey(), bob, nowMs)).toBe(false);
  });
});

describe("the planners of calls without a body", () => {
  it("take a planted record off before a sync, a reactivation and a deactivation by one person alone", () => {
    const drop = { kind: "ready", step: { kind: "drop_record" } };
    expect(planSync(withPlanted, aRun(), nowMs)).toMatchObject(drop);
    const deactivated = { ...withPlanted, state: "deactivated", stateWord: "deactivated" } as const;
    expect(planReversal(deactivated, "reactivate", aRun(), nowMs)).toMatchObject(drop);
    const single = aPolicy({ people: "single" });
    const alone = { ...withPlanted, marker: "single" } as const;
    expect(planKeyDeletion(alone, single, aRun(), nowMs)).toMatchObject(drop);
  });

  it("reactivate although tags cannot be changed, but not while the record could still pass for the person's own", () => {
    const deactivated = { ...withPlanted, state: "deactivated", stateWord: "deactivated" } as const;
    const refused = aRun({ refusals: [{ step: "drop_record", status: 403, message: "no" }] });
    expect(planReversal(deactivated, "reactivate", refused, nowMs)).toMatchObject({
      kind: "refused",
      guard: { guard: "service_refused", step: "drop_record" },
    });
    expect(planReversal(deactivated, "reactivate", refused, nowMs + 3000)).toEqual({
      kind: "ready",
      step: { kind: "reactivate" },
    });
  });

  it("take the note of a deactivation off after it was undone, once", () => {
    const noted = aKey({ note: { deactivatedAtMs: nowMs - dayMs } });
    expect(planReversal(noted, "reactivate", aRun(), nowMs)).toEqual({
      kind: "ready",
      step: { kind: "drop_record", dropsNote: true },
    });
    expect(planReversal(noted, "reactivate", aRun(taken({ ...dropOf("1"), dropsNote: true as const })), nowMs)).toEqual(
      { kind: "done" },
    );
    expect(planReversal(noted, "withdraw", aRun(), nowMs)).toEqual({ kind: "done" });
  });

  it("reactivate although another person keeps putting a record back that cannot count yet", () => {
    const ahead = aRecord({ author: bob, writtenAtMs: nowMs + dayMs });
    const key = aKeyWith(ahead, { state: "deactivated", stateWord: "deactivated", updatedBy: carol });
    const planAfter = (...ids: string[]) => planReversal(key, "reactivate", aRun(taken(...ids.map(dropOf))), nowMs);
    expect(planAfter("1")).toMatchObject({ step: { kind: "drop_record" } });
    expect(planAfter("1", "2")).toEqual({ kind: "ready", step: { kind: "reactivate" } });
  });

  it("reactivate at once past a record that the activation cannot make look genuine", () => {
    const state = { state: "deactivated", stateWord: "deactivated" } as const;
    const used = aKeyWith(aRecord({ author: alice, writtenAtMs: nowMs - 1000 }), { ...state, updatedBy: bob });
    const unreadable = aKey({ ...state, carried: { kind: "unreadable", id: "0" } });
    for (const key of [used, unreadable]) {
      expect(planReversal(key, "reactivate", aRun(), nowMs)).toEqual({ kind: "ready", step: { kind: "reactivate" } });
    }
  });
});
