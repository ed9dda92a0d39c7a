/**
 * Lists the modules that a process needs only when its host makes a call, or when a person runs a command of `uko`. The
 * bundle keeps them as compressed text, so a process that only reports its schema starts fast.
 */

import * as calls from "./rpc/calls.ts";

export { ownProgram } from "../bin/own-program.ts";
export { openHandlers } from "../compose/engines.ts";
export { diagnosticOf } from "./diagnostics.ts";
export { listResource } from "./rpc/list-resource.ts";
export { calls };

/** Runs a command of `uko` that a person typed. It is imported separately, so that a run of an engine does not load it. */
export const runOwnCommands = async (version: string): Promise<void> =>
  (await import("../bin/own-commands.ts")).runOwnCommands(version);
