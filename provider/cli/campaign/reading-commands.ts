/** The commands of `uko campaign` that change nothing in the service. */

import { type Command, Option } from "commander";
import type { CampaignReading } from "../../engine/campaign/operations.ts";
import type { CampaignReport } from "../../engine/campaign/report.ts";
import type { CallOptions } from "../../engine/ports/world.ts";
import { parseDate } from "../arguments.ts";
import type { CliWorld } from "../cli-world.ts";
import { createProgressLine } from "../progress-line.ts";
import { printReport } from "./print-report.ts";

interface Shown {
  readonly folder: string;
  readonly json?: true;
  readonly csv?: true;
}

type Run = (campaign: CampaignReading, options: CallOptions) => Promise<CampaignReport>;

export function addReadingCommands(campaign: Command, world: CliWorld, end: (exitCode: number) => void): void {
  const run = async (shown: Shown, act: Run): Promise<void> => end(await runReading(world, shown, act));

  shownCommand(campaign, "init", "List the keys of the instance, and write a first campaign.yaml")
    .option("--name <name>", "name of the campaign: lowercase letters, digits and hyphens", "retirement")
    .addOption(
      new Option("--deadline <date>", "last day on which key material may still be pending")
        .argParser(parseDate)
        .default("2027-03-20"),
    )
    .action(({ name, deadline, ...shown }: Shown & { readonly name: string; readonly deadline: string }) =>
      run(shown, (reading, options) => reading.init(shown.folder, { name, deadline }, options)),
    );

  shownCommand(campaign, "baseline", "Classify each key, and write manifest.jsonl; shows the difference to the last")
    .option("--wave <wave>", "renew only this wave; the lines of all others stay")
    .option("--csv", "one line of CSV per key")
    .action(({ wave, ...shown }: Shown & { readonly wave?: string }) =>
      run(shown, (reading, options) => reading.baseline(shown.folder, { wave }, options)),
    );
}

function shownCommand(campaign: Command, name: string, description: string): Command {
  return campaign
    .command(name)
    .description(description)
    .option("--folder <folder>", "folder of the campaign", ".")
    .option("--json", "one line of JSON");
}

async function runReading(world: CliWorld, shown: Shown, act: Run): Promise<number> {
  const progress = createProgressLine(world.err);
  const { campaign, close } = await world.openOperations(world.environment, { progress });
  try {
    const report = await act(await campaign(), { signal: world.signal });
    progress.clear();
    printReport(world, shown, report);
    return report.exitCode;
  } finally {
    progress.clear();
    await close();
  }
}
