/** What both plugins do as servers: responses of several messages, and the end of the engine that started them. */

import { once } from "node:events";
import type { handleServerStreamingCall, StatusObject } from "@grpc/grpc-js";

/** The signal is aborted once the client has gone away; `statusOf` is how the client hears of what the call throws. */
export function streamed<Request, Response>(
  call: (request: Request, signal: AbortSignal) => AsyncIterable<Response>,
  statusOf: (error: unknown) => Partial<StatusObject>,
): handleServerStreamingCall<Request, Response> {
  return async (stream) => {
    const stop = new AbortController();
    stream.once("cancelled", () => stop.abort());
    try {
      for await (const response of call(stream.request, stop.signal)) {
        if (!stream.write(response)) await once(stream, "drain", { signal: stop.signal });
      }
      stream.end();
    } catch (error) {
      // One that is destroyed never ends for its client: grpc-js sends the status of an error at the stream's own end.
      stream.emit("error", statusOf(error));
    }
  };
}

const watchIntervalMs = 1_000;

/** An engine that is gone can no longer save state, so a wait must not outlive it and take an unrecorded step. */
export function leaveWithEngine(leave: () => void): void {
  const engine = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === engine) return;
    clearInterval(watch);
    leave();
  }, watchIntervalMs);
  watch.unref();
}
