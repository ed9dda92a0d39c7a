/**
 * An HTTP client whose responses are also passed to an observer, for `uko doctor`: origin, duration
 * and content.
 */

import type { HttpClient } from "./client.ts";

export interface WatchedAnswer {
  readonly origin: string;
  readonly status: number;
  /** Including all retries. */
  readonly durationMs: number;
  readonly serviceTimeMs: number | undefined;
  readonly text: string;
}

export function watchClient(
  http: HttpClient,
  monotonicMs: () => number,
  watch: (answer: WatchedAnswer) => void,
): HttpClient {
  return {
    ...http,
    async send(request) {
      const startedMs = monotonicMs();
      const end = await http.send(request);
      if (end.kind === "answer") {
        const { origin } = new URL(request.endpoint.url);
        const { status, serviceTimeMs, text } = end;
        watch({ origin, status, durationMs: monotonicMs() - startedMs, serviceTimeMs, text });
      }
      return end;
    },
  };
}
