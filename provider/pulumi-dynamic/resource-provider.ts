/**
 * Implements Pulumi's dynamic provider for one resource: decodes each call, calls a handler, and encodes the response.
 */

import { type dynamic, log, runtime } from "@pulumi/pulumi";
import { createDeclarations, createForAll, createTally, messageAmong, secondMade } from "../compose/engines.ts";
import type { CheckFailure } from "../engine/resource/definition.ts";
import type { Unfinished } from "../engine/resource/delete.ts";
import type { Handlers } from "../engine/resource/handlers.ts";
import { asUkoError, isUkoError, UkoError } from "../errors.ts";

/**
 * The gRPC code FAILED_PRECONDITION, which the engine treats as a known error. With UNKNOWN it would mark the update as
 * possibly corrupt.
 */
const failedPrecondition = 9;

type Properties = Record<string, unknown>;

/**
 * Creates the provider of one resource. Pulumi does not pass Ctrl-C to a dynamic provider, so it never waits, even if
 * UKO_WAIT is set: a person could end the wait only by killing the run, which leaves the stack locked.
 */
export function createResourceProvider<Inputs, State extends Inputs>(
  handlers: Handlers<Inputs, State>,
  configure: (config: dynamic.Config) => void,
): dynamic.ResourceProvider {
  // In a forced replacement, `create` finds the key that it should replace (decision 0010). The `delete` that follows
  // must not delete this key.
  const foundByCreate = new Set<string>();
  // KMS accepts a second key of one name. Pulumi creates first and does not show the state, so only the deletion that
  // follows a rename shows that the new key is a second one.
  const madeAlike = new Set<string>();
  const declarations = createDeclarations();
  const messageOf = createStopped();
  return {
    async configure(request) {
      configure(request.config);
      await orFail(async () => connectLog(process.argv[2]));
    },

    async check(olds: Properties, news: Properties) {
      const { inputs, failures } = handlers.check(withoutPulumi(news), withoutPulumi(olds ?? {}));
      // In a preview an input may come from a resource that does not exist yet. The input is checked when it is known.
      const [urn, adopted] = [urnIn(news), handlers.adopted(news)];
      if (urn !== undefined) declarations.noteWanted(urn, adopted === undefined ? handlers.placeOf(news) : undefined);
      if (urn !== undefined && adopted !== undefined) declarations.noteNamed(urn, adopted);
      const known = failures.filter(({ property }) => !isUnknown(news[property.split(".")[0] ?? ""]));
      return { inputs: { ...inputs, ...originIn(news) }, failures: known.map(withoutValue) };
    },

    async diff(id, olds: Properties, news: Properties) {
      const urn = urnIn(news);
      if (urn !== undefined) declarations.noteStored(urn, id);
      if (isUnknown(news)) return { changes: true };
      // A state of the native package names no provider, so no later read or deletion would find
      // one; an update adds it. After an alias, an update stores the URN that a deletion prints.
      if (!("__provider" in olds) || urnIn(olds) !== urn) return { changes: true };
      return orFail(async () => {
        const changes = handlers.diff(withoutPulumi(olds), withoutPulumi(news)).length > 0;
        if (urn !== undefined && !changes) declarations.noteKept(urn, id);
        if (declarations.isWanted(urn)) await warn(handlers.destroyedWarning(withoutPulumi(olds), withoutPulumi(news)));
        return { changes };
      });
    },

    async create(news: Properties) {
      return orFail(async () => {
        const { __origin: origin } = news;
        const urn = urnIn(news);
        const options = { ...unstoppable(), ...(typeof origin === "string" && { origin }) };
        const made = await handlers.create(withoutPulumi(news), options).catch((error: unknown) => {
          const { alikeId } = isUkoError(error) ? error.data : {};
          if (urn !== undefined && typeof alikeId === "string") declarations.noteNamed(urn, alikeId);
          throw error;
        });
        const { id, state, warnings, isFound } = made;
        const alike = handlers.alikeOf(withoutPulumi(news));
        if (isFound) foundByCreate.add(id);
        else if (alike !== undefined) madeAlike.add(alike);
        if (urn !== undefined) declarations.noteStored(urn, id);
        await warn(warnings);
        return { id, outs: { ...state, ...originIn(news) } };
      });
    },

    async read(id, olds: Properties) {
      return orFail(async () => {
        const found = await handlers.read(withoutPulumi(olds), unstoppable());
        if (found === undefined) {
          // The creation may follow in another process, which would not know about the removal, so the warning is shown
          // now.
          await warn(handlers.removedWarning(withoutPulumi(olds)));
          return { id: "", props: {} };
        }
        await warn(found.warnings);
        return { id, props: { ...found.state, ...originIn(olds) } };
      });
    },

    async update(id, olds: Properties, news: Properties) {
      return orFail(async () => {
        const target = urnIn(news);
        const options = { ...unstoppable(), ...(target !== undefined && { target }) };
        const { state, warnings } = await handlers.update(withoutPulumi(olds), withoutPulumi(news), options);
        if (target !== undefined) declarations.noteKept(target, id);
        await warn(warnings);
        return { outs: { ...state, ...originIn(news) } };
      });
    },

    async delete(id, olds: Properties) {
      if (foundByCreate.has(id)) return;
      await orFail(async () => {
        const target = urnIn(olds);
        if (madeAlike.has(handlers.alikeOf(withoutPulumi(olds)) ?? "")) throw secondMade(id);
        const declared = { id, decideDeletion: declarations.decideDeletion };
        // A destroy of this name would also delete the resource that replaces it.
        const rerun = declarations.isWanted(target) ? ({ rerun: "pulumi up" } as const) : {};
        const options = { ...unstoppable(), declared, ...(target !== undefined && { target }), ...rerun };
        const outcome = await handlers.delete(withoutPulumi(olds), options);
        if (outcome.kind === "unfinished") throw new EngineError(messageOf(outcome, id));
        await warn(outcome.warnings);
      });
    },
  };
}

/** Returns the message of a deletion that stopped, among all that stopped for the same reason. */
function createStopped(): (outcome: Unfinished, id: string) => string {
  const countStopped = createTally();
  const forAllOf = createForAll();
  return (outcome, id) => messageAmong({ ...outcome, forAll: forAllOf(outcome) }, countStopped(outcome.code, id));
}

/**
 * Connects the log to the engine, whose address is the first argument of a dynamic provider; Pulumi's own main does not
 * use it. Without the connection, warnings would go to stderr and evidence would be lost. Pulumi promises neither the
 * argument nor `resetOptions`, so a library that has changed one of them is an error before the first call.
 */
function connectLog(engineAddress = ""): void {
  if (typeof runtime.resetOptions !== "function" || !/^[^\s-]\S*:\d+$/.test(engineAddress)) {
    throw new UkoError("UKO_EVIDENCE_UNWRITABLE", {
      summary: "This version of Pulumi's Node library does not say how a dynamic provider reaches the engine's log",
      detail:
        "The log keeps the evidence of each step, so no step was taken.\n" + "Next: npm install @pulumi/pulumi@3.249.0",
    });
  }
  runtime.resetOptions("project", "stack", -1, engineAddress, "", false, "");
}

/**
 * The options of a call that cannot be canceled: Pulumi does not notify a dynamic provider of Ctrl-C, and each call has a
 * deadline.
 */
function unstoppable(): { readonly signal: AbortSignal } {
  return { signal: new AbortController().signal };
}

function withoutPulumi(properties: Properties): Properties {
  const { __provider: _provider, __origin: _origin, ...own } = properties;
  return own;
}

/**
 * The failure of a check. Next to the name of a property the engine prints its value, even a secret one, so the name is
 * part of the reason instead.
 */
function withoutValue({ property, reason, remedy }: CheckFailure): dynamic.CheckFailure {
  const sentence = property === "" ? reason : `${property}: ${reason}`;
  return { property: "", reason: remedy === undefined ? sentence : `${sentence}; ${remedy}` };
}

/** The resource's lasting name, which the outputs contain because a deletion receives nothing else (decision 0010). */
function originIn({ __origin }: Properties): { readonly __origin?: string } {
  return typeof __origin === "string" ? { __origin } : {};
}

/** The URN in the lasting name, which consists of organization and URN. */
function urnIn(properties: Properties): string | undefined {
  const { __origin = "" } = originIn(properties);
  const begin = __origin.indexOf("urn:pulumi:");
  return begin < 0 ? undefined : __origin.slice(begin);
}

/** Whether a value, or a part of it, comes from a resource that does not exist yet. */
function isUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(isUnknown);
  return value === runtime.unknownValue;
}

async function warn(warnings: readonly string[] | string | undefined = []): Promise<void> {
  for (const warning of [warnings].flat()) await log.warn(warning);
}

async function orFail<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(asUkoError(error).message);
  }
}

/** The error that the engine shows: all lines as diagnostics, and the first one in its table. */
class EngineError extends Error {
  readonly code = failedPrecondition;
  readonly details: string;

  constructor(message: string) {
    super(message);
    this.details = message;
    // The dynamic provider prints `${error}: ${error.stack}` again after the diagnostic: one line,
    // not a trace.
    this.stack = message.split("\n")[0] ?? "";
  }

  override toString(): string {
    return /\[(UKO_[A-Z_]+)\]$/.exec(this.details)?.[1] ?? "uko";
  }
}
