/**
 * Refuses requests to another host name (DNS rebinding), methods other than GET and POST, and forms that no page of
 * this console sent. It adds the security headers to each response, so that, for example, no other site can show the
 * console in a frame.
 */

import type { Context, MiddlewareHandler } from "hono";

/**
 * The content security policy. `default-src 'self'` also stops scripts and styles within a page, in case a text was not
 * escaped.
 */
const policy = "default-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

const headers = {
  "content-security-policy": policy,
  "cache-control": "no-store",
  // With no-referrer, browsers send `Origin: null` with a form of the console itself (decision 0046).
  "referrer-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
} as const;

/** Creates the check. `host` returns the console's address with its port, which is known once the console listens. */
export function guardRequests(host: () => string): MiddlewareHandler {
  return async (context, next) => {
    const refusal = refusalOf(context, host());
    if (refusal === undefined) await next();
    else context.res = context.text(refusal.says, refusal.status);
    for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
  };
}

function refusalOf({ req }: Context, host: string) {
  if (req.header("host") !== host) return { status: 421, says: "This console has another address.\n" } as const;
  if (req.method === "GET") return undefined;
  if (req.method !== "POST") return { status: 405, says: "The console accepts only GET and POST.\n" } as const;
  const site = req.header("sec-fetch-site");
  const isOwnPage = req.header("origin") === `http://${host}` && (site === undefined || site === "same-origin");
  if (isOwnPage) return undefined;
  return { status: 403, says: "The request does not come from a page of this console.\n" } as const;
}
