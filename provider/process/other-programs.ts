/**
 * Starts other programs, such as a signer, without the variables that hold or locate a secret of the caller, passes an
 * input to them, and returns what they print. With a credential in its environment, a program and everything that it
 * starts could act as the caller.
 */

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** The settings that hold a secret of the caller, or name the file of one. */
const secretVariables = ["UKO_API_KEY", "UKO_API_KEY_FILE", "UKO_TOKEN", "UKO_SIGN_PASSPHRASE_FILE"];

/** Returns the environment without these variables. Names are compared without case, because Windows ignores case. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !secretVariables.includes(name.toUpperCase())),
  );
}

export interface PipedProgram {
  readonly command: string;
  /** The arguments. If absent, the caller's shell reads the command. */
  readonly args?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** Passes the input through a program. Rejects if the program cannot be started, or is stopped by the signal. */
export async function pipeThrough(
  { command, args, environment }: PipedProgram,
  input: string | Buffer,
  signal: AbortSignal,
): Promise<{ readonly printed: string; readonly exitCode: number | null }> {
  const env = withoutSecrets(environment);
  const child = spawn(command, args ?? [], {
    shell: args === undefined,
    stdio: ["pipe", "pipe", "inherit"],
    env,
    signal,
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  // A program that ends without reading its input is reported by its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [printed, exitCode] = await Promise.all([text(child.stdout), ended]);
  return { printed, exitCode };
}
