/**
 * Defines what every page of the console shares, such as the running console, the visitor and error pages. If a read
 * takes long, the frame of the page is sent before its content.
 */

import { setTimeout as pause } from "node:timers/promises";
import type { Context, Hono } from "hono";
import type { openOperations } from "../compose/operations.ts";
import type { CallOptions, Progress } from "../engine/ports/world.ts";
import { asUkoError, UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { linkTo } from "../html/report-parts.ts";
import { layout, type Page, type Visitor } from "./layout.ts";
import type { BrowserSession, Login } from "./login.ts";
import { errorPart, searchForm } from "./parts.ts";

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

export type Env = { Variables: { session: BrowserSession } };

export interface Requested {
  readonly context: Context<Env>;
  readonly options: CallOptions;
  readonly visitor: Visitor;
  /** Receives what is read now. A slow page shows that until its next part follows. */
  readonly progress: Progress;
}

type Handler = (requested: Requested) => Promise<Page | Response>;

/** The functions that add pages and forms. If a handler throws, the page shows the error. */
export type Site = ReturnType<typeof siteOf>;

const longestReadMs = 120_000;

export function siteOf(app: Hono<Env>, console: ConsoleApp) {
  const { signal, frameAfterMs = 500 } = console;
  return {
    console,
    /** Adds a page. Its reads end if the browser leaves, or after the time limit. */
    get(path: string, page: Handler): void {
      app.get(path, async (context) => {
        const { req } = context;
        const options = { signal: AbortSignal.any([signal, req.raw.signal, AbortSignal.timeout(longestReadMs)]) };
        const visitor = await visitorOf(console, context, options);
        const reading: Reading = { show: () => {} };
        const report = (text: string): void => reading.show(text);
        const shown = respond(page, { context, options, visitor, progress: { report, count: report } });
        const whole = shown.then((each) => responseOf(context, each, visitor));
        const isRefresh = req.header("hx-request") !== undefined;
        return isRefresh || (await endsWithin(frameAfterMs, whole))
          ? whole
          : frameFirst(context, shown, visitor, reading);
      });
    },
    /** Adds a form. Its act continues if the browser leaves. */
    post(path: string, page: Handler): void {
      app.post(path, async (context) => {
        const options = { signal };
        const visitor = await visitorOf(console, context, options);
        return responseOf(
          context,
          await respond(page, { context, options, visitor, progress: { report: () => {} } }),
          visitor,
        );
      });
    },
  };
}

async function respond(page: Handler, requested: Requested): Promise<Page | Response> {
  const shown = await page(requested).catch((thrown: unknown) => errorPage(thrown, requested.visitor.path));
  if (shown instanceof Response || shown.parts === undefined) return shown;
  const failed = (thrown: unknown): Html => {
    const error = asUkoError(thrown);
    return html`<h2>${error.summary}</h2>${errorPart(error)}`;
  };
  return { ...shown, parts: shown.parts.map((part) => part.catch(failed)) };
}

async function responseOf(context: Context, shown: Page | Response, visitor: Visitor): Promise<Response> {
  if (shown instanceof Response) return shown;
  const { parts = [], ...page } = shown;
  return respondWithPage(context, { ...page, body: html`${page.body}${await Promise.all(parts)}` }, visitor);
}

export function respondWithPage(context: Context, page: Page, visitor?: Visitor): Response | Promise<Response> {
  return context.html(layout(page, visitor), page.status);
}

export function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), pause(ms, false, { ref: false })]);
}

/** What shows to the browser what a slow page reads now. */
interface Reading {
  show: (text: string) => void;
}

/** Many keys are counted faster than a person reads. */
const shownEveryMs = 1_000;

/**
 * Sends the navigation and a line of text at once, and the content as the service responds, each part of it as soon as
 * it is read. It works without JavaScript: what follows such a line covers it. The status is 200, because it is sent
 * before the content.
 */
function frameFirst(
  context: Context<Env>,
  whole: Promise<Page | Response>,
  visitor: Visitor,
  reading: Reading,
): Response {
  const encoder = new TextEncoder();
  const mainOf = (page: string): number => page.indexOf("<main");
  const frame = String(layout({ title: "Reading", body: html`` }, visitor));
  const lineOf = (says: string): Html => html`<p class="reading" role="status">${says} …</p>\n`;
  const stream = new ReadableStream({
    async start(controller) {
      const send = (text: string): void => controller.enqueue(encoder.encode(text));
      const wait = (): void => send(String(lineOf("Reading from the service")));
      send(frame.slice(0, mainOf(frame)));
      wait();
      let isResting = false;
      reading.show = (says) => {
        if (isResting) return;
        isResting = true;
        send(String(lineOf(says)));
        void pause(shownEveryMs, undefined, { ref: false }).then(() => {
          isResting = false;
        });
      };
      const shown = await whole;
      const page = shown instanceof Response ? await shown.text() : String(layout(shown, visitor));
      const end = page.lastIndexOf("</main>");
      send(page.slice(mainOf(page), end));
      for (const part of shown instanceof Response ? [] : (shown.parts ?? [])) {
        wait();
        // The style sheet hides the line behind the element that follows, and a part can be empty.
        send(`<div>${await part}</div>\n`);
      }
      reading.show = () => {};
      send(page.slice(end));
      controller.close();
    },
    /** The browser left. */
    cancel() {
      reading.show = () => {};
    },
  });
  return context.body(stream, 200, { "content-type": "text/html; charset=utf-8" });
}

export async function visitorOf(
  { run, campaign, timeZone }: ConsoleApp,
  context: Context<Env>,
  options: CallOptions,
): Promise<Visitor> {
  return {
    caller: (await run.directory.explainCaller(options))[0] ?? "",
    instanceId: run.settings.instanceId,
    csrfToken: context.get("session").csrfToken,
    path: context.req.path,
    hasCampaign: campaign !== undefined,
    timeZone,
  };
}

const statuses: Readonly<Partial<Record<UkoError["code"], 404 | 409>>> = {
  UKO_INPUT_INVALID: 404,
  UKO_KEY_NOT_FOUND: 404,
  UKO_NOT_FOUND: 404,
  UKO_CHANGED_MEANWHILE: 409,
  UKO_VIEW_OUTDATED: 409,
};

/** The page of an error. After a mistyped address it offers a search, and after a change a link to the key or wave. */
export function errorPage(thrown: unknown, path = ""): Page {
  const error = asUkoError(thrown);
  // Below /campaign, the input that is not valid is a file of the campaign, and not the address.
  const isOfFile = error.code === "UKO_INPUT_INVALID" && path.startsWith("/campaign");
  const status = isOfFile ? 409 : (statuses[error.code] ?? 500);
  const isChanged = error.code === "UKO_CHANGED_MEANWHILE";
  const about = isChanged ? html`<p>${linkTo(path.replace(/\/[^/]*$/, ""), "Show it as it is now")}</p>` : "";
  const search = status === 404 ? searchForm({ contains: "", state: "" }) : "";
  return { title: error.summary, body: html`${errorPart(error)}${about}${search}`, status };
}

/** The error of an act that is refused because something is no longer as its page showed it. */
export function outdatedPageError(summary: string, now: readonly string[] = []): UkoError {
  const detail = ["Something changed after your page was shown. This console did nothing.", ...now].join("\n");
  return new UkoError("UKO_CHANGED_MEANWHILE", { summary, detail });
}

/** The error of an act that is not open to the caller now, although no page may ever have offered it. */
export function notOfferedError(summary: string, now: readonly string[] = []): UkoError {
  return new UkoError("UKO_CHANGED_MEANWHILE", { summary, detail: ["This console did nothing.", ...now].join("\n") });
}

export function pageNotFound(): UkoError {
  const summary = "This console has no such page";
  return new UkoError("UKO_INPUT_INVALID", {
    summary,
    detail: "The address may be mistyped. You can search for a key.",
  });
}
