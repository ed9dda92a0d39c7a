/** The routes of a console, each behind the guard of requests and, after the log-in, the session. */

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import { lifecycleStates } from "../compose/text.ts";
import type { Inspection } from "../engine/key/inspection.ts";
import type { CallOptions, KeyRef } from "../engine/ports/world.ts";
import { asUkoError, endsTheRun, UkoError } from "../errors.ts";
import type { Html } from "../html/markup.ts";
import { styleSheet } from "../html/style-sheet.ts";
import { uuidForm } from "../text/uuid-form.ts";
import { type ActSubject, changedPage, keyActPage, resultPage, subjectOf } from "./act-page.ts";
import { type Acted, type ActForm, actOnKey, actOnKmsKey } from "./acts.ts";
import { addCampaignPages } from "./campaign-routes.ts";
import { type ConsoleApp, type Env, errorPage, pageNotFound, readOptions, visitorOf } from "./console-context.ts";
import { keyPage, kmsKeyPage } from "./key-page.ts";
import { keysPage, kmsKeysPage } from "./keys-page.ts";
import type { Visitor } from "./layout.ts";
import { isSameText } from "./login.ts";
import { loginPage, whoPage } from "./login-page.ts";
import { guardRequests } from "./request-guard.ts";
import { consoleStyle, icon } from "./style-sheet.ts";
import { type KmsPending, waitingPage } from "./waiting-page.ts";

const maxBodyBytes = 64 * 1024;

const text = z.string().max(4_000).catch("");
const actForm = z.object({ basis: text, record: text, typed: text, reason: text, requestsNext: text });
const page = z.coerce.number().int().min(1).catch(1);
const kmsQuery = z.object({ page });
const keysQuery = z.object({
  contains: z.string().max(200).catch(""),
  state: z.enum(lifecycleStates).or(z.literal("")).catch(""),
  page,
});

export function buildConsole(console: ConsoleApp): Hono<Env> {
  const { host, htmx } = console;
  const app = new Hono<Env>();
  app.use(guardRequests(host));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (context) => context.text("The form is too long.\n", 413) }));
  app.onError((thrown, context) => {
    const error = asUkoError(thrown);
    return context.html(errorPage(error), statusOf(error.code));
  });
  app.notFound((context) => context.html(errorPage(pageNotFound()), 404));
  app.get("/assets/console.css", (context) =>
    context.body(`${styleSheet}${consoleStyle}`, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  app.get("/assets/icon.svg", (context) => context.body(icon, 200, { "content-type": "image/svg+xml" }));
  app.get("/assets/htmx.js", (context) =>
    context.body(htmx, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  addLogin(app, console);
  addPages(app, console);
  addKeyPages(app, console);
  if (console.campaign !== undefined) addCampaignPages(app, console, console.campaign);
  return app;
}

function statusOf(code: UkoError["code"]): 404 | 409 | 500 {
  if (code === "UKO_INPUT_INVALID") return 404;
  const isOfFolder = code === "UKO_CAMPAIGN_INVALID" || code === "UKO_REVIEW_INVALID" || code === "UKO_REVIEW_OUTDATED";
  return isOfFolder ? 409 : 500;
}

function addLogin(app: Hono<Env>, { login, host }: ConsoleApp): void {
  // Cookies of one host name are shared by its ports, so the name tells consoles apart.
  const cookieName = (): string => `uko-console-${host().split(":").at(-1) ?? ""}`;
  app.get("/", (context) => context.redirect("/waiting"));
  app.get("/login", (context) => context.html(loginPage()));
  app.post("/login", async (context) => {
    const { code } = await context.req.parseBody();
    const entrance = login.enter(typeof code === "string" ? code : "");
    if (entrance.kind !== "open") return context.html(loginPage(entrance), 403);
    setCookie(context, cookieName(), entrance.session.id, { httpOnly: true, sameSite: "Strict", path: "/" });
    return context.redirect("/waiting", 303);
  });
  app.use(async (context, next) => {
    // htmx marks what it reads by itself, so a page that is left open does not keep the session alive.
    const isRefresh = context.req.header("hx-request") !== undefined;
    const session = login.session(getCookie(context, cookieName()), !isRefresh);
    if (session === undefined) {
      if (!isRefresh) return context.redirect("/login", 303);
      context.header("hx-redirect", "/login");
      return context.body(null, 200);
    }
    if (context.req.method === "POST") {
      const { csrf } = await context.req.parseBody();
      const isOwn = typeof csrf === "string" && isSameText(csrf, session.csrfToken);
      if (!isOwn) return context.text("The form does not belong to this log-in. Open the page again.\n", 403);
    }
    context.set("session", session);
    return next();
  });
  app.post("/logout", (context) => {
    login.leave();
    deleteCookie(context, cookieName(), { path: "/" });
    return context.redirect("/login", 303);
  });
}

interface Requested {
  readonly context: Context<Env>;
  readonly options: CallOptions;
  readonly visitor: Visitor;
}

/** A handler that reads for the visitor. */
function shown(console: ConsoleApp, page: (requested: Requested) => Promise<Response>) {
  return async (context: Context<Env>): Promise<Response> => {
    const options = readOptions(console, context);
    return page({ context, options, visitor: await visitorOf(console, context, options) });
  };
}

function addPages(app: Hono<Env>, console: ConsoleApp): void {
  const { run, nowMs, timeZone } = console;
  const add = (path: string, page: (requested: Requested) => Promise<Html>): void =>
    void app.get(
      path,
      shown(console, async (requested) => requested.context.html(await page(requested))),
    );
  add("/waiting", async ({ options, visitor }) => {
    const survey = await run.operations.pending([], options);
    return waitingPage(survey, await kmsPending(console, options), visitor, timeZone);
  });
  add("/keys", async ({ context, options, visitor }) => {
    const query = keysQuery.parse(context.req.query());
    const states = query.state === "" ? {} : { states: [query.state] };
    const wanted = { vaults: [], kinds: ["key"], contains: query.contains, ...states } as const;
    return keysPage(await run.directory.list(wanted, options), query, visitor);
  });
  add("/kms", async ({ context, options, visitor }) =>
    kmsKeysPage(await run.kmsOperations.list(options), kmsQuery.parse(context.req.query()).page, visitor),
  );
  add("/me", async ({ context, options, visitor }) => {
    const minutesLeft = Math.floor((context.get("session").endsAtMs - nowMs()) / 60_000);
    const caller = await run.directory.describeCaller(options);
    const says = await run.directory.explainCaller(options);
    return whoPage({ caller, says, minutesLeft }, visitor);
  });
}

function addKeyPages(app: Hono<Env>, console: ConsoleApp): void {
  const { run, signal, timeZone } = console;
  const { operations, kmsOperations } = run;
  let isActing = false;

  /** Works on the key as it is, or shows that it is gone. */
  const onKey = async (requested: Requested, work: (key: Inspection) => Response | Promise<Response>) => {
    const { context, options, visitor } = requested;
    const found = await operations.inspect(refOf(console, context), options);
    return found.kind === "gone" ? context.html(resultPage(found.report, visitor)) : work(found);
  };
  const show = (path: string, page: (requested: Requested) => Promise<Response>): void =>
    void app.get(path, shown(console, page));

  show("/keys/:vaultId/:keyId", (requested) =>
    onKey(requested, (key) => requested.context.html(keyPage(key, requested.visitor, timeZone))),
  );
  show("/keys/:vaultId/:keyId/:act", (requested) => onKey(requested, (key) => showAct(key, requested)));
  act("/keys/:vaultId/:keyId/:act", (id, form, requested) =>
    onKey(requested, async (inspection) =>
      respond(inspection, await actOnKey(operations, { inspection, id }, form, requested.options), requested),
    ),
  );
  show("/kms/:kmsKeyId", async (requested) => {
    const found = await kmsInspection(console, requested);
    return requested.context.html(kmsKeyPage(found, requested.visitor, timeZone));
  });
  show("/kms/:kmsKeyId/:act", async (requested) =>
    showAct(subjectOf(await kmsInspection(console, requested)), requested),
  );
  act("/kms/:kmsKeyId/:act", async (id, form, requested) => {
    const inspection = subjectOf(await kmsInspection(console, requested));
    const acted = await actOnKmsKey(kmsOperations, { inspection, id }, form, requested.options);
    return respond(inspection, acted, requested);
  });

  /** One act at a time. An act goes on if the browser leaves; every step of it is one call. */
  function act(path: string, take: (id: string, form: ActForm, requested: Requested) => Promise<Response>): void {
    app.post(path, async (context) => {
      if (isActing) return context.html(errorPage(stillActing()), 409);
      isActing = true;
      try {
        const options = { signal };
        const visitor = await visitorOf(console, context, options);
        return await take(context.req.param("act") ?? "", actForm.parse(await context.req.parseBody()), {
          context,
          options,
          visitor,
        });
      } finally {
        isActing = false;
      }
    });
  }
}

function showAct(subject: ActSubject, { context, visitor }: Requested): Response | Promise<Response> {
  const act = subject.acts.find(({ id }) => id === context.req.param("act"));
  if (act === undefined) return context.html(changedPage(subject, visitor), 409);
  return context.html(keyActPage(subject, act, visitor));
}

function respond(inspection: ActSubject, acted: Acted, { context, visitor }: Requested): Response | Promise<Response> {
  if (acted.kind === "changed") return context.html(changedPage(inspection, visitor), 409);
  if (acted.kind === "mistyped") return context.html(keyActPage(inspection, acted.act, visitor, acted.problem), 422);
  return context.html(resultPage(acted.report, visitor), acted.report.exitCode === 13 ? 403 : 200);
}

async function kmsPending({ run }: ConsoleApp, options: CallOptions): Promise<KmsPending> {
  try {
    return { kind: "listed", keys: await run.kmsOperations.pending(options) };
  } catch (thrown) {
    const error = asUkoError(thrown);
    if (endsTheRun.has(error.code)) throw error;
    return { kind: "unreadable", error };
  }
}

async function kmsInspection({ run }: ConsoleApp, { context, options }: Requested) {
  const kmsKeyId = context.req.param("kmsKeyId") ?? "";
  if (!uuidForm.test(kmsKeyId)) throw pageNotFound();
  const inspection = await run.kmsOperations.inspect({ instanceId: run.settings.instanceId, kmsKeyId }, options);
  if (inspection === undefined) throw pageNotFound();
  return inspection;
}

function refOf({ run }: ConsoleApp, { req }: Context<Env>): KeyRef {
  const { vaultId = "", keyId = "" } = req.param() as { vaultId?: string; keyId?: string };
  if (!uuidForm.test(vaultId) || !uuidForm.test(keyId)) throw pageNotFound();
  return { instanceId: run.settings.instanceId, vaultId, keyId };
}

function stillActing(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "This console is still working on your last act",
    detail: "Nothing was changed by this request. Open the page of the key to see the result of the last one.",
  });
}
