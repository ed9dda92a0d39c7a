/**
 * `uko doctor`: checks the settings, the connection and the rights of a run. With `--state`, it checks instead an
 * exported state of an engine, which another person may have edited. It only reads and lists.
 */

import type { Command } from "commander";
import { jsonLine, renderChecks } from "../compose/text.ts";
import type { CliWorld } from "./cli-world.ts";
import { exportedState, readInputFile } from "./files.ts";
import { outputsTo, traceOf } from "./run.ts";

interface DoctorOptions {
  readonly json?: true;
  readonly state?: string;
}

export function addDoctorCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("doctor")
    .description("Check the endpoint, identity, permissions and clock; changes nothing")
    .option("--state <file>", "check an exported state instead; - for standard input")
    .option("--json", "one line of JSON per check")
    .action(async ({ json, state }: DoctorOptions) => {
      const outputs = { ...outputsTo(world), ...traceOf(program, world) };
      const options = { signal: world.signal };
      const readState = (file: string) => readInputFile(world, file, exportedState);
      const doctor = await import("../compose/doctor.ts");
      const checks =
        state === undefined
          ? await doctor.examineWorld(world.environment, outputs, options)
          : await doctor.examineState(world.environment, await readState(state), outputs, options);
      if (json !== true) world.out.write(`${renderChecks(checks)}\n`);
      else for (const check of checks) world.out.write(`${jsonLine({ v: 1, ...check })}\n`);
      end(checks.some(({ level }) => level === "fail") ? 1 : 0);
    });
}
