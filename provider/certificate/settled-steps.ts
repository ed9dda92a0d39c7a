/**
 * Finds out what became of a step that a run began, and of which no line of the evidence says that it was done: the run
 * was killed between the call and the line, or the service refused the call. Only what the service itself reported
 * later settles the step. Until then, the key is not in the certificate: the step may have destroyed it, or not.
 *
 * The step of a person counts as done only if the service reported its effect, and named that person as the last
 * writer, in the few minutes that a call may last. Otherwise Carol could destroy the key with another tool after Bob's
 * run crashed, or Bob himself a week later, when the approval no longer holds. The certificate would show the request
 * and the approval as those of this destruction. For a deactivation, no last writer proves it, because requests are
 * written to the key afterwards. A key that is gone names no writer, and its removal by another person destroys nothing.
 *
 * Nor does the step count if the service answered that the call changed nothing, or if a later run saw its result and
 * knew no approval of it. Alice may have withdrawn her request while Bob's call was on its way. The service refuses the
 * call, and Bob destroys the key with another tool a minute later.
 */

import type { StepLines } from "../engine/commands/audit.ts";
import { isSamePerson } from "../lifecycle/vocabulary/iam-id.ts";
import { maxCallMs } from "./activity-tracker.ts";
import type { LoggedLine } from "./evidence-log.ts";
import type { CertificateKey, CertificateStep } from "./statement.ts";

type Pair = StepLines<LoggedLine>;

/** What the service reported of the key at one time. */
interface Report {
  readonly at: string;
  readonly state: string;
  readonly lastWrite?: { readonly iamId: string; readonly at: string } | undefined;
}

/** The fields of a step that no line reports as done; empty if nothing later shows what became of it. */
export function settlementOf(
  pair: Pair,
  { all, pairs }: { readonly all: readonly LoggedLine[]; readonly pairs: readonly Pair[] },
): Pick<CertificateStep, "settled" | "doneAt"> {
  const { first, isDone, settled } = pair;
  if (isDone) return {};
  // The call had no effect, so a later effect is of another call.
  if (settled !== undefined && settled.from !== first.to) return { settled: { at: settled.time, state: settled.from } };
  const after = all.slice(all.indexOf(first) + 1);
  const later = after.filter(({ phase }) => phase !== "seen").map(reportIn);
  // Only these effects last. A deactivation can be undone and repeated, so the next report is the one that counts.
  const isLasting = first.step === "destroy" || first.step === "remove";
  const report = later.find(({ state }) => isLasting && state === first.to) ?? later.at(0);
  if (report === undefined) return {};
  const { at, state } = report;
  const isTakenByOther = pairs.some((other) => other.isDone && other.first.step === first.step);
  const isUnapproved = after.some(({ phase, step }) => phase === "seen" && step === first.step);
  const doneAt = isTakenByOther || isUnapproved ? undefined : timeOfEffect(first, report);
  return { ...(doneAt !== undefined && { doneAt }), settled: { at, state } };
}

/** The line before a step, and a line that settles one, have the state that was read; a line after a step, its result. */
function reportIn({ time: at, phase, from, to, lastWrite, key }: LoggedLine): Report {
  const { updatedBy, updatedAt } = key ?? {};
  const written = updatedBy === undefined || updatedAt === undefined ? undefined : { iamId: updatedBy, at: updatedAt };
  return { at, state: phase === "after" ? to : from, lastWrite: lastWrite ?? written };
}

function timeOfEffect({ step, to, time, actor }: LoggedLine, { at, state, lastWrite }: Report): string | undefined {
  if (state !== to) return undefined;
  if (step === "remove") return at;
  if (step !== "destroy" || lastWrite === undefined || !isSamePerson(lastWrite.iamId, actor.iamId)) return undefined;
  const [begunMs, writtenMs] = [Date.parse(time), Date.parse(lastWrite.at)];
  return begunMs <= writtenMs && writtenMs <= begunMs + maxCallMs ? lastWrite.at : undefined;
}

/**
 * The first step that was begun, and of which nothing says how it ended. Such a key is in no certificate. Once the end of
 * the key is proven, only a step that could have ended it counts. Otherwise a person could add one line to the evidence
 * that keeps a removed key out of certificates, and no run could find out how that step ended.
 */
export function openStepOf({ outcome, steps }: Pick<CertificateKey, "outcome" | "steps">): CertificateStep | undefined {
  const isEnded = outcome === "destroyed" || outcome === "removed";
  const mayHaveEnded = (name: string): boolean =>
    (name === "destroy" || name === "remove") &&
    !steps.some(({ step, doneAt }) => step === name && doneAt !== undefined);
  return steps.find(
    ({ step, doneAt, settled }) => doneAt === undefined && settled === undefined && (!isEnded || mayHaveEnded(step)),
  );
}
