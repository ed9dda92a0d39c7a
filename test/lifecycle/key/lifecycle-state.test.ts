import { describe, expect, it } from "vitest";
import {
  lifecycleStateOf,
  lifecycleStates,
  type Wait,
  waitOf,
} from "../../../provider/lifecycle/key/lifecycle-state.ts";
import type { KeyRun, Plan } from "../../../provider/lifecycle/key/plan.ts";
import { rights } from "../../../provider/lifecycle/vocabulary/managed-key-states.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aDestroyedKey,
  aKey,
  aKeystoreStatus,
  aKeyWith,
  anApprovalOf,
  aRecord,
  aRun,
  bob,
  dayMs,
  deactivation,
  hourMs,
  nowMs,
  taken,
} from "../../support/builders.ts";

const request = aRecord();
const requestAfter = (deactivatedAgoMs: number) =>
  aRecord({ step: "destroy", deactivatedAtMs: nowMs - deactivatedAgoMs, writtenAtMs: nowMs - 60_000 });
const approvalAfter = (deactivatedAgoMs: number) =>
  anApprovalOf(requestAfter(deactivatedAgoMs), { deactivatedAtMs: nowMs - deactivatedAgoMs });
const pending = aKeystoreStatus({ status: "pending_destruction" });

/** Each row also fits every state below its own, as far as possible. */
const golden: readonly (readonly [string, KeyObservation, string, Partial<KeyRun>?])[] = [
  [
    "destroy accepted, one keystore pending",
    aKey({ state: "destroyed", keystores: [aKeystoreStatus({ status: "not_present" }), pending] }),
    "pending_destruction",
  ],
  ["destroyed everywhere", aKey({ state: "destroyed" }), "destroyed"],
  [
    "destroyed everywhere, as a list shows it",
    aKey({ state: "destroyed", keystoresAreLive: false }),
    "pending_destruction",
  ],
  ["destroyed, a keystore without a live status", aKey({ state: "destroyed", keystores: [] }), "pending_destruction"],
  [
    "pending, but out of sync",
    aKey({ state: "destroyed", keystores: [{ ...pending, syncFlag: "error" }] }),
    "pending_destruction",
  ],
  ["deactivated an hour ago, with a binding record", aKeyWith(requestAfter(hourMs)), "cooling_down"],
  [
    "deactivated exactly four hours ago: destroy would still be refused",
    aKeyWith(requestAfter(4 * hourMs)),
    "cooling_down",
  ],
  [
    "deactivated more than four hours ago, with a binding record",
    aKeyWith(requestAfter(4 * hourMs + 1000)),
    "pending_approval",
  ],
  [
    "deactivated more than four hours ago, with a stored approval",
    aKeyWith(approvalAfter(4 * hourMs + 1000)),
    "approved",
  ],
  [
    "deactivated by uko, the request edited away",
    aKeyWith(requestAfter(5 * hourMs), { updatedBy: bob }),
    "pending_request",
  ],
  [
    "deactivated by uko five hours ago, no request",
    aKey({ state: "deactivated", note: { deactivatedAtMs: nowMs - 5 * hourMs } }),
    "pending_request",
  ],
  ["deactivated in this run", aKey({ state: "deactivated", updatedAtMs: nowMs }), "cooling_down", taken(deactivation)],
  ["deactivated at an unknown time by an unknown caller", aKey({ state: "deactivated" }), "pending_request"],
  ["deactivated, and one person may destroy it", aKey({ state: "deactivated", marker: "single" }), "deactivated"],
  ["active, requested", aKeyWith(request), "pending_approval"],
  ["active, and another person approved the request", aKeyWith(anApprovalOf(request)), "approved"],
  ["pre-active, requested", aKeyWith(aRecord({ step: "destroy" }), { state: "pre_activation" }), "pending_approval"],
  ["compromised, requested", aKeyWith(request, { state: "compromised" }), "compromised"],
  ["destroyed and compromised", aKey({ state: "destroyed_compromised" }), "compromised"],
  ["active", aKey(), "active"],
  ["pre-active", aKey({ state: "pre_activation" }), "pre_activation"],
  ["active, a expired request", aKeyWith(aRecord({ writtenAtMs: nowMs - 8 * dayMs })), "active"],
  ["in a state that this release does not know", aKeyWith(request, { state: "unrecognized" }), "unrecognized"],
];

describe("lifecycleStateOf", () => {
  it.each(golden.map(([what, key, expected, run]) => ({ what, key, expected, run })))(
    "$what",
    ({ key, expected, run }) => {
      expect(lifecycleStateOf(key, aRun(run ?? {}), nowMs)).toBe(expected);
    },
  );

  it("has a case here for every state that users can see", () => {
    expect(new Set(golden.map((row) => row[2]))).toEqual(new Set(lifecycleStates));
  });
});

describe("waitOf", () => {
  const { deactivate } = rights;
  const asked = aKeyWith(request);
  const approved = aKeyWith(anApprovalOf(request));
  const cooling = aKeyWith(requestAfter(hourMs));
  const coolUntilMs = nowMs + 3 * hourMs;
  const noted = aKey({ state: "deactivated", note: { deactivatedAtMs: nowMs - 5 * hourMs } });
  const mustAsk = { callerPosition: "may_ask", notBinding: { kind: "none" }, right: deactivate } as const;
  const unrequested = { kind: "waitingForRequest", step: "deactivate", ...mustAsk } as const;
  const own = { record: request, callerPosition: "wrote_it", expiresAtMs: nowMs + dayMs } as const;
  const unapproved: Plan = { kind: "waitingForApproval", step: "deactivate", right: deactivate, ...own };
  const dated = (destructionAtMs: number) =>
    aKey({ state: "destroyed", keystores: [aKeystoreStatus({ status: "pending_destruction", destructionAtMs })] });
  const refused: Plan = { kind: "refused", guard: { guard: "deletion_protection" } };
  const rows: readonly (readonly [string, KeyObservation, Plan | undefined, Omit<Wait, "standing">])[] = [
    ["a key without a deletion", aKey(), undefined, { lifecycleState: "active" }],
    ["a request", asked, undefined, { lifecycleState: "pending_approval", awaits: "approval" }],
    ["an approval", approved, undefined, { lifecycleState: "approved", awaits: "requester" }],
    [
      "a request during the cool-down",
      ...([cooling, undefined] as const),
      { lifecycleState: "cooling_down", awaits: "approval", notBeforeMs: coolUntilMs },
    ],
    [
      "a cool-down without a request",
      ...([
        aKey({ state: "deactivated", note: { deactivatedAtMs: nowMs - hourMs }, updatedAtMs: nowMs }),
        undefined,
      ] as const),
      { lifecycleState: "cooling_down", awaits: "request", notBeforeMs: coolUntilMs },
    ],
    ["a deactivation of uko", noted, undefined, { lifecycleState: "pending_request", awaits: "request" }],
    [
      "a deactivation of uko that needs one person",
      { ...noted, marker: "single" },
      undefined,
      { lifecycleState: "deactivated" },
    ],
    [
      "a deactivation of another tool",
      ...([aKey({ state: "deactivated" }), undefined] as const),
      { lifecycleState: "pending_request", awaits: "request" },
    ],
    [
      "a keystore with a date",
      ...([dated(nowMs + dayMs), undefined] as const),
      { lifecycleState: "pending_destruction", awaits: "time", notBeforeMs: nowMs + dayMs },
    ],
    [
      "a keystore whose date is past",
      ...([dated(nowMs), undefined] as const),
      { lifecycleState: "pending_destruction", awaits: "time" },
    ],
    [
      "a keystore without a date",
      aKey({ state: "destroyed", keystores: [pending] }),
      undefined,
      { lifecycleState: "pending_destruction", awaits: "time" },
    ],
    [
      "a destroyed key whose keystore is not known",
      ...([aKey({ state: "destroyed", keystores: [] }), undefined] as const),
      { lifecycleState: "pending_destruction" },
    ],
    [
      "a destroyed key without a known approval",
      ...([aKey({ state: "destroyed" }), undefined] as const),
      { lifecycleState: "destroyed", awaits: "person_to_unblock" },
    ],
    ["a key that two people destroyed", aDestroyedKey(), undefined, { lifecycleState: "destroyed" }],
    ["a run without a request", aKey(), unrequested, { lifecycleState: "pending_request", awaits: "request" }],
    [
      "a run without a request in the cool-down",
      ...([aKey({ state: "deactivated" }), { ...unrequested, notBeforeMs: coolUntilMs }] as const),
      { lifecycleState: "pending_request", awaits: "request", notBeforeMs: coolUntilMs },
    ],
    ["a run that has requested", asked, unapproved, { lifecycleState: "pending_approval", awaits: "approval" }],
    [
      "a run that the service refused as too early",
      ...([aKey({ state: "deactivated" }), { kind: "waitingForTime", awaits: "cool_down", untilMs: nowMs }] as const),
      { lifecycleState: "cooling_down", awaits: "time", notBeforeMs: nowMs },
    ],
    [
      "a run on a destroyed key",
      ...([dated(nowMs + dayMs), { kind: "waitingForTime", awaits: "pending_destruction" }] as const),
      { lifecycleState: "pending_destruction", awaits: "time" },
    ],
    ["a refusal", asked, refused, { lifecycleState: "pending_approval", awaits: "person_to_unblock" }],
    [
      "a step that comes next",
      approved,
      { kind: "ready", step: { kind: "deactivate" } },
      { lifecycleState: "approved", awaits: "requester" },
    ],
    ["a run whose goal is a deactivated key", noted, { kind: "done" }, { lifecycleState: "deactivated" }],
    ["a run that is done", aKey(), { kind: "done" }, { lifecycleState: "active" }],
  ];

  it.each(rows.map(([what, key, plan, expected]) => ({ what, key, plan, expected })))(
    "says what the deletion waits for: $what",
    ({ key, plan, expected }) => {
      const { standing: _standing, ...wait } = waitOf(key, aRun(), nowMs, plan);
      expect(wait).toEqual({ awaits: undefined, notBeforeMs: undefined, ...expected });
    },
  );

  it("throws for a plan of a kind that it does not know", () => {
    expect(() => waitOf(aKey(), aRun(), nowMs, { kind: "lost" } as never)).toThrow("Unexpected value");
  });
});
