/** `uko doctor`: says whether everything is in place for a run; reads and lists, and changes nothing unless a probe is asked for. */

import { type Command, Option } from "commander";
import { examineWorld, jsonLine, renderChecks } from "../compose.ts";
import { UkoError } from "../errors.ts";
import { parseVaultId } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { doctorHelp, exampleHelp } from "./help.ts";
import { createProgressLine } from "./progress-line.ts";

type Probed = NonNullable<Parameters<typeof examineWorld>[3]>;

interface DoctorOptions {
  readonly json?: true;
  readonly probeTags?: true;
  readonly vault?: string;
  readonly template?: string;
}

export function addDoctorCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("doctor")
    .description("Check endpoint, identity, rights and clock by reading; changes nothing, but for --probe-tags")
    .option("--probe-tags", "make a key that is never active, see what is kept on it, and end it again")
    .addOption(new Option("--vault <id>", "the vault to probe in").argParser(parseVaultId))
    .option("--template <name>", "the template to probe with; its keys begin as pre_activation")
    .option("--json", "one line of JSON per check")
    .addHelpText("after", `${doctorHelp}\n${exampleHelp("doctor")}`)
    .action(async ({ json, ...probing }: DoctorOptions) => {
      const probe = probeOf(probing);
      const progress = createProgressLine(world.err);
      const checks = await examineWorld(world.environment, { progress }, { signal: world.signal }, probe);
      progress.clear();
      if (json !== true) world.out.write(`${renderChecks(checks)}\n`);
      else for (const check of checks) world.out.write(`${jsonLine({ v: 1, ...check })}\n`);
      end(checks.some(({ level }) => level === "fail") ? 1 : 0);
    });
}

function probeOf({ probeTags, vault, template }: DoctorOptions): Probed | undefined {
  if (probeTags === true && vault !== undefined && template !== undefined) return { vaultId: vault, template };
  if (probeTags !== true && vault === undefined && template === undefined) return undefined;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "A probe takes --probe-tags, --vault and --template, all three",
    detail: "Without them uko doctor only reads. uko doctor lists the vaults.",
  });
}
