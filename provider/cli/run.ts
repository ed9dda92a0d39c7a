/** The run of a command: its open operations, its line of progress, and the trace of its calls. */

import type { Command } from "commander";
import type { CallOptions, Progress } from "../engine/ports/world.ts";
import type { CliWorld, Environment, Open, OpenOperations, TextOutput } from "./cli-world.ts";

export interface ProgressLine extends Progress {
  /** Erases the line, so that the following text takes its place. */
  clear(): void;
}

export type OpenRun<Opened = OpenOperations> = Opened & {
  readonly progress: ProgressLine;
  readonly options: CallOptions;
};

export async function withOperations<Opened extends OpenOperations, T>(
  world: Omit<CliWorld, "openOperations"> & { readonly openOperations: Open<Opened> },
  work: (run: OpenRun<Opened>) => Promise<T>,
  environment: Environment = world.environment,
): Promise<T> {
  const progress = createProgressLine(world.err);
  const opened = await world.openOperations(environment, outputsTo(world, progress));
  try {
    return await work({ ...opened, progress, options: { signal: world.signal } });
  } finally {
    progress.clear();
    await opened.close();
  }
}

/** Lines that stay take the place of the line of progress. */
export function outputsTo({ err }: Pick<CliWorld, "err">, progress: ProgressLine) {
  const write = (line: string): void => {
    progress.clear();
    err.write(`${line}\n`);
  };
  return { progress, note: write, evidenceLog: write };
}

const eraseLine = "\r\u001b[2K";

/** One line rewritten in place on a terminal, a line per change elsewhere. */
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

/** A line that wraps could not be rewritten in place. */
function shorten(line: string, columns: number): string {
  const characters = Array.from(line);
  return characters.length < columns ? line : `${characters.slice(0, Math.max(0, columns - 2)).join("")}…`;
}

export type Trace = { readonly trace?: (line: string) => void };

/** With `--debug`, a line on standard error for each call to the service. */
export function traceOf(program: Command, { err }: CliWorld): Trace {
  if (program.opts<{ debug?: true }>().debug !== true) return {};
  // On a terminal, the progress of the run is on this line.
  const begin = err.columns === undefined ? "" : eraseLine;
  return { trace: (line) => err.write(`${begin}${line}\n`) };
}

export function tracedWorld<World extends CliWorld>(program: Command, world: World): World {
  return {
    ...world,
    openOperations: (environment, outputs) =>
      world.openOperations(environment, { ...outputs, ...traceOf(program, world) }),
  };
}

export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
