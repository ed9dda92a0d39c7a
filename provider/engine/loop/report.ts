/**
 * Defines the report, which `--json` prints and `UKO_REPORT` stores, and makes the error that an engine shows for a
 * result. If the file cannot be opened, the run ends before its work; after that, the report does not change what the
 * run does.
 */

import { type ErrorCode, errorCatalog, isUkoError, UkoError } from "../../errors.ts";
import type { NotBinding } from "../../lifecycle/consent/consent-record.ts";
import type { Leader } from "../../lifecycle/consent/membership.ts";
import type { DeletionAwaits, LifecycleState } from "../../lifecycle/key/lifecycle-state.ts";
import type { Step } from "../../lifecycle/key/plan.ts";
import type { KmsLifecycleState } from "../../lifecycle/kms-key/kms-key-states.ts";
import type { Actor, ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import type { EvidenceReason, ReportLine } from "../ports/evidence.ts";
import { outputOf, type ReportedWait, waitFields } from "../ports/reported-wait.ts";
import type { ShownKey } from "../ports/shown-key.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { type Explanation, renderExplanation, type UserInterface } from "../text/explanation.ts";

/** Printed by `--json`. The version changes if a field changes its meaning. */
export interface Report {
  readonly v: 1;
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
  readonly label?: string;
  readonly lifecycleState: LifecycleState | KmsLifecycleState | "gone";
  readonly keyState?: string;
  /** Of a KMS key: whether KMS demands two people for its deletion. */
  readonly dualAuthDelete?: boolean;
  /** Of a KMS key: the CRNs of the cloud resources that use it; absent if they cannot be read. */
  readonly usedBy?: readonly string[];
  /** Of a managed key that status, plan, or a list of requests read: what people see before they decide about it. */
  readonly key?: ShownKey;
  readonly deletion: DeletionReport;
  /** The changes that this operation made, in order. */
  readonly taken: readonly Step["kind"][];
  readonly explanation: Explanation;
  readonly code?: ErrorCode;
  readonly exitCode: number;
}

/** The facts next to the lifecycle state of every key. Times are ISO 8601 UTC. */
export interface DeletionReport
  extends Omit<ReportedWait, "awaits">,
    // `reasons`: the record binds, or its step was taken.
    Pick<ReportLine, "neededRoles" | "excludedIdentity" | "unapprovedStep" | "reasons"> {
  /** The last request was declined. Absent after the next write of another person. */
  readonly declined?: EvidenceReason & { readonly at: string };
  /** Whether the caller still has to confirm the request that was approved: only the caller knows if they made it. */
  readonly isUnconfirmed?: true;
  readonly awaits?: DeletionAwaits;
  /** In a list of requests: the step that comes next. */
  readonly nextStep?: ApprovedStep | "remove";
  /** In a list of requests: when the request was written, also one that a stored approval quotes. */
  readonly requestedAt?: string;
  /** In a list of requests: whether the caller wrote the request or the approval on the key. */
  readonly isOwn?: boolean;
  /** In a list of requests: whether the caller can take the next step with a role of `neededRoles`. */
  readonly canAct?: boolean;
  readonly cannotActBecause?: string;
  /** In a list of requests: who wrote last to a key that waits for its request, and when. */
  readonly lastWriter?: string;
  readonly lastWriteAt?: string;
  /** The campaign, and the wave, for which the record on the key was made. Only a text on the key says so. */
  readonly campaign?: Leader;
  /** Why the record on the key does not count, such as `edited` after another person wrote to the key. */
  readonly voidBecause?: NotBinding["kind"];
  /** When the record on the key expired; then the key waits for no approval of it. */
  readonly recordExpiredAt?: string;
}

export function codeOf({ code }: Explanation): Pick<Report, "code" | "exitCode"> {
  return { ...(code !== undefined && { code }), exitCode: code === undefined ? 0 : errorCatalog[code].exitCode };
}

/** The report about an object that is gone. Its exit code shows a script that an ID may be mistyped. */
export function absent(report: Report, code: ErrorCode): Report {
  const explanation = { ...report.explanation, code };
  return { ...report, explanation, ...codeOf(explanation) };
}

/** An explanation as the error that an engine shows: first line, facts and next commands, code. */
export function errorOf(explanation: Explanation, userInterface: Pick<UserInterface, "program">): UkoError {
  const { code = "UKO_BUG", ...uncoded } = explanation;
  const [summary = "", ...rest] = renderExplanation(uncoded, userInterface).split("\n");
  return new UkoError(code, { summary, detail: rest.join("\n") });
}

/** The object that a report is about. */
export type Subject = Pick<ReportLine, "instanceId" | "resource" | "vaultId" | "keyId" | "label">;
type Result = Partial<Subject> & Omit<ReportLine, keyof Subject | "operation" | "actor">;

interface Reported<T> {
  readonly operation: string;
  /** Absent for an object that has no ID before its creation; a fault then leaves no report. */
  readonly subject?: Subject;
  /** `noteWait` appends a record if a wait begins within the work, because the wait may take weeks. */
  readonly work: (noteWait: (soFar: T) => Promise<void>) => Promise<T>;
  readonly resultOf: (ended: T) => Result;
}

/** Appends a record when the work ends, even if it throws. Throws UKO_EVIDENCE_UNWRITABLE before the work. */
export async function reportingRun<T>(
  world: World,
  { operation, subject, work, resultOf }: Reported<T>,
  options: CallOptions,
): Promise<T> {
  const { reports } = world;
  if (reports === undefined) return work(async () => {});
  await reports.open();
  let actor: Actor | undefined;
  const recordOf = (result: Result): ReportLine => ({
    instanceId: world.session.instanceId,
    vaultId: "",
    keyId: "",
    ...subject,
    operation,
    ...result,
    actor: { iamId: actor?.identity?.iamId ?? "", name: actor?.displayName ?? "" },
  });
  let ended: T;
  try {
    // The same token that the work uses, so this costs no call.
    actor = await world.session.actor(options);
    ended = await work((soFar) => reports.append(recordOf({ ...resultOf(soFar), isWaiting: true })));
  } catch (thrown) {
    const error = isUkoError(thrown) ? thrown : new UkoError("UKO_BUG");
    if (subject !== undefined) {
      await reports.append(recordOf({ code: error.code, exitCode: error.exitCode }));
    }
    throw thrown;
  }
  await reports.append(recordOf(resultOf(ended)));
  return ended;
}

/** The report of an operation, in a record's form. */
export function resultOfReport({ label, lifecycleState, deletion, taken, code, exitCode }: Report): Result {
  const { recordExpiredAt: _expired, isUnconfirmed: _caller, voidBecause: _void, ...facts } = deletion;
  return {
    ...(label !== undefined && { label }),
    lifecycleState,
    ...facts,
    ...(code !== undefined && { code }),
    exitCode,
    taken,
  };
}

/** A creation or an update succeeded. State holds what the resource now waits for. */
export function resultOfStored({ state }: { readonly state: unknown }): Result {
  return { ...awaitsIn(state), exitCode: 0 };
}

/** What a resource's state shows of its deletion; the state of a container shows nothing. */
function awaitsIn(state: unknown): ReportedWait & { readonly lifecycleState?: string } {
  const properties: Readonly<Record<string, unknown>> = Object(state);
  const shown = waitFields.map((fact) => [fact, properties[outputOf(fact)]] as const);
  const facts = [["lifecycleState", properties.lifecycleState] as const, ...shown];
  return Object.fromEntries(facts.filter(([, value]) => typeof value === "string"));
}
