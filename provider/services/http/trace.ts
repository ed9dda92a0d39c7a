/**
 * Writes a line for each call if a command runs with `--debug`, or an engine with TF_LOG=DEBUG. Of the request and the
 * response, the line has only the method, host, path, status, number of retries and correlation ID, so it contains no
 * secret.
 */

import { printable } from "../../text/printable.ts";
import type { HttpClient, HttpResponse } from "./client.ts";

export function traceClient(http: HttpClient, monotonicMs: () => number, trace: (line: string) => void): HttpClient {
  return {
    ...http,
    async send(request) {
      const { host, pathname } = new URL(request.endpoint.url);
      const call = `${request.method} ${host}${request.path(pathname.replace(/\/$/, ""))}`;
      const startedMs = monotonicMs();
      const tell = (result: string): void => trace(printable(`${call} ${result}`));
      const elapsed = (): string => `${Math.round(monotonicMs() - startedMs)} ms`;
      try {
        const end = await http.send(request);
        if (end.kind === "none") tell(`no response (${end.why}) after ${elapsed()}`);
        else tell([`${end.status} in ${elapsed()}`, ...retriesOf(end), end.correlationId].filter(isGiven).join(" "));
        return end;
      } catch (error) {
        tell(`not sent, after ${elapsed()}`);
        throw error;
      }
    },
  };
}

function retriesOf({ attempts = 1 }: HttpResponse): readonly string[] {
  return attempts === 1 ? [] : [`after ${attempts - 1} ${attempts === 2 ? "retry" : "retries"}`];
}

function isGiven(text: string): boolean {
  return text !== "";
}
