/** The routes of a console, each behind the guard of requests and, after the log-in, the session. */

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import { lifecycleStates } from "../compose-text.ts";
import type { KeyRef } from "../engine/ports/world.ts";
import { asUkoError, UkoError } from "../errors.ts";
import { uuidForm } from "../uuid-form.ts";
import { actPage, changedPage, resultPage } from "./act-page.ts";
import { act, isOperation } from "./acts.ts";
import { addCampaignPages } from "./campaign-routes.ts";
import { type ConsoleApp, type Env, errorPage, pageNotFound, readOptions, visitorOf } from "./console-context.ts";
import { keyPage } from "./key-page.ts";
import { keysPage } from "./keys-page.ts";
import { isSameText } from "./login.ts";
import { loginPage } from "./login-page.ts";
import { guardRequests } from "./request-guard.ts";
import { icon, styleSheet } from "./style-sheet.ts";
import { waitingPage } from "./waiting-page.ts";
import { whoPage } from "./who-page.ts";

const maxBodyBytes = 64 * 1024;

const text = z.string().max(4_000).catch("");
const actForm = z.object({ basis: text, record: text, label: text, reason: text });
const keysQuery = z.object({
  contains: z.string().max(200).catch(""),
  state: z.enum(lifecycleStates).or(z.literal("")).catch(""),
  page: z.coerce.number().int().min(1).catch(1),
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
    context.body(styleSheet, 200, { "content-type": "text/css; charset=utf-8" }),
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

function addPages(app: Hono<Env>, console: ConsoleApp): void {
  const { run, nowMs, timeZone } = console;
  app.get("/waiting", async (context) => {
    const options = readOptions(console, context);
    const survey = await run.operations.pending([], options);
    return context.html(waitingPage(survey, await visitorOf(console, context, options), timeZone));
  });
  app.get("/keys", async (context) => {
    const query = keysQuery.parse(context.req.query());
    const options = readOptions(console, context);
    const states = query.state === "" ? {} : { states: [query.state] };
    const listing = await run.directory.list(
      { vaults: [], kinds: ["key"], contains: query.contains, ...states },
      options,
    );
    return context.html(keysPage(listing, query, await visitorOf(console, context, options)));
  });
  app.get("/me", async (context) => {
    const options = readOptions(console, context);
    const minutesLeft = Math.floor((context.get("session").endsAtMs - nowMs()) / 60_000);
    const caller = await run.directory.describeCaller(options);
    const says = await run.directory.explainCaller(options);
    return context.html(whoPage({ caller, says, minutesLeft }, await visitorOf(console, context, options)));
  });
}

function addKeyPages(app: Hono<Env>, console: ConsoleApp): void {
  const { run, signal, timeZone } = console;
  const { operations } = run;
  let isActing = false;

  app.get("/keys/:vaultId/:keyId", async (context) => {
    const options = readOptions(console, context);
    const visitor = await visitorOf(console, context, options);
    const inspection = await operations.inspect(refOf(console, context), options);
    if (inspection.kind === "gone") return context.html(resultPage(inspection.report, visitor));
    return context.html(keyPage(inspection, visitor, timeZone));
  });

  app.get("/keys/:vaultId/:keyId/:operation", async (context) => {
    const operation = context.req.param("operation");
    if (!isOperation(operation)) return context.notFound();
    const options = readOptions(console, context);
    const visitor = await visitorOf(console, context, options);
    const inspection = await operations.inspect(refOf(console, context), options);
    if (inspection.kind === "gone") return context.html(resultPage(inspection.report, visitor));
    const offer = inspection.offers.find((each) => each.operation === operation);
    if (offer === undefined) return context.html(changedPage(inspection, visitor), 409);
    return context.html(actPage(inspection, offer, visitor));
  });

  app.post("/keys/:vaultId/:keyId/:operation", async (context) => {
    const operation = context.req.param("operation");
    if (!isOperation(operation)) return context.notFound();
    if (isActing) return context.html(errorPage(stillActing()), 409);
    isActing = true;
    try {
      // An act goes on if the browser leaves; every step of it is one call.
      const options = { signal };
      const visitor = await visitorOf(console, context, options);
      const form = actForm.parse(await context.req.parseBody());
      const inspection = await operations.inspect(refOf(console, context), options);
      if (inspection.kind === "gone") return context.html(resultPage(inspection.report, visitor));
      const acted = await act(operations, { inspection, operation }, form, options);
      if (acted.kind === "changed") return context.html(changedPage(inspection, visitor), 409);
      if (acted.kind === "mistyped") {
        return context.html(actPage(inspection, acted.offer, visitor, acted.problem), 422);
      }
      return context.html(resultPage(acted.report, visitor), acted.report.exitCode === 13 ? 403 : 200);
    } finally {
      isActing = false;
    }
  });
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
