/**
 * Compares a program with a state, without a call to the service. It warns about keys that are destroyed, deactivated
 * or removed although the program wants them.
 */

import type * as z from "zod";
import type { World } from "../ports/world.ts";
import { type Dialect, dialectOf } from "../text/dialect.ts";
import type { UserInterface } from "../text/explanation.ts";
import { sayOutOfUse, sayRemoved } from "../text/resource-messages.ts";
import type { CheckFailure, ResourceDefinition } from "./definition.ts";
import { type Difference, differencesIn } from "./diff.ts";
import { failuresOfKnown, notUnderstood, parseGiven } from "./input-validation.ts";
import { compareSecrets, inputsAfterLook, inputsOfImport, unknownIfNew } from "./inputs.ts";
import { defaultsOf, shapeOf } from "./property.ts";
import {
  containsSign,
  containsUnknown,
  fillUnknowns,
  plannedCreate,
  plannedUpdate,
  UNCHANGED,
  UNKNOWN,
} from "./unknown.ts";

export interface Checked<Inputs> {
  readonly inputs: Inputs | Properties;
  readonly failures: readonly CheckFailure[];
}

/** Makes no call. Unknown values are `UNKNOWN`, unchanged values are `UNCHANGED`. */
export interface ProgramReader<Inputs, State extends Inputs> {
  /** Throws UKO_INPUT_INVALID, as every function here does that takes a state or inputs. */
  readonly stateFrom: (olds: unknown) => State;
  readonly inputsFrom: (news: unknown) => Inputs;
  /** `olds` are the inputs that the engine has. */
  check(news: unknown, olds: unknown): Checked<Inputs>;
  /** The names of inputs that differ. */
  diff(olds: unknown, news: unknown): readonly string[];
  /** The differences path by path. An unknown value differs. */
  differences(olds: unknown, news: unknown): readonly Difference[];
  /** State and inputs of an update. An unknown or unchanged value counts as its present value. */
  known(olds: unknown, news: unknown): { readonly state: State; readonly inputs: Inputs };
  /** The planned state after a creation or, with `olds`, after an update, as far as it is known. */
  promise(news: unknown, olds?: unknown): Properties;
  /** The ID of an existing object that the program adopts; undefined if unknown or none. */
  adopted(news: unknown): string | undefined;
  /** The unique name of an object, from a program or a state; undefined if unknown or not unique. */
  placeOf(values: unknown): string | undefined;
  /**
   * A warning if the program declares a key that is destroyed or deactivated, unless the program asks for that.
   * Without `news`, the inputs in the state stand for the program.
   */
  destroyedWarning(olds: unknown, news?: unknown): string | undefined;
  /** Warnings of a plan whose program asks for fewer people than the existing object keeps. */
  keptRuleWarnings(olds: unknown, news: unknown): readonly string[];
  /** A warning that the key of this state is removed, unless the program asked for its destruction. */
  removedWarning(olds: unknown): string | undefined;
  /** Inputs that declare the existing object; `before` are those of the present program. */
  inputsOf(state: State, before?: unknown): Properties;
  /** Paths of secret inputs, of which state holds digests. */
  readonly secrets: readonly string[];
}

type Properties = Readonly<Record<string, unknown>>;

interface ReaderContext extends Pick<World, "secretDigests"> {
  readonly userInterface: Pick<UserInterface, "rerun">;
}

export function readProgram<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  { secretDigests, userInterface }: ReaderContext,
): ProgramReader<Inputs, State> {
  const dialect = dialectOf(userInterface.rerun);
  const typeName = dialect.resource(definition.name);
  const stateFrom = (olds: unknown): State =>
    parseGiven(definition.state, olds, `The properties in the state of this ${typeName}`, dialect);
  const theInputs = `The inputs of this ${typeName}`;
  const inputsFrom = (news: unknown): Inputs => parseGiven(definition.inputs, news, theInputs, dialect);
  const [{ secrets, changedBy, progress }, shape] = [definition, shapeOf(definition.inputs)];
  const defaults = defaultsOf(definition.inputs as z.ZodType<object>);
  const stateNames = Object.keys(shapeOf(definition.state));
  const digested = <T>(inputs: T, before: unknown): T => compareSecrets(inputs, secrets, secretDigests, before);
  /**
   * The inputs, completed from the state. A value from state skips the rules for programs, because it may be a digest,
   * or older than a rule.
   */
  const inputsBeside = (news: unknown, there: unknown) => {
    const whole = fillUnknowns(news, there, [UNKNOWN, UNCHANGED]);
    const parsed = definition.inputs.safeParse(whole);
    if (parsed.success) return { inputs: parsed.data, failures: [] };
    const inputs = { ...defaults, ...(whole as Properties) } as Inputs;
    return { inputs, failures: failuresOfKnown(parsed.error.issues, news, stateNames) };
  };
  const known = latest((olds, news) => {
    const state = stateFrom(olds);
    const { inputs, failures } = inputsBeside(news, state);
    if (failures.length > 0) throw notUnderstood(theInputs, failures, dialect);
    return { state, inputs };
  });
  const compared = (olds: unknown, news: unknown) => {
    const { state, inputs: given } = known(olds, news);
    const open = Object.keys(news as Properties).filter((name) => containsUnknown((news as Properties)[name]));
    const inputs = digested(given, state);
    const changed = definition.changed(state, inputs);
    return { state: state as Properties, inputs: inputs as Properties, changed, open };
  };
  return {
    stateFrom,
    inputsFrom,
    check(news, olds) {
      const before = isThere(olds) ? olds : undefined;
      const { inputs, failures } = inputsBeside(news, before);
      const checked = containsSign(news, [UNKNOWN, UNCHANGED]) ? { ...defaults, ...(news as Properties) } : inputs;
      // A part that does not apply, such as another type's connection, is not asked for what it lacks.
      const own = outside(absentIn(definition, news), failures);
      if (own.length > 0) return { inputs: checked, failures: own };
      // A change of an immutable input is reported before the other inputs are known. Rules between
      // inputs wait until all are known.
      const rules = containsUnknown(news) ? [] : definition.check(inputs, before !== undefined, dialect);
      const kept = before === undefined ? [] : fixed(definition, digested(inputs, before), before, dialect);
      return { inputs: checked, failures: rules.length + kept.length > 0 ? [...rules, ...kept] : failures };
    },
    secrets,
    diff: (olds, news) => definition.changed(stateFrom(olds), digested(inputsFrom(news), olds)),
    differences(olds, news) {
      const { state, inputs, changed, open } = compared(olds, news);
      return [
        ...open.map((path) => ({ path, kind: "update", of: "input" }) as const),
        ...differencesIn({ changed, state, inputs, shape, progress }),
      ];
    },
    known,
    promise(news, olds) {
      if (olds === undefined) {
        return plannedCreate(unknownIfNew(digested(Object(news), {}), secrets), stateNames, absentIn(definition, news));
      }
      const { state, inputs, changed, open } = compared(olds, news);
      const later = pick(fillUnknowns(news, state, [UNCHANGED]) as Properties, open);
      return unknownIfNew(plannedUpdate(state, { ...inputs, ...later }, [...changed, ...open], changedBy), secrets);
    },
    adopted: (news) => adoptedId(definition, news as Properties),
    destroyedWarning(olds, news) {
      const state = stateFrom(olds);
      const fate = definition.fate?.(state, news === undefined ? state : known(olds, news).inputs, dialect);
      return fate === undefined || fate.isWanted ? undefined : sayOutOfUse(fate, dialect);
    },
    keptRuleWarnings: (olds, news) => keptRuleOf(definition, known(olds, news), dialect),
    removedWarning(olds) {
      const state = stateFrom(olds);
      const fate = definition.fate?.(state, state, dialect);
      return fate === undefined || fate.isWanted ? undefined : sayRemoved(fate, dialect);
    },
    placeOf: (values) => placeIn(definition, values as Properties),
    inputsOf(state, before) {
      if (before === undefined) return inputsOfImport(state as Properties, Object.keys(shape), secrets);
      const parsed = definition.inputs.safeParse(before);
      const changed = parsed.success ? definition.changed(state, digested(parsed.data, state)) : [];
      return inputsAfterLook(before as Properties, state as Properties, changed, secrets);
    },
  };
}

function keptRuleOf<Inputs, State extends Inputs>(
  { keptRule }: ResourceDefinition<Inputs, State>,
  { state, inputs }: { readonly state: State; readonly inputs: Inputs },
  dialect: Dialect,
): readonly string[] {
  return keptRule?.(state, inputs, dialect) ?? [];
}

/** Keeps the latest result, because a plan asks several questions about one and the same pair of values. */
function latest<Result>(read: (olds: unknown, news: unknown) => Result): (olds: unknown, news: unknown) => Result {
  let last: { readonly olds: unknown; readonly news: unknown; readonly result: Result } | undefined;
  return (olds, news) => {
    if (last === undefined || last.olds !== olds || last.news !== news) last = { olds, news, result: read(olds, news) };
    return last.result;
  };
}

function absentIn(definition: { absentAfterCreation?(inputs: Properties): readonly string[] }, news: unknown) {
  return definition.absentAfterCreation?.(Object(news)) ?? [];
}

function outside(names: readonly string[], failures: readonly CheckFailure[]): readonly CheckFailure[] {
  return failures.filter(({ property }) => !names.some((name) => property.startsWith(`${name}.`)));
}

function adoptedId(
  { adoptBy, idForm }: { readonly adoptBy: string; readonly idForm: string },
  { vaultId, [adoptBy]: id }: Properties,
): string | undefined {
  if (typeof id !== "string" || !idForm.includes("/")) return typeof id === "string" ? id : undefined;
  return typeof vaultId === "string" ? `${vaultId}/${id}` : undefined;
}

function placeIn(
  { name: type, uniqueBy = [] }: { readonly name: string; readonly uniqueBy?: readonly string[] },
  values: Properties,
): string | undefined {
  const parts = uniqueBy.map((name) => values[name]);
  const isKnown = parts.length > 0 && parts.every((part) => typeof part === "string");
  return isKnown ? [type, ...parts].join(" ") : undefined;
}

function pick(values: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

/** Whether a state exists. Before a creation, engines pass no value or an empty one. */
function isThere(olds: unknown): olds is Properties {
  return typeof olds === "object" && olds !== null && Object.keys(olds).length > 0;
}

/**
 * The failures for changed inputs that cannot change. A changed input never replaces a key, because that would delete
 * the old one.
 */
function fixed<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  inputs: Inputs,
  before: Properties,
  dialect: Dialect,
): readonly CheckFailure[] {
  if (definition.rejectChange !== undefined) return definition.rejectChange(before, inputs, dialect);
  return definition.immutable
    .filter((property) => !isAlike((inputs as Properties)[property], before[property]))
    .map((property) => ({
      property,
      reason: "cannot change on an existing key",
      remedy: "create a new key, move to it, then delete the old one",
    }));
}

/** Whether two values of inputs are equal. Engines pass the properties of records in any order. */
function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [ours, theirs] = [Object.entries(a), Object.entries(b)];
  const before = new Map(theirs);
  return ours.length === theirs.length && ours.every(([name, value]) => isAlike(value, before.get(name)));
}
