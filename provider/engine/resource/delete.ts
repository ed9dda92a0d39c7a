/**
 * Deletes one resource for an engine. `deleteResource` tells it in order:
 *
 * 1. If another resource of the program declares the same object, nothing is deleted.
 * 2. The state says which object it is, and under which rules. A destroy does not see the program.
 * 3. The run reads the object, plans, and takes the steps that are possible now (loop/converge.ts). It may wait within
 *    its budget (`UKO_WAIT`, or the timeout of the resource). By default it does not wait.
 * 4. The engine may drop the resource only after the deletion has ended. After a wait, a refusal or an error the
 *    resource stays in state, and a later run continues.
 */

import { type ErrorCode, errorCatalog } from "../../errors.ts";
import type { DeletionGoal } from "../../lifecycle/key/plan.ts";
import type { PlanLimit } from "../../lifecycle/vocabulary/plan-limit.ts";
import type { WaitBudget } from "../loop/converge.ts";
import type { Subject } from "../loop/report.ts";
import { reportingRun } from "../loop/report.ts";
import type { ReportLine } from "../ports/evidence.ts";
import type { CallOptions, RunSettings, World } from "../ports/world.ts";
import { type Explanation, renderBriefly, renderExplanation, type UserInterface } from "../text/explanation.ts";
import { runnable } from "../text/own-commands.ts";
import { declaredTwice, sayLeftState } from "../text/resource-messages.ts";
import { sayDuration } from "../text/words.ts";
import type { Declarations } from "./declarations.ts";
import type { PreviewContext, PreviewWithLimit, StateProperties } from "./preview.ts";

/** The deletion of one object, as the definition of its resource states it. */
export interface Deletion {
  /** The object in reports; `facts` are the properties of its resource in state. */
  subject(facts: StateProperties): Subject;
  /** The preview and the plan limit, from state alone. */
  preview(context: PreviewContext): PreviewWithLimit;
  /** The preview of an update that advances the deletion. Absent if no update does so. */
  previewRetirement?(goal: DeletionGoal, wanted: StateProperties, context: PreviewContext): PreviewWithLimit;
  /** Takes the steps that are possible now. Throws `UkoError` for faults only; waits and refusals are conclusions. */
  delete(world: World, request: DeleteRequest, options: CallOptions): Promise<Conclusion>;
}

/** The parameters of one deletion. */
export interface DeleteRequest {
  readonly userInterface: UserInterface;
  readonly wait: WaitBudget<Conclusion>;
  /** The limit that its plan set; absent if the engine has none. */
  readonly planLimit: PlanLimit | undefined;
}

/** The resource to delete, and how to open the service, which needs no credential before. */
interface DeletedResource<State> {
  readonly definition: { deletion(state: State, run: RunSettings): Deletion };
  readonly open: () => { readonly world: World; readonly run: RunSettings };
  readonly stateFrom: (olds: unknown) => State;
  readonly placeOf: (olds: unknown) => string | undefined;
  readonly userInterface: UserInterface;
}

/** Options of an apply, which may run long after its plan. Without a plan limit the run may do everything. */
export interface ApplyOptions extends CallOptions {
  readonly planLimit?: PlanLimit;
  /** The resource's URN, if the engine passes it; the message tells people what to run next. */
  readonly target?: string;
}

export interface DeleteOptions extends ApplyOptions {
  /** The other resources of the program, as far as the run has shown them. Absent if the interface has its own check. */
  readonly declared?: DeclaredObject;
  /** What people run next, if that differs from the interface's usual command for deletions. */
  readonly rerun?: UserInterface["rerun"];
  /** Absent if the interface cannot be canceled while it waits; its runs then never wait. */
  readonly waiting?: Waiting;
}

interface DeclaredObject extends Pick<Declarations, "decideDeletion"> {
  readonly id: string;
  /** The `runtime` of the program's project, if the engine reveals it. */
  readonly runtime?: () => string | undefined;
}

/** How a deletion may wait during its run. */
export interface Waiting {
  /** The resource's own setting; the caller's setting for the run overrides it. */
  readonly timeoutMs: number;
  /** Called before a long wait, with a warning about what the wait blocks. */
  warn(line: string): void;
}

interface ReportedFields {
  /** The facts for a report, in addition to code and exit code, if the planner of this kind knows them. */
  readonly facts: Omit<ReportLine, keyof Subject | "operation" | "actor" | "code" | "exitCode">;
}

/** The result of a deletion for its interface: whether the engine may drop the resource from state. */
export type DeleteOutcome = Partial<ReportedFields> &
  (
    | { readonly kind: "ended"; readonly warnings: readonly string[] }
    /** A wait, a refusal or a missing right, as a message, and in brief without its code. */
    | {
        readonly kind: "unfinished";
        readonly code: ErrorCode;
        readonly message: string;
        readonly brief: string;
        readonly summary: string;
        /** That no approval of the last step is known. */
        readonly unapproved?: string | undefined;
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
  readonly state: StateProperties;
}

/** What a kind of object concludes from an outcome. */
export type Conclusion = ReportedFields &
  (
    | { readonly kind: "ended"; readonly warnings: readonly string[] }
    | {
        readonly kind: "unfinished";
        readonly explanation: Explanation;
        readonly left?: LeftObject | undefined;
        readonly unrequested?: Omit<UnrequestedKey, "program"> | undefined;
      }
  );

/** Deletes the object of a resource as far as the run may now. */
export async function deleteResource<State>(
  { definition, open, stateFrom, placeOf, userInterface: usual }: DeletedResource<State>,
  olds: unknown,
  options: DeleteOptions,
): Promise<DeleteOutcome> {
  const { target, declared, planLimit, waiting } = options;
  // 1. Another resource may declare the object, for example after a rename.
  const shared = declared?.decideDeletion({ resource: target, id: declared.id, place: placeOf(olds) });
  if (declared !== undefined && shared !== undefined && shared.kind !== "delete") {
    const holding = { resource: target, holder: shared.holder, id: declared.id };
    if (shared.kind === "let_go") return { kind: "ended", warnings: [sayLeftState(holding)] };
    throw declaredTwice({ ...holding, runtime: declared.runtime?.() });
  }

  // 2. The object, and the rules of this run.
  const { world, run } = open();
  const state = stateFrom(olds);
  const deletion = definition.deletion(state, run);
  const { rerun = usual.rerun } = options;
  const userInterface = { ...usual, rerun, ...(target !== undefined && { target }) };
  const outcomeOf = (conclusion: Conclusion) => sayOutcome(conclusion, userInterface, options);

  // 3. Read, plan, act and wait.
  const work = async (noteWait: (soFar: DeleteOutcome) => Promise<void>) => {
    const { program } = userInterface;
    const beforeWait = (soFar: Conclusion) => noteWait(outcomeOf(soFar));
    const wait = { ...waitBudget(run, waiting), beforeWait, program };
    return outcomeOf(await deletion.delete(world, { userInterface, wait, planLimit }, options));
  };
  // 4. Report.
  const subject = deletion.subject(Object(state));
  return reportingRun(world, { operation: "delete", subject, work, resultOf: resultOfDeletion }, options);
}

function sayOutcome(conclusion: Conclusion, userInterface: UserInterface, options: CallOptions): DeleteOutcome {
  if (conclusion.kind === "ended") return conclusion;
  const { explanation, facts, left } = conclusion;
  const { program } = userInterface;
  const unrequested = conclusion.unrequested && { ...conclusion.unrequested, program };
  const { code = "UKO_BUG", summary, unapproved } = explanation;
  const message = messageOf({ ...explanation, code }, userInterface, options);
  const brief = renderBriefly(explanation, userInterface);
  const forAll = sayForAll(code, userInterface);
  return { kind: "unfinished", code, message, brief, forAll, summary, unapproved, facts, left, unrequested };
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
  return `This run waits for up to ${sayDuration(Math.ceil(neededMs / 60_000) * 60_000)} and holds the state lock, so other runs are blocked. Without UKO_WAIT, the run stops and a later run continues`;
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
): ReportedFields["facts"] & { readonly code?: ErrorCode; readonly exitCode: number } {
  if (outcome.kind === "ended") return { exitCode: 0, ...outcome.facts };
  return { code: outcome.code, exitCode: errorCatalog[outcome.code].exitCode, ...outcome.facts };
}
