/** How a resource describes itself: inputs, outputs, and the few things that only it knows how to do. */

import * as z from "zod";
import type { Announcement } from "../lifecycle/announcement.ts";
import type { DeletionGoal, DeletionPolicy } from "../lifecycle/plan.ts";
import type { ContainerPolicy } from "../lifecycle/plan-container-deletion.ts";
import type { KmsKeyPolicy } from "../lifecycle/plan-kms-key-deletion.ts";
import type { ContainerRef } from "./container-ports.ts";
import type { ApplyCommand } from "./explain/explanation.ts";
import type { KmsKeyRef } from "./kms-ports.ts";
import type { CallOptions, KeyRef, World } from "./ports.ts";

/** A property that cannot be what it is, and why; the property is a top-level input. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What the run's person and provider add to what the resource says. */
export interface RunSettings {
  readonly isDualRequired: boolean;
  readonly consents: readonly string[];
  /** What the person grants this run for waiting; absent where they said nothing. */
  readonly waitMs?: number;
  /** Whether it runs in a pipeline, where nobody sees what a wait holds up. */
  readonly isUnattended?: boolean;
}

/** For a creation, which nothing but its own name connects with an earlier attempt at it. */
export interface CreateOptions extends CallOptions {
  /** The resource's lasting name in its engine, such as organisation and URN; absent where the engine tells none. */
  readonly origin?: string;
  /** As for an update. */
  readonly apply?: ApplyCommand | undefined;
  /** The resource under which state holds the object of this id, as far as this run has been told. */
  readonly holderOf?: (id: string) => string | undefined;
}

/** For an update, whose message may tell people what to run next. */
export interface UpdateOptions extends CallOptions {
  /** The command that brings a program about, in the engine that is at work; Pulumi's where it is absent. */
  readonly apply?: ApplyCommand | undefined;
  /** What the plan of this update announced of a retirement; no limit where the engine has none. */
  readonly announced?: Announcement;
}

/** A resource after a call: its id, its whole state, and what people have to hear of. */
export interface Stored<State> {
  readonly id: string;
  readonly state: State;
  readonly warnings: readonly string[];
  /** The creation made nothing: the resource was there already, and was adopted or found again after an interruption. */
  readonly isFound?: true;
}

/** What a deletion is about and how careful it has to be; the planner of its kind decides, whatever a definition says. */
export type Ending =
  | { readonly kind: "managed_key"; readonly ref: KeyRef; readonly policy: DeletionPolicy }
  | { readonly kind: "container"; readonly ref: ContainerRef; readonly name: string; readonly policy: ContainerPolicy }
  | { readonly kind: "kms_key"; readonly ref: KmsKeyRef; readonly name: string; readonly policy: KmsKeyPolicy };

/** For a list, which leaves out what this release cannot describe rather than failing. */
export interface ListOptions extends CallOptions {
  /** Takes what was left out and why; the run's progress does where it is absent. */
  readonly warn?: (line: string) => void;
}

/** What a list is narrowed to; what a resource has no use for is ignored. */
export interface ListFilter {
  readonly vaultId?: string;
}

export interface ResourceDefinition<Inputs, State extends Inputs> {
  readonly name: string;
  readonly summary: string;
  readonly inputs: z.ZodType<Inputs>;
  readonly state: z.ZodType<State>;
  /** What no update can change; a change is an error that says what to do instead, never a replacement. */
  readonly immutable: readonly (keyof Inputs & string)[];
  /** Inputs that are secrets, by their paths (`aws.secretAccessKey`); the state has a digest of each (decision 0013). */
  readonly secrets?: readonly string[];
  /** The form of its id, `<vaultId>/<keyId>`, by which it is imported. */
  readonly idForm: string;
  /** The input that adopts an existing object: the last part of its id. */
  readonly adoptBy: keyof Inputs & string;
  /**
   * Outputs that a change of this input moves, so that a preview promises none of them; what is not named stays. The first
   * tells how far a goal is that this input names.
   */
  readonly moves: { readonly [Input in keyof Inputs & string]?: readonly (keyof State & string)[] };
  /** Outputs that a creation of this leaves absent for certain, so that a preview does not call them known later. */
  absentAfterCreation?(inputs: Readonly<Record<string, unknown>>): readonly (keyof State & string)[];
  /** Whether its state changes without any run of ours, so that an engine that can looks again before every run. */
  isWatched(state: State, run: RunSettings): boolean;
  /** What else no update can change, each with what to do instead; `before` is the state as the engine has it. */
  frozen?(before: Readonly<Record<string, unknown>>, inputs: Inputs): readonly CheckFailure[];
  /** Rules across properties; `isThere` where they are of an update. */
  check(inputs: Inputs, isThere: boolean): readonly CheckFailure[];
  /** The inputs, with digests for secrets, that differ from what is there; none where the resource is as it should be. */
  changed(state: State, inputs: Inputs): readonly (keyof Inputs & string)[];
  create(world: World, inputs: Inputs, run: RunSettings, options: CreateOptions): Promise<Stored<State>>;
  /** Undefined only where the resource is proven gone. */
  read(world: World, state: State, run: RunSettings, options: CallOptions): Promise<Stored<State> | undefined>;
  update(world: World, state: State, inputs: Inputs, run: RunSettings, options: UpdateOptions): Promise<Stored<State>>;
  /** Finds a resource by its id alone, as an import does; steering inputs get their defaults. */
  lookup(world: World, id: string, run: RunSettings, options: CallOptions): Promise<Stored<State> | undefined>;
  /** Every one that this release can describe, in every state. */
  list(world: World, filter: ListFilter, options: ListOptions): Promise<readonly Stored<State>[]>;
  /** What stands behind it and the policy for its end, taken from state, because destroy sees no program. */
  deletion(state: State, run: RunSettings): Ending;
  /** The goal of an update that goes towards its end while it stays in the program; undefined where there is none, or it is reached. */
  retirement?(state: State, inputs: Inputs): DeletionGoal | undefined;
}

/** A question that programs and people ask; its answer changes nothing. */
export interface FunctionDefinition<Args extends object, Result extends object> {
  readonly name: string;
  readonly summary: string;
  readonly args: z.ZodType<Args>;
  readonly result: z.ZodType<Result>;
  answer(world: World, args: Args, run: RunSettings, options: ListOptions): Promise<Result>;
}

/** Gives a function its types. */
export function defineFunction<Args extends object, Result extends object>(
  definition: FunctionDefinition<Args, Result>,
): FunctionDefinition<Args, Result> {
  return definition;
}

/** Gives a definition its types; what every door projects. */
export function defineResource<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
): ResourceDefinition<Inputs, State> {
  return definition;
}

/** The properties of inputs or of a state, by name. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  return schema instanceof z.ZodObject ? (schema.shape as Readonly<Record<string, z.ZodType>>) : {};
}
