/** Every state x actor x record x consent x gate x policy x goal x intent x seal, with a second decision made from the rules. */

import {
  type DeletionGoal,
  type DeletionPolicy,
  deletionGoals,
  type KeyRun,
  type Plan,
} from "../../provider/lifecycle/key/plan.ts";
import type { Actor, ConsentRecord, KeyObservation } from "../../provider/lifecycle/vocabulary/observation.ts";
import {
  aKey,
  aKeyWith,
  alice,
  anActor,
  anActorInProfile,
  anApprovalOf,
  aPolicy,
  aRecord,
  aRequestOf,
  aRun,
  aWorkload,
  bob,
  carol,
  cloudService,
  dayMs,
  digestsOf,
  hourMs,
  nowMs,
  pipeline,
  profile,
  someFacts,
  taken,
} from "../support/builders.ts";

const actors: Readonly<Record<string, Actor>> = {
  author: anActor(alice),
  other: anActor(bob),
  "author in a profile": anActorInProfile(alice),
  "other in a profile": anActorInProfile(bob),
  "service id": aWorkload(pipeline),
  "workload profile": aWorkload(profile),
  "cloud service": aWorkload(cloudService),
  nobody: { displayName: "nobody" },
};

export const states = [
  "pre_activation",
  "active",
  "deactivated",
  "destroyed",
  "compromised",
  "destroyed_compromised",
  "unrecognized",
] as const;
type State = (typeof states)[number];
export const nextStep = (state: State) => (state === "active" ? "deactivate" : "destroy");

/** The records on the key; only `binding` and the approvals that quote a request may ever count. */
const records: Readonly<Record<string, (state: State) => KeyObservation>> = {
  none: (state) => aKey({ state }),
  twice: (state) => aKey({ state, carried: { kind: "twice" } }),
  unreadable: (state) => aKey({ state, carried: { kind: "unreadable", id: "0" } }),
  binding: (state) => aKeyWith(aRecord({ step: nextStep(state) }), { state }),
  "an approval": (state) => aKeyWith(approvalByAlice(state), { state }),
  "a sealed approval": (state) => aKeyWith(approvalByAlice(state, true), { state }),
  "an approval of one's own request": (state) => aKeyWith(ownApproval(state), { state }),
  "an approval of nothing": (state) => aKeyWith(aRecord({ step: nextStep(state), how: "approval" }), { state }),
  "a late approval": (state) => aKeyWith(approvalByAlice(state, true, nowMs - 8 * dayMs), { state }),
  "edited by another": (state) => aKeyWith(aRecord({ step: nextStep(state) }), { state, updatedBy: carol }),
  "edited by the author": (state) => aKeyWith(aRecord({ step: nextStep(state) }), { state, updatedAtMs: nowMs }),
  expired: (state) => aKeyWith(aRecord({ step: nextStep(state), writtenAtMs: nowMs - 7 * dayMs }), { state }),
  changed: (state) =>
    aKeyWith(aRecord({ step: nextStep(state) }), { state, digests: digestsOf(someFacts({ label: "new" })) }),
  "for the other step": (state) =>
    aKeyWith(aRecord({ step: state === "active" ? "destroy" : "deactivate" }), { state }),
  "by a machine": (state) => aKeyWith(aRecord({ step: nextStep(state), author: pipeline }), { state }),
  "by an unknown author": (state) => {
    const { updatedBy: _gone, ...rest } = aKeyWith(aRecord({ step: nextStep(state) }), { state });
    return rest;
  },
};

/** Alice, the author, approves a request of Bob, the other person. */
function approvalByAlice(state: State, isSealed = false, askedAtMs = nowMs - 2 * hourMs): ConsentRecord {
  const request = aRecord({ step: nextStep(state), author: bob, writtenAtMs: askedAtMs });
  return anApprovalOf(request, { author: alice, ...(isSealed && { isSealedHere: true }) });
}

function ownApproval(state: State): ConsentRecord {
  return anApprovalOf(aRecord({ step: nextStep(state) }), { author: alice, isSealedHere: true });
}

export interface Situation {
  readonly state: State;
  readonly who: string;
  readonly record: string;
  /** Confirmed by hand in this run. */
  readonly isConfirmed: boolean;
  readonly gate: "both" | "destroy";
  readonly people: "single" | "required";
  readonly goal: DeletionGoal;
  readonly intent: KeyRun["intent"];
  /** The run itself wrote the request for the next step. */
  readonly isRequestedHere: boolean;
}

/** The records of a destroyed key that show two people: each has another author than the last writer, or quotes one. */
const ofTwo = ["edited by another", "an approval", "a sealed approval"];

/** The product's table and rule, read from top to bottom as a person does. */
export function expected(one: Situation): string {
  if (one.state.includes("compromised")) return "refused: compromised";
  if (one.state === "unrecognized") return "refused: state_unrecognized";
  if (one.state === "destroyed") {
    if (one.goal !== "removed") return "done";
    return one.people === "single" || ofTwo.includes(one.record) ? "remove" : "refused: destruction_unapproved";
  }
  if (one.goal === "deactivated" && one.state === "deactivated") return "done";
  if (one.goal === "deactivated" && one.state === "pre_activation") return "refused: never_active";
  const step = nextStep(one.state);
  // A call without a body would vouch for whatever record is on the key, so the record goes first.
  if (one.people === "single") {
    // The record on which a key was deactivated is there until the next write, so the key is cooling down.
    if (one.state === "deactivated" && one.record === "for the other step") return "waitingForTime";
    return step === "deactivate" && one.record !== "none" ? "drop_record" : step;
  }
  if (one.who === "nobody" || one.record === "by an unknown author") return "refused: persons_unknown";
  const isPerson = one.who.startsWith("author") || one.who.startsWith("other");
  const isAuthor = one.who.startsWith("author");
  if (one.record === "binding") {
    if (!isPerson) return "wait: not_a_person";
    if (!isAuthor) return one.isConfirmed ? step : "wait: may_approve";
    return step === "deactivate" && one.gate === "destroy" && !one.isRequestedHere ? step : "wait: wrote_it";
  }
  const approvals = ["an approval", "a sealed approval", "an approval of one's own request"];
  if (approvals.includes(one.record)) {
    if (!isPerson) return "wait: not_a_person";
    if (isAuthor) return "wait: wrote_it";
    if (one.record === "an approval of one's own request") return "wait: not_the_requester";
    return one.isConfirmed || one.record === "a sealed approval" ? step : "wait: may_confirm";
  }
  if (!isPerson) return "ask: not_a_person";
  if (one.who.endsWith("in a profile")) return "ask: acts_in_a_profile";
  if (one.intent === "request") return "write: command";
  return one.intent === "engine" && step === "deactivate" ? "write: engine" : "ask: may_ask";
}

export function outcomeOf(plan: Plan): string {
  if (plan.kind === "ready")
    return plan.step.kind === "write_record" ? `write: ${plan.step.draft.how}` : plan.step.kind;
  if (plan.kind === "refused") return `refused: ${plan.guard.guard}`;
  if (plan.kind === "waitingForRequest") return `ask: ${plan.callerPosition}`;
  return plan.kind === "waitingForApproval" ? `wait: ${plan.callerPosition}` : plan.kind;
}

/** The gate makes no difference for one person. */
const rules = [
  ["single", "both"],
  ["required", "both"],
  ["required", "destroy"],
] as const;

export function* situations(): Generator<Situation> {
  for (const state of states)
    for (const who of Object.keys(actors))
      for (const record of Object.keys(records))
        for (const isConfirmed of [false, true])
          for (const [people, gate] of rules)
            for (const goal of deletionGoals)
              for (const intent of ["request", "engine", "approve", "resume"] as const)
                for (const isRequestedHere of record === "binding" ? [false, true] : [false])
                  yield { state, who, record, isConfirmed, gate, people, goal, intent, isRequestedHere };
}

export function inputs(one: Situation): { key: KeyObservation; policy: DeletionPolicy; run: KeyRun } {
  // A marker that loosens nothing by itself: the program then decides.
  const key: KeyObservation = {
    ...(records[one.record]?.(one.state) ?? aKey()),
    marker: one.people === "single" ? "single" : one.gate,
  };
  const namedRecord = key.carried.kind === "one" ? key.carried.record.id : "0".repeat(32);
  return {
    key,
    policy: aPolicy({ goal: one.goal, people: one.people === "single" ? "single" : one.gate, peopleForTwo: one.gate }),
    run: aRun({
      actor: actors[one.who] ?? anActor(),
      intent: one.intent,
      approvals: one.isConfirmed ? [namedRecord] : [],
      ...(one.isRequestedHere && taken(aRequestOf(nextStep(one.state)))),
    }),
  };
}
