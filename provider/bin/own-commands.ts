/** The commands of `uko` in the executables of the plugin and the provider. No run of an engine loads this module. */

import path from "node:path";
import { runKeyProgram } from "../cli/key-program.ts";
import { openKeyOperations } from "../compose/keys.ts";
import { ownProgram } from "./own-program.ts";
import { openProcess } from "./process-world.ts";

/** Ends like `uko`: by the exit code of this process. */
export async function runOwnCommands(version: string): Promise<void> {
  const program = ownProgram();
  const world = {
    ...openProcess(version),
    ...(program !== undefined && { program }),
    openOperations: async (...args: Parameters<typeof openKeyOperations>) => openKeyOperations(...args).run,
  };
  process.exitCode = await runKeyProgram(process.argv.slice(2), path.basename(process.argv[1] ?? ""), world);
}
