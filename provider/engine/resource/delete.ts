/**
 * Deletes any resource for an engine (Pulumi, OpenTofu, Terraform), and says whether the engine may drop the resource
 * from its state. It reads, plans and takes steps until the deletion ends, or until it has to wait longer than the run
 * may (`UKO_WAIT`). The engine may drop the resource only after the deletion ended. After a wait, a refusal or an
 * error, the resource stays in state, and a later run continues. In a pipeline, the file warns before a long wait,
 * because the wait blocks other runs.
 */

import { type ErrorCode, errorCatalog } from "../../errors.ts";
import type { DeletionGoal } from "../../lifecycle/key/plan.ts";
import type { PlanLimit } from "../../lifecycle/vocabulary/plan-limit.ts";
import type { Deletable, KindTypes, Outcome } from "../loop/converge.ts";
import type { Subject } from "../loop/report.ts";
import { convergeAndWait, type WaitBudget } from "../loop/wait.ts";
import type { RunRecord } from "../ports/evidence.ts";
import type { CallOptions, RunSettings, World } from "../ports/world.ts";
import { type Explanation, renderBriefly, renderExplanation, type UserInterface } from "../text/explanation.ts";
import { runnable } from "../text/own-commands.ts";
import { sayDuration } from "../text/words.ts";
import type { PlanContext, PreviewWithLimit, StateFacts } from "./preview.ts";

/** The deletion of one object, as the definition of its resource states it. */
export interface Deletion {
  /** The object in reports; `facts` are the properties of its resource in state. */
  subject(facts: StateFacts): Subject;
  /** The preview and the plan limit, from state alone. */
  plan(context: PlanContext): PreviewWithLimit;
  /** The plan of an update that advances the deletion. Absent if no update does so. */
  planRetirement?(goal: DeletionGoal, wanted: StateFacts, context: PlanContext): PreviewWithLimit;
  /** Throws `UkoError` for faults only; waits and refusals are outcomes. */
  delete(world: World, request: DeleteRequest, options: CallOptions): Promise<DeleteOutcome>;
}

/** The parameters of one deletion; without `waiting` it never waits. */
export interface DeleteRequest {
  readonly run: RunSettings;
  readonly userInterface: UserInterface;
  readonly waiting?: Waiting | undefined;
  /** Called when a wait begins. */
  readonly noteWait?: (soFar: DeleteOutcome) => Promise<void>;
  /** The limit that its plan set; absent if the engine has none. */
  readonly planLimit?: PlanLimit | undefined;
}

/** How a deletion may wait during its run. */
export interface Waiting {
  /** The resource's own setting; the caller's setting for the run overrides it. */
  readonly timeoutMs: number;
  /** Called before a long wait, with a warning about what the wait blocks. */
  warn(line: string): void;
}

interface ReportedFacts {
  /** The facts for a report, in addition to code and exit code, if the planner of this kind knows them. */
  readonly facts: Omit<RunRecord, keyof Subject | "operation" | "actor" | "code" | "exitCode">;
}

/** The result of a deletion for its interface: whether the engine may drop the resource from state. */
export type DeleteOutcome = Partial<ReportedFacts> &
  (
    | { readonly kind: "ended"; readonly warnings: readonly string[] }
    /** A wait, a refusal or a missing right, as a message, and in brief without its code. */
    | {
        readonly kind: "unfinished";
        readonly code: ErrorCode;
        readonly message: string;
        readonly brief: string;
        readonly summary: string;
        /** How to go on with everything that stopped for the reason; empty if each resource needs a command of its own. */
        readonly forAll: string;
        readonly left?: LeftObject | undefined;
        readonly unrequested?: UnrequestedKey | undefined;
      }
  );

/** A key whose next step a person has to request, and how messages write the command. */
export interface UnrequestedKey {
  readonly label: string;
  /** Empty for a KMS key. */
  readonly vaultId: string;
  readonly keyId: string;
  readonly keyState: string;
  /** The file for signed requests of KMS keys. */
  readonly out?: string;
  readonly program?: string | undefined;
}

/** The resource as the run saw it last, so that the engine need not read it again. */
export interface LeftObject {
  readonly id: string;
  readonly state: StateFacts;
}

/** What a kind of object concludes from an outcome. */
export type Conclusion = ReportedFacts &
  (
    | { readonly kind: "ended"; readonly warnings: readonly string[] }
    | {
        readonly kind: "unfinished";
        readonly explanation: Explanation;
        readonly left?: LeftObject | undefined;
        readonly unrequested?: Omit<UnrequestedKey, "program"> | undefined;
      }
  );

/** Takes the steps that are allowed now, and concludes what the engine may do. */
export async function deleteObject<K extends KindTypes>(
  world: World,
  object: {
    readonly kind: Deletable<K>;
    readonly task: K["task"];
    conclude(outcome: Outcome<K>, userInterface: UserInterface): Conclusion;
  },
  { run, userInterface, waiting, noteWait }: DeleteRequest,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const outcomeOf = (outcome: Outcome<K>): DeleteOutcome => {
    const conclusion = object.conclude(outcome, userInterface);
    if (conclusion.kind === "ended") return conclusion;
    const { explanation, facts, left } = conclusion;
    const { program } = userInterface;
    const unrequested = conclusion.unrequested && { ...conclusion.unrequested, program };
    const { code = "UKO_BUG" } = explanation;
    const message = messageOf({ ...explanation, code }, userInterface, options);
    const brief = renderBriefly(explanation, userInterface);
    const forAll = sayForAll(code, userInterface);
    const { summary } = explanation;
    return { kind: "unfinished", code, message, brief, forAll, summary, facts, left, unrequested };
  };
  const budget = {
    ...waitBudget(run, waiting),
    ...(noteWait !== undefined && { beforeWait: (outcome: Outcome<K>) => noteWait(outcomeOf(outcome)) }),
    program: userInterface.program,
  };
  return outcomeOf(await convergeAndWait(world, object.kind, object.task, budget, options));
}

/** The caller's setting overrides the resource's. Without either, a run does not wait. */
function waitBudget({ waitMs, isUnattended = false }: RunSettings, waiting: Waiting | undefined): WaitBudget {
  if (waiting === undefined) return { budgetMs: 0 };
  return {
    budgetMs: waitMs ?? waiting.timeoutMs,
    ...(isUnattended && { beforeLongWait: (neededMs: number) => waiting.warn(sayLongWait(neededMs)) }),
  };
}

function messageOf(explanation: Explanation, userInterface: UserInterface, { signal }: CallOptions): string {
  const { facts } = explanation;
  const shown = signal.aborted ? { ...explanation, facts: [...facts, waitInterruptedNote] } : explanation;
  return renderExplanation(shown, userInterface);
}

const waitInterruptedNote =
  "The wait was canceled. Completed steps stay in effect, and the next run continues from here.";

/** The warning before a wait of more than 15 minutes in a pipeline, whose other runs may need the same stack. */
function sayLongWait(neededMs: number): string {
  return `This run waits for up to ${sayDuration(Math.ceil(neededMs / 60_000) * 60_000)} and holds the state lock, so other runs are blocked; without UKO_WAIT, the run stops instead and a later run continues`;
}

export type Unfinished = Extract<DeleteOutcome, { readonly kind: "unfinished" }>;

function sayForAll(code: ErrorCode, { program }: UserInterface): string {
  return code === "UKO_APPROVAL_PENDING"
    ? `To approve them, another person runs: ${runnable("uko approve", program)}`
    : "";
}

/** A deletion whose resource the engine may drop, or why it may not, for a report. */
export function resultOfDeletion(
  outcome: DeleteOutcome,
): ReportedFacts["facts"] & { readonly code?: ErrorCode; readonly exitCode: number } {
  if (outcome.kind === "ended") return { exitCode: 0, ...outcome.facts };
  return { code: outcome.code, exitCode: errorCatalog[outcome.code].exitCode, ...outcome.facts };
}
