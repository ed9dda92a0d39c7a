/** Makes the errors with which the loop of a deletion ends. Each says what may have happened to the object. */

import { UkoError } from "../../errors.ts";
import { capital } from "../text/words.ts";
import type { Deletable, KindTypes, LostCall } from "./deletable.ts";

/** The most decisions of one run that were too old to send their call (permit.ts). They do not count as rounds. */
export const maxExpired = 5;

/** Stops a canceled run. No step is left half done, because every step is one call. */
export function throwIfStopped(signal: AbortSignal, inFlight?: UkoError): void {
  if (!signal.aborted) return;
  throw inFlight ?? new UkoError("UKO_CANCELED", { detail: "Completed steps stay in effect. Run again to continue." });
}

/**
 * The error of a run that was stopped during a call. The run does not wait for the response, so the person has to know
 * which change may still take effect.
 */
export function stoppedInFlight<K extends KindTypes>(
  kind: Deletable<K>,
  task: K["task"],
  { step, context }: LostCall<K>,
): UkoError {
  return new UkoError("UKO_CANCELED", {
    summary: "The run was stopped before the service responded to a change",
    detail: [
      `${kind.progress(step, context.observed)}: the call was sent, and can still take effect.`,
      "Earlier steps stay in effect.",
      "Next: show what became of it:",
      `  ${kind.check(task)}`,
    ].join("\n"),
  });
}

export function changedRepeatedly(name: string): UkoError {
  return new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `${capital(name)} changed repeatedly during the run`,
    detail:
      "Another writer keeps changing it. Completed steps stay in effect. Run again when the other writer has finished.",
  });
}

export function notConfirmed(name: string, step: string): UkoError {
  return new UkoError("UKO_CANCELED", {
    summary: `The step ${step} of ${name} was not confirmed`,
    detail: "Completed steps stay in effect. Run the same command again to continue.",
  });
}

export function notDeleted(name: string): UkoError {
  return new UkoError("UKO_RESPONSE_LOST", {
    summary: `The service accepted the deletion of ${name}, but still shows it`,
    detail: "The object counts as not deleted. Earlier steps stay in effect.\nNext: run the same command again.",
  });
}

export function decisionsExpired(name: string): UkoError {
  return new UkoError("UKO_DEADLINE", {
    summary: `KMS was too slow for a step of ${name}`,
    detail: [
      `KMS does not refuse a step if the key has changed since the read. So uko sends it within 10 s, and missed that ${maxExpired + 1} times.`,
      "The step was not taken. Earlier steps stay in effect.",
      "Next: run the same command again later.",
    ].join("\n"),
  });
}

export function responsesLost(name: string, reason: string): UkoError {
  return new UkoError("UKO_RESPONSE_LOST", {
    summary: `No response from the service about ${name}: ${reason}`,
    detail:
      "A read after the last call shows no effect of it. Earlier steps stay in effect. Run the same command again.",
  });
}
