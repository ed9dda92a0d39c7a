/**
 * Writes the output of `uko requests`, which lists keys with a pending deletion in whole vaults: rows, summaries and
 * the next commands.
 */

import type { UkoError } from "../../../errors.ts";
import { expiredRecord } from "../../../lifecycle/consent/consent-record.ts";
import type { KeyRun, Plan } from "../../../lifecycle/key/plan.ts";
import { findUnapprovedStep } from "../../../lifecycle/key/unapproved-step.ts";
import { rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import type { KeyObservation } from "../../../lifecycle/vocabulary/observation.ts";
import type { Report } from "../../loop/report.ts";
import { asRead, type Explanation } from "../../text/explanation.ts";
import {
  capital,
  count,
  keyPath,
  linesByReason,
  plain,
  quotedName,
  sayAuthor,
  sayHolder,
  sayIdentity,
  sayKey,
  sayPerson,
  sayTime,
  sayWord,
  stepNouns,
} from "../../text/words.ts";
import type { KeyDetails } from "../observe.ts";
import { holdFirst } from "../text/hold-words.ts";
import { explainOutcome } from "../text/messages.ts";
import { explainNotBinding, sayReasonsOnKey } from "../text/record-words.ts";

const userInterface = { rerun: "uko continue" } as const;

/** A key in a list; `isDue` if every keystore's date has passed and no hold is in force. The read has no error code. */
export function explainListed(observed: KeyDetails, run: KeyRun, planned: Plan, isDue: boolean): Explanation {
  const plan = holdFirst(planned, observed);
  if (isDue || plan.kind === "ready" || plan.kind === "done") {
    return explainRemovable(observed, isDue ? "the keystores' dates have passed" : "no keystore holds its material");
  }
  const explanation = asRead(explainOutcome({ kind: "stopped", plan, observed, memory: { run } }, userInterface));
  const { observation, nowMs } = observed;
  const expired = expiredRecord(observation, nowMs);
  if (expired === undefined)
    return plan.kind === "waitingForRequest" ? unrequested(explanation, observation) : explanation;
  const { record, atMs } = expired;
  const what = record.quotes === undefined ? "request" : "approval";
  const summary = `The ${what} of ${sayAuthor(record)} for the ${stepNouns[record.step]} of ${sayKey(observation)} expired on ${sayTime(atMs)}`;
  const alreadySaid = explainNotBinding(expired, observation);
  return { ...explanation, summary, facts: explanation.facts.filter((fact) => fact !== alreadySaid) };
}

/** A key that waits for a request names its last writer, who may have begun the deletion with another tool. */
function unrequested(explanation: Explanation, observation: KeyObservation): Explanation {
  const { updatedBy, updatedAtMs, state, carried } = observation;
  const isUntouched = state === "pre_activation" && carried.kind === "none";
  const key = capital(sayKey(observation));
  const summary = isUntouched
    ? `${key} was never active, and no person has requested its destruction`
    : explanation.summary;
  const isSaid = findUnapprovedStep(observation) !== undefined;
  const lastWrite =
    isSaid || updatedBy === undefined || updatedAtMs === undefined
      ? []
      : [`The last write to the key was by ${sayIdentity(updatedBy)} on ${sayTime(updatedAtMs)}.`];
  return { ...explanation, summary, facts: [...lastWrite, ...explanation.facts] };
}

/** A destroyed key of which only its metadata is left. */
function explainRemovable(observed: KeyDetails, why: string): Explanation {
  const { observation } = observed;
  return {
    summary: `${capital(sayKey(observation))} is destroyed and can be removed from its vault: ${why}`,
    facts: sayReasonsOnKey(observed),
    next: [
      {
        who: `to remove the key, ${sayHolder(rights.remove)} runs`,
        commands: [`uko continue ${keyPath(observation)}`],
        neededRoles: rights.remove.roles,
      },
    ],
  };
}

/** The summary of the list: `3 keys in 2 vaults: 1 pending approval, 2 pending destruction`. `vaults` were read. */
export function summarizeRequests(reports: readonly Report[], vaults: number): string {
  // Key Protect has no vaults.
  if (reports.length === 0) return `No deletion is pending${vaults === 0 ? "" : ` in ${count(vaults, "vault")}`}`;
  const found = new Set(reports.flatMap(({ vaultId }) => (vaultId === "" ? [] : [vaultId]))).size;
  const where = found === 0 ? "" : ` in ${count(found, "vault")}`;
  const counts = new Map<string, number>();
  const pending = reports.filter(({ deletion }) => deletion.recordExpiredAt === undefined);
  for (const { lifecycleState } of pending) counts.set(lifecycleState, (counts.get(lifecycleState) ?? 0) + 1);
  const expired = reports.length - pending.length;
  const unapproved = reports.filter(({ deletion }) => deletion.unapprovedStep !== undefined).length;
  const parts = [
    ...[...counts].map(([state, keys]) => `${keys} ${sayWord(state)}`),
    ...(expired === 0 ? [] : [count(expired, "expired request")]),
    ...(unapproved === 0 ? [] : [`${unapproved} without a known approval`]),
  ];
  return `${count(reports.length, "key")}${where}: ${parts.join(", ")}`;
}

/** The remark that the list has no KMS keys. The list of managed keys is complete. */
export const kmsKeysNotListed = ({ summary, code }: UkoError): string =>
  `The list does not include KMS keys, because they could not be read: ${summary} [${code}]`;

export const requestHeads = [
  "LABEL",
  "KEY",
  "STATE",
  "NEXT STEP",
  "REQUESTED BY",
  "APPROVED BY",
  "SINCE",
  "UNTIL",
  "CAN ACT",
] as const;

/** One cell for each of `requestHeads`. */
export function requestRows(reports: readonly Report[]): readonly (readonly string[])[] {
  return reports.map(({ label = "", vaultId, keyId, lifecycleState, deletion }) => {
    const { nextStep, requestedBy, requestedAt = "", recordExpiresAt, recordExpiredAt } = deletion;
    const { approvedBy, approvedByName, canAct } = deletion;
    const until = recordExpiresAt ?? (recordExpiredAt === undefined ? "" : `expired ${recordExpiredAt}`);
    return [
      plain(label, 60),
      vaultId === "" ? `kms/${keyId}` : keyId,
      sayWord(lifecycleState),
      sayWord(nextStep ?? (vaultId === "" ? "destroy" : "")),
      whoRequested(deletion),
      approvedBy === undefined ? "" : sayPerson(approvedBy, approvedByName ?? ""),
      requestedBy === undefined && recordExpiredAt === undefined ? "" : requestedAt,
      until,
      canAct === undefined ? "" : canAct ? "yes" : "no",
    ];
  });
}

/** The most reasons below the table; with --long, each key has its own. */
const maxReasons = 20;

/**
 * The lines below the table: why the caller can take no step, and who wrote last to the keys that no person requested.
 * In a column of the table, a terminal would cut them.
 */
export function requestReasons(reports: readonly Report[]): readonly string[] {
  const lines = linesByReason(
    reports.flatMap(({ label = "", deletion }) => {
      const { cannotActBecause, unapprovedStep, lastWriter, lastWriteAt } = deletion;
      const on = lastWriteAt === undefined ? "" : ` on ${sayTime(Date.parse(lastWriteAt))}`;
      const lastWrite = lastWriter && `last write by ${plain(lastWriter, 100)}${on}`;
      const why = [sayUnknownApproval(unapprovedStep), cannotActBecause, lastWrite].filter(
        (each) => each !== undefined,
      );
      return why.length === 0 ? [] : [{ label, why: why.join("; ") }];
    }),
  );
  const hidden = lines.length - maxReasons;
  return [
    ...(lines.length === 0 ? [] : ["Why you cannot take the next step:"]),
    ...lines.slice(0, maxReasons),
    ...(hidden > 0 ? [`  and keys for ${count(hidden, "other reason")}`] : []),
  ];
}

function sayUnknownApproval(unapproved: Report["deletion"]["unapprovedStep"]): string | undefined {
  return unapproved && `no approval of the ${stepNouns[unapproved.step]} is known`;
}

/**
 * Who requested the step. For an expired record, only the name is shown. A record that was acted on is no longer
 * pending.
 */
function whoRequested({ requestedBy, requestedByName = "", recordExpiredAt }: Report["deletion"]): string {
  if (requestedBy === undefined) return recordExpiredAt === undefined ? "" : quotedName(requestedByName);
  return sayPerson(requestedBy, requestedByName);
}

/** How to go on from the table: the approval of what another person requested, or the commands of each key. */
export function requestsNext(reports: readonly Report[]): string {
  const isOpen = reports.some(({ vaultId, deletion: { canAct, nextStep } }) => {
    const isStep = nextStep === "deactivate" || nextStep === "destroy";
    return vaultId !== "" && canAct === true && isStep;
  });
  const long = "uko requests --long shows the command for each key";
  return isOpen ? `Next: to approve, run uko approve\n  or: ${long}.` : `Next: ${long}.`;
}
