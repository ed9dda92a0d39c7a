/** The HTTP application behind the port: envelope and identity of each group of routes. */

import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { brokerRoutes } from "./broker-api.ts";
import { controlApi } from "./control/control-api.ts";
import { worldPage } from "./control/page.ts";
import { iamApi, iamRoutes } from "./iam/iam-api.ts";
import type { Tokens } from "./iam/tokens.ts";
import { unknownPath } from "./kms/envelope.ts";
import { kmsApi, kmsRoutes } from "./kms/kms-api.ts";
import { onlyKnownCallers } from "./known-callers.ts";
import { type Api, type Route, serve } from "./serve.ts";
import { notFound } from "./uko/envelope.ts";
import { ukoApi, ukoRoutes } from "./uko/uko-api.ts";
import type { World } from "./world.ts";

export type EmulatorApp = Hono<{ Bindings: HttpBindings }>;

/** `host` is the address that the user configured. */
export function buildApp(world: World, tokens: Tokens, host: string): EmulatorApp {
  const app: EmulatorApp = new Hono();
  app.use(onlyKnownCallers(host));
  const uko = ukoApi(tokens);
  const kms = kmsApi(tokens);
  const mount = (api: Api, routes: readonly Route[]): void => {
    for (const route of routes) {
      // Hono gives HEAD to the GET route of the path, which would hide a separate HEAD route.
      const head = routes.find(({ method, path }) => method === "HEAD" && path === route.path) ?? route;
      app.on(route.method, route.path, (context) =>
        serve(world, api, context.req.method === "HEAD" ? head : route, context),
      );
    }
  };
  mount(iamApi(tokens), iamRoutes(tokens));
  mount(uko, brokerRoutes);
  mount(uko, ukoRoutes);
  mount(kms, kmsRoutes);
  app.route("/_emulator", controlApi(world));
  app.get("/", (context) => worldPage(world, context));
  app.all("/api/v2/*", (context) => serve(world, kms, unknownRoute(context.req.method, unknownPath), context));
  app.all("*", (context) =>
    serve(
      world,
      uko,
      unknownRoute(context.req.method, () => notFound("path")),
      context,
    ),
  );
  return app;
}

/** A path that the contract does not name. The audit trail shows the client's mistake. */
function unknownRoute(method: string, refusal: () => Error): Route {
  return {
    operation: "unknown",
    method: method as Route["method"],
    path: "*",
    mutates: false,
    handle: (call) => {
      call.caller();
      throw refusal();
    },
  };
}
