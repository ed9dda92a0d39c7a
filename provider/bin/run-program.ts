/** Runs another program in the foreground, with its own environment and this terminal. */

import { spawn } from "node:child_process";
import { UkoError } from "../errors.ts";

/** Returns the exit code; 1 if a signal ended the program. */
export function runProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", env: { ...environment } });
    child.on("error", (error) =>
      reject(new UkoError("UKO_INPUT_INVALID", { summary: `Could not start ${command}`, detail: error.message })),
    );
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
