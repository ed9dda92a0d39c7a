import { describe, expect, it } from "vitest";
import type { KeyRun } from "../../../provider/lifecycle/key/plan.ts";
import { planReversal, type Reversal } from "../../../provider/lifecycle/key/plan-reversal.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeystoreStatus,
  alice,
  aRecord,
  aRun,
  bob,
  carrying,
  dayMs,
  dropOf,
  nowMs,
  taken,
} from "../../support/builders.ts";

const open = aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs + dayMs });
const record = { kind: "one", record: aRecord() } as const;
const say = (reversal: Reversal, over: Partial<KeyObservation>, run: Partial<KeyRun> = {}): string => {
  const plan = planReversal(aKey(over), reversal, aRun(run), nowMs);
  if (plan.kind === "ready") return plan.step.kind;
  return plan.kind === "refused" ? plan.guard.guard : plan.kind;
};

/** State and record -> withdraw, reactivate. */
const golden: readonly (readonly [string, Partial<KeyObservation>, string, string])[] = [
  ["active, no record", { state: "active" }, "done", "done"],
  ["active, a record", { state: "active", carried: record }, "drop_record", "drop_record"],
  ["active, an unreadable record", { carried: { kind: "unreadable", id: "0" } }, "drop_record", "drop_record"],
  ["active, two records", { carried: { kind: "twice" } }, "drop_record", "drop_record"],
  ["active, a record and an open window", { carried: record, backingKeys: [open] }, "drop_record", "drop_record"],
  ["active, an open window", { backingKeys: [open] }, "unset_for_deletion", "unset_for_deletion"],
  [
    "active, an expired window",
    { backingKeys: [aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs })] },
    "done",
    "done",
  ],
  ["active, no window", { backingKeys: [aBackingKey({ dualAuthDelete: true })] }, "done", "done"],
  ["active, a removed backing key", { backingKeys: [aBackingKey({ ...open, state: "destroyed" })] }, "done", "done"],
  ["deactivated, no record", { state: "deactivated" }, "done", "reactivate"],
  ["deactivated, a record", { state: "deactivated", carried: record }, "drop_record", "reactivate"],
  [
    "deactivated, a window, which KMS unsets for active keys only",
    { state: "deactivated", backingKeys: [aBackingKey({ ...open, state: "suspended" })] },
    "done",
    "reactivate",
  ],
  ["pre-active, a record", { state: "pre_activation", carried: record }, "drop_record", "never_active"],
  ["pre-active, no record", { state: "pre_activation" }, "done", "never_active"],
  ["destroyed", { state: "destroyed" }, "already_destroyed", "already_destroyed"],
  ["compromised", { state: "compromised" }, "compromised", "compromised"],
  ["destroyed, compromised", { state: "destroyed_compromised" }, "compromised", "compromised"],
  ["in a new state", { state: "unrecognized" }, "state_unrecognized", "state_unrecognized"],
];

describe("planReversal", () => {
  it.each(golden)("%s", (_what, over, withdraw, reactivate) => {
    expect(say("withdraw", over)).toBe(withdraw);
    expect(say("reactivate", over)).toBe(reactivate);
  });

  it("removes a record again unless this run did, wrote last, and the record does not bind: the service then keeps no removal", () => {
    const dropped = (id: string, over: Partial<KeyObservation> = {}) =>
      say("withdraw", { carried: record, updatedBy: bob, ...over }, taken(dropOf(id)));
    const { id } = record.record;
    expect(dropped(id)).toBe("done");
    expect(dropped("another")).toBe("drop_record");
    expect(dropped("0", { carried: { kind: "unreadable", id: "0" } })).toBe("done");
    expect(dropped(id, { carried: { kind: "twice" } })).toBe("drop_record");
    expect(dropped(id, { updatedBy: alice })).toBe("drop_record");
    expect(dropped(id, { updatedBy: undefined } as unknown as Partial<KeyObservation>)).toBe("drop_record");
    const own = aRecord({ author: bob });
    const again = { carried: carrying(own), updatedAtMs: own.writtenAtMs };
    expect(dropped(own.id, again)).toBe("drop_record");
    expect(
      say("withdraw", { carried: record, updatedBy: bob }, { actor: { displayName: "?" }, ...taken(dropOf(id)) }),
    ).toBe("drop_record");
  });

  it("names the keystores in which the cloud may still restore the material", () => {
    const pending = aKeystoreStatus({ status: "pending_destruction" });
    const key = aKey({ state: "destroyed", keystores: [pending, aKeystoreStatus({ status: "not_present" })] });
    expect(planReversal(key, "reactivate", aRun(), nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "already_destroyed", pending: [pending] },
    });
  });

  it.each(["drop_record", "unset_for_deletion", "reactivate"] as const)(
    "does not send %s twice after a refusal",
    (step) => {
      const over = {
        drop_record: { carried: record },
        unset_for_deletion: { backingKeys: [open] },
        reactivate: { state: "deactivated" },
      } as const;
      expect(say("reactivate", over[step], { refusals: [{ step, status: 409, message: "no" }] })).toBe(
        "service_refused",
      );
    },
  );

  it("throws on an unknown state", () => {
    expect(() => say("withdraw", { state: "lost" as never })).toThrow("Unexpected value");
  });
});
