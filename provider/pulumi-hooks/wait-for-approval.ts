/**
 * `pulumi-uko/wait-for-approval`: an error hook with which a Node program's destroy waits for
 * people and time instead of failing.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { ErrorHook, type ErrorHookArgs, log, runtime } from "@pulumi/pulumi";
import { type ErrorCode, newRunMark } from "../errors.ts";
import { parseDurationMs } from "../settings.ts";

export interface ApprovalWait {
  /** The total time that one run may wait for one resource, such as `8h`; at most 100 days. */
  readonly atMost: string;
  /**
   * The time between two reads, default 5 minutes; longer if the engine's 100 tries would not last.
   */
  readonly every?: string;
}

/**
 * The engine gives up after this many failures (seen with 3.259, resource/deploy/retries.go),
 * counting the first one.
 */
const maxTries = 100;

/**
 * Codes of waits that another person or time alone can end. Every other error needs a change, so it
 * ends the run.
 */
const waits = [
  "UKO_APPROVAL_PENDING",
  "UKO_COOLING_DOWN",
  "UKO_DESTRUCTION_PENDING",
  "UKO_KMS_METADATA_REMAINS",
] as const satisfies readonly ErrorCode[];

/**
 * The engine knows a hook only for one run; a process of Pulumi's automation library has several
 * runs in turn.
 */
const noRun = {};
const hooksOfRuns = new WeakMap<object, Map<string, ErrorHook>>();

/**
 * Creates the hook for `hooks: { onError: [...] }` of any resource of either provider. It takes
 * effect only if the program runs: `pulumi destroy --run-program`. Each retry is an ordinary run of
 * the deletion, so it repeats no request and takes no step that the caller may not take. Throws
 * UKO_SETTINGS_INVALID if a duration is invalid.
 */
export function waitForApproval({ atMost, every = "5m" }: ApprovalWait): ErrorHook {
  const budgetMs = parseDurationMs(atMost, "atMost");
  const intervalMs = Math.max(parseDurationMs(every, "every"), Math.ceil(budgetMs / (maxTries - 1)));
  // The engine identifies a hook by its name, and a program may request the same wait at every key.
  const name = `uko-wait-for-approval-${budgetMs}-${intervalMs}`;
  const run = runtime.getMonitor() ?? noRun;
  const hooks = hooksOfRuns.get(run) ?? new Map<string, ErrorHook>();
  hooksOfRuns.set(run, hooks);
  const known = hooks.get(name);
  if (known !== undefined) return known;
  const hook = new ErrorHook(name, createDecision(budgetMs, intervalMs, sleep));
  hooks.set(name, hook);
  return hook;
}

/**
 * Decides after each failure whether to retry, and waits before the retry; `pause` takes
 * milliseconds.
 */
export function createDecision(
  budgetMs: number,
  intervalMs: number,
  pause: (ms: number) => Promise<unknown>,
): (args: Pick<ErrorHookArgs, "failedOperation" | "errors" | "name">) => Promise<boolean> {
  return async ({ failedOperation, errors, name }) => {
    const [latest = ""] = errors;
    const waitedMs = (errors.length - 1) * intervalMs;
    if (failedOperation !== "delete" || !isWait(latest) || waitedMs + intervalMs > budgetMs) return false;
    const minutes = Math.ceil(intervalMs / 60_000);
    const firstLine = latest.split("\n")[0] ?? "";
    // Without a TTY only news is worth a line.
    if (errors[1]?.split("\n")[0] !== firstLine) {
      await log.info(`${name}: ${firstLine}; this run checks again every ${minutes} min`);
    }
    await pause(intervalMs);
    return true;
  };
}

/**
 * A message of this tool ends with its code. The mark before the code means that only a new run can
 * end the wait.
 */
function isWait(message: string): boolean {
  const code = /\[(UKO_[A-Z_]+)\]\s*$/.exec(message);
  const isForNewRun = message.slice(0, code?.index).trimEnd().endsWith(newRunMark);
  return !isForNewRun && waits.some((wait) => wait === code?.[1]);
}
