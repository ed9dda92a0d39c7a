/** The context of every page of a console: its parts, the options of a read, the visitor, and errors. */

import type { Context } from "hono";
import type { openOperations } from "../compose/operations.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { layout, type Visitor } from "./layout.ts";
import type { Login, Session } from "./login.ts";
import { failed } from "./parts.ts";

export interface ConsoleApp {
  readonly login: Login;
  /** One run for the whole process, so that the console has one identity. */
  readonly run: ReturnType<typeof openOperations>;
  /** The time of the log-in, as `login` counts it. */
  readonly nowMs: () => number;
  /** `127.0.0.1:<port>`. */
  readonly host: () => string;
  /** IANA name of the local time zone. */
  readonly timeZone: string;
  readonly campaign?: { readonly folder: string; readonly name: string };
  readonly htmx: string;
  readonly signal: AbortSignal;
}

export type Env = { Variables: { session: Session } };

const longestReadMs = 120_000;
export function readOptions({ signal }: ConsoleApp, { req }: Context<Env>): CallOptions {
  return { signal: AbortSignal.any([signal, req.raw.signal, AbortSignal.timeout(longestReadMs)]) };
}

export async function visitorOf(
  { run, campaign }: ConsoleApp,
  context: Context<Env>,
  options: CallOptions,
): Promise<Visitor> {
  return {
    caller: (await run.directory.explainCaller(options))[0] ?? "",
    instanceId: run.settings.instanceId,
    csrfToken: context.get("session").csrfToken,
    path: context.req.path,
    hasCampaign: campaign !== undefined,
  };
}

export function errorPage(error: UkoError) {
  const { summary } = error;
  return layout({ title: summary, body: failed(error) });
}

export function pageNotFound(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", { summary: "This console has no such page", detail: "" });
}
