/**
 * Defines what a resource consists of: its inputs, outputs, rules and operations, and what a function consists of. All
 * engines get them from one and the same definition, so that each rule is written once.
 */

import type * as z from "zod";
import type { ErrorCode } from "../../errors.ts";
import type { DeletionGoal } from "../../lifecycle/key/plan.ts";
import { assert } from "../../lifecycle/vocabulary/assert.ts";
import type { PlanLimit } from "../../lifecycle/vocabulary/plan-limit.ts";
import type { CallOptions, RunSettings, World } from "../ports/world.ts";
import type { Dialect } from "../text/dialect.ts";
import type { ApplyCommand } from "../text/explanation.ts";
import type { Deletion } from "./delete.ts";
import { metaOf, secretPathsIn, shapeOf } from "./property.ts";

export type { RunSettings };

/** An invalid property and the reason; the property is a top-level input. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
  /** What to do instead, as an imperative without a period. */
  readonly remedy?: string;
}

/** Options of a creation, which only its own name connects with an earlier attempt. */
export interface CreateOptions extends CallOptions {
  /** The resource's permanent name in its engine; absent if the engine does not pass one. */
  readonly origin?: string;
  /** The current engine's command that applies a program, as for an update. */
  readonly apply?: ApplyCommand | undefined;
  /** The resource under which state holds the object with this ID, as far as this run knows. */
  readonly holderOf?: (id: string) => string | undefined;
  /** The `runtime` of the program's project, such as `python`, if the engine reveals it. */
  readonly runtime?: string | undefined;
  /** The ID of the object that the creation replaces, if the engine replaces one. */
  readonly replaced?: string;
}

export interface PreviewOptions extends CreateOptions {
  /** Whether this run also creates an object of this unique name (`placeOf`), or renames one to it. */
  readonly isPlanned: (place: string) => boolean;
  /** Whether this run gives another unique name to the object with this ID. Absent if the interface does not know it. */
  readonly isRenamed?: (id: string) => boolean;
}

/** What a plan can learn about a creation without a write. */
export interface CreationPreview {
  /** What the service would refuse. */
  readonly failures: readonly CheckFailure[];
  /** What an adoption does to the existing object. */
  readonly warnings: readonly string[];
}

/** Options of an update, whose message may name the next command. */
export interface UpdateOptions extends CallOptions {
  /** The current engine's command that applies a program; Pulumi's if absent. */
  readonly apply?: ApplyCommand | undefined;
  /** How the reader's machine starts the commands of `uko` if `uko` is not on PATH there. */
  readonly program?: string | undefined;
  /** The resource's URN, if the engine passes it. */
  readonly target?: string;
  /** The limit that the plan of this update set for a retirement; without it there is no limit. */
  readonly planLimit?: PlanLimit;
}

/** A resource after a call: its ID, its full state, and the warnings for people. */
export interface Stored<State> {
  readonly id: string;
  readonly state: State;
  readonly warnings: readonly string[];
  /** The one of the warnings that says what a pending deletion waits for. The error of a deletion says it, too. */
  readonly waitWarning?: string | undefined;
  /** The one of the warnings that says that no approval of a step is known. */
  readonly unapprovedWarning?: string | undefined;
  /** Whether a hold stops each step of a deletion, so that the preview of a destroy has to name the hold. */
  readonly isHeld?: true;
  /** No new object: the existing one was adopted, or found again after an interruption. */
  readonly isFound?: true;
}

/** The end of a key that a program declares. */
export interface KeyFate {
  /** `Key "payroll"`. */
  readonly key: string;
  readonly isDestroyed: boolean;
  /** The command that brings back a deactivated key, if the program wants it in use. */
  readonly reactivate?: string | undefined;
  /** The program itself asks for this end, or reverses it. */
  readonly isWanted: boolean;
  /** A sentence about a way back, if there is one. */
  readonly remedy?: string;
}

/** Options of a list, which skips what this release cannot describe instead of failing. */
export interface ListOptions extends CallOptions {
  /** Receives what was skipped and why; if absent, the run's progress does. */
  readonly warn?: (line: string) => void;
}

/** The filter of a list. A resource ignores the parts that do not apply to it. */
export interface ListFilter {
  readonly vaultId?: string;
}

/** An object as a list has it. */
export interface NamedObject {
  /** In the form of `idForm`. */
  readonly id: string;
  readonly name: string;
}

export interface ResourceDefinition<Inputs, State extends Inputs> {
  readonly name: string;
  /** The noun in messages, such as `template` for `KeyTemplate`. */
  readonly noun: string;
  readonly summary: string;
  /** What the functions that read one object and list all of them do. */
  readonly functions: { readonly get: string; readonly list: string };
  /** The code of an error about an ID that does not exist; UKO_NOT_FOUND if absent. */
  readonly notFound?: ErrorCode;
  readonly inputs: z.ZodType<Inputs>;
  readonly state: z.ZodType<State>;
  /** Inputs that no update can change. A change is an error, never a replacement. */
  readonly immutable: readonly string[];
  /** Secret inputs, by their paths (`aws.secretAccessKey`). */
  readonly secrets: readonly string[];
  /** The form of its import ID, `<vaultId>/<keyId>`. */
  readonly idForm: string;
  /** The input that adopts an existing object: the last part of its ID. */
  readonly adoptBy: keyof Inputs & string;
  /**
   * Inputs that no two objects share in the service; the last one is the name. Absent if two objects may have one name, as
   * in KMS.
   */
  readonly uniqueBy?: readonly (keyof Inputs & string)[];
  /**
   * What two objects have in common that a program seldom means to have twice, from inputs or a state, if names may
   * repeat. A new object with the values of one in the state is most likely a renamed resource.
   */
  alikeOf?(values: Readonly<Record<string, unknown>>): string | undefined;
  /** Outputs with the inputs that change them. A preview shows an output as unknown if one of its inputs changes. */
  readonly changedBy: Readonly<Record<string, readonly string[]>>;
  /** Inputs with the output that shows how far their goal is reached. */
  readonly progress: Readonly<Record<string, string | undefined>>;
  /** Outputs that are certain to be absent after a creation. */
  absentAfterCreation?(inputs: Readonly<Record<string, unknown>>): readonly (keyof State & string)[];
  /** Whether state changes without a run of uko, so that engines read it before each run. */
  refreshBeforeRun(state: State, run: RunSettings): boolean;
  /** Without it, every change of an immutable input is rejected. `before` is the engine's state. */
  rejectChange?(before: Readonly<Record<string, unknown>>, inputs: Inputs, dialect: Dialect): readonly CheckFailure[];
  /** Changes that only a read can reject. `open` is called only if the program has one. */
  rejectByRead?(
    open: () => World,
    state: State,
    inputs: Inputs,
    options: CallOptions,
  ): Promise<readonly CheckFailure[]>;
  /** Previews a creation with reads only. Inputs that are still unknown are absent. */
  previewCreation(world: World, inputs: Partial<Inputs>, options: PreviewOptions): Promise<CreationPreview>;
  /** Rules across properties; `isThere` is true for an update. */
  check(inputs: Inputs, isThere: boolean, dialect: Dialect): readonly CheckFailure[];
  /** The inputs that differ from the existing object, with digests for secrets. */
  changed(state: State, inputs: Inputs): readonly (keyof Inputs & string)[];
  create(world: World, inputs: Inputs, run: RunSettings, options: CreateOptions): Promise<Stored<State>>;
  /** Undefined only if the resource is proven gone. */
  read(world: World, state: State, run: RunSettings, options: CallOptions): Promise<Stored<State> | undefined>;
  update(world: World, state: State, inputs: Inputs, run: RunSettings, options: UpdateOptions): Promise<Stored<State>>;
  /** Finds the object by ID alone, as an import does. Inputs that control uko itself get their defaults. */
  lookup(world: World, id: string, run: RunSettings, options: CallOptions): Promise<Stored<State> | undefined>;
  /** Every resource that this release can describe, in every state. */
  list(world: World, filter: ListFilter, options: ListOptions): Promise<readonly Stored<State>[]>;
  /**
   * The names of all objects, or of those with one name, without a read of each object. Absent if two objects may have one
   * name.
   */
  names?(
    world: World,
    filter: ListFilter & { readonly name?: string },
    options: ListOptions,
  ): Promise<readonly NamedObject[]>;
  /** The object and its policy from state, because destroy sees no program. */
  deletion(state: State, run: RunSettings): Deletion;
  /** What people have to know if the declared key ends, because no other key can decrypt its data. */
  fate?(state: State, inputs: Inputs, dialect: Dialect): KeyFate;
  /** Warnings of a plan whose program asks for fewer people than the existing object keeps. */
  keptRule?(state: State, inputs: Inputs, dialect: Dialect): readonly string[];
  /** The goal of an update that advances the deletion of a key; undefined without one. */
  retirement?(state: State, inputs: Inputs): DeletionGoal | undefined;
}

/** A query for programs and people; it changes nothing. */
export interface FunctionDefinition<Args extends object, Result extends object> {
  readonly name: string;
  readonly summary: string;
  readonly args: z.ZodType<Args>;
  readonly result: z.ZodType<Result>;
  query(world: World, args: Args, run: RunSettings, options: ListOptions): Promise<Result>;
}

/** Infers the types of a function. */
export function defineFunction<Args extends object, Result extends object>(
  definition: FunctionDefinition<Args, Result>,
): FunctionDefinition<Args, Result> {
  return definition;
}

/** The facts that a definition does not repeat, because they are at its properties. */
type FromProperties = "immutable" | "secrets" | "changedBy" | "progress";

/** Infers the types of a definition, which every interface projects, and reads the facts at its properties. */
export function defineResource<Inputs, State extends Inputs>(
  definition: Omit<ResourceDefinition<Inputs, State>, FromProperties>,
): ResourceDefinition<Inputs, State> {
  const inputs = Object.entries(shapeOf(definition.inputs)).map(([name, schema]) => [name, metaOf(schema)] as const);
  return {
    ...definition,
    immutable: inputs.flatMap(([name, { immutable }]) => (immutable ? [name] : [])),
    secrets: secretPathsIn(definition.inputs),
    changedBy: changedByIn(definition.name, definition.inputs, definition.state),
    progress: Object.fromEntries(inputs.flatMap(([name, { progress }]) => (progress ? [[name, progress]] : []))),
  };
}

/** An output without this list would keep its old value in the plan of an update that changes it. */
function changedByIn(
  name: string,
  inputs: z.core.$ZodType,
  state: z.core.$ZodType,
): Readonly<Record<string, readonly string[]>> {
  const given = shapeOf(inputs);
  return Object.fromEntries(
    Object.entries(shapeOf(state)).flatMap(([property, schema]) => {
      const { changedBy } = metaOf(schema);
      assert(changedBy !== undefined || property in given, `output ${property} of ${name} says what changes it`);
      for (const input of changedBy ?? []) {
        assert(input in given, `${input}, which changes ${property} of ${name}, is an input`);
      }
      return changedBy === undefined ? [] : [[property, changedBy]];
    }),
  );
}
