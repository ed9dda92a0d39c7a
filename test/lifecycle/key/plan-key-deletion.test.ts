import { describe, expect, it } from "vitest";
import { holdsIn } from "../../../provider/lifecycle/consent/hold.ts";
import { kmsWindowMs } from "../../../provider/lifecycle/key/kms-window.ts";
import type { DeletionPolicy, KeyRun, Plan } from "../../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { coolDownMs } from "../../../provider/lifecycle/vocabulary/managed-key-states.ts";
import type { ConsentRecord, KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aDestroyedKey,
  aKey,
  aKeystoreStatus,
  aKeyWith,
  alice,
  anActor,
  aPolicy,
  aRecord,
  aRun,
  bob,
  carol,
  dayMs,
  deactivation,
  hourMs,
  nowMs,
  profile,
  taken,
  windowOpening,
} from "../../support/builders.ts";

const plan = (
  key: KeyObservation,
  run: Partial<KeyRun> = {},
  policy: Partial<DeletionPolicy> = {},
  atMs = nowMs,
): Plan => planKeyDeletion(key, aPolicy(policy), aRun(run), atMs);
const say = (...args: Parameters<typeof plan>): string => {
  const response = plan(...args);
  if (response.kind === "ready") return response.step.kind;
  if (response.kind === "refused") return response.guard.guard;
  return response.kind === "waitingForTime" ? response.awaits : response.kind;
};
const no = (step: "deactivate" | "destroy" | "remove" | "unset_for_deletion" | "write_record", status = 409) => ({
  refusals: [{ step, status, message: "409" }],
});

const request = aRecord();
const requestWith = (over: Parameters<typeof aRecord>[0] = {}) => aRecord({ step: "destroy", ...over });

describe("before the outage and before destroy", () => {
  it("keeps the record of a protected key, too", () => {
    expect(say(aKey({ state: "destroyed" }), {}, { deletionProtection: true })).toBe("deletion_protection");
    expect(say(aKey({ state: "destroyed" }), {}, { deletionProtection: true, goal: "destroyed" })).toBe("done");
  });
});

describe("a hold", () => {
  const holds = holdsIn([{ name: "hold", value: "legal until 2026_11_24" }]);

  it.each(["request", "engine", "approve", "resume"] as const)(
    "stops a run with the intent %s in each state, also under single and before the removal",
    (intent) => {
      for (const state of ["active", "deactivated", "pre_activation", "destroyed"] as const) {
        const key = aKey({ state, holds, marker: "single" });
        const single = { people: "single" } as const;
        expect(say(key, { intent }, single), state).toBe("held");
        expect(say(key, { intent }, single, Date.parse("2026-11-25")), state).not.toBe("held");
      }
    },
  );

  it("lets a run close the KMS window that it opened before it saw the hold", () => {
    const key = aKey({ holds, backingKeys: [aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs + dayMs })] });
    expect(say(key, taken(windowOpening))).toBe("unset_for_deletion");
    expect(say(key)).toBe("held");
  });
});

describe("cooling down", () => {
  const key = (agoMs: number) => aKeyWith(requestWith({ deactivatedAtMs: nowMs - agoMs, writtenAtMs: nowMs - 60_000 }));
  const naming = (agoMs: number) => ({
    approvals: [requestWith({ deactivatedAtMs: nowMs - agoMs, writtenAtMs: nowMs - 60_000 }).id],
  });

  it.each([
    [hourMs, "cool_down"],
    [coolDownMs, "cool_down"],
    [coolDownMs + 1000, "destroy"],
  ])("deactivated %i ms ago, with approval -> %s", (agoMs, expected) => {
    expect(say(key(agoMs), naming(agoMs))).toBe(expected);
  });

  it("returns the end of the cool-down, with and without a named record", () => {
    expect(plan(key(hourMs), naming(hourMs))).toMatchObject({ untilMs: nowMs + 3 * hourMs });
    expect(plan(key(hourMs))).toMatchObject({ kind: "waitingForApproval", notBeforeMs: nowMs + 3 * hourMs });
    expect(plan(key(5 * hourMs))).not.toHaveProperty("notBeforeMs");
  });

  it("tries if the time is unknown, reads a refusal as a wait until four hours after the last write, then as a refusal", () => {
    const unknown = (agoMs: number) => aKeyWith(requestWith({ writtenAtMs: nowMs - agoMs }));
    const run = (agoMs: number) => ({ approvals: [requestWith({ writtenAtMs: nowMs - agoMs }).id] });
    expect(say(unknown(hourMs), run(hourMs))).toBe("destroy");
    expect(plan(unknown(hourMs), { ...run(hourMs), ...no("destroy") })).toEqual({
      kind: "waitingForTime",
      awaits: "cool_down",
      untilMs: nowMs + 3 * hourMs,
    });
    expect(say(unknown(coolDownMs), { ...run(coolDownMs), ...no("destroy") })).toBe("cool_down");
    expect(plan(unknown(coolDownMs + 1000), { ...run(coolDownMs + 1000), ...no("destroy") })).toEqual({
      kind: "refused",
      guard: { guard: "service_refused", step: "destroy", message: "409" },
    });
  });

  it.each([400, 403, 404, 422, 424])("reads %s as a refusal at once: only 409 can mean the four hours", (status) => {
    const key = aKeyWith(requestWith({ writtenAtMs: nowMs - hourMs }));
    const run = { approvals: [requestWith({ writtenAtMs: nowMs - hourMs }).id] };
    expect(say(key, { ...run, ...no("destroy", status) })).toBe("service_refused");
  });

  it("refuses at once if the service does not even return the time of the last write", () => {
    const { updatedAtMs: _time, ...timeless } = aKey({ state: "deactivated", marker: "single" });
    expect(say(timeless, no("destroy"), { people: "single" })).toBe("service_refused");
  });
});

describe("one person, if the program and the key's marker say single", () => {
  const single = { people: "single" } as const;
  const marker = "single";

  it("never destroys in the run that deactivated, even after a wait", () => {
    const key = aKey({ state: "deactivated", updatedAtMs: nowMs, marker });
    expect(say(key, taken(deactivation), single)).toBe("cool_down");
    expect(say(key, taken(deactivation), single, nowMs + 5 * hourMs)).toBe("separate_run");
    expect(say(key, {}, single, nowMs + 5 * hourMs)).toBe("destroy");
  });
});

describe("a refused step", () => {
  it.each([
    [aKeyWith(request), { approvals: [request.id] }, "deactivate"],
    [aKeyWith(requestWith(), { state: "pre_activation" }), { approvals: [requestWith().id] }, "destroy"],
    [aDestroyedKey(), {}, "remove"],
    [aKey(), {}, "write_record"],
  ] as const)("is not sent again in the same run", (key, run, step) => {
    expect(say(key, run)).toBe(step);
    expect(plan(key, { ...run, ...no(step) })).toEqual({
      kind: "refused",
      guard: { guard: "service_refused", step, message: "409" },
    });
  });
});

describe("KMS dual authorization", () => {
  const live = (over: Parameters<typeof aBackingKey>[0] = {}) =>
    aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs + 6 * dayMs, ...over });
  const naming = { approvals: [request.id] };

  it("sets its own window just before the outage, and unsets the window if the outage does not happen", () => {
    expect(say(aKeyWith(request, { backingKeys: [aBackingKey({ dualAuthDelete: true })] }), naming)).toBe(
      "set_for_deletion",
    );
    expect(say(aKeyWith(request, { backingKeys: [live()] }), naming)).toBe("unset_for_deletion");
    const own = { ...naming, ...taken(windowOpening) };
    expect(say(aKeyWith(request, { backingKeys: [live()] }), own)).toBe("deactivate");
    expect(say(aKeyWith(request, { backingKeys: [live()] }), { ...own, ...no("deactivate") })).toBe(
      "unset_for_deletion",
    );
    expect(
      say(aKeyWith(request, { backingKeys: [aBackingKey({ dualAuthDelete: true })] }), { ...own, ...no("deactivate") }),
    ).toBe("service_refused");
    expect(say(aKeyWith(request, { backingKeys: [live()] }), { ...naming, ...no("deactivate") })).toBe(
      "service_refused",
    );
  });

  it("unsets its window even if the record became invalid in between, once", () => {
    const voided = aKeyWith(request, { backingKeys: [live()], updatedBy: carol });
    const own = { ...naming, ...taken(windowOpening) };
    expect(say(voided, own)).toBe("unset_for_deletion");
    expect(say(voided, { ...own, ...no("unset_for_deletion") })).toBe("write_record");
    const refused = { refusals: [...no("unset_for_deletion").refusals, ...no("deactivate").refusals] };
    expect(say(aKeyWith(request, { backingKeys: [live()] }), { ...own, ...refused })).toBe("service_refused");
  });

  it("reports before the outage that a window is too short or the backing key is not active", () => {
    const own = { ...naming, ...taken(windowOpening) };
    expect(say(aKeyWith(request, { backingKeys: [aBackingKey({ dualAuthDelete: true })] }), own)).toBe(
      "kms_window_too_short",
    );
    expect(say(aKeyWith(request, { backingKeys: [live({ state: "suspended" })] }), own)).toBe("backing_key_not_active");
  });

  const suspended = live({ state: "suspended" });
  const end = (setter: typeof bob | undefined, run: Partial<KeyRun> = {}, backingKey = suspended) => {
    const record = requestWith(setter === undefined ? {} : { kmsSetter: setter });
    return say(aKeyWith(record, { backingKeys: [backingKey] }), { approvals: [record.id], ...run });
  };

  it("does not let the setter or the author destroy, nor anyone if the setter is unknown", () => {
    expect(end(carol)).toBe("destroy");
    expect(end(alice)).toBe("destroy");
    expect(end(bob)).toBe("kms_setter");
    expect(end({ mark: bob.mark })).toBe("kms_setter");
    expect(end(undefined)).toBe("kms_setter_unknown");
    expect(end(carol, { actor: anActor(alice) })).toBe("waitingForApproval");
  });

  it("takes the setter from the note if the record names none", () => {
    const began = nowMs - dayMs;
    const window = live({ state: "suspended", windowEndsAtMs: began + kmsWindowMs });
    const record = requestWith({ writtenAtMs: began + hourMs });
    const decided = (noted: typeof bob) => {
      const note = { deactivatedAtMs: began, kmsSetter: noted };
      return say(aKeyWith(record, { state: "deactivated", backingKeys: [window], note }), { approvals: [record.id] });
    };
    expect(decided(carol)).toBe("destroy");
    expect(decided(bob)).toBe("kms_setter");
  });

  it("asks for no request and no approval if nothing says who set the window", () => {
    const without = (record: ConsentRecord, intent: KeyRun["intent"]) =>
      say(aKeyWith(record, { state: "deactivated", backingKeys: [suspended] }), { intent });
    const expired = requestWith({ writtenAtMs: nowMs - 8 * dayMs });
    expect(without(requestWith({}), "engine")).toBe("kms_setter_unknown");
    expect(without(expired, "engine")).toBe("kms_setter_unknown");
    expect(without(expired, "request")).toBe("kms_setter_unknown");
    expect(without(requestWith({ kmsSetter: carol }), "engine")).toBe("waitingForApproval");
    const unnamed = aKeyWith(requestWith({}), { backingKeys: [suspended], updatedBy: undefined });
    expect(say(unnamed, {})).toBe("persons_unknown");
  });

  it("compares the setter with both names of Bob in a profile, because KMS may compare either", () => {
    const actor = anActor(bob, { writesAs: profile });
    expect(end(profile, { actor })).toBe("kms_setter");
    expect(end(bob, { actor })).toBe("kms_setter");
    const { writesAs: _unknown, ...bare } = anActor(bob);
    expect(end(carol, { actor: bare })).toBe("destroy");
  });

  it("refuses outside a live window, before any check of the caller", () => {
    expect(end(carol, {}, live({ state: "suspended", windowEndsAtMs: nowMs }))).toBe("kms_window_expired");
    expect(end(carol, { approvals: [] }, aBackingKey({ dualAuthDelete: true, state: "suspended" }))).toBe(
      "kms_window_expired",
    );
    expect(end(undefined, {}, live({ state: "destroyed" }))).toBe("destroy");
  });
});

describe("after destroy", () => {
  const pending = aKeystoreStatus({ status: "pending_destruction", destructionAtMs: nowMs + dayMs });
  const key = (over: Partial<KeyObservation> = {}) => aDestroyedKey({ keystores: [pending], ...over });

  it.each([
    ["deactivated", "done", "done"],
    ["destruction_scheduled", "done", "done"],
    ["destroyed", "pending_destruction", "done"],
    ["removed", "pending_destruction", "remove"],
  ] as const)("with goal %s: while pending -> %s, once gone -> %s", (goal, whilePending, onceGone) => {
    expect(say(key(), {}, { goal })).toBe(whilePending);
    expect(say(aDestroyedKey(), {}, { goal })).toBe(onceGone);
  });

  it("waits until the keystore's date, and without a date if that date is past: the stored status may be stale", () => {
    expect(plan(key())).toEqual({
      kind: "waitingForTime",
      awaits: "pending_destruction",
      keystores: [pending],
      untilMs: nowMs + dayMs,
    });
    expect(plan(key(), {}, {}, nowMs + dayMs)).toEqual({
      kind: "waitingForTime",
      awaits: "pending_destruction",
      keystores: [pending],
    });
    const { destructionAtMs: _date, ...dateless } = pending;
    expect(plan(key({ keystores: [dateless] }))).toEqual({
      kind: "waitingForTime",
      awaits: "pending_destruction",
      keystores: [dateless],
    });
  });

  it("refuses to remove a key whose material may exist, whatever the goal past deactivated", () => {
    for (const goal of ["destruction_scheduled", "destroyed", "removed"] as const) {
      expect(say(key({ keystores: [aKeystoreStatus({ status: "active" })] }), {}, { goal })).toBe("keystore_holds_key");
    }
  });
});

it("throws on an unknown state", () => {
  expect(() => plan(aKey({ state: "lost" as never }))).toThrow("Unexpected value");
});
