/** An HTTP client whose answers somebody else may see, for `uko doctor`: where they came from, how long they took, what is in them. */

import type { HttpClient } from "./client.ts";

export interface WatchedAnswer {
  readonly origin: string;
  readonly status: number;
  /** With all retries. */
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
