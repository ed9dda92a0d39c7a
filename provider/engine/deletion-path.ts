/**
 * The path of a managed key from its state to its goal, in sentences: what this run does, and what
 * is left after it.
 */

import { shownMarker } from "../lifecycle/dual-marker.ts";
import type { KeystoreStatus } from "../lifecycle/observation.ts";
import type { DeletionPolicy } from "../lifecycle/plan.ts";
import { type Prediction, planFromState } from "../lifecycle/plan-from-state.ts";
import type { PathStep } from "../lifecycle/remaining-path.ts";
import type { KeyRef } from "./ports.ts";
import { noWayBack } from "./words.ts";

/** The properties in every key's state that show its path to deletion. */
export interface KeyFacts {
  readonly label?: unknown;
  readonly keyState?: unknown;
  readonly dualMarker?: unknown;
  readonly keystores?: unknown;
  readonly dualAuthDelete?: unknown;
  readonly deletionAwaits?: unknown;
  readonly deletionNotBefore?: unknown;
  readonly deletionRequestedBy?: unknown;
  readonly deletionRecordId?: unknown;
}

/** Waits are errors in a deletion, and warnings if the program retires the key. */
export type PreviewKind = "deletion" | "retirement";

export interface DeletionPath extends Pick<Prediction, "next" | "observation"> {
  /** From this run on; empty if nothing is left to do, or if the planner knows no path. */
  readonly steps: readonly string[];
  /** The steps that are left after the pending step. */
  readonly rest: readonly string[];
  /** The steps that are left after the pending wait. */
  readonly afterWait: readonly string[];
  readonly asksFirst: boolean;
  readonly isForTwo: boolean;
}

export function pathFrom(ref: KeyRef, policy: DeletionPolicy, facts: KeyFacts, manner: PreviewKind): DeletionPath {
  const marker = shownMarker(facts.dualMarker, policy);
  const known = {
    ...ref,
    label: typeof facts.label === "string" ? facts.label : ref.keyId,
    stateWord: String(facts.keyState),
    keystores: Array.isArray(facts.keystores) ? (facts.keystores as readonly KeystoreStatus[]) : [],
    ...(marker !== undefined && { marker }),
  };
  const { next, path, observation } = planFromState(known, policy);
  const asksFirst = next.kind === "ready" && next.step.kind === "write_record";
  const [first, ...later] = path.filter(({ step }) => step === "deactivate" || step === "destroy");
  const leaves = path.some(({ step }) => step === "wait_for_keystores") ? [sayLeft(policy, manner)] : [];
  const rest = [...later.map((each) => sayLater(each, "More than 4 hours later")), ...leaves];
  const isOver = next.kind !== "ready" || first === undefined;
  return {
    ...{ next, observation, rest, asksFirst },
    steps: isOver ? [] : [...(asksFirst ? sayAsked(first, manner) : [`This run alone: ${sayTaken(first)}`]), ...rest],
    afterWait: first === undefined ? [] : [sayLater(first, "After that"), ...rest],
    isForTwo: path.some(({ needsTwoPeople }) => needsTwoPeople),
  };
}

function sayAsked(step: PathStep, manner: PreviewKind): readonly string[] {
  const noun = step.step === "deactivate" ? "deactivation" : "destruction";
  const ends =
    manner === "deletion"
      ? "ends with an error that names the consent record"
      : "ends without an error; its warning names the consent record";
  // A record comes first even if one person is enough. The requester may name that record.
  const who = step.needsTwoPeople ? "A second person names" : "Whoever asked, or somebody else, names";
  return [
    `This run asks for its ${noun}, and ${ends}. Nothing stops working.`,
    `${who} that record: ${sayTaken(step)}`,
  ];
}

function sayLater(step: PathStep, when: string): string {
  return step.needsTwoPeople
    ? `${when} a second person consents to its destruction: ${sayTaken(step)}`
    : `A run ${when.charAt(0).toLowerCase()}${when.slice(1)}: ${sayTaken(step)}`;
}

function sayTaken({ step }: PathStep): string {
  return step === "deactivate"
    ? "the key is deactivated, and everything that needs it stops working."
    : `the key is destroyed. ${noWayBack}`;
}

function sayLeft({ goal }: DeletionPolicy, manner: PreviewKind): string {
  const then =
    manner === "retirement"
      ? "it counts as destroyed"
      : goal === "removed"
        ? "its record is removed"
        : "it leaves the state";
  return `Once its keystores have let go of it, 7 to 90 days later, ${then}.`;
}
