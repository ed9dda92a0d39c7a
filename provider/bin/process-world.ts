/**
 * Connects the command line with this process: its streams, the questions that it asks at the terminal, and what stops
 * a run. A signal stops it, and so does a reader of the output, such as `head`, that closes the pipe.
 *
 * A question is answered only by what is typed after it. Input that is typed before it, or the rest of a paste of several
 * lines, is dropped: otherwise a pasted line could approve keys that its person has not seen.
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
    const answer = await Promise.race([
      terminal.question(isSecret ? "" : question, { signal: stop.signal }).catch(() => undefined),
      ended,
    ]);
    terminal.close();
    // Enter was not pressed, or not shown, so the cursor still stands behind the question.
    if (isSecret || answer === undefined) process.stderr.write("\n");
    return answer;
  };

  return {
    version,
    environment: process.env,
    ...streams,
    readInput: () => text(process.stdin),
    ...(process.stdin.isTTY &&
      process.stderr.isTTY && {
        async ask(...asked) {
          await dropTyped(process.stdin, () => stop.abort());
          return (await readLine(...asked)) ?? "";
        },
        readLine,
      }),
    signal: stop.signal,
  };
}

/** Input is dropped until the terminal has been silent for this long, because a long paste arrives in parts. */
const silenceMs = 50;

/**
 * Reads and drops what was typed so far. In raw mode the terminal also delivers a line that has no end yet, and a
 * Ctrl-C as a character.
 */
async function dropTyped(input: NodeJS.ReadStream, interrupt: () => void): Promise<void> {
  const interruptCharacter = 0x03;
  await new Promise<void>((resolve) => {
    let timer: NodeJS.Timeout;
    const drop = (typed?: Buffer | string): void => {
      if (typed !== undefined && Buffer.from(typed).includes(interruptCharacter)) interrupt();
      clearTimeout(timer);
      timer = setTimeout(() => {
        input.off("data", drop);
        input.off("end", resolve);
        input.pause();
        input.setRawMode(false);
        resolve();
      }, silenceMs);
    };
    input.setRawMode(true);
    input.on("data", drop);
    input.once("end", resolve);
    input.resume();
    drop();
  });
}

function outputTo(stream: NodeJS.WriteStream): TextOutput {
  return {
    write: (written) => void stream.write(written),
    ...(stream.isTTY && { columns: stream.columns, hasColors: stream.hasColors() }),
  };
}
