/** The HTTP application behind the port: who may call it, and the envelope and the identity of its routes. */

import { isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { brokerRoutes } from "./broker-api.ts";
import { controlApi, healthOf } from "./control/control-api.ts";
import { worldPage } from "./control/page.ts";
import { type Api, Refusal, type Reply, type Route, route } from "./http.ts";
import { iamApi, iamRoutes } from "./iam/iam-api.ts";
import { kmsApi, unknownPath } from "./kms/envelope.ts";
import { kmsRoutes } from "./kms/kms-api.ts";
import { type Server, serve } from "./serve.ts";
import { notFound, ukoApi } from "./uko/envelope.ts";
import { ukoRoutes } from "./uko/uko-api.ts";

export type EmulatorApp = Hono<{ Bindings: HttpBindings }>;

export function buildApp(server: Server, names: KnownNames): EmulatorApp {
  const { world, tokens } = server;
  const app: EmulatorApp = new Hono();
  app.onError((error, context) => {
    console.error(error);
    return context.json({ error: `The emulator failed: ${error.message}` }, 500);
  });
  app.use(onlyKnownCallers(names));
  const mount = (api: Api, routes: readonly Route[]): void => {
    for (const served of routes) {
      // Hono gives HEAD to the GET route of the path, which would hide a separate HEAD route.
      const head = routes.find(({ method, path }) => method === "HEAD" && path === served.path) ?? served;
      app.on(served.method, served.path, (context) =>
        serve(server, api, context.req.method === "HEAD" ? head : served, context),
      );
    }
    // RFC 9110 9.3.7 and 15.5.6: OPTIONS and another method name the methods of the path.
    for (const [path, ofPath] of Map.groupBy(routes, (each) => each.path)) {
      const allow = [...new Set(ofPath.map(({ method }) => method)), "OPTIONS"].join(", ");
      app.all(path, (context) => {
        const isAsked = context.req.method === "OPTIONS";
        const response = isAsked ? { status: 204, headers: { allow } } : api.wrongMethod({ allow });
        return serve(server, api, otherRoute(context.req.method, response), context);
      });
    }
  };
  mount(iamApi, iamRoutes(tokens));
  mount(ukoApi, brokerRoutes);
  mount(ukoApi, ukoRoutes);
  mount(kmsApi, kmsRoutes);
  app.route("/_emulator", controlApi(world));
  app.get("/health", (context) => context.json(healthOf(world)));
  app.get("/", (context) => worldPage(world, context));
  app.all("/api/v2/*", (context) => serve(server, kmsApi, otherRoute(context.req.method, unknownPath()), context));
  app.all("*", (context) => serve(server, ukoApi, otherRoute(context.req.method, notFound("path")), context));
  return app;
}

/** A path or method that the contract does not name. The audit trail shows the client's mistake. */
function otherRoute(method: string, response: Reply | Refusal): Route {
  const handle = (): Reply => {
    if (response instanceof Refusal) throw response;
    return response;
  };
  return { ...route("unknown", method as Route["method"], "*", handle), mutates: false };
}

/** The address that the user configured, and further names by which clients call. */
interface KnownNames {
  readonly host: string;
  readonly others: readonly string[];
}

/**
 * Keeps web pages away from the control API: refuses names that a page could point to this machine
 * (DNS rebinding), and pages of other origins. With a wildcard, other machines call by an address,
 * by a name without a dot, or by a name that the user listed.
 */
function onlyKnownCallers(names: KnownNames): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header("origin");
    const called = nameIn(`http://${context.req.header("host") ?? ""}`);
    if (!isKnownName(called, names)) {
      const next =
        called === "" ? "" : ` Next: if clients shall use it, start the emulator with --allow-host ${called}`;
      return context.json({ error: `The emulator does not know the name by which it was called.${next}` }, 403);
    }
    if (origin === undefined || isKnownName(nameIn(origin), names)) return next();
    return context.json({ error: "The emulator refuses web pages of other origins." }, 403);
  };
}

const wildcards: readonly string[] = ["0.0.0.0", "::"];

function isKnownName(name: string, { host, others }: KnownNames): boolean {
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name))
    return true;
  if (others.includes(name)) return true;
  if (!wildcards.includes(host)) return name !== "" && name === host.toLowerCase();
  return isIP(name) !== 0 || /^[a-z0-9-]+$/.test(name);
}

/** The host name of an address, without port and brackets; empty if there is none. */
export function nameIn(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, "$1") : "";
}
