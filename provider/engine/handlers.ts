/** What every door calls: check, diff, create, read, update, delete for any definition, with plain values in and out. */

import type { z } from "zod";
import { UkoError } from "../errors.ts";
import type {
  CheckFailure,
  CreateOptions,
  ListFilter,
  ListOptions,
  ResourceDefinition,
  RunSettings,
  Stored,
} from "./definition.ts";
import type { DeleteOutcome } from "./delete-outcome.ts";
import { endResource, type Waiting } from "./end-resource.ts";
import type { Door } from "./explain/explanation.ts";
import { plain } from "./explain/words.ts";
import type { CallOptions, World } from "./ports.ts";
import { resultOfDeletion, resultOfStored, subjectOf, withRecord } from "./run-record.ts";
import { digestSecrets } from "./secrets.ts";

export interface Checked<Inputs> {
  /** The inputs with their defaults; as given where there are failures. */
  readonly inputs: Inputs | Readonly<Record<string, unknown>>;
  readonly failures: readonly CheckFailure[];
}

export type { DeleteOutcome };

export interface Handlers<Inputs, State extends Inputs> {
  check(news: unknown, olds: unknown): Checked<Inputs>;
  /** The names of inputs that differ. Makes no call and never asks for a replacement. */
  diff(olds: unknown, news: unknown): readonly string[];
  create(news: unknown, options: CreateOptions): Promise<Stored<State>>;
  read(olds: unknown, options: CallOptions): Promise<Stored<State> | undefined>;
  update(olds: unknown, news: unknown, options: CallOptions): Promise<Stored<State>>;
  /** By id alone, as an import does; undefined only where it is proven gone. */
  lookup(id: string, options: CallOptions): Promise<Stored<State> | undefined>;
  list(filter: ListFilter, options: ListOptions): Promise<readonly Stored<State>[]>;
  delete(olds: unknown, options: DeleteOptions): Promise<DeleteOutcome>;
}

/** For a deletion, whose message tells people what to run next. */
export interface DeleteOptions extends CallOptions {
  /** The resource's URN, where the engine tells it. */
  readonly target?: string;
  /** Absent where the door cannot be stopped while it waits; then no run of it ever waits. */
  readonly waiting?: Waiting;
}

/** What a door hands in once it knows its settings. `open` is called when the first call needs the service. */
export interface HandlerContext {
  readonly open: () => { readonly world: World; readonly run: RunSettings };
  readonly door: Door;
  /** As `World` has it; a difference is found without a world. */
  readonly sha256: World["sha256"];
}

export function createHandlers<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  context: HandlerContext,
): Handlers<Inputs, State> {
  const stateFrom = (olds: unknown): State =>
    parseGiven(definition.state, olds, `The state of this ${definition.name}`);
  const inputsFrom = (news: unknown): Inputs =>
    parseGiven(definition.inputs, news, `The inputs of this ${definition.name}`);
  const opened = ({ progress }: CallOptions): ReturnType<HandlerContext["open"]> => {
    const { world, run } = context.open();
    return { world: progress === undefined ? world : { ...world, progress }, run };
  };
  const digested = (inputs: Inputs): Inputs => digestSecrets(inputs, definition.secrets ?? [], context.sha256);
  return {
    check(news, olds) {
      const parsed = definition.inputs.safeParse(news);
      if (!parsed.success) {
        const failures = parsed.error.issues.flatMap(toFailures);
        return { inputs: (news ?? {}) as Readonly<Record<string, unknown>>, failures };
      }
      return {
        inputs: parsed.data,
        failures: [
          ...definition.check(parsed.data),
          ...fixed(definition, digested(parsed.data), digestSecrets(olds, definition.secrets ?? [], context.sha256)),
        ],
      };
    },
    diff: (olds, news) => definition.changed(stateFrom(olds), digested(inputsFrom(news))),
    async create(news, options) {
      const { world, run } = opened(options);
      const inputs = inputsFrom(news);
      const resultOf = (stored: Stored<State>) => ({
        ...subjectOf(definition.deletion(stored.state, run), stored.state),
        ...resultOfStored(stored),
        taken: ["create"],
      });
      const work = () => definition.create(world, inputs, run, options);
      return withRecord(world, { operation: "create", work, resultOf }, options);
    },
    async read(olds, options) {
      const { world, run } = opened(options);
      return definition.read(world, stateFrom(olds), run, options);
    },
    async update(olds, news, options) {
      const { world, run } = opened(options);
      const [state, inputs] = [stateFrom(olds), inputsFrom(news)];
      const subject = subjectOf(definition.deletion(state, run), state);
      const work = () => definition.update(world, state, inputs, run, options);
      return withRecord(world, { operation: "update", subject, work, resultOf: resultOfStored }, options);
    },
    async lookup(id, options) {
      const { world, run } = opened(options);
      return definition.lookup(world, id, run, options);
    },
    async list(filter, options) {
      return definition.list(opened(options).world, filter, options);
    },
    async delete(olds, options) {
      const { world, run } = opened(options);
      const state = stateFrom(olds);
      const ending = definition.deletion(state, run);
      const { target, waiting } = options;
      const door = { ...context.door, ...(target !== undefined && { target }) };
      const work = () => endResource(world, { ending, run, door, ...(waiting !== undefined && { waiting }) }, options);
      const subject = subjectOf(ending, state);
      return withRecord(world, { operation: "delete", subject, work, resultOf: resultOfDeletion }, options);
    },
  };
}

/** A key is never replaced because an input changed: that would end the old one. */
function fixed<Inputs, State extends Inputs>(
  definition: ResourceDefinition<Inputs, State>,
  inputs: Inputs,
  olds: unknown,
): readonly CheckFailure[] {
  if (typeof olds !== "object" || olds === null || Object.keys(olds).length === 0) return [];
  const before = olds as Readonly<Record<string, unknown>>;
  const named = definition.frozen?.(before, inputs) ?? [];
  const fixedOnes = definition.immutable
    .filter((property) => !isAlike(inputs[property], before[property]))
    .map((property) => ({
      property,
      reason: "cannot change on an existing key; make a new key beside it, move to it, then retire the old one",
    }));
  return [...named, ...fixedOnes];
}

/** Values of inputs, which are plain: engines hand records on in any order. */
function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [ours, theirs] = [Object.entries(a), Object.entries(b)];
  const before = new Map(theirs);
  return ours.length === theirs.length && ours.every(([name, value]) => isAlike(value, before.get(name)));
}

type Issue = z.core.$ZodIssue;

/** zod's own words for a value that is missing tell of types, not of people's programs. */
function toFailures(issue: Issue): readonly CheckFailure[] {
  const property = issue.path.map(String).join(".");
  const at = (reason: string): readonly CheckFailure[] => [{ property, reason: plain(reason) }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        property: plain(property === "" ? key : `${property}.${key}`, 100),
        reason: "is not known",
      }));
    case "invalid_key":
      return at(issue.issues[0]?.message ?? issue.message);
    default:
      return at(issue.message.endsWith("received undefined") ? "is missing" : issue.message);
  }
}

/** What cannot be understood is told property by property. Throws UKO_INPUT_INVALID. */
export function parseGiven<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const failures = parsed.error.issues.flatMap(toFailures);
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${what} cannot be understood`,
    detail: failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"),
  });
}
