/**
 * `uko probe`: asks the service what no document says, and writes the answers to a recording that a person can send. It
 * only reads.
 */

import type { Command } from "commander";
import { jsonLine } from "../compose/text.ts";
import type { CliWorld } from "./cli-world.ts";
import { outputsTo, traceOf } from "./run.ts";

interface ProbeOptions {
  readonly out: string;
  readonly json?: true;
}

export function addProbeCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("probe")
    .description("Ask the service what its documents do not say, and record it; only reads")
    .option("--out <file>", "the recording", "uko-probe.jsonl")
    .option("--json", "one line of JSON with the counts")
    .action(async ({ out, json }: ProbeOptions) => {
      const outputs = { ...outputsTo(world), ...traceOf(program, world) };
      const { runProbe, sayProbes } = await import("../compose/probe.ts");
      const summary = await runProbe(world.environment, outputs, out, { signal: world.signal });
      const line = { ...summary.header, kind: "probe", recording: out, ...summary.counts };
      world.out.write(`${json === true ? jsonLine(line) : sayProbes(summary, out)}\n`);
      // A recording without some of the answers is not complete, and a script that sends it should notice.
      end(summary.counts.not_tried > 0 ? 1 : 0);
    });
}
