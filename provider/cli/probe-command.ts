/**
 * `uko probe`: asks the service what no document says, and writes the answers to a recording that a person can send. It
 * only reads, unless `--throwaway` lets it create keys of its own, or `--resume` continues with these keys.
 */

import { type Command, Option } from "commander";
import type { ProbeChoices } from "../compose/probe.ts";
import { jsonLine } from "../compose/text.ts";
import { invalidInput, parseVaultId } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { outputsTo, traceOf } from "./run.ts";

interface ProbeOptions {
  readonly throwaway?: true;
  readonly vault?: string;
  readonly template?: readonly string[];
  readonly second?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: true;
}

const defaultFile = "uko-probe.jsonl";

export function addProbeCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("probe")
    .description("Ask the service what its documents do not say, and record it; changes nothing without --throwaway")
    .option("--throwaway", "also create, use and delete keys of its own")
    .addOption(new Option("--vault <id>", "vault of these keys").argParser(parseVaultId))
    .option(
      "--template <name...>",
      "templates of these keys, one for each type of keystore; keys start as pre_activation",
    )
    .option("--second <file>", "file with the API key of a second person, who synchronizes these keys")
    .option("--out <file>", `the recording (default: ${defaultFile})`)
    .option("--resume <file>", "go on with the keys that an earlier recording left")
    .option("--json", "one line of JSON with the counts and the keys that are left")
    .action(async ({ json, ...typed }: ProbeOptions) => {
      const choices = choicesOf(typed);
      const outputs = { ...outputsTo(world), ...traceOf(program, world) };
      const { exitCodeOf, runProbe, sayProbes } = await import("../compose/probe.ts");
      const summary = await runProbe(world.environment, outputs, choices, { signal: world.signal });
      const exitCode = exitCodeOf(summary);
      const { header, counts, left } = summary;
      const line = { ...header, kind: "probe", recording: choices.out, ...counts, left, exitCode };
      world.out.write(`${json === true ? jsonLine(line) : sayProbes(summary, choices.out)}\n`);
      if (summary.failure !== undefined) throw summary.failure;
      end(exitCode);
    });
}

function choicesOf({ throwaway, vault, template = [], second, out, resume }: ProbeOptions): ProbeChoices {
  const isWhole = vault !== undefined && template.length > 0;
  if (throwaway === true ? !isWhole || resume !== undefined : template.length > 0) {
    throw invalidInput(
      "--throwaway requires --vault and --template, and --template requires --throwaway",
      "Without them, uko probe only reads. uko ls lists vaults and templates. --resume goes on without them.",
    );
  }
  if (resume !== undefined && out !== undefined) {
    throw invalidInput("--out and --resume are two recordings", "--resume appends to the recording that it names.");
  }
  return {
    out: resume ?? out ?? defaultFile,
    isResumed: resume !== undefined,
    vaultId: vault,
    templates: template,
    second,
  };
}
