/**
 * Turns the outcome of a run into the report of its command, and appends it to the report file. A key that the service
 * does not find counts as deleted only if this run removed it, or if it is proven which instance answered. With a wrong
 * address, uko would otherwise report a living key as deleted.
 */

import { UkoError } from "../../errors.ts";
import type { Step } from "../../lifecycle/key/plan.ts";
import { isGoneForCommand } from "../../lifecycle/stored-state/gone.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { absent, type Report, reportingRun, resultOfReport } from "../loop/report.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { endOf, reportGone, reportOn, subjectOfKey } from "./report.ts";
import { explainDone } from "./status.ts";
import type { Outcome } from "./steps.ts";
import { explainOutcome } from "./text/messages.ts";
import { withUnapprovedStep } from "./text/unapproved-words.ts";

export const userInterface = { rerun: "uko continue" } as const;

/** Writes a report for pipelines. The operation's last argument holds the cancellation signal. */
export function withReport<Rest extends readonly [...unknown[], CallOptions]>(
  world: World,
  operation: string,
  act: (ref: KeyRef, ...rest: Rest) => Promise<Report>,
): (ref: KeyRef, ...rest: Rest) => Promise<Report> {
  return (ref, ...rest) => {
    const work = () => act(ref, ...rest);
    const options = rest.at(-1) as CallOptions;
    return reportingRun(world, { operation, subject: subjectOfKey(ref), work, resultOf: resultOfReport }, options);
  };
}

/** The report of an operation towards the deletion. A key that is gone has reached the goal. */
export function reportOutcome(
  world: World,
  ref: KeyRef,
  outcome: Outcome,
  options: CallOptions,
): Report | Promise<Report> {
  if (outcome.kind === "gone") return reportProvenGone(world, ref, certainSteps(outcome.memory.run), options);
  return reportExisting(ref, outcome);
}

/** Throws UKO_GONE_UNPROVEN if only the caller's own setting says which instance answered. */
async function reportProvenGone(
  world: World,
  ref: KeyRef,
  taken: readonly Step[],
  options: CallOptions,
): Promise<Report> {
  const isRemovedHere = taken.some(({ kind }) => kind === "remove");
  const isInstanceProven = isRemovedHere || (await world.session.isInstanceReported(options));
  if (isGoneForCommand({ isRemovedHere, isInstanceProven })) return reportGone(ref, taken);
  throw new UkoError("UKO_GONE_UNPROVEN", {
    summary: `Key ${ref.keyId} was not found, but uko could not verify that it was deleted`,
    detail: [
      `Only your settings show that instance ${ref.instanceId} answered. Nothing was changed.`,
      "Next: set UKO_REGION, so that IBM's broker names the endpoint, and run `uko doctor`.",
    ].join("\n"),
  });
}

export async function reportAbsent(world: World, ref: KeyRef, options: CallOptions): Promise<Report> {
  return absent(await reportProvenGone(world, ref, [], options), "UKO_KEY_NOT_FOUND");
}

/** The report of an operation on an existing key. Throws UKO_KEY_NOT_FOUND. */
export function reportExisting(ref: KeyRef, outcome: Outcome): Report {
  if (outcome.kind === "gone") throw notFound(ref);
  const { observed, memory } = outcome;
  const isDone = outcome.kind === "stopped" && outcome.plan.kind === "done";
  const said = isDone ? explainDone(observed, memory) : explainOutcome(outcome, userInterface);
  const explanation = withUnapprovedStep(said, observed.observation);
  return reportOn(ref, observed, memory.run, explanation, endOf(outcome));
}

export function notFound(ref: KeyRef): UkoError {
  return new UkoError("UKO_KEY_NOT_FOUND", {
    summary: `Key ${ref.keyId} was not found: it is gone, or its ID is mistyped`,
    detail: `Vault ${ref.vaultId} has no key with this ID. Nothing was changed.`,
  });
}
