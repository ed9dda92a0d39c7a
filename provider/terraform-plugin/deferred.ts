/**
 * The modules that the process needs only once the host calls; the bundle keeps them as a separate
 * text (`load-deferred.ts`).
 */

import * as calls from "./rpc/calls.ts";

export { ownProgram } from "../bin/own-program.ts";
export { openHandlers } from "../compose/engines.ts";
export { diagnosticOf } from "./diagnostics.ts";
export { listResource } from "./rpc/list-resource.ts";
export { calls };

/** What a person typed. Apart from the rest, so that a run of an engine evaluates none of it. */
export const runOwnCommands = async (version: string): Promise<void> =>
  (await import("../bin/own-commands.ts")).runOwnCommands(version);
