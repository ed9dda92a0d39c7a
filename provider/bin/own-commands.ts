/**
 * Runs a command of `uko` that a person typed after the name of another executable: the Pulumi plugin, or the Terraform
 * provider. When an engine starts such an executable, this file is not loaded.
 */

import path from "node:path";
import { runKeyProgram } from "../cli/key-program.ts";
import { openKeyOperations } from "../compose/keys.ts";
import { ownProgram } from "./own-program.ts";
import { openProcess } from "./process-world.ts";

/** Runs the typed command, and sets the exit code of this process as `uko` does. */
export async function runOwnCommands(version: string): Promise<void> {
  const program = ownProgram();
  const world = {
    ...openProcess(version),
    ...(program !== undefined && { program }),
    openOperations: async (...args: Parameters<typeof openKeyOperations>) => openKeyOperations(...args).run,
  };
  process.exitCode = await runKeyProgram(process.argv.slice(2), path.basename(process.argv[1] ?? ""), world);
}
