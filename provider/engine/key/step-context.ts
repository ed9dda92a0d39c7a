/**
 * The context of one step: the observation behind it, the actor, and where a record would be
 * stored.
 */

import type { Actor } from "../../lifecycle/observation.ts";
import type { CallOptions, KeyRef, World } from "../ports.ts";
import type { KeyDetails } from "./observe.ts";

export type RecordLocation = "tag" | "description";

export interface StepContext {
  readonly world: World;
  readonly ref: KeyRef;
  readonly observed: KeyDetails;
  readonly actor: Actor;
  readonly carrier: RecordLocation;
  readonly options: CallOptions;
}
