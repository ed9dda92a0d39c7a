/**
 * Defines what every page of the console shares: the parts of the running console, the visitor, a time limit for
 * reads, and error pages. If a read takes long, the frame of the page is sent before its content.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { Context } from "hono";
import type { openOperations } from "../compose/operations.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { asUkoError, UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { layout, type Visitor } from "./layout.ts";
import type { Login, Session } from "./login.ts";
import { failed, searchForm } from "./parts.ts";

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
  /** The time after which a page sends its frame before its content. By default half a second. */
  readonly frameAfterMs?: number;
}

export type Env = { Variables: { session: Session } };

export interface Requested {
  readonly context: Context<Env>;
  readonly options: CallOptions;
  readonly visitor: Visitor;
}

type Handler = (requested: Requested) => Promise<Html | Response>;
export type Shows = (page: Handler) => (context: Context<Env>) => Promise<Response>;

const longestReadMs = 120_000;

/** Creates the handler of a page that reads for the visitor. An error also becomes a page. */
export function showsPages(console: ConsoleApp): Shows {
  const { signal, frameAfterMs = 500 } = console;
  return (page) => async (context) => {
    const { req } = context;
    const options = { signal: AbortSignal.any([signal, req.raw.signal, AbortSignal.timeout(longestReadMs)]) };
    const visitor = await visitorOf(console, context, options);
    const whole = respond(page, { context, options, visitor });
    const isRefresh = req.header("hx-request") !== undefined;
    return isRefresh || (await endsWithin(frameAfterMs, whole)) ? whole : frameFirst(context, whole, visitor);
  };
}

/** Creates the handler of a form, whose act continues if the browser leaves. */
export function takesForms(console: ConsoleApp, page: Handler): (context: Context<Env>) => Promise<Response> {
  return async (context) => {
    const options = { signal: console.signal };
    return respond(page, { context, options, visitor: await visitorOf(console, context, options) });
  };
}

async function respond(page: Handler, requested: Requested): Promise<Response> {
  const { context, visitor } = requested;
  try {
    const shown = await page(requested);
    return shown instanceof Response ? shown : context.html(shown);
  } catch (thrown) {
    return errorResponse(context, thrown, visitor);
  }
}

export function errorResponse(context: Context, thrown: unknown, visitor?: Visitor): Response | Promise<Response> {
  const error = asUkoError(thrown);
  return context.html(errorPage(error, visitor), statusOf(error.code));
}

/** Whether the work ends within this time. */
export function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), pause(ms, false, { ref: false })]);
}

/**
 * Sends the navigation and a line of text at once, and the content when the service has responded. It works without
 * JavaScript: the style sheet hides the line as soon as the content follows. The status is 200, because it is sent before
 * the content.
 */
function frameFirst(context: Context<Env>, whole: Promise<Response>, visitor: Visitor): Response {
  const encoder = new TextEncoder();
  const contentOf = (page: string): number => page.indexOf("<main");
  const frame = String(layout({ title: "Reading", body: html``, visitor }));
  const start = `${frame.slice(0, contentOf(frame))}<p class="reading" role="status">Reading from the service …</p>\n`;
  const stream = new ReadableStream({
    async start(controller) {
      controller.enqueue(encoder.encode(start));
      const page = await (await whole).text();
      controller.enqueue(encoder.encode(page.slice(contentOf(page))));
      controller.close();
    },
  });
  return context.body(stream, 200, { "content-type": "text/html; charset=utf-8" });
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

const notFound: readonly UkoError["code"][] = ["UKO_INPUT_INVALID", "UKO_KEY_NOT_FOUND", "UKO_NOT_FOUND"];
const ofFolder: readonly UkoError["code"][] = ["UKO_CAMPAIGN_INVALID", "UKO_REVIEW_INVALID", "UKO_REVIEW_OUTDATED"];

function statusOf(code: UkoError["code"]): 404 | 409 | 500 {
  if (notFound.includes(code)) return 404;
  return ofFolder.includes(code) ? 409 : 500;
}

/** A person who mistyped an address can search for the key. */
export function errorPage(error: UkoError, visitor?: Visitor): Html {
  const isMistyped = visitor !== undefined && statusOf(error.code) === 404;
  const search = isMistyped ? searchForm({ contains: "", state: "" }) : "";
  return layout({ title: error.summary, body: html`${failed(error)}${search}`, ...(visitor && { visitor }) });
}

export function pageNotFound(): UkoError {
  const summary = "This console has no such page";
  return new UkoError("UKO_INPUT_INVALID", {
    summary,
    detail: "The address may be mistyped. You can search for a key.",
  });
}
