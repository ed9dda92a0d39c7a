/** The check of Host and Origin, which keeps web pages away from the control API. */

import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";

/**
 * Refuses names that a web page could point to this machine (DNS rebinding), and pages of other
 * origins. `host` is the configured address; with a wildcard, other machines call by an address or
 * by a name without a dot.
 */
export function onlyKnownCallers(host: string): MiddlewareHandler {
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
