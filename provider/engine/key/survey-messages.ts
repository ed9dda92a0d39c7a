/** The messages about keys that a survey of whole vaults found, and about a sweep. */

import type { UkoError } from "../../errors.ts";
import { expiredRecord } from "../../lifecycle/consent-record.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import type { Plan, Run } from "../../lifecycle/plan.ts";
import type { Explanation } from "../explanation.ts";
import type { Report } from "../report.ts";
import { capital, keyPath, sayKey, sayRoles, sayTime, stepNouns } from "../words.ts";
import { explainOutcome } from "./messages.ts";
import type { KeyDetails } from "./observe.ts";
import { sayReasonsOnKey } from "./reasons.ts";

const door = { rerun: "uko continue" } as const;

/**
 * A key in a list; `isDue` if every keystore's date has passed. It has no code, because the read
 * succeeded.
 */
export function explainListed(observed: KeyDetails, run: Run, plan: Plan, isDue: boolean): Explanation {
  if (isDue || plan.kind === "ready" || plan.kind === "done") {
    return explainRemovable(observed, isDue ? "the keystores' dates have passed" : "no keystore holds its material");
  }
  const { code: _code, ...told } = explainOutcome(
    { kind: "stopped", plan, observed, memory: { run, taken: [] } },
    door,
  );
  const expired = expiredRecord(observed.observation, observed.nowMs);
  return {
    ...told,
    ...(expired !== undefined && { summary: sayExpired(expired, observed) }),
    facts: told.facts.filter((fact) => !fact.startsWith("Nothing was changed by this")),
  };
}

function sayExpired(
  { record, atMs }: NonNullable<ReturnType<typeof expiredRecord>>,
  { observation }: KeyDetails,
): string {
  return `The request for the ${stepNouns[record.step]} of ${sayKey(observation)} expired on ${sayTime(atMs)}`;
}

/** A destroyed key of which only its metadata is left. */
export function explainRemovable(observed: KeyDetails, why: string): Explanation {
  const { observation } = observed;
  const { vaultId } = observation.facts;
  return {
    summary: `${capital(sayKey(observation))} is destroyed and awaits removal: ${why}`,
    facts: sayReasonsOnKey(observed),
    next: [
      {
        who: `to remove the record, somebody who holds ${sayRoles(rights.remove)} runs`,
        commands: [`uko continue ${keyPath(observation)}`, `uko sweep --vault ${vaultId}`],
      },
    ],
  };
}

/** `3 keys in 2 vaults have an end under way: 1 pending approval, 2 pending destruction`. */
export function summariseRequests(reports: readonly Report[], vaults: number): string {
  const where = `${vaults} ${vaults === 1 ? "vault" : "vaults"}`;
  if (reports.length === 0) return `No key in ${where} has a consent record on file or an end under way`;
  const counts = new Map<string, number>();
  const pending = reports.filter(({ deletion }) => deletion.recordExpiredAt === undefined);
  for (const { lifecycleState } of pending) counts.set(lifecycleState, (counts.get(lifecycleState) ?? 0) + 1);
  const expired = reports.length - pending.length;
  const parts = [
    ...[...counts].map(([state, count]) => `${count} ${state.replaceAll("_", " ")}`),
    ...(expired === 0 ? [] : [`${expired} expired ${expired === 1 ? "request" : "requests"}`]),
  ];
  const [keys, have] = reports.length === 1 ? ["key", "has"] : ["keys", "have"];
  return `${reports.length} ${keys} in ${where} ${have} a record on file or an end under way: ${parts.join(", ")}`;
}

/** The list of managed keys is complete; only the keys in KMS could not be read. */
export const kmsKeysNotListed = ({ summary, code }: UkoError): string =>
  `The list does not include KMS keys, because they could not be read: ${summary} [${code}]`;

export interface SweepCounts {
  readonly removable: number;
  readonly removed: number;
  readonly waiting: number;
  readonly blocked: number;
  readonly failed: number;
}

export function summariseSweep({ removable, removed, waiting, blocked, failed }: SweepCounts, isDry: boolean): string {
  const records = (count: number): string => `${count} ${count === 1 ? "record" : "records"}`;
  const begin = isDry
    ? removable === 0
      ? "No record is to be removed now"
      : `Nothing was removed; the time of ${records(removable)} has come`
    : `${records(removed)} removed`;
  const parts = [
    failed > 0 ? `${failed} not removed` : "",
    waiting > 0 ? `${waiting} ${waiting === 1 ? "waits" : "wait"} for keystores` : "",
    blocked > 0 ? `${blocked} blocked` : "",
  ].filter((part) => part !== "");
  return [begin, ...parts].join("; ");
}

export const sweepQuestion = (count: number): string =>
  `Remove ${count === 1 ? "this record" : `these ${count} records`} for good? Nothing is left of them but evidence. [y/N] `;

export const sweepHint = "To remove them, run the same command with --yes.";
