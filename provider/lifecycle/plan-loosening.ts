/**
 * The planner of a loosening: fewer people for the deletion of one key. It requires another
 * person's record, and is never part of another operation.
 */

import { authorize } from "./authorization.ts";
import { isLooser, looseningTo, markerOf } from "./dual-marker.ts";
import { isPending } from "./guards.ts";
import type { KeyObservation, LooserMarker } from "./observation.ts";
import { type DeletionPolicy, type Plan, type Run, unlessRefused } from "./plan.ts";
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
  const { state, stateWord } = observation;
  switch (state) {
    case "destroyed":
      return { kind: "refused", guard: { guard: "no_way_back", pending: observation.keystores.filter(isPending) } };
    case "compromised":
    case "destroyed_compromised":
      return { kind: "refused", guard: { guard: "compromised", stateWord } };
    case "unrecognised":
      return { kind: "refused", guard: { guard: "state_unrecognised", stateWord } };
    case "pre_activation":
    case "active":
    case "deactivated":
      break;
  }
  if (!isLooser(to, markerOf(observation))) return { kind: "done" };
  const step = looseningTo(to);
  const authorization = authorize(observation, policy, run, step, nowMs);
  if (authorization.kind !== "may") return awaitPerson(authorization, step, { observation, policy });
  return { kind: "ready", step: { kind: "loosen", to, consentedBy: authorization.consentedBy } };
}
