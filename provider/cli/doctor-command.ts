/** `uko doctor`: checks the settings, the connection and the rights of a run, by reads alone. */

import type { Command } from "commander";
import { jsonLine, renderChecks } from "../compose/text.ts";
import type { CliWorld } from "./cli-world.ts";
import { outputsTo, traceOf } from "./run.ts";

interface DoctorOptions {
  readonly json?: true;
}

export function addDoctorCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("doctor")
    .description("Check the endpoint, identity, permissions and clock; changes nothing")
    .option("--json", "one line of JSON per check")
    .action(async ({ json }: DoctorOptions) => {
      const outputs = { ...outputsTo(world), ...traceOf(program, world) };
      const options = { signal: world.signal };
      const doctor = await import("../compose/doctor.ts");
      const checks = await doctor.examineWorld(world.environment, outputs, options);
      if (json !== true) world.out.write(`${renderChecks(checks)}\n`);
      else for (const check of checks) world.out.write(`${jsonLine({ v: 1, ...check })}\n`);
      end(checks.some(({ level }) => level === "fail") ? 1 : 0);
    });
}
