/** The provider behind `__provider`: decodes Pulumi's dynamic calls, calls a handler, encodes. State names this subpath for ever. */

import { type dynamic, log } from "@pulumi/pulumi";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc.js";
import { resetOptions } from "@pulumi/pulumi/runtime/settings.js";
import { openHandlers } from "../compose.ts";
import { isUkoError, UkoError } from "../errors.ts";

/** gRPC FAILED_PRECONDITION: the engine takes it as understood; UNKNOWN would mark the update as possibly corrupt. */
const failedPrecondition = 9;

type Properties = Record<string, unknown>;

const settingNames = [
  "endpoint",
  "kmsEndpoint",
  "iamEndpoint",
  "instanceId",
  "region",
  "apiKey",
  "token",
  "dualAuthorization",
] as const;
let config: dynamic.Config | undefined;

const { managedKey: handlers } = openHandlers(
  () =>
    Object.fromEntries(
      settingNames.flatMap((name) => {
        const value = config?.get(`uko:${name}`);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  {
    progress: { report: () => {} },
    evidenceLog: (line) => void log.debug(line),
    warn: (line) => void log.warn(line),
  },
  { rerun: "pulumi destroy" },
);

/** `ManagedKey` for Pulumi's dynamic provider, which has no cancel: it never waits, whatever UKO_WAIT says. */
export const managedKey: dynamic.ResourceProvider = {
  async configure(request) {
    config = request.config;
    connectLog(process.argv[2]);
  },

  async check(olds: Properties, news: Properties) {
    const { inputs, failures } = handlers.check(withoutPulumi(news), withoutPulumi(olds ?? {}));
    // In a preview an input may come from a resource that is not there yet; it is checked once it is known.
    const known = failures.filter(({ property }) => !isUnknown(news[property.split(".")[0] ?? ""]));
    const { __origin } = news;
    return { inputs: { ...inputs, ...(__origin !== undefined && { __origin }) }, failures: [...known] };
  },

  async diff(_id, olds: Properties, news: Properties) {
    if (isUnknown(news)) return { changes: true };
    return orFail(async () => ({ changes: handlers.diff(withoutPulumi(olds), withoutPulumi(news)).length > 0 }));
  },

  async create(news: Properties) {
    return orFail(async () => {
      const { __origin: origin } = news;
      const options = { ...unstoppable(), ...(typeof origin === "string" && { origin }) };
      const { id, state, warnings } = await handlers.create(withoutPulumi(news), options);
      await warn(warnings);
      return { id, outs: state };
    });
  },

  async read(id, olds: Properties) {
    return orFail(async () => {
      const found = await handlers.read(withoutPulumi(olds), unstoppable());
      if (found === undefined) return { id: "", props: {} };
      await warn(found.warnings);
      return { id, props: found.state };
    });
  },

  async update(_id, olds: Properties, news: Properties) {
    return orFail(async () => {
      const { state, warnings } = await handlers.update(withoutPulumi(olds), withoutPulumi(news), unstoppable());
      await warn(warnings);
      return { outs: state };
    });
  },

  async delete(_id, olds: Properties) {
    await orFail(async () => {
      const outcome = await handlers.delete(withoutPulumi(olds), unstoppable());
      if (outcome.kind === "unfinished") throw toEngineError(outcome.message);
      await warn(outcome.warnings);
    });
  },
};

/**
 * The engine starts a dynamic provider with its address as the first argument, and Pulumi's own main leaves it unused: without
 * it warnings end as lines on stderr, and evidence nowhere.
 */
function connectLog(engineAddress: string | undefined): void {
  if (engineAddress !== undefined) resetOptions("project", "stack", -1, engineAddress, "", false, "");
}

/** A dynamic provider never hears a Ctrl-C; the calls' own deadlines bound it. */
function unstoppable(): { readonly signal: AbortSignal } {
  return { signal: new AbortController().signal };
}

function withoutPulumi(properties: Properties): Properties {
  const { __provider: _provider, __origin: _origin, ...own } = properties;
  return own;
}

/** Whether a value, or a part of it, comes from a resource that is not there yet. */
function isUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(isUnknown);
  return value === unknownValue;
}

async function warn(warnings: readonly string[]): Promise<void> {
  for (const warning of warnings) await log.warn(warning);
}

async function orFail<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const fault = isUkoError(error)
      ? error
      : new UkoError("UKO_BUG", {
          summary: "uko met a fault of its own",
          detail: `Please report it: ${error instanceof Error ? error.message : "unknown"}`,
          cause: error,
        });
    throw toEngineError(fault.message);
  }
}

/** What the engine shows: all lines as diagnostics, the first one in its table. */
class EngineError extends Error {
  readonly code = failedPrecondition;
  readonly details: string;

  constructor(message: string) {
    super(message);
    this.details = message;
    // The dynamic provider prints `${error}: ${error.stack}` once more beside the diagnostic: one line, not a trace.
    this.stack = message.split("\n")[0] ?? "";
  }

  override toString(): string {
    return /\[(UKO_[A-Z_]+)\]$/.exec(this.details)?.[1] ?? "uko";
  }
}

function toEngineError(message: string): EngineError {
  return new EngineError(message);
}
