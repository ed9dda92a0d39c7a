/**
 * Builds the emulator's HTTP application: joins the routes of all APIs, and answers unknown paths and methods. It
 * refuses requests with an unknown host name or origin, because a web page in a browser could otherwise use the control
 * API, which needs no credential.
 */

import type { IncomingMessage, RequestListener } from "node:http";
import { isIP } from "node:net";
import querystring from "node:querystring";
import { type ControlRoute, controlRoutes, healthOf } from "./control/control-api.ts";
import { type Api, type Exchange, Refusal, type Reply, type Route, route, sendReply } from "./http/responses.ts";
import { iamApi, iamRoutes } from "./iam/iam-api.ts";
import { kmsApi, unknownPath } from "./kms/envelope.ts";
import { kmsRoutes } from "./kms/kms-api.ts";
import { type Server, serve } from "./serve.ts";
import { brokerRoutes, instanceRoutes } from "./service/broker-api.ts";
import { notFound, ukoApi } from "./service/envelope.ts";
import { ukoRoutes } from "./service/uko-api.ts";

type Handle = (exchange: Exchange) => Promise<void>;

interface Path {
  readonly pattern: RegExp;
  readonly handles: ReadonlyMap<string, Handle>;
  /** For every other method; without it, the next path that matches decides. */
  readonly otherwise?: Handle;
  /** Whether the product of the instance has the path; without it, every product has. */
  readonly isServed?: () => boolean;
}

export function buildApp(server: Server, names: KnownNames): RequestListener {
  const { world, tokens } = server;
  const own: readonly ControlRoute[] = [...controlRoutes(world), ["GET", "/health", () => healthOf(world)]];
  const isServed = () => world.switches.product === "hpcs";
  const paths: readonly Path[] = [
    ...mounted(server, iamApi, iamRoutes(tokens)),
    ...mounted(server, ukoApi, instanceRoutes),
    ...mounted(server, ukoApi, [...brokerRoutes, ...ukoRoutes]).map((path) => ({ ...path, isServed })),
    ...mounted(server, kmsApi, kmsRoutes),
    ...own.map(([method, path, replyTo]) => {
      const handle: Handle = async (exchange) => sendReply(exchange, await replyTo(exchange));
      return { pattern: patternOf(path), handles: new Map([[method, handle]]) };
    }),
    { pattern: /^\/api\/v2\//, handles: new Map(), otherwise: other(server, kmsApi, unknownPath) },
    { pattern: /^/, handles: new Map(), otherwise: other(server, ukoApi, () => notFound("path")) },
  ];
  return async (incoming, outgoing) => {
    const address = addressOf(incoming);
    const refusal = refusalOfCaller(nameIn(address), incoming.headers.origin, names);
    const url = new URL(refusal === undefined ? address : "http://refused");
    const header = (name: string): string | undefined => incoming.headers[name]?.toString();
    const exchange: Exchange = { incoming, outgoing, url, header, param: () => "" };
    try {
      if (refusal === undefined) await answer(paths, exchange);
      else sendReply(exchange, { status: 403, body: { error: refusal } });
    } catch (error) {
      // After the connection was cut, nothing can be sent to the client.
      if (incoming.socket.destroyed) return;
      console.error(error);
      sendReply(exchange, { status: 500, body: { error: `The emulator failed: ${(error as Error).message}` } });
    }
  };
}

/** The address that the client called; empty if the request names none. */
function addressOf({ url = "", headers: { host = "" }, socket }: IncomingMessage): string {
  if (!url.startsWith("/")) return url;
  return host === "" ? "" : `${"encrypted" in socket ? "https" : "http"}://${host}${url}`;
}

/** Serves a request by the first path that matches and has the method. A GET route serves HEAD if HEAD has no route. */
async function answer(paths: readonly Path[], exchange: Exchange): Promise<void> {
  const { method = "" } = exchange.incoming;
  for (const { pattern, handles, otherwise, isServed } of paths) {
    const found = pattern.exec(exchange.url.pathname);
    if (found === null || isServed?.() === false) continue;
    const handle = handles.get(method) ?? (method === "HEAD" ? handles.get("GET") : undefined) ?? otherwise;
    if (handle !== undefined)
      return handle({ ...exchange, param: (name) => querystring.unescape(found.groups?.[name] ?? "") });
  }
}

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(".", "\\.").replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`);

function mounted(server: Server, api: Api, routes: readonly Route[]): readonly Path[] {
  return [...Map.groupBy(routes, ({ path }) => path)].map(([path, ofPath]) => {
    const handles = ofPath.map((each): [string, Handle] => [each.method, (call) => serve(server, api, each, call)]);
    // RFC 9110 9.3.7 and 15.5.6: OPTIONS and another method name the methods of the path.
    const allow = [...ofPath.map(({ method }) => method), "OPTIONS"].join(", ");
    const response = (method: string): Reply | Refusal =>
      method === "OPTIONS" ? { status: 204, headers: { allow } } : api.wrongMethod({ allow });
    return { pattern: patternOf(path), handles: new Map(handles), otherwise: other(server, api, response) };
  });
}

/** A path or method that the contract does not name. The audit trail shows the client's mistake. */
function other(server: Server, api: Api, responseTo: (method: string) => Reply | Refusal): Handle {
  return (exchange) => {
    const { method = "" } = exchange.incoming;
    const handle = (): Reply => {
      const response = responseTo(method);
      if (response instanceof Refusal) throw response;
      return response;
    };
    const unknown = { ...route("unknown", method as Route["method"], "*", handle), mutates: false };
    return serve(server, api, unknown, exchange);
  };
}

/** The address that the user configured, and further names by which clients call. */
interface KnownNames {
  readonly host: string;
  readonly others: readonly string[];
}

/**
 * Refuses web pages of other origins, and host names that a page could point to this machine (DNS rebinding). If the
 * emulator listens on all addresses, other machines can call it by an address, by a name without a dot, or by a name that
 * the user listed.
 */
function refusalOfCaller(called: string, origin: string | undefined, names: KnownNames): string | undefined {
  if (!isKnownName(called, names)) {
    const next = called === "" ? "" : ` Next: if clients shall use it, start the emulator with --allow-host ${called}`;
    return `The emulator does not know the name by which it was called.${next}`;
  }
  if (origin === undefined || isKnownName(nameIn(origin), names)) return undefined;
  return "The emulator refuses web pages of other origins.";
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
  return URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
}
