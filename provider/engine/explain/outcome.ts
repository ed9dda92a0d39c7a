/** Turns where a run ended into what a person reads: the only way from an outcome to words. */

import { mayAuthor } from "../../lifecycle/authorization.ts";
import { type Right, rights } from "../../lifecycle/managed-key-states.ts";
import type { KeyObservation } from "../../lifecycle/observation.ts";
import type { Run, Step } from "../../lifecycle/plan.ts";
import type { Outcome } from "../reconcile.ts";
import type { Door, Explanation, NextStep } from "./explanation.ts";
import { explainGuard } from "./guards.ts";
import { actCommands, explainApproval, explainNotBinding, explainTimeWait } from "./waits.ts";
import {
  consequences,
  describeTaken,
  keyPath,
  plain,
  sayActor,
  sayAuthor,
  sayKey,
  sayRoles,
  sayState,
} from "./words.ts";

/** Explains any outcome but `gone`, which needs a name that only the caller still has. */
export function explainOutcome(outcome: Exclude<Outcome, { kind: "gone" }>, door: Door): Explanation {
  const explanation = explainEnd(outcome, door);
  const { taken, replaced } = outcome.memory;
  const did = taken
    .filter((step) => !(step.kind === "write_record" && tellsOwnRecord(outcome)))
    .map(describeTaken)
    .filter((sentence) => sentence !== undefined)
    .map((sentence) => `${sentence}.`);
  const why = replaced === undefined ? undefined : explainNotBinding(replaced, outcome.observed.observation);
  const facts = explanation.facts.filter(
    (fact) => taken.length === 0 || !fact.startsWith("Nothing was changed by this"),
  );
  const unsaid = taken
    .map((step) => consequences[step.kind])
    .filter((sentence) => sentence !== undefined)
    .filter((sentence) => !facts.includes(sentence));
  return { ...explanation, facts: [...did, ...unsaid, ...(why === undefined ? [] : [why]), ...facts] };
}

/** A run that ends at its own record says when it asked; that it wrote the record would say the same again. */
function tellsOwnRecord(outcome: Exclude<Outcome, { kind: "gone" }>): boolean {
  if (outcome.kind !== "stopped" || outcome.plan.kind !== "waitingForApproval") return false;
  return outcome.plan.standing === "wrote_it";
}

function explainEnd(outcome: Exclude<Outcome, { kind: "gone" }>, door: Door): Explanation {
  const { observed, memory } = outcome;
  const context = { observed, run: memory.run, door };
  switch (outcome.kind) {
    case "rights_missing":
      return explainMissingRight(outcome.step, outcome.message, context);
    case "record_not_kept":
      return {
        summary: `The service does not keep a consent record on ${sayKey(observed.observation)}`,
        facts: [
          `${plain(outcome.message, 300)}.`,
          "Where tags are not kept, the record ends the description, which may then have at most 110 characters.",
          `No step was taken: ${sayState(observed.observation)}.`,
          'If neither can be had, what is left is dualAuthorization: "single" in code, with the pipeline\'s own approval in front of it.',
        ],
        next: [],
        code: "UKO_RECORD_NOT_KEPT",
      };
    case "stopped":
      switch (outcome.plan.kind) {
        case "waitingForApproval":
          return explainApproval(outcome.plan, context);
        case "waitingForTime":
          return explainTimeWait(outcome.plan, context);
        case "refused":
          return explainGuard(outcome.plan.guard, context);
        case "done":
          return { summary: `Nothing is left to do: ${sayState(observed.observation)}`, facts: [], next: [] };
      }
  }
}

interface Context {
  readonly observed: Exclude<Outcome, { kind: "gone" }>["observed"];
  readonly run: Run;
  readonly door: Door;
}

const phrases = {
  write_record: "write the consent record on",
  drop_record: "take the consent record off",
  set_for_deletion: "set the KMS twin for deletion of",
  unset_for_deletion: "take back the KMS deletion window of",
  deactivate: "deactivate",
  destroy: "destroy",
  reactivate: "reactivate",
  remove: "remove the record of",
  sync: "sync",
} as const satisfies Record<Step["kind"], string>;

function explainMissingRight(step: Step, message: string, { observed, run, door }: Context): Explanation {
  const { observation } = observed;
  const path = keyPath(observation);
  const right = rightFor(step, observation.state === "pre_activation");
  const consentedBy = "consentedBy" in step ? step.consentedBy : undefined;
  const isAnswer = consentedBy?.how === "answer";
  const next: NextStep[] = [];
  if (consentedBy !== undefined && !isAnswer && mayAuthor(run.actor)) {
    next.push({
      who: `you consent, so that ${sayAuthor(consentedBy)} can act`,
      commands: [`uko consent ${path} ${consentedBy.id}`],
    });
  }
  if (consentedBy === undefined) {
    next.push({ who: `somebody who holds ${sayRoles(right)} runs`, commands: commandsFor(step, observation, door) });
  }
  return {
    summary: `${sayActor(run.actor)} may not ${phrases[step.kind]} ${sayKey(observation)}: the right ${right.action} is missing`,
    facts: [
      `It comes with the role ${sayRoles(right)}.`,
      ...(isAnswer
        ? [
            `You named the consent of ${sayAuthor(consentedBy)}: whoever acts on it needs this right, so ask for the role, or let somebody who holds it ask and act.`,
          ]
        : []),
      ...(message === "" ? [] : [`The service says: ${plain(message, 300)}`]),
      `Nothing was changed by this: ${sayState(observation)}.`,
    ],
    next,
    code: "UKO_RIGHTS_MISSING",
  };
}

/** What leads to the step when somebody else runs it. */
function commandsFor(step: Step, observation: KeyObservation, door: Door): readonly string[] {
  const path = keyPath(observation);
  const rerun = door.rerun === "uko continue" ? `uko continue ${path}` : door.rerun;
  const record = observation.carried.kind === "one" ? observation.carried.record : undefined;
  switch (step.kind) {
    case "write_record":
      if (step.draft.how === "answer") return [`uko consent ${path} ${step.draft.answers ?? ""}`.trimEnd()];
      return door.rerun === "uko continue" ? [`uko request ${path}`] : [door.rerun, `uko request ${path}`];
    case "set_for_deletion":
    case "unset_for_deletion":
      // Without a record the windows are being taken back.
      return record === undefined ? [`uko withdraw ${path}`] : actCommands(record.id, path, door);
    case "drop_record":
      return [`uko withdraw ${path}`];
    case "reactivate":
      return [`uko reactivate ${path}`];
    case "sync":
      return [`uko sync ${path}`];
    case "deactivate":
    case "destroy":
    case "remove":
      return [rerun];
  }
}

function rightFor(step: Step, isUnused: boolean): Right {
  switch (step.kind) {
    case "write_record":
    case "drop_record":
      return rights.writeTags;
    case "set_for_deletion":
    case "unset_for_deletion":
      return rights.setForDeletion;
    case "destroy":
      return isUnused ? rights.destroyUnused : rights.destroy;
    case "deactivate":
      return rights.deactivate;
    case "reactivate":
      return rights.reactivate;
    case "remove":
      return rights.remove;
    case "sync":
      return rights.distribute;
  }
}
