/**
 * Builds the web application of the console: the log-in, and the routes of all pages. Every request passes the checks
 * in request-guard.ts, and every page except the log-in needs a session. A form that a person sends must also have the
 * secret token of this session. So another website cannot make the browser of the person act on keys.
 */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import { lifecycleStates } from "../compose/text.ts";
import type { Inspection } from "../engine/key/inspection.ts";
import type { Report } from "../engine/loop/report.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import type { KeyActId } from "../engine/text/act.ts";
import { asUkoError, endsTheRun, UkoError } from "../errors.ts";
import type { Html } from "../html/markup.ts";
import { linkTo } from "../html/report-parts.ts";
import { styleSheet } from "../html/style-sheet.ts";
import { uuidForm } from "../text/uuid-form.ts";
import { type ActSubject, changedPage, keyActPage, resultOf, subjectOf } from "./act-page.ts";
import { type ActRuns, addRunPages, createActRuns, type ReadyAct } from "./act-run.ts";
import { type ActForm, actOnKey, actOnKmsKey, judgeForm } from "./acts.ts";
import { addCampaignPages } from "./campaign-routes.ts";
import {
  type ConsoleApp,
  type Env,
  errorResponse,
  pageNotFound,
  type Requested,
  type Shows,
  showsPages,
  takesForms,
  visitorOf,
} from "./console-context.ts";
import { addGroupPages } from "./group-review.ts";
import { keyPage, kmsKeyPage } from "./key-page.ts";
import { keysPage, kmsKeysPage } from "./keys-page.ts";
import { keepOpen } from "./layout.ts";
import { isSameText } from "./login.ts";
import { loginPage, whoPage } from "./login-page.ts";
import { keyAddress, tableQuery } from "./parts.ts";
import { guardRequests } from "./request-guard.ts";
import { consoleStyle, icon } from "./style-sheet.ts";
import { type KmsPending, waitingPage } from "./waiting-page.ts";

const maxBodyBytes = 64 * 1024;

const text = z.string().max(4_000).catch("");
const actForm = z.object({ basis: text, record: text, typed: text, reason: text, requestsNext: text });
const keysQuery = tableQuery.extend({ state: z.enum(lifecycleStates).or(z.literal("")).catch("") });

export function buildConsole(console: ConsoleApp): Hono<Env> {
  const { host, htmx } = console;
  const app = new Hono<Env>();
  app.use(guardRequests(host));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (context) => context.text("The form is too long.\n", 413) }));
  app.onError((thrown, context) => errorResponse(context, thrown));
  app.notFound(async (context) => {
    const isVisitor = context.get("session") !== undefined;
    const visitor = isVisitor ? await visitorOf(console, context, { signal: console.signal }) : undefined;
    return errorResponse(context, pageNotFound(), visitor);
  });
  app.get("/assets/console.css", (context) =>
    context.body(`${styleSheet}${consoleStyle}`, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  app.get("/assets/icon.svg", (context) => context.body(icon, 200, { "content-type": "image/svg+xml" }));
  app.get("/assets/htmx.js", (context) =>
    context.body(`${htmx}\n${keepOpen}`, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  const shows = showsPages(console);
  const runs = createActRuns(console.signal);
  addLogin(app, console);
  addPages(app, console, shows);
  addRunPages(app, shows, runs);
  addKeyPages(app, console, { shows, runs });
  addGroupPages(app, console, runs);
  if (console.campaign !== undefined) addCampaignPages(app, console, { shows, runs, folder: console.campaign.folder });
  return app;
}

/** The path to which the log-in returns. It must be a path of this console that no browser reads as another host. */
const ownPage = z
  .string()
  .max(1_000)
  .regex(/^\/(?!\/|login|logout)[\w./?=&%+@-]*$/)
  .catch("/waiting");

function addLogin(app: Hono<Env>, { login, host }: ConsoleApp): void {
  // Browsers share cookies among all ports of a host, so the name contains the port of this console.
  const cookieName = (): string => `uko-console-${host().split(":").at(-1) ?? ""}`;
  app.get("/", (context) => context.redirect("/waiting"));
  app.get("/login", (context) => context.html(loginPage(ownPage.parse(context.req.query("to")))));
  app.post("/login", async (context) => {
    const { code, to } = await context.req.parseBody();
    const page = ownPage.parse(to);
    const entrance = login.enter(typeof code === "string" ? code : "");
    if (entrance.kind !== "open") return context.html(loginPage(page, entrance), 403);
    setCookie(context, cookieName(), entrance.session.id, { httpOnly: true, sameSite: "Strict", path: "/" });
    return context.redirect(page, 303);
  });
  app.use(async (context, next) => {
    // htmx marks automatic refreshes, so that an open page does not keep the session alive.
    const isRefresh = context.req.header("hx-request") !== undefined;
    const session = login.session(getCookie(context, cookieName()), !isRefresh);
    if (session === undefined) {
      const { pathname, search } = new URL(context.req.url);
      const to = `/login?${new URLSearchParams({ to: ownPage.parse(`${pathname}${search}`) })}`;
      if (!isRefresh) return context.redirect(to, 303);
      context.header("hx-redirect", to);
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

function addPages(app: Hono<Env>, console: ConsoleApp, shows: Shows): void {
  const { run, nowMs, timeZone } = console;
  const add = (path: string, page: (requested: Requested) => Promise<Html>): void => void app.get(path, shows(page));
  add("/waiting", async ({ options, visitor }) => {
    const [survey, kms, vaults] = await Promise.all([
      run.operations.pending([], options),
      kmsPending(console, options),
      run.directory.vaultNames(options),
    ]);
    return waitingPage({ survey, kms, vaults }, visitor, timeZone);
  });
  const hasManagedKeys = run.settings.keyProtect === undefined;
  const kmsPage = async ({ context, options, visitor }: Requested): Promise<Html> => {
    const query = keysQuery.parse(context.req.query());
    const { objects } = await run.directory.list({ vaults: [], kinds: ["kms"], contains: query.contains }, options);
    return kmsKeysPage({ objects, hasManagedKeys }, query, visitor);
  };
  add("/kms", kmsPage);
  add("/keys", async (requested) => {
    if (!hasManagedKeys) return kmsPage(requested);
    const { context, options, visitor } = requested;
    const query = keysQuery.parse(context.req.query());
    const states = query.state === "" ? {} : { states: [query.state] };
    const wanted = { vaults: [], kinds: ["key"], contains: query.contains, ...states } as const;
    return keysPage(await run.directory.list(wanted, options), query, visitor);
  });
  add("/me", async ({ context, options, visitor }) => {
    const minutesLeft = Math.floor((context.get("session").endsAtMs - nowMs()) / 60_000);
    const caller = await run.directory.describeCaller(options);
    const says = await run.directory.explainCaller(options);
    return whoPage({ caller, says, minutesLeft }, visitor);
  });
}

/** The pages of a key and of a KMS key, which have the same acts in different places. */
function addKeyPages(
  app: Hono<Env>,
  console: ConsoleApp,
  { shows, runs }: { readonly shows: Shows; readonly runs: ActRuns },
): void {
  const { run, timeZone } = console;
  type Read = (requested: Requested) => Promise<ActSubject>;
  type Operate = (report: Report, id: KeyActId, form: ActForm, options: CallOptions) => Promise<Report>;
  const names = async (options: CallOptions) => ({ vaults: await run.directory.vaultNames(options), timeZone });

  /** Returns the act if the form is correct, or the page that says why it is not. */
  const prepare = async (subject: ActSubject, requested: Requested, operate: Operate): Promise<ReadyAct | Response> => {
    const { context, options, visitor } = requested;
    const form = actForm.parse(await context.req.parseBody());
    const judged = judgeForm(subject, context.req.param("act") ?? "", form);
    if (judged.kind === "changed") return context.html(changedPage(subject, visitor), 409);
    const { act } = judged;
    if (judged.kind === "mistyped") {
      return context.html(keyActPage(subject, act, await names(options), visitor, judged.problem), 422);
    }
    const { report } = subject;
    return {
      title: act.title,
      back: act.id === "remove" ? linkTo("/keys", "Keys") : linkTo(keyAddress(report), `Key ${report.label ?? ""}`),
      work: async () => {
        const { title, body } = resultOf(await operate(report, act.id, form, options), timeZone);
        return { title, body: () => body };
      },
    };
  };

  const addActs = (path: string, read: Read, operate: Operate): void => {
    app.get(
      path,
      shows(async (requested) => {
        const { context, options, visitor } = requested;
        const subject = await read(requested);
        const act = subject.acts.find(({ id }) => id === context.req.param("act"));
        if (act === undefined) return context.html(changedPage(subject, visitor), 409);
        return keyActPage(subject, act, await names(options), visitor);
      }),
    );
    const start = (requested: Requested) =>
      runs.start(requested, async () => prepare(await read(requested), requested, operate));
    app.post(path, takesForms(console, start));
  };

  app.get(
    "/keys/:vaultId/:keyId",
    shows(async (requested) => keyPage(await keyInspection(console, requested), requested.visitor, timeZone)),
  );
  addActs(
    "/keys/:vaultId/:keyId/:act",
    (requested) => keyInspection(console, requested),
    (...act) => actOnKey(run.operations, ...act),
  );
  app.get(
    "/kms/:kmsKeyId",
    shows(async (requested) => kmsKeyPage(await kmsInspection(console, requested), requested.visitor, timeZone)),
  );
  addActs(
    "/kms/:kmsKeyId/:act",
    async (requested) => subjectOf(await kmsInspection(console, requested)),
    (...act) => actOnKmsKey(run.kmsOperations, ...act),
  );
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

/**
 * Reads the key of the address. A mistyped address looks the same as a key that is gone, so the error page offers the
 * search.
 */
async function keyInspection({ run }: ConsoleApp, { context, options }: Requested): Promise<Inspection> {
  const { vaultId = "", keyId = "" } = context.req.param() as { vaultId?: string; keyId?: string };
  if (!uuidForm.test(vaultId) || !uuidForm.test(keyId)) throw pageNotFound();
  const found = await run.operations.inspect({ instanceId: run.settings.instanceId, vaultId, keyId }, options);
  if (found.kind === "present") return found;
  const { summary, facts } = found.report.explanation;
  throw new UkoError("UKO_KEY_NOT_FOUND", { summary, detail: facts.join("\n") });
}
