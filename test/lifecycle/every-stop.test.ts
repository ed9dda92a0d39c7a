/**
 * Every hold x protection x retention x KMS window on top of some situations, and all evidence of a removal, against an
 * independent second decision.
 */

import { expect, it } from "vitest";
import { deletionGoals } from "../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../provider/lifecycle/key/plan-key-deletion.ts";
import type { BackingKey, Identity, KeystoreStatus } from "../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeystoreStatus,
  alice,
  aPolicy,
  aRecord,
  aRun,
  bob,
  carrying,
  dayMs,
  nowMs,
  someFacts,
  taken,
  windowOpening,
} from "../support/builders.ts";
import { expected, inputs, nextStep, outcomeOf, type Situation, states } from "./situations.ts";

/** What stops the step of every caller. */
interface Stops {
  readonly hold: "none" | "ended" | "in force" | "in force, and confirmed for the removal";
  readonly isProtected: boolean;
  readonly use: "known" | "retained" | "unreadable";
  readonly kms: keyof typeof backingKeys;
}

type Present = Extract<BackingKey, { kind: "present" }>;

const dual = (over: Partial<Present> = {}): Present => aBackingKey({ dualAuthDelete: true, ...over });
const long = dual({ windowEndsAtMs: nowMs + 6 * dayMs });
/** What KMS reports; the window of an `own` one was opened by the run, and its setter stands in the record of a `named` one. */
const backingKeys = {
  none: [],
  plain: [aBackingKey()],
  unreadable: [{ kind: "unreadable", kmsKeyId: "kms-1", reason: "403" }],
  "unknown to KMS": [{ kind: "absent", kmsKeyId: "kms-1" }],
  suspended: [dual({ state: "suspended" })],
  closed: [dual()],
  open: [long],
  "own long": [long],
  "own short": [dual({ windowEndsAtMs: nowMs + dayMs })],
  "own ended": [dual({ windowEndsAtMs: nowMs })],
  "named author": [long],
  "named other": [long],
} as const satisfies Readonly<Record<string, readonly BackingKey[]>>;

const isDual = ({ kms }: Stops) => !["none", "plain", "unreadable", "unknown to KMS"].includes(kms);
const hasWindow = ({ kms }: Stops) => ["open", "own long", "own short", "named author", "named other"].includes(kms);

function stopBefore({ hold, isProtected, use, kms }: Stops): string | undefined {
  if (hold.startsWith("in force")) return "refused: held";
  if (isProtected) return "refused: deletion_protection";
  if (use === "unreadable") return "refused: use_unreadable";
  if (use === "retained") return "refused: retention_policy";
  return kms === "unreadable" || kms === "unknown to KMS" ? "refused: backing_key_unreadable" : undefined;
}

/** The same table and rule, where something may stop the step. */
function expectedWith(stops: Stops, given: Situation): string {
  const one: Situation = isDual(stops) && given.people === "single" ? { ...given, people: "required" } : given;
  const { state, goal } = one;
  const decided = expected(one);
  const isEarly =
    decided.endsWith("compromised") || decided.endsWith("unrecognized") || decided.endsWith("never_active");
  if (isEarly || (goal === "deactivated" && state !== "active")) return decided;
  if (state === "destroyed") return expectedOfDestroyed(stops, one);
  const stop = stopBefore(stops);
  if (state === "active") return expectedOfActive(stops, stop ?? decided);
  if (stop !== undefined || state === "pre_activation") return stop ?? decided;
  if (isDual(stops) && !hasWindow(stops)) return "refused: kms_window_expired";
  if (!isDual(stops)) return decided;
  // The record or the note names who set the window, or this run set it.
  const isOwn = stops.kms.startsWith("own");
  const isKnown = isOwn || stops.kms.startsWith("named");
  if (!isKnown && /^(destroy$|write: |ask: |wait: )/.test(decided)) return "refused: kms_setter_unknown";
  if (decided !== "destroy") return decided;
  return isOwn || one.who === stops.kms.slice("named ".length) ? "refused: kms_setter" : "destroy";
}

function expectedOfActive({ kms }: Stops, decided: string): string {
  if (decided !== "deactivate") return ["own long", "own short"].includes(kms) ? "unset_for_deletion" : decided;
  if (kms === "suspended") return "refused: backing_key_not_active";
  if (kms === "own ended") return "refused: kms_window_too_short";
  if (kms === "closed") return "set_for_deletion";
  return ["open", "own short", "named author", "named other"].includes(kms) ? "unset_for_deletion" : decided;
}

function expectedOfDestroyed({ hold, isProtected, kms }: Stops, one: Situation): string {
  if (kms === "unreadable") return "refused: backing_key_unreadable";
  if (kms !== "none" && kms !== "unknown to KMS") return "refused: backing_key_remains";
  if (one.goal !== "removed") return "done";
  if (hold === "in force") return "refused: held";
  return isProtected ? "refused: deletion_protection" : expected(one);
}

const holds = ["none", "ended", "in force", "in force, and confirmed for the removal"] as const;
const uses = {
  known: { kind: "known", count: 1, retainedBy: [] },
  retained: { kind: "known", count: 1, retainedBy: ["bucket"] },
  unreadable: { kind: "unreadable", reason: "403" },
} as const;

function* everyStop(): Generator<Stops> {
  for (const hold of holds)
    for (const isProtected of [false, true])
      for (const use of Object.keys(uses) as Stops["use"][])
        for (const kms of Object.keys(backingKeys) as Stops["kms"][]) yield { hold, isProtected, use, kms };
}

/** The situations to which stops are added: the author and another person, without a record, with a request, and confirmed. */
function* situationsToStop(): Generator<Situation> {
  const fixed = { gate: "both", intent: "request", isRequestedHere: false } as const;
  for (const state of states)
    for (const who of ["author", "other"])
      for (const [record, isConfirmed] of [
        ["none", false],
        ["binding", false],
        ["binding", true],
      ] as const)
        for (const people of ["single", "required"] as const)
          for (const goal of deletionGoals) yield { ...fixed, state, who, record, isConfirmed, people, goal };
}

/** The record, or without one the note of the deactivation, names who opened the KMS window. */
function withSetter(one: Situation, kmsSetter: Identity): ReturnType<typeof inputs> {
  const { key, policy, run } = inputs(one);
  const note = { deactivatedAtMs: nowMs, kmsSetter };
  if (one.record !== "binding") return { key: { ...key, note, updatedAtMs: nowMs }, policy, run };
  const record = aRecord({ step: nextStep(one.state), kmsSetter });
  const approvals = one.isConfirmed ? [record.id] : [];
  return { key: { ...key, carried: carrying(record) }, policy, run: { ...run, approvals } };
}

function stopped(given: ReturnType<typeof inputs>, { hold, isProtected, use, kms }: Stops): ReturnType<typeof inputs> {
  const until = hold === "ended" ? "2026-11-23" : "2026-11-24";
  const text = `legal until ${until}`;
  return {
    key: {
      ...given.key,
      holds: hold === "none" ? [] : [{ kind: "legal", text, until }],
      use: uses[use],
      backingKeys: backingKeys[kms],
    },
    policy: { ...given.policy, deletionProtection: isProtected },
    run: {
      ...given.run,
      ...(hold.endsWith("removal") && { confirmedHold: text }),
      ...(kms.startsWith("own") && taken(windowOpening)),
    },
  };
}

it("stops every situation at holds, protection, retention and KMS windows as the product rules require", () => {
  let count = 0;
  for (const one of situationsToStop()) {
    const plain = inputs(one);
    const named = { "named author": withSetter(one, alice), "named other": withSetter(one, bob) };
    for (const stops of everyStop()) {
      const given = stops.kms === "named author" || stops.kms === "named other" ? named[stops.kms] : plain;
      const { key, policy, run } = stopped(given, stops);
      const response = outcomeOf(planKeyDeletion(key, policy, run, nowMs));
      const wanted = expectedWith(stops, one);
      if (response !== wanted) expect({ ...one, ...stops, response }).toEqual({ ...one, ...stops, response: wanted });
      count += 1;
    }
  }
  expect(count).toBe(7 * 2 * 3 * 2 * 4 * (4 * 2 * 3 * 12));
}, 120_000);

/** The service's data about a destroyed key: the keystores that each source names, and the live responses. */
interface Evidence {
  readonly metadata: readonly string[];
  readonly stored: readonly string[];
  readonly live: readonly string[];
  readonly status: KeystoreStatus["status"];
  /** The date that each live response gives for the destruction. */
  readonly date: "none" | "past" | "ahead";
  readonly material: readonly string[] | undefined;
  readonly backingKey: BackingKey["kind"] | "none";
}

function* evidence(): Generator<Evidence> {
  const namings = [[], ["a"], ["b"], ["a", "b"], [""]];
  for (const metadata of namings)
    for (const stored of namings)
      for (const live of namings)
        for (const status of ["not_present", "pending_destruction", "active", "unknown"] as const)
          for (const date of ["none", "past", "ahead"] as const)
            for (const material of [undefined, [], ["keystores"], ["repository"]])
              for (const backingKey of ["none", "absent", "present", "unreadable"] as const)
                yield { metadata, stored, live, status, date, material, backingKey };
}

/**
 * The rule for removal, read from top to bottom as a person does: every keystore that any source names, or no
 * removal.
 */
function expectedOfRemoval({ metadata, stored, live, status, date, material, backingKey }: Evidence): string {
  const responsesGone = live.length === 0 || status === "not_present";
  if (!responsesGone && status !== "pending_destruction") return "refused: keystore_holds_key";
  const everNamed = [...metadata, ...stored, ...live];
  if (everNamed.some((id) => id === "" || !live.includes(id))) return "refused: removal_contradicted";
  if (status === "not_present" && date === "ahead" && live.length > 0) return "refused: removal_contradicted";
  if (!responsesGone) return "waitingForTime";
  if (material !== undefined && material.length > 0) return "refused: removal_contradicted";
  if (backingKey === "unreadable") return "refused: backing_key_unreadable";
  return backingKey === "present" ? "refused: backing_key_remains" : "remove";
}

it("removes the metadata of a destroyed key only if all sources agree", () => {
  let removals = 0;
  const found = {
    none: [],
    absent: [{ kind: "absent", kmsKeyId: "k" }],
    present: [aBackingKey()],
    unreadable: [{ kind: "unreadable", kmsKeyId: "k", reason: "403" }],
  } as const;
  const dates = { none: {}, past: { destructionAtMs: nowMs }, ahead: { destructionAtMs: nowMs + 1 } };
  const response = (keystoreId: string, status: KeystoreStatus["status"]) => aKeystoreStatus({ keystoreId, status });
  for (const one of evidence()) {
    const key = aKey({
      state: "destroyed",
      recorded: "approved",
      facts: someFacts({ keystores: one.metadata.map((id) => ({ id, type: "aws_kms" })) }),
      storedKeystores: one.stored.map((id) => response(id, "active")),
      keystores: one.live.map((id) => ({ ...response(id, one.status), ...dates[one.date] })),
      ...(one.material !== undefined && { materialIn: one.material }),
      backingKeys: found[one.backingKey],
    });
    const answered = outcomeOf(planKeyDeletion(key, aPolicy(), aRun(), nowMs));
    const expected = expectedOfRemoval(one);
    if (answered !== expected) expect({ ...one, answered }).toEqual({ ...one, answered: expected });
    if (answered === "remove") removals += 1;
  }
  // 24 namings with a live response from all that is named and 2 dates, and the empty one under each of 4 statuses and 3
  // dates; 2 materials, 2 backing keys.
  expect(removals).toBe((24 * 2 + 4 * 3) * 2 * 2);
});
