/**
 * The deletion of any resource, as an engine calls it: the steps of one run, with waits if the run
 * has a wait budget.
 */

import { lifecycleStateOf } from "../lifecycle/lifecycle-state.ts";
import { planKeyDeletion } from "../lifecycle/plan-key-deletion.ts";
import { containerFacts, containerKind } from "./container/kind.ts";
import { explainContainerOutcome } from "./container/messages.ts";
import type { Ending, RunSettings } from "./definition.ts";
import { type DeleteOutcome, pendingResult } from "./delete-outcome.ts";
import type { Door } from "./explanation.ts";
import { keyKind, type Outcome, type Task } from "./key/kind.ts";
import { explainOutcome } from "./key/messages.ts";
import { deletionFacts } from "./key/report.ts";
import { deleteKmsKey } from "./kms-key/delete.ts";
import type { CallOptions, World } from "./ports.ts";
import { convergeAndWait, type WaitBudget } from "./wait.ts";
import { sayLongWait } from "./wait-interrupted.ts";
import { capital, sayKey } from "./words.ts";

/** How a deletion may wait during its run. */
export interface Waiting {
  /** The resource's own setting; the caller's setting for the run overrides it. */
  readonly timeoutMs: number;
  /** Called before a long wait, with a warning about what the wait blocks. */
  warn(line: string): void;
}

/** The parameters of one deletion; without `waiting` it never waits. */
export interface DeleteRequest {
  readonly ending: Ending;
  readonly run: RunSettings;
  readonly door: Door;
  readonly waiting?: Waiting;
}

/**
 * Takes the steps that are allowed now. Throws `UkoError` for faults only; waits and refusals are
 * outcomes.
 */
export function endResource(
  world: World,
  { ending, run, door, waiting }: DeleteRequest,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const patience = patienceOf(run, waiting);
  switch (ending.kind) {
    case "managed_key":
      return endKey(world, ending, run, door, patience, options);
    case "container":
      return endOfContainer(world, ending, door, patience, options);
    case "kms_key":
      return deleteKmsKey(world, ending, run, door, patience, options);
  }
}

const pollIntervalMs = 30_000;

/**
 * The caller's setting for this run overrides the resource's. Without either, a run does not wait.
 */
function patienceOf({ waitMs, isUnattended = false }: RunSettings, waiting: Waiting | undefined): WaitBudget {
  if (waiting === undefined) return { budgetMs: 0, pollIntervalMs };
  return {
    budgetMs: waitMs ?? waiting.timeoutMs,
    pollIntervalMs,
    ...(isUnattended && { beforeLongWait: (neededMs: number) => waiting.warn(sayLongWait(neededMs)) }),
  };
}

async function endKey(
  world: World,
  { ref, policy }: Extract<Ending, { kind: "managed_key" }>,
  { consents }: RunSettings,
  door: Door,
  patience: WaitBudget,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const plan: Task["plan"] = (observation, current, nowMs) => planKeyDeletion(observation, policy, current, nowMs);
  const task: Task = { ref, plan, consents, intent: "engine" };
  return deleteOutcome(await convergeAndWait(world, keyKind, task, patience, options), door, options);
}

async function endOfContainer(
  world: World,
  ending: Extract<Ending, { kind: "container" }>,
  door: Door,
  patience: WaitBudget,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const outcome = await convergeAndWait(world, containerKind, ending, patience, options);
  if (outcome.kind === "gone") {
    return { kind: "ended", warnings: [], facts: { taken: outcome.memory.taken.map(({ kind }) => kind) } };
  }
  const explanation = explainContainerOutcome(outcome, door);
  const facts = { ...containerFacts(outcome), taken: [] };
  return pendingResult(explanation, facts, options);
}

function deleteOutcome(outcome: Outcome, door: Door, options: CallOptions): DeleteOutcome {
  const facts = factsOf(outcome);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts };
  if (outcome.kind === "stopped" && outcome.plan.kind === "done") {
    const key = capital(sayKey(outcome.observed.observation));
    const warning = `${key} leaves the state before its record leaves the vault: until then the record blocks the deletion of its template, its keystores and its vault`;
    return { kind: "ended", warnings: [warning], facts };
  }
  return pendingResult(explainOutcome(outcome, door), facts, options, "plan" in outcome ? outcome.plan : undefined);
}

/** What a report states about the deletion of a managed key, in addition to its code. */
function factsOf(outcome: Outcome): NonNullable<DeleteOutcome["facts"]> {
  const taken = outcome.memory.taken.map(({ kind }) => kind);
  if (outcome.kind === "gone") return { lifecycleState: "gone", taken };
  const { observed, memory } = outcome;
  const { recordLapsesAt: _lapses, ...deletion } = deletionFacts(
    observed,
    outcome.kind === "stopped" ? outcome.plan : undefined,
  );
  return { lifecycleState: lifecycleStateOf(observed.observation, memory.run, observed.nowMs), ...deletion, taken };
}
