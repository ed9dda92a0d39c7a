/**
 * The planner of a loosening: fewer people for the deletion of one key. It requires another
 * person's record, and is never part of another operation.
 */

import { authorize } from "./authorization.ts";
import { isLooser, looseningTo, markerOf } from "./dual-marker.ts";
import { deadEnd } from "./guards.ts";
import type { KeyObservation, LooserMarker } from "./observation.ts";
import { type DeletionPolicy, type Plan, type Run, ready, refuse, unlessRefused } from "./plan.ts";
import { awaitPerson } from "./plan-key-deletion.ts";

/** The next step of a loosening to `to`; `done` if the marker is already that loose. */
export function planLoosening(
  observation: KeyObservation,
  to: LooserMarker,
  policy: DeletionPolicy,
  run: Run,
  nowMs: number,
): Plan {
  return unlessRefused(planByState(observation, to, policy, run, nowMs), run);
}

function planByState(
  observation: KeyObservation,
  to: LooserMarker,
  policy: DeletionPolicy,
  run: Run,
  nowMs: number,
): Plan {
  const end = deadEnd(observation);
  if (end !== undefined) return refuse(end);
  if (!isLooser(to, markerOf(observation))) return { kind: "done" };
  const step = looseningTo(to);
  const authorization = authorize(observation, policy, run, step, nowMs);
  if (authorization.kind !== "may") return awaitPerson(authorization, step, { observation, policy });
  return ready({ kind: "loosen", to, consentedBy: authorization.consentedBy });
}
