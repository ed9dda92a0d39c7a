/**
 * Collects what the console shows of one key on its page, from one read. If the state or the record of this read
 * (`basis`) changed since, an act that a person chose on the page is refused.
 */

import type { DeletionPolicy, KeyRun } from "../../lifecycle/key/plan.ts";
import { type PathStep, remainingPath } from "../../lifecycle/key/remaining-path.ts";
import type { ConsentRecord, KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { Report } from "../loop/report.ts";
import type { ShownKey } from "../ports/shown-key.ts";
import type { KeyAct } from "../text/act.ts";
import { plain, sayAuthor, sayIdentity, sayRoles } from "../text/words.ts";
import type { KeyDetails } from "./observe.ts";
import { blockedBy, isTimeKnown, pathEffects } from "./text/remaining-path.ts";
import { beside, sayShownKeyInParts, sayUnusual } from "./text/shown-key-words.ts";

/** What a page shows of a key. Times are ISO 8601 UTC. */
export type Inspection = ReturnType<typeof inspect>;
export type InspectedStep = ReturnType<typeof describePathStep>;
export type InspectedKey = Inspection["key"];
export type InspectedRecord = ReturnType<typeof describeRecord>;

export interface Inspected {
  readonly observed: KeyDetails;
  readonly run: KeyRun;
  readonly report: Report;
  readonly acts: readonly KeyAct[];
  readonly key: ShownKey;
}

export function inspect({ observed, run, report, acts, key }: Inspected, policy: DeletionPolicy) {
  const { observation, nowMs } = observed;
  const { carried } = observation;
  const isBlocked = blockedBy(observation, policy, nowMs) !== undefined;
  return {
    kind: "present" as const,
    report,
    steps: remainingPath(observation, policy, run, nowMs).map((step) => describePathStep(step, isBlocked)),
    key: { ...describeKey(observed), ...sayShownKeyInParts(beside(key), nowMs), unusual: sayUnusual(key) },
    /** The consent record on the key, whether it counts or not. */
    ...(carried.record !== undefined && { record: describeRecord(carried.record) }),
    acts,
    /** Names this read. An operation that was chosen on this read must find the same again. */
    basis: basisOf(observation),
  };
}

/** The state and the record of the read. A person who saw other ones decided about something else. */
export function basisOf({ state, carried }: KeyObservation): string {
  const record = carried.kind === "one" ? carried.record.id : carried.kind === "unreadable" ? carried.id : carried.kind;
  return `${state}:${record}`;
}

function describePathStep(pathStep: PathStep, isBlocked: boolean) {
  const { step, earliestMs, isEstimate, reversible, needsTwoPeople, right, kmsRight } = pathStep;
  return {
    step,
    effect: pathEffects[step],
    ...(isTimeKnown(pathStep, isBlocked) && { earliestAt: isoTime(earliestMs) }),
    isEstimate,
    isReversible: reversible,
    needsTwoPeople,
    ...(right !== undefined && { roles: sayRoles(right, kmsRight) }),
  };
}

function describeKey({ observation, snapshot }: KeyDetails) {
  const { updatedAtMs } = snapshot;
  return {
    ...(updatedAtMs !== undefined && { updatedAt: isoTime(updatedAtMs) }),
    ...(observation.updatedBy !== undefined && { updatedBy: sayIdentity(observation.updatedBy) }),
  };
}

function describeRecord(record: ConsentRecord) {
  const { id, step, how, quotes, reason } = record;
  const request = quotes ?? record;
  return {
    id,
    step,
    how,
    requester: sayAuthor(request),
    requestedAt: isoTime(request.writtenAtMs),
    writtenAt: isoTime(record.writtenAtMs),
    ...(quotes !== undefined && { approver: sayAuthor(record) }),
    ...(reason !== undefined && { reason: plain(reason, 500) }),
  };
}
