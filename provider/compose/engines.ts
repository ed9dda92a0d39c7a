/**
 * Gives the interfaces of the engines what they call when an engine asks: the handlers of every resource, the answers
 * of data sources and functions, the checks of inputs and settings, and the wording of messages.
 */

import type { World } from "../engine/ports/world.ts";
import type { FunctionDefinition, ListOptions, ResourceDefinition } from "../engine/resource/definition.ts";
import { createHandlers, type HandlerContext } from "../engine/resource/handlers.ts";
import { parseGiven } from "../engine/resource/input-validation.ts";
import { type Dialect, dialectOf } from "../engine/text/dialect.ts";
import type { UserInterface } from "../engine/text/explanation.ts";
import { isTransientReadError } from "../engine/text/resource-messages.ts";
import { UkoError } from "../errors.ts";
import { functions } from "../resources/functions.ts";
import { type ResourceHandlers, resources } from "../resources/registry.ts";
import { requireInstanceOfEnvironment as checkInstances, type StoredSettings } from "../settings.ts";
import { type OpenWorld, type Outputs, openWorld, secretDigests } from "./world.ts";

export { createDeclarations } from "../engine/resource/declarations.ts";
export { createForAll, createTally, messageAmong, sayAhead, sayStopped } from "../engine/resource/stopped-alike.ts";
export { hclDialect, programDialect } from "../engine/text/dialect.ts";
export {
  declaredByTwo,
  declaredTwiceInHcl,
  isTransientReadError,
  messageAbout,
  refreshSkippedWarning,
  renamedInHcl,
  sayStrictReads,
  sayUnreached,
  sayUnreadInAll,
  secondInHcl,
  secondKmsKeyInProgram,
  secondMade,
} from "../engine/text/resource-messages.ts";
export { allowsNothing, limitedSteps } from "../lifecycle/vocabulary/plan-limit.ts";
export { checkArguments } from "../resources/functions.ts";
export { checkStored, longestWait, parseDurationMs, storedSettings } from "../settings.ts";
export type { StoredSettings };

/** What an interface of an engine calls. */
export interface OpenHandlers {
  readonly resources: ResourceHandlers;
  /** Whether a refresh may keep the state after this read error. Always false under UKO_STRICT_READS (decision 0017). */
  mayKeepState(error: unknown): error is UkoError;
  /**
   * Answers the questions of data sources and functions; changes nothing. Throws UKO_INPUT_INVALID for invalid arguments.
   */
  readonly ask: Questions;
}

type Questions = {
  readonly [Name in keyof typeof functions]: (
    args: unknown,
    options: ListOptions,
  ) => ReturnType<(typeof functions)[Name]["query"]>;
};

function askAll(open: HandlerContext["open"], dialect: Dialect): Questions {
  const all: readonly FunctionDefinition<object, object>[] = Object.values(functions);
  const questions = all.map(({ name, args: form, query }) => {
    const ask = async (args: unknown, options: ListOptions) => {
      const given = parseGiven(form, args, `The arguments of ${name}`, dialect);
      const { world, run } = open();
      return query(world, given, run, options);
    };
    return [name, ask] as const;
  });
  return Object.fromEntries(questions) as unknown as Questions;
}

/**
 * Creates the handlers of every resource for an interface. The service is opened at the first call that needs it, with
 * the environment of that moment. `stored` returns undefined while the engine does not know a setting yet; then every
 * call that needs the service throws UKO_SETTINGS_INVALID.
 */
export function openHandlers(
  stored: () => StoredSettings | undefined,
  outputs: Outputs,
  userInterface: UserInterface,
): OpenHandlers {
  const dialect = dialectOf(userInterface.rerun);
  let opened: OpenWorld | undefined;
  const open = (): { world: World; run: OpenWorld["settings"] } => {
    opened ??= openWorld(process.env, configured(stored()), outputs, dialect);
    return { world: opened.world, run: opened.settings };
  };
  const context = { open, isConfigured: () => stored() !== undefined, userInterface, secretDigests };
  const handlers = Object.entries(resources).map(([name, definition]) => [
    name,
    createHandlers(definition as unknown as ResourceDefinition<object, object>, context),
  ]);
  return {
    resources: Object.fromEntries(handlers) as ResourceHandlers,
    mayKeepState: (error): error is UkoError => isTransientReadError(error) && !open().run.isReadStrict,
    ask: askAll(open, dialect),
  };
}

/** Throws UKO_INSTANCE_MISMATCH. Needs no credential, so a preview finds the mistake, too. */
export function requireOneInstance(stored: StoredSettings, dialect: Dialect): void {
  checkInstances(process.env, stored, dialect);
}

/**
 * The warning that the environment's credential overrides the one in the stored settings. The environment takes
 * precedence, because a credential belongs to a person. But one variable would override the credentials of several
 * providers, which is probably a mistake.
 */
export function sayOtherCredential(stored: StoredSettings, { property }: Dialect): string | undefined {
  const variable = otherCredential(stored);
  if (variable === undefined) return undefined;
  return [
    `${variable} overrides ${property(stored.apiKey ? "apiKey" : "token")} in the configuration of the provider`,
    `This run acts as the person behind ${variable}. If your program has several credentials, unset ${variable}.`,
  ].join("\n");
}

/** The variable with this run's credential, if it overrides another credential in the stored settings. */
function otherCredential({ apiKey, token }: StoredSettings): string | undefined {
  const { UKO_API_KEY, UKO_API_KEY_FILE, UKO_TOKEN } = process.env;
  if (!apiKey && !token) return undefined;
  if (UKO_API_KEY_FILE) return "UKO_API_KEY_FILE";
  if (UKO_API_KEY) return UKO_API_KEY === apiKey ? undefined : "UKO_API_KEY";
  return UKO_TOKEN && UKO_TOKEN !== token ? "UKO_TOKEN" : undefined;
}

function configured(settings: StoredSettings | undefined): StoredSettings {
  if (settings !== undefined) return settings;
  throw new UkoError("UKO_SETTINGS_INVALID", {
    summary: "The provider is not configured yet",
    detail: "One of its settings comes from a resource that does not exist yet. Run again when that resource exists.",
  });
}
