/**
 * `uko probe`: asks the service what no document says, by reads alone, and writes the answers to a recording. With
 * `--check` it says what a recording shows, and sends nothing.
 */

import { type Command, Option } from "commander";
import { jsonLine } from "../compose/text.ts";
import type { CheckedRecording } from "../probe/check.ts";
import { printableLines } from "../text/printable.ts";
import type { CliWorld } from "./cli-world.ts";
import { outputsTo, traceOf } from "./run.ts";

interface ProbeOptions {
  readonly out: string;
  readonly check?: string;
  readonly json?: true;
}

type Summary = Pick<CheckedRecording, "header" | "counts">;

export function addProbeCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("probe")
    .description("Ask the service what its documents do not say, and record it; only reads")
    .option("--out <file>", "the recording", "uko-probe.jsonl")
    .addOption(new Option("--check <file>", "say what a recording shows, and send nothing").conflicts("out"))
    .option("--json", "one line of JSON with the counts")
    .action(async ({ out, check, json }: ProbeOptions) => {
      const { checkRecordingAt, runProbe, sayChecked, sayProbes } = await import("../compose/probe.ts");
      const say = ({ header, counts }: Summary, recording: string, text: string): void => {
        const line = { ...header, kind: "probe", recording, ...counts };
        world.out.write(`${json === true ? jsonLine(line) : printableLines(text)}\n`);
        // A recording without some of the answers is not complete, and a script that sends it should notice.
        end(counts.not_tried > 0 ? 1 : 0);
      };
      if (check !== undefined) {
        const checked = checkRecordingAt(check);
        return say(checked, check, sayChecked(checked));
      }
      const outputs = { ...outputsTo(world), ...traceOf(program, world) };
      const summary = await runProbe(world.environment, outputs, out, { signal: world.signal });
      return say(summary, out, sayProbes(summary, out));
    });
}
