/** `uko doctor`: says whether everything is in place for a run; reads and lists, and changes nothing. */

import type { Command } from "commander";
import { examineWorld, renderChecks } from "../compose.ts";
import type { CliWorld } from "./cli-world.ts";
import { doctorHelp, exampleHelp } from "./help.ts";
import { createProgressLine } from "./progress-line.ts";

export function addDoctorCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("doctor")
    .description("Check endpoint, identity, rights and clock by reading; changes nothing")
    .option("--json", "one line of JSON per check")
    .addHelpText("after", `${doctorHelp}\n${exampleHelp("doctor")}`)
    .action(async ({ json }: { readonly json?: true }) => {
      const progress = createProgressLine(world.err);
      const checks = await examineWorld(world.environment, { progress }, { signal: world.signal });
      progress.clear();
      if (json !== true) world.out.write(`${renderChecks(checks)}\n`);
      else for (const check of checks) world.out.write(`${JSON.stringify({ v: 1, ...check })}\n`);
      end(checks.some(({ level }) => level === "fail") ? 1 : 0);
    });
}
