/**
 * The modules that the process needs only once a call requires them; the bundle keeps them as a
 * separate text (`session.ts`).
 */

export { default as packageSchema } from "../../sdk/schema.json" with { type: "json" };
export { default as terraformMapping } from "../../sdk/terraform-mapping.json" with { type: "json" };
export { ownProgram } from "../bin/own-program.ts";
export {
  checkStored,
  declaredByTwo,
  declaredTwice,
  openHandlers,
  programDialect,
  refreshSkippedWarning,
  sayLetGo,
  sayUnreached,
  sayUnreadInAll,
  sayUnreadSoFar,
  storedSettings,
} from "../compose/engines.ts";

/** What a person typed. Apart from the rest, so that a run of an engine evaluates none of it. */
export const runOwnCommands = async (version: string): Promise<void> =>
  (await import("../bin/own-commands.ts")).runOwnCommands(version);
