/**
 * Makes the resources vault, keystore and template from what differs between them: their properties, their port, and
 * their own rules. A container is deleted only when it is empty, so that its deletion never deletes a key.
 */

import type * as z from "zod";
import { containerDeletion } from "../engine/container/deletion.ts";
import { type ContainerReading, readContainer } from "../engine/container/observe.ts";
import { sayContainer } from "../engine/container/words.ts";
import type { Collection, ContainerRef } from "../engine/ports/containers.ts";
import type { CallOptions, World } from "../engine/ports/world.ts";
import {
  type CheckFailure,
  type CreationPreview,
  defineResource,
  type ListOptions,
  type PreviewOptions,
  type ResourceDefinition,
  type Stored,
  type UpdateOptions,
} from "../engine/resource/definition.ts";
import { isChangeable, namesWhere } from "../engine/resource/property.ts";
import { capital } from "../engine/text/words.ts";
import { UkoError } from "../errors.ts";
import type { ContainerKind } from "../lifecycle/container/plan-container-deletion.ts";
import { createContainer, frozenFailures, isSame, type Named, nameTaken, parseIds } from "./container-writes.ts";
import { nothingFound, previewAdoption } from "./creation-preview.ts";
import { findMissing } from "./write.ts";

type Values = Readonly<Record<string, unknown>>;

/** What one kind of container adds to the operations of all. */
export interface ContainerRules<Inputs, State extends Inputs, Snapshot, New>
  extends Pick<
    ResourceDefinition<Inputs, State>,
    "name" | "functions" | "summary" | "state" | "adoptBy" | "uniqueBy" | "absentAfterCreation" | "check"
  > {
  readonly kind: ContainerKind;
  readonly inputs: z.ZodObject & z.ZodType<Inputs>;
  /** The output with the ID of the container. */
  readonly idName: keyof State & string;
  readonly port: (world: World) => Pick<Collection<Snapshot, New, never>, "read" | "list" | "create">;
  /** Lists and blocks that an update can change, in addition to the single values. */
  readonly blocks?: readonly (keyof Inputs & string)[];
  /** Whether this release can describe the object, which a list otherwise leaves out. */
  isListed?(world: World, snapshot: Snapshot, options: ListOptions): boolean;
  /** The body of a creation. */
  wanted(inputs: Inputs): New;
  /** The properties as state holds them. `known` are the values of the program or of the last state. */
  propertiesOf(snapshot: Snapshot, inputs: Partial<Inputs>, known: Partial<Inputs>): Values;
  /** The values of the program in the form in which state holds them. */
  known?(world: World, inputs: Inputs, state?: State): Partial<Inputs>;
  /** The inputs with which an import begins. */
  foundInputs?(snapshot: Snapshot): Partial<Inputs>;
  /** Changes within a block that no update can make. */
  frozenInBlocks?(before: Values, inputs: Inputs): readonly CheckFailure[];
  /** Throws if the program cannot describe the existing object. */
  requireAdoptable?(world: World, snapshot: Snapshot, inputs: Partial<Inputs>): void;
  /** Finishes a creation, after which only warnings are possible. */
  complete?(world: World, made: Stored<State>, inputs: Inputs, options: CallOptions): Promise<Stored<State>>;
  readWarnings?(state: State): readonly string[];
  /** Sends what differs. */
  update(world: World, target: UpdateTarget<Inputs, State>, options: UpdateOptions): Promise<Updated<Snapshot, State>>;
}

export interface UpdateTarget<Inputs, State> {
  readonly ref: ContainerRef;
  /** `vault "payments"`. */
  readonly what: string;
  readonly state: State;
  readonly inputs: Inputs;
}

interface Updated<Snapshot, State> {
  readonly snapshot: Snapshot;
  readonly warnings?: readonly string[];
  /** Completes the new state. */
  readonly complete?: (changed: Stored<State>) => Promise<Stored<State>>;
}

/** What the operations know of any container. */
interface AnyInputs extends Values {
  readonly vaultId?: string;
  readonly name?: string;
  readonly deletionProtection: boolean;
}
interface AnyState extends AnyInputs {
  readonly instanceId: string;
  readonly vaultId: string;
}
type AnyRules = ContainerRules<AnyInputs, AnyState, Named, unknown>;

export function defineContainer<Inputs, State extends Inputs, Snapshot extends Named, New>(
  rules: ContainerRules<Inputs, State, Snapshot, New>,
): ResourceDefinition<Inputs, State> {
  const { kind, idName } = rules;
  const any = rules as unknown as AnyRules;
  const idForm = kind === "vault" ? `<${idName}>` : `<vaultId>/<${idName}>`;
  const definition: ResourceDefinition<AnyInputs, AnyState> = defineResource<AnyInputs, AnyState>({
    ...any,
    ...{ noun: kind, idForm, refreshBeforeRun: () => false },
    rejectChange: (before, inputs) => frozenIn(any, before, inputs),
    changed: (state, inputs) => changedIn(any, state, inputs),
    previewCreation: (world, inputs, options) => preview(any, world, inputs, options),

    async create(world, inputs, run, options) {
      const ref = adoptedRef(any, world, inputs);
      if (ref !== undefined) {
        const found = adoptedState(any, world, inputs, await adopt(any, world, ref, options));
        const isDone = changedIn(any, found.state, inputs).length === 0;
        const done = isDone ? found : await definition.update(world, found.state, inputs, run, options);
        return { ...done, isFound: true };
      }
      const { name, vaultId } = inputs;
      const place = { name, adoptBy: any.adoptBy, ...(vaultId !== undefined && { vaultId }) };
      const creation = { kind, port: any.port(world), wanted: any.wanted(inputs), ...place };
      const snapshot = await createContainer(world, creation, options);
      const made = stored(any, world.session.instanceId, inputs, snapshot, any.known?.(world, inputs));
      return any.complete === undefined ? made : any.complete(world, made, inputs, options);
    },

    async read(world, state, _run, options) {
      const reading = await read(any, world, refOf(any, state), options);
      if (reading.kind === "gone") return undefined;
      const found = stored(any, state.instanceId, state, reading.snapshot);
      const drift = driftIn(any, reading.snapshot, state, found.state);
      return { ...found, warnings: [...drift, ...(any.readWarnings?.(found.state) ?? [])] };
    },

    async update(world, state, inputs, _run, options) {
      const ref = refOf(any, state);
      const what = sayContainer({ kind, id: ref.id, name: state.name ?? "" });
      throwIfFrozen(what, frozenIn(any, state, inputs), world);
      const { snapshot, warnings = [], complete } = await any.update(world, { ref, what, state, inputs }, options);
      const known = { ...state, ...any.known?.(world, inputs, state) };
      const next = stored(any, state.instanceId, inputs, snapshot, known);
      const done = complete === undefined ? next : await complete(next);
      return { ...done, warnings: [...warnings, ...done.warnings] };
    },

    async lookup(world, id, _run, options) {
      const ids = parseIds(id, idForm);
      const reading = await read(any, world, refTo(any, world, ids.at(-1) ?? "", ids[0]), options);
      return reading.kind === "gone" ? undefined : asFound(any, world, reading.snapshot);
    },

    async list(world, filter, options) {
      const all = await any.port(world).list(filter, options);
      const described = all.filter((snapshot) => any.isListed?.(world, snapshot, options) ?? true);
      return described.map((snapshot) => asFound(any, world, snapshot));
    },

    async names(world, { name, ...place }, options) {
      const all = await any.port(world).list(place, options);
      return all
        .filter((each) => name === undefined || each.name === name)
        .map(({ id, vaultId = id, name: own }) => ({ id: joined(vaultId, id), name: own }));
    },

    deletion: (state) =>
      containerDeletion({
        ref: refOf(any, state),
        name: state.name ?? "",
        policy: { deletionProtection: state.deletionProtection },
      }),
  });
  return definition as unknown as ResourceDefinition<Inputs, State>;
}

function refTo({ kind }: AnyRules, { session }: World, id: string, vaultId = id): ContainerRef {
  return { kind, instanceId: session.instanceId, vaultId, id };
}

function refOf({ kind, idName }: AnyRules, { instanceId, vaultId, [idName]: id }: AnyState): ContainerRef {
  return { kind, instanceId, vaultId, id: String(id) };
}

/** The existing container that the program names, if it names one and its vault is known. */
function adoptedRef(rules: AnyRules, world: World, inputs: Partial<AnyInputs>): ContainerRef | undefined {
  const { vaultId, [rules.adoptBy]: id } = inputs;
  const isPlaced = rules.kind === "vault" || vaultId !== undefined;
  return typeof id === "string" && isPlaced ? refTo(rules, world, id, vaultId) : undefined;
}

function read({ port }: AnyRules, world: World, ref: ContainerRef, options: CallOptions) {
  return readContainer(world, ref, port(world), false, options) satisfies Promise<ContainerReading<Named>>;
}

/** Reads an existing container that the program adopts. Throws UKO_NOT_FOUND. */
async function adopt(rules: AnyRules, world: World, ref: ContainerRef, options: CallOptions): Promise<Named> {
  const reading = await read(rules, world, ref, options);
  if (reading.kind === "present") return reading.snapshot;
  throw new UkoError("UKO_NOT_FOUND", {
    summary: `The ${ref.kind} to adopt was not found: ${ref.id}`,
    detail: `Check the IDs: ${world.dialect.property(rules.adoptBy)} adopts an existing ${ref.kind} and never creates one.`,
  });
}

/** Throws UKO_CHANGE_IMPOSSIBLE if the program's values cannot become those of the existing container. */
function adoptedState(rules: AnyRules, world: World, inputs: AnyInputs, snapshot: Named): Stored<AnyState> {
  rules.requireAdoptable?.(world, snapshot, inputs);
  const found = stored(rules, world.session.instanceId, inputs, snapshot, {});
  throwIfFrozen(sayContainer({ kind: rules.kind, ...snapshot }), frozenIn(rules, found.state, inputs), world);
  return found;
}

function asFound(rules: AnyRules, { session }: World, snapshot: Named): Stored<AnyState> {
  return stored(rules, session.instanceId, rules.foundInputs?.(snapshot) ?? {}, snapshot, {});
}

/** The state: the service's values, plus the inputs that only control uko. */
function stored(
  { propertiesOf, adoptBy, idName }: AnyRules,
  instanceId: string,
  inputs: Partial<AnyInputs>,
  snapshot: Named,
  known = inputs,
): Stored<AnyState> {
  const { id, vaultId = id } = snapshot;
  const { deletionProtection = false, [adoptBy]: adoptedId } = inputs;
  const state = {
    ...propertiesOf(snapshot, inputs, known),
    ...(adoptedId !== undefined && { [adoptBy]: adoptedId }),
    ...{ deletionProtection, instanceId, vaultId, [idName]: id },
  };
  return { id: joined(vaultId, id), state, warnings: [] };
}

/** The import ID; a vault is its own place. */
function joined(vaultId: string, id: string): string {
  return vaultId === id ? id : `${vaultId}/${id}`;
}

/** The single values that an update can change, and the lists and blocks. */
function changeableIn({ inputs, blocks = [] }: AnyRules): readonly string[] {
  return [...namesWhere(inputs, isChangeable), ...blocks];
}

function changedIn(rules: AnyRules, state: AnyState, inputs: AnyInputs): readonly string[] {
  const differs = (name: string): boolean => inputs[name] !== undefined && !isSame(inputs[name], state[name]);
  const isProtected = inputs.deletionProtection === state.deletionProtection;
  return [...changeableIn(rules).filter(differs), ...(isProtected ? [] : ["deletionProtection"])];
}

/** The failures for inputs that the service cannot change, and that the program sets to another value. */
function frozenIn(rules: AnyRules, before: Values, inputs: AnyInputs): readonly CheckFailure[] {
  const { kind, adoptBy, idName } = rules;
  const frozen = namesWhere(
    rules.inputs,
    ({ immutable, role }, { _zod: { def } }) => immutable === true && role === undefined && def.type !== "object",
  );
  const own = frozenFailures({ ...before, [adoptBy]: before[idName] }, inputs, [...frozen, adoptBy], kind);
  return [...own, ...(rules.frozenInBlocks?.(before, inputs) ?? [])];
}

/** Throws if the service has no call for a change. It is never a replacement, which would delete the contents. */
function throwIfFrozen(what: string, failures: readonly CheckFailure[], { dialect }: Pick<World, "dialect">): void {
  if (failures.length === 0) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${capital(what)} was not changed: ${failures.map(({ property }) => dialect.property(property)).join(", ")} cannot change`,
    detail: failures.map(({ property, remedy }) => `${dialect.property(property)}: ${remedy}`).join("\n"),
  });
}

/** Describes drift: changes made outside the program since the last run. */
function driftIn({ kind, inputs }: AnyRules, snapshot: Named, before: Values, now: Values): readonly string[] {
  const observed = namesWhere(inputs, ({ role }) => role === undefined);
  const moved = observed.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  const what = capital(sayContainer({ kind, ...snapshot }));
  return moved.length === 0 ? [] : [`${what} was changed since the last run: ${moved.join(", ")}`];
}

/** The preview of a creation: its vault, its name, or the container that it adopts. */
async function preview(
  rules: AnyRules,
  world: World,
  inputs: Partial<AnyInputs>,
  options: PreviewOptions,
): Promise<CreationPreview> {
  const { kind, adoptBy, port } = rules;
  const ref = adoptedRef(rules, world, inputs);
  if (ref !== undefined) {
    return previewAdoption(adoptBy, world.dialect.property, async () => {
      const snapshot = await adopt(rules, world, ref, options);
      const known = inputs as AnyInputs;
      const { state } = adoptedState(rules, world, known, snapshot);
      const what = `${sayContainer({ kind, ...snapshot })} (${snapshot.id})`;
      return { what, state, inputs, changed: changedIn(rules, state, known), names: changeableIn(rules) };
    });
  }
  const { vaultId, name } = inputs;
  if (kind !== "vault" && vaultId === undefined) return nothingFound;
  const missing = vaultId === undefined ? undefined : await findMissing(world, { vaultId }, options);
  if (missing !== undefined) return { failures: [missing], warnings: [] };
  if (name === undefined) return nothingFound;
  const listed = await port(world).list(vaultId === undefined ? {} : { vaultId }, options);
  const taken = listed.find((each) => each.name === name);
  if (taken === undefined) return nothingFound;
  const { summary, detail, data } = nameTaken(
    { kind, name, adoptBy, ...(vaultId !== undefined && { vaultId }) },
    taken,
    options,
  );
  // Another resource holds the container, and may give up the name in this run.
  if (options.holderOf?.(String(data.alikeId)) !== undefined)
    return { failures: [], warnings: [`${summary}\n${detail}`] };
  return { failures: [{ property: "name", reason: summary, remedy: detail.replace(/\.$/, "") }], warnings: [] };
}
