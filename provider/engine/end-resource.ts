/**
 * The deletion of any resource, as an engine calls it: the steps of one run, with waits if the run
 * has a wait budget.
 */

import { lifecycleStateOf } from "../lifecycle/lifecycle-state.ts";
import { planKeyDeletion } from "../lifecycle/plan-key-deletion.ts";
import type { Ending, RunSettings } from "./definition.ts";
import { deleteKmsKey } from "./delete-kms-key.ts";
import { type DeleteOutcome, unfinished } from "./delete-outcome.ts";
import { type ContainerOutcome, containerAwaits, containerFacts, endContainer } from "./end-container.ts";
import { explainContainerOutcome } from "./explain/containers.ts";
import type { Door } from "./explain/explanation.ts";
import { explainOutcome } from "./explain/outcome.ts";
import { sayLongWait } from "./explain/stopped.ts";
import { capital, sayKey } from "./explain/words.ts";
import type { CallOptions, World } from "./ports.ts";
import type { Outcome, Task } from "./reconcile.ts";
import { deletionFacts } from "./report.ts";
import { type Patience, type PatientWork, patiently, reconcileWithPatience } from "./wait.ts";

/** How a deletion may wait during its run. */
export interface Waiting {
  /** The resource's own setting; the caller's setting for the run overrides it. */
  readonly timeoutMs: number;
  /** Called before a long wait, with a warning about what the wait blocks. */
  warn(line: string): void;
}

/** The parameters of one deletion; without `waiting` it never waits. */
export interface Manner {
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
  { ending, run, door, waiting }: Manner,
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
function patienceOf({ waitMs, isUnattended = false }: RunSettings, waiting: Waiting | undefined): Patience {
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
  patience: Patience,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const plan: Task["plan"] = (observation, current, nowMs) => planKeyDeletion(observation, policy, current, nowMs);
  const task: Task = { ref, plan, consents, intent: "meets" };
  return deleteOutcome(await reconcileWithPatience(world, task, patience, options), door, options);
}

async function endOfContainer(
  world: World,
  ending: Extract<Ending, { kind: "container" }>,
  door: Door,
  patience: Patience,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const work: PatientWork<ContainerOutcome> = {
    attempt: () => endContainer(world, ending, options),
    awaitedIn: containerAwaits,
  };
  const outcome = await patiently(world, work, patience, options);
  if (outcome.kind === "gone") {
    return { kind: "ended", warnings: [], facts: { taken: outcome.isDeletedHere ? ["delete"] : [] } };
  }
  const explanation = explainContainerOutcome(outcome, door);
  const facts = { ...containerFacts(outcome), taken: [] };
  return unfinished(explanation, facts, options);
}

function deleteOutcome(outcome: Outcome, door: Door, options: CallOptions): DeleteOutcome {
  const facts = factsOf(outcome);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts };
  if (outcome.kind === "stopped" && outcome.plan.kind === "done") {
    const key = capital(sayKey(outcome.observed.observation));
    const warning = `${key} leaves the state before its record leaves the vault: until then the record blocks the deletion of its template, its keystores and its vault`;
    return { kind: "ended", warnings: [warning], facts };
  }
  return unfinished(explainOutcome(outcome, door), facts, options, "plan" in outcome ? outcome.plan : undefined);
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
