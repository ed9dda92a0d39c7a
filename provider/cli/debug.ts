/** `--debug`: a line on standard error for each call to the service. */

import type { Command } from "commander";
import type { CliWorld } from "./cli-world.ts";
import { eraseLine } from "./progress-line.ts";

export type Trace = { readonly trace?: (line: string) => void };

/** Outputs of a run, with a trace if the user asked for one. */
export function traceOf(program: Command, { err }: CliWorld): Trace {
  if (program.opts<{ debug?: true }>().debug !== true) return {};
  // On a terminal, the progress of the run is on this line.
  const begin = err.columns === undefined ? "" : eraseLine;
  return { trace: (line) => err.write(`${begin}${line}\n`) };
}

/** The same world, whose calls are traced if the user asked for it. */
export function tracedWorld(program: Command, world: CliWorld): CliWorld {
  return {
    ...world,
    openOperations: (environment, outputs) =>
      world.openOperations(environment, { ...outputs, ...traceOf(program, world) }),
  };
}
