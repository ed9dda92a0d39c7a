/**
 * The context of one step: the observation behind it, the actor, and where a record would be
 * stored.
 */

import type { Actor } from "../lifecycle/observation.ts";
import type { Observed } from "./observe.ts";
import type { CallOptions, KeyRef, World } from "./ports.ts";

export type Carrier = "tag" | "description";

export interface StepContext {
  readonly world: World;
  readonly ref: KeyRef;
  readonly observed: Observed;
  readonly actor: Actor;
  readonly carrier: Carrier;
  readonly options: CallOptions;
}
