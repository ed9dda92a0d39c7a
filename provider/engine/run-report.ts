/**
 * The report of a run for pipelines (UKO_REPORT), around any work on one key. The run itself is the
 * same with and without it.
 */

import { errorCatalogue, isUkoError, UkoError } from "../errors.ts";
import type { Actor } from "../lifecycle/observation.ts";
import type { Ending, Stored } from "./definition.ts";
import type { DeleteOutcome } from "./delete-outcome.ts";
import type { CallOptions, KeyRef, RunRecord, World } from "./ports.ts";
import type { Report } from "./report.ts";

/** The object that a report is about. */
export type Subject = Pick<RunRecord, "instanceId" | "resource" | "vaultId" | "keyId" | "label">;
/** The result of the run. */
type Result = Partial<Subject> & Omit<RunRecord, keyof Subject | "operation" | "actor">;

interface Reported<T> {
  readonly operation: string;
  /** Absent for an object that has no ID before its creation; a fault then leaves no report. */
  readonly subject?: Subject;
  readonly work: () => Promise<T>;
  readonly resultOf: (ended: T) => Result;
}

/**
 * Does the work and appends one record, even if the work throws; the error is thrown on. Throws
 * UKO_REPORT_UNWRITABLE before the work starts.
 */
export async function reportingRun<T>(
  world: World,
  { operation, subject, work, resultOf }: Reported<T>,
  options: CallOptions,
): Promise<T> {
  const { reports } = world;
  if (reports === undefined) return work();
  await reports.open();
  let actor: Actor | undefined;
  const told = (result: Result): RunRecord => ({
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
    ended = await work();
  } catch (thrown) {
    const error = isUkoError(thrown) ? thrown : new UkoError("UKO_BUG");
    if (subject !== undefined) {
      await reports.append(told({ code: error.code, exitCode: error.exitCode }));
    }
    throw thrown;
  }
  await reports.append(told(resultOf(ended)));
  return ended;
}

/** The report of an operation, in a record's form. */
export function resultOfReport({ label, lifecycleState, deletion, taken, code, exitCode }: Report): Result {
  const { awaits, notBefore, requestedBy, recordId, reasons } = deletion;
  return {
    ...(label !== undefined && { label }),
    lifecycleState,
    ...(awaits !== undefined && { awaits }),
    ...(notBefore !== undefined && { notBefore }),
    ...(requestedBy !== undefined && { requestedBy }),
    ...(recordId !== undefined && { recordId }),
    ...(reasons !== undefined && { reasons }),
    ...(code !== undefined && { code }),
    exitCode,
    taken,
  };
}

export function subjectOfKey({ instanceId, vaultId, keyId }: KeyRef): Subject {
  return { instanceId, vaultId, keyId };
}

/** The object behind a resource; its deletion names it. */
export function subjectOf(ending: Ending, state: unknown): Subject {
  switch (ending.kind) {
    case "managed_key":
      return { ...subjectOfKey(ending.ref), ...textsIn(state, { label: "label" }) };
    case "container": {
      const { kind: resource, instanceId, vaultId, id } = ending.ref;
      return { instanceId, resource, vaultId, keyId: id, label: ending.name };
    }
    case "kms_key": {
      const { instanceId, kmsKeyId } = ending.ref;
      return { instanceId, resource: "kms_key", vaultId: "", keyId: kmsKeyId, label: ending.name };
    }
  }
}

/** A creation or an update succeeded. State holds what the resource now waits for. */
export function resultOfStored({ state }: Stored<unknown>): Result {
  return { ...awaitedIn(state), exitCode: 0 };
}

/** A deletion whose resource the engine may drop, or why it may not. */
export function resultOfDeletion(outcome: DeleteOutcome): Result {
  if (outcome.kind === "ended") return { exitCode: 0, ...outcome.facts };
  return { code: outcome.code, exitCode: errorCatalogue[outcome.code].exitCode, ...outcome.facts };
}

/** What a resource's state shows of its deletion; the state of a container shows nothing. */
function awaitedIn(state: unknown): Partial<Result> {
  return textsIn(state, {
    lifecycleState: "lifecycleState",
    awaits: "deletionAwaits",
    notBefore: "deletionNotBefore",
    requestedBy: "deletionRequestedBy",
    recordId: "deletionRecordId",
  });
}

function textsIn<Name extends string>(
  state: unknown,
  names: Readonly<Record<Name, string>>,
): { [Each in Name]?: string } {
  if (typeof state !== "object" || state === null) return {};
  const properties = state as Readonly<Record<string, unknown>>;
  const found: { [Each in Name]?: string } = {};
  for (const [name, property] of Object.entries(names) as [Name, string][]) {
    const value = properties[property];
    if (typeof value === "string") found[name] = value;
  }
  return found;
}
