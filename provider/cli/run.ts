/**
 * Runs the work of a command against the services, shows its progress on one line of the terminal, and closes the
 * connections afterwards.
 */

import type { Command } from "commander";
import type { CallOptions } from "../engine/ports/world.ts";
import type { CliWorld, Open, OpenOperations, ProgressLine, TextOutput } from "./cli-world.ts";

export type OpenRun<Opened = OpenOperations> = Opened & { readonly options: CallOptions };

export async function withOperations<Opened extends OpenOperations, T>(
  world: Omit<CliWorld, "openOperations"> & { readonly openOperations: Open<Opened> },
  work: (run: OpenRun<Opened>) => Promise<T>,
): Promise<T> {
  const opened = await world.openOperations(world.environment, outputsTo(world));
  try {
    return await work({ ...opened, options: { signal: world.signal } });
  } finally {
    world.progress.clear();
    await opened.close();
  }
}

export function outputsTo({ err, progress }: Pick<CliWorld, "err" | "progress">) {
  const write = (line: string): void => err.write(`${line}\n`);
  return { progress, note: write, evidenceLog: write };
}

/** The streams of a command with its line of progress. Any text that the command writes takes the place of the line. */
export function withProgress(out: TextOutput, err: TextOutput): Pick<CliWorld, "out" | "err" | "progress"> {
  const progress = createProgressLine(err);
  const over = (output: TextOutput): TextOutput => ({
    ...output,
    write(text) {
      progress.clear();
      output.write(text);
    },
  });
  return { out: over(out), err: over(err), progress };
}

const eraseLine = "\r\u001b[2K";

/** Creates the progress: one line that is rewritten on a terminal, and a line for each change elsewhere. */
export function createProgressLine(output: TextOutput): ProgressLine {
  const { columns } = output;
  let shown = "";
  const isTerminal = columns !== undefined;
  const report = (line: string): void => {
    if (line === shown) return;
    shown = line;
    output.write(isTerminal ? `${eraseLine}${shorten(line, columns)}` : `${line}\n`);
  };
  return {
    report,
    ...(isTerminal && { count: report }),
    clear() {
      if (isTerminal && shown !== "") output.write(eraseLine);
      shown = "";
    },
  };
}

/** Cuts a line to the width of the terminal, because a line that wraps cannot be rewritten in place. */
function shorten(line: string, columns: number): string {
  const characters = Array.from(line);
  return characters.length < columns ? line : `${characters.slice(0, Math.max(0, columns - 2)).join("")}…`;
}

export type Trace = { readonly trace?: (line: string) => void };

/** Returns the trace, which with `--debug` writes a line on standard error for each call to the service. */
export function traceOf(program: Command, { err }: CliWorld): Trace {
  return program.opts<{ debug?: true }>().debug === true ? { trace: (line) => err.write(`${line}\n`) } : {};
}

export function tracedWorld<World extends CliWorld>(program: Command, world: World): World {
  return {
    ...world,
    typed: () => program.args,
    openOperations: (environment, outputs) =>
      world.openOperations(environment, { ...outputs, ...traceOf(program, world) }),
  };
}

export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
