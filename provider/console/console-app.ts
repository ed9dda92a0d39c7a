/**
 * Builds the web application of the console: the log-in, and the routes of all pages. Every page except the log-in
 * needs a session, and every form the secret token of this session, so that another website cannot make the browser of
 * the person act on keys.
 */

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import * as z from "zod";
import type { Inspection } from "../engine/key/inspection.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { styleSheet } from "../html/style-sheet.ts";
import { uuidForm } from "../text/uuid-form.ts";
import { addRunPages, createActRuns } from "./act-run.ts";
import { type ActSite, addAct } from "./acts.ts";
import { createShownReviews, type ShownReviews } from "./campaign-acts.ts";
import { addCampaignPages } from "./campaign-pages.ts";
import {
  type ConsoleApp,
  type Env,
  errorPage,
  pageNotFound,
  type Requested,
  respondWithPage,
  type Site,
  siteOf,
  visitorOf,
} from "./console-context.ts";
import { addGroupPages } from "./group-review.ts";
import { type ActSubject, openKeyAct } from "./key-acts.ts";
import { keyPage, wavePart } from "./key-page.ts";
import { keysPage, kmsKeysPage } from "./keys-page.ts";
import { keepOpen, type Page } from "./layout.ts";
import { knownCampaign, requireNotLeft } from "./led-keys.ts";
import { isEqualInConstantTime } from "./login.ts";
import { loginPage, whoPage } from "./login-page.ts";
import { keyPath, keysQuery } from "./parts.ts";
import { guardRequests } from "./request-guard.ts";
import { consoleStyle, icon } from "./style-sheet.ts";
import { type Waiting, waitingPage } from "./waiting-page.ts";

const maxBodyBytes = 64 * 1024;

export function buildConsole(console: ConsoleApp): Hono<Env> {
  const { host, htmx } = console;
  const app = new Hono<Env>();
  app.use(guardRequests(host));
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (context) => context.text("The form is too long.\n", 413) }));
  app.onError((thrown, context) => respondWithPage(context, errorPage(thrown)));
  app.notFound(async (context) => {
    const isVisitor = context.get("session") !== undefined;
    const visitor = isVisitor ? await visitorOf(console, context, { signal: console.signal }) : undefined;
    return respondWithPage(context, errorPage(pageNotFound()), visitor);
  });
  app.get("/assets/console.css", (context) =>
    context.body(`${styleSheet}${consoleStyle}`, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  app.get("/assets/icon.svg", (context) => context.body(icon, 200, { "content-type": "image/svg+xml" }));
  app.get("/assets/htmx.js", (context) =>
    context.body(`${htmx}\n${keepOpen}`, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  addLogin(app, console);
  const runs = createActRuns(console.signal);
  const site = { ...siteOf(app, console), runs };
  const shown = createShownReviews();
  addPages(site, shown);
  addRunPages(site, runs);
  addKeyPages(site);
  addGroupPages(site);
  if (console.campaign !== undefined) addCampaignPages(site, console.campaign.folder, shown);
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
  app.get("/login", (context) => respondWithPage(context, loginPage(ownPage.parse(context.req.query("to")))));
  app.post("/login", async (context) => {
    const { code, to } = await context.req.parseBody();
    const page = ownPage.parse(to);
    const session = login.enter(typeof code === "string" ? code : "");
    if (typeof session === "string") return respondWithPage(context, loginPage(page, session));
    setCookie(context, cookieName(), session.id, { httpOnly: true, sameSite: "Strict", path: "/" });
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
      const isOwn = typeof csrf === "string" && isEqualInConstantTime(csrf, session.csrfToken);
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

function addPages({ console, get }: Site, shown: ShownReviews): void {
  const { run, nowMs } = console;
  const read = async (options: CallOptions): Promise<Waiting> => {
    const [campaign, survey, kms, vaults] = await Promise.all([
      knownCampaign(console),
      run.operations.pending([], options),
      run.kmsOperations.pending(options),
      run.directory.vaultNames(options),
    ]);
    return { survey, kms, vaults, campaign };
  };
  get("/waiting", async ({ context, options, visitor, progress }) => {
    const { folder } = console.campaign ?? {};
    const offers = async (at: string) =>
      (await run.campaignPages(progress)).offers(at, shown.of(context.get("session").id), options);
    return waitingPage(read(options), folder === undefined ? Promise.resolve([]) : offers(folder), visitor);
  });
  const hasManagedKeys = run.settings.keyProtect === undefined;
  const kmsPage = async ({ context, options }: Requested): Promise<Page> => {
    const query = keysQuery.parse(context.req.query());
    const { objects } = await run.directory.list({ vaults: [], kinds: ["kms"], contains: query.contains }, options);
    return kmsKeysPage({ objects, hasManagedKeys }, query);
  };
  get("/kms", kmsPage);
  get("/keys", async (requested) => {
    if (!hasManagedKeys) return kmsPage(requested);
    const query = keysQuery.parse(requested.context.req.query());
    const states = query.state === "" ? {} : { states: [query.state] };
    const wanted = { vaults: [], kinds: ["key"], contains: query.contains, ...states } as const;
    return keysPage(await run.directory.list(wanted, requested.options), query);
  });
  get("/me", async ({ context, options }) => {
    const minutesLeft = Math.floor((context.get("session").endsAtMs - nowMs()) / 60_000);
    const caller = await run.directory.describeCaller(options);
    return whoPage({ caller, says: await run.directory.explainCaller(options), minutesLeft });
  });
}

/** Adds the pages of managed keys and of KMS keys. Only their addresses, and how a key is read, differ. */
function addKeyPages(site: ActSite): void {
  const { console, get } = site;
  const addKey = (path: string, read: (requested: Requested) => Promise<ActSubject>): void => {
    get(path, async (requested) => {
      const subject = await read(requested);
      const page = keyPage(subject, requested.visitor);
      return console.campaign === undefined ? page : { ...page, parts: [partInWave(console, subject, requested)] };
    });
    addAct(site, `${path}/:act`, async (requested) => {
      const { context, options, visitor } = requested;
      const subject = await read(requested);
      const vaults = await console.run.directory.vaultNames(options);
      const act = context.req.param("act") ?? "";
      const campaign = await knownCampaign(console);
      const warning = await requireNotLeft(campaign, subject.report, act, options);
      return openKeyAct(console, subject, act, { vaults, visitor, campaign, warning });
    });
  };
  addKey("/keys/:vaultId/:keyId", (requested) => readKey(console, requested));
  addKey("/kms/:keyId", (requested) => readKmsKey(console, requested));
}

/** What the campaign says of the key. Only the first read of the page asks for it: a refresh keeps what is shown. */
async function partInWave(
  console: ConsoleApp,
  { report }: ActSubject,
  { context, options, visitor, progress }: Requested,
): Promise<Html> {
  const campaign = await knownCampaign(console);
  const name = keyPath(report);
  if (campaign?.markOf(name) === undefined) return html``;
  if (context.req.header("hx-request") !== undefined) return wavePart(undefined, visitor);
  const pages = await console.run.campaignPages(progress);
  return wavePart(await pages.key(campaign.path, name, options), visitor);
}

async function readKmsKey({ run }: ConsoleApp, { context, options }: Requested): Promise<ActSubject> {
  const kmsKeyId = context.req.param("keyId") ?? "";
  if (!uuidForm.test(kmsKeyId)) throw pageNotFound();
  const inspection = await run.kmsOperations.inspect({ instanceId: run.settings.instanceId, kmsKeyId }, options);
  if (inspection === undefined) throw pageNotFound();
  const { window, ...read } = inspection;
  return { ...read, ...(window !== undefined && { record: { id: window } }) };
}

/**
 * Reads the key of the address. A mistyped address looks the same as a key that is gone, so the error page offers the
 * search.
 */
async function readKey(console: ConsoleApp, { context, options }: Requested): Promise<Inspection> {
  const { run } = console;
  const { vaultId = "", keyId = "" } = context.req.param() as { vaultId?: string; keyId?: string };
  if (!uuidForm.test(vaultId) || !uuidForm.test(keyId)) throw pageNotFound();
  // The manifest may know the key under another label. A folder that cannot be read is reported before an act.
  await knownCampaign(console).catch(() => undefined);
  const found = await run.operations.inspect({ instanceId: run.settings.instanceId, vaultId, keyId }, options);
  if (found.kind === "present") return found;
  const { summary, facts } = found.report.explanation;
  throw new UkoError("UKO_KEY_NOT_FOUND", { summary, detail: facts.join("\n") });
}
