/**
 * Helps the Pulumi plugin and the Terraform provider, which both serve gRPC. It serves a call with several responses,
 * and stops a plugin whose engine has ended.
 */

import { once } from "node:events";
import type { handleServerStreamingCall, StatusObject } from "@grpc/grpc-js";

/**
 * Serves a call with several responses. The signal is aborted when the client disconnects. `statusOf` turns a thrown
 * error into the status that the client receives.
 */
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
      // An `error` event makes grpc-js send the status. A destroyed stream would send nothing, and the client would wait
      // forever.
      stream.emit("error", statusOf(error));
    }
  };
}

const watchIntervalMs = 1_000;

/**
 * Calls `leave` when the engine that started this process has ended. Without an engine, the result of a step could not be
 * saved in state, so a plugin that is still waiting must not take another step.
 */
export function leaveWithEngine(leave: () => void): void {
  const engine = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === engine) return;
    clearInterval(watch);
    leave();
  }, watchIntervalMs);
  watch.unref();
}
