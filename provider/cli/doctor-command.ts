/**
 * `uko doctor`: checks the settings, the connection and the rights of a run. It only reads and lists, unless
 * `--probe-tags` asks it to create a test key.
 */

import { type Command, Option } from "commander";
import type { examineWorld } from "../compose/doctor.ts";
import { jsonLine, renderChecks } from "../compose/text.ts";
import { invalidInput, parseVaultId } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { exportedState, readInputFile } from "./files.ts";
import { commandHelp } from "./help-layout.ts";
import { createProgressLine, outputsTo, traceOf } from "./run.ts";

type Probed = NonNullable<Parameters<typeof examineWorld>[3]>;

interface DoctorOptions {
  readonly json?: true;
  readonly probeTags?: true;
  readonly vault?: string;
  readonly template?: string;
  readonly state?: string;
}

export function addDoctorCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("doctor")
    .description("Check the endpoint, identity, permissions and clock; changes nothing, except with --probe-tags")
    .option("--probe-tags", "create a key that is never activated, test what is stored on it, and delete it")
    .addOption(new Option("--vault <id>", "vault for the probe").argParser(parseVaultId))
    .option("--template <name>", "template for the probe; its keys must start as pre_activation")
    .option("--state <file>", "check an exported state instead; - for standard input")
    .option("--json", "one line of JSON per check")
    .addHelpText("after", () => commandHelp(world.out, "doctor"))
    .action(async ({ json, state, ...probing }: DoctorOptions) => {
      const probe = probeOf(probing);
      if (probe !== undefined && state !== undefined) {
        throw invalidInput(
          "--state and --probe-tags are separate checks",
          "Run uko doctor twice, once with each option.",
        );
      }
      const progress = createProgressLine(world.err);
      const outputs = { ...outputsTo(world, progress), ...traceOf(program, world) };
      const options = { signal: world.signal };
      const readState = (file: string) => readInputFile(world, file, exportedState);
      const doctor = await import("../compose/doctor.ts");
      const checks =
        state === undefined
          ? await doctor.examineWorld(world.environment, outputs, options, probe)
          : await doctor.examineState(world.environment, await readState(state), outputs, options);
      progress.clear();
      if (json !== true) world.out.write(`${renderChecks(checks)}\n`);
      else for (const check of checks) world.out.write(`${jsonLine({ v: 1, ...check })}\n`);
      end(checks.some(({ level }) => level === "fail") ? 1 : 0);
    });
}

function probeOf({ probeTags, vault, template }: DoctorOptions): Probed | undefined {
  if (probeTags === true && vault !== undefined && template !== undefined) return { vaultId: vault, template };
  if (probeTags !== true && vault === undefined && template === undefined) return undefined;
  throw invalidInput(
    "A probe requires all of --probe-tags, --vault and --template",
    "Without them, uko doctor only reads. It also lists the vaults.",
  );
}
