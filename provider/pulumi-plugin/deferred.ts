/**
 * Lists the modules that a process needs only once a call requires them. The bundle keeps them as a separate text, so
 * that a plugin that only reports its schema starts fast.
 */

export { default as packageSchema } from "../../sdk/schema.json" with { type: "json" };
export { default as terraformMapping } from "../../sdk/terraform-mapping.json" with { type: "json" };
export { ownProgram } from "../bin/own-program.ts";
export {
  checkStored,
  declaredByTwo,
  openHandlers,
  programDialect,
  refreshSkippedWarning,
  requireOneInstance,
  sayAhead,
  sayOtherCredential,
  sayStopped,
  sayStrictReads,
  sayUnreached,
  sayUnreadInAll,
  secondKmsKeyInProgram,
  storedSettings,
} from "../compose/engines.ts";

/** Runs a command of `uko` that a person typed. It is imported separately, so that a run of an engine does not load it. */
export const runOwnCommands = async (version: string): Promise<void> =>
  (await import("../bin/own-commands.ts")).runOwnCommands(version);
