/** The HTTP application behind the port: who may call it, and the envelope and the identity of its routes. */

import { isIP } from "node:net";
import type { HttpBindings } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { brokerRoutes } from "./broker-api.ts";
import { controlApi } from "./control/control-api.ts";
import { worldPage } from "./control/page.ts";
import { type Api, type Call, type Route, route } from "./http.ts";
import { iamApi, iamRoutes } from "./iam/iam-api.ts";
import type { Tokens } from "./iam/tokens.ts";
import { kmsApi, unknownPath } from "./kms/envelope.ts";
import { kmsRoutes } from "./kms/kms-api.ts";
import { serve } from "./serve.ts";
import { notFound, ukoApi } from "./uko/envelope.ts";
import { ukoRoutes } from "./uko/uko-api.ts";
import type { World } from "./world.ts";

export type EmulatorApp = Hono<{ Bindings: HttpBindings }>;

/** `host` is the address that the user configured. */
export function buildApp(world: World, tokens: Tokens, host: string): EmulatorApp {
  const app: EmulatorApp = new Hono();
  app.use(onlyKnownCallers(host));
  const server = { world, tokens };
  const mount = (api: Api, routes: readonly Route[]): void => {
    for (const served of routes) {
      // Hono gives HEAD to the GET route of the path, which would hide a separate HEAD route.
      const head = routes.find(({ method, path }) => method === "HEAD" && path === served.path) ?? served;
      app.on(served.method, served.path, (context) =>
        serve(server, api, context.req.method === "HEAD" ? head : served, context),
      );
    }
  };
  mount(iamApi, iamRoutes(tokens));
  mount(ukoApi, brokerRoutes);
  mount(ukoApi, ukoRoutes);
  mount(kmsApi, kmsRoutes);
  app.route("/_emulator", controlApi(world));
  app.get("/", (context) => worldPage(world, context));
  app.all("/api/v2/*", (context) => serve(server, kmsApi, unknownRoute(context.req.method, unknownPath), context));
  const noPath = (): Error => notFound("path");
  app.all("*", (context) => serve(server, ukoApi, unknownRoute(context.req.method, noPath), context));
  return app;
}

/** A path that the contract does not name. The audit trail shows the client's mistake. */
function unknownRoute(method: string, refusal: () => Error): Route {
  const handle = (call: Call): never => {
    call.caller();
    throw refusal();
  };
  return { ...route("unknown", method as Route["method"], "*", handle), mutates: false };
}

/**
 * Keeps web pages away from the control API: refuses names that a page could point to this machine
 * (DNS rebinding), and pages of other origins. `host` is the configured address; with a wildcard,
 * other machines call by an address or by a name without a dot.
 */
function onlyKnownCallers(host: string): MiddlewareHandler {
  return async (context, next) => {
    const origin = context.req.header("origin");
    const isKnown = isKnownName(nameIn(`http://${context.req.header("host") ?? ""}`), host);
    if (isKnown && (origin === undefined || isKnownName(nameIn(origin), host))) return next();
    return context.json(
      { error: "The emulator answers only requests to this machine's names, and refuses web pages of other origins." },
      403,
    );
  };
}

const wildcards: readonly string[] = ["0.0.0.0", "::"];

function isKnownName(name: string, host: string): boolean {
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name))
    return true;
  if (!wildcards.includes(host)) return name !== "" && name === host.toLowerCase();
  return isIP(name) !== 0 || /^[a-z0-9-]+$/.test(name);
}

/** The host name of an address, without port and brackets; empty if there is none. */
function nameIn(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, "$1") : "";
}
