/**
 * Connects the command line with this process: its streams, the questions that it asks at the terminal, and what stops
 * a run. A signal stops it, and so does a reader of the output, such as `head`, that closes the pipe.
 */

import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { CliWorld, TextOutput, UkoWorld } from "../cli/cli-world.ts";
import { withProgress } from "../cli/run.ts";

type ProcessWorld = Omit<CliWorld, "openOperations"> & Pick<UkoWorld, "readLine">;

export function openProcess(version: string): ProcessWorld {
  const stop = new AbortController();
  const streams = withProgress(outputTo(process.stdout), outputTo(process.stderr));
  /** The first signal ends the run cleanly. A second one has no handler, so it kills the process. */
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  /** Stops the run if the reader of standard output closes the pipe, as `head` does. */
  process.stdout.on("error", () => stop.abort());

  /** The question goes to standard error, so that the output can be piped. Undefined if the input ends. */
  const readLine = async (question: string, isSecret = false): Promise<string | undefined> => {
    streams.progress.clear();
    // A secret is typed without an echo.
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    if (isSecret) process.stderr.write(question);
    const terminal = createInterface({
      input: process.stdin,
      output: isSecret ? silent : process.stderr,
      terminal: process.stdin.isTTY,
    });
    const ended = new Promise<undefined>((resolve) => void terminal.once("close", () => resolve(undefined)));
    try {
      return await Promise.race([terminal.question(isSecret ? "" : question, { signal: stop.signal }), ended]);
    } catch {
      return undefined;
    } finally {
      terminal.close();
      if (isSecret) process.stderr.write("\n");
    }
  };

  return {
    version,
    environment: process.env,
    ...streams,
    readInput: () => text(process.stdin),
    ...(process.stdin.isTTY &&
      process.stderr.isTTY && { ask: async (...asked) => (await readLine(...asked)) ?? "", readLine }),
    signal: stop.signal,
  };
}

function outputTo(stream: NodeJS.WriteStream): TextOutput {
  return {
    write: (written) => void stream.write(written),
    ...(stream.isTTY && { columns: stream.columns, hasColors: stream.hasColors() }),
  };
}
