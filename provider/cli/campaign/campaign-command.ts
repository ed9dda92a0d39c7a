/**
 * `uko campaign`: deletes many keys before a date, in waves, which are groups that go through each step together.
 * `plan` proposes, `next` does what the person can do now, `status` reports; `halt` withdraws requests, and `rollback`
 * undoes deactivations. A command that asks requires `--yes` without a terminal. An approval, the request of a
 * destruction and the deletion of a container always ask a person.
 */

import { type Command, Option } from "commander";
import type { NextRequest, Talk } from "../../campaign/acts/next.ts";
import type { CampaignReport } from "../../campaign/reports/report.ts";
import type { Confirm } from "../../campaign/reports/wave-state.ts";
import { repeatable } from "../arguments.ts";
import type { AllOperations, UkoWorld } from "../cli-world.ts";
import { exportedState, readInputFile } from "../files.ts";
import { askPerson, canPersonType, confirmSet, requireHand } from "../hand.ts";
import { type OutputForm, printReport } from "../print.ts";
import { type OpenRun, withOperations } from "../run.ts";

interface Shown extends OutputForm {
  readonly folder: string;
  readonly html?: true;
}
type Yes = { readonly yes?: true };

interface Campaign {
  readonly campaign: Command;
  readonly world: UkoWorld;
  /** Runs the work of a command, prints its report, and ends with its exit code. */
  readonly run: (shown: Shown, work: (run: OpenRun<AllOperations>) => Promise<CampaignReport>) => Promise<void>;
}

export function addCampaignCommand(program: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  const campaign = program
    .command("campaign")
    .description("Retire many keys by a date, wave by wave, from a folder that a team keeps in git")
    .helpCommand("help [command]", "show help for a command");
  const run: Campaign["run"] = async (shown, work) =>
    end(
      await withOperations(world, async (opened) => {
        const report = await work(opened);
        if (shown.html === true) world.out.write((await opened.campaign()).page(report));
        else printReport(world, shown, report);
        return report.exitCode;
      }),
    );
  const added = { campaign, world, run };
  addPlanCommand(added);
  addNextCommand(added);
  shownCommand(campaign, "status", "Show what each wave waits for, or what happened to a key")
    .argument("[key]", "ID, label, ARN, URI or CRN")
    .option("--live", "ask each keystore, and exit with 12 or 14 if a key or a date is out of order; for each night")
    .option("--html", "one page without scripts, for a browser and for paper")
    .action((key: string | undefined, { live, ...shown }: Shown & { live?: true }) =>
      run(shown, async (opened) =>
        (await opened.campaign()).status(shown.folder, { key, isLive: live === true }, opened.options),
      ),
    );
  shownCommand(campaign, "halt", "Withdraw every request of a wave, no matter who wrote it")
    .argument("<wave>", "name of the wave")
    .action((wave: string, shown: Shown) =>
      run(shown, async (opened) => (await opened.campaignActs()).halt(shown.folder, { wave }, opened.options)),
    );
  addRollbackCommand(added);
}

type PlanOptions = Shown &
  Yes & {
    readonly declared?: readonly string[];
    readonly usage?: readonly string[];
    readonly write?: true;
  };

function addPlanCommand({ campaign, world, run }: Campaign): void {
  const description = "Classify each key, and show its dates and what changed; exits with 14 if a key is late";
  yesOption(shownCommand(campaign, "plan", description))
    .option("--write", "write the manifest after a confirmation")
    .option("--declared <file>", "exported state of Pulumi, OpenTofu or Terraform; repeatable", repeatable(String))
    .option("--usage <file>", "CSV with the columns key, lastUsed, count; repeatable", repeatable(String))
    .option("--html", "one page without scripts, for a browser and for paper")
    .action(async ({ declared = [], usage = [], write, ...shown }: PlanOptions) => {
      const request = {
        declared: await readAll(world, declared, exportedState),
        usage: await readAll(world, usage, usageFile),
        ...(write === true && { writing: { show: showing(world, shown), confirm: asking(world, shown) } }),
      };
      await run(shown, async (opened) => (await opened.campaign()).plan(shown.folder, request, opened.options));
    });
}

const usageFile = {
  what: "evidence of use",
  next: "write a CSV file with the columns key, lastUsed and count",
} as const;

function readAll(world: UkoWorld, files: readonly string[], kind: Parameters<typeof readInputFile>[2]) {
  return Promise.all(files.map(async (name) => ({ name, text: await readInputFile(world, name, kind) })));
}

type Next = Shown & Yes & NextRequest;

function addNextCommand({ campaign, world, run }: Campaign): void {
  yesOption(
    shownCommand(campaign, "next", "List what you can do now and what waits for others, and do what you choose"),
  )
    .option("--wave <wave>", "only this wave")
    .addOption(new Option("--step <step>", "only this step").choices(["deactivate", "destroy"]))
    .action((shown: Next) =>
      run(shown, async (opened) => {
        const acting = await opened.campaignActs();
        return acting.next(shown.folder, shown, talkWith(world, shown), opened.options);
      }),
    );
}

/** Asks the questions of `uko campaign next`. */
function talkWith(world: UkoWorld, shown: Next): Talk {
  return {
    // In a form for programs, a person would type for keys that uko did not show.
    canPersonType: canPersonType(world) && isForPeople(shown),
    show: showing(world, shown),
    confirm: asking(world, shown),
    confirmByHand: askingByHand(world, "uko campaign next"),
    async choose(most) {
      const answer = await askPerson(world, `Choose a number from 1 to ${most}, or press Enter to stop: `);
      const number = /^[0-9]{1,6}$/.test(answer) ? Number(answer) : 0;
      return number >= 1 && number <= most ? number : undefined;
    },
    askReason: (wave) =>
      askPerson(world, `Why can wave ${wave} continue? Type the reason, or press Enter to leave it stopped: `),
  };
}

function addRollbackCommand({ campaign, world, run }: Campaign): void {
  shownCommand(campaign, "rollback", "Reactivate what this campaign deactivated")
    .argument("<wave-or-key>", "name of a wave, or anything that uko campaign status accepts for a key")
    .action((of: string, shown: Shown) => {
      const show = showing(world, shown);
      const ask = askingByHand(world, "uko campaign rollback");
      const askAboutOthers = async (report: CampaignReport, phrase: string): Promise<void> => {
        show(report);
        await ask(phrase);
      };
      const canAsk = canPersonType(world) && isForPeople(shown);
      const request = { of, ...(canAsk && { askAboutOthers }) };
      return run(shown, async (opened) =>
        (await opened.campaignActs()).rollback(shown.folder, request, opened.options),
      );
    });
}

function shownCommand(campaign: Command, name: string, description: string): Command {
  return campaign
    .command(name)
    .description(description)
    .option("--folder <folder>", "folder of the campaign", ".")
    .option("--json", "one line of JSON");
}

function yesOption(command: Command): Command {
  return command.option("--yes", "required if there is no terminal; at a terminal, uko asks in any case");
}

/** Asks the person to type the words; without a terminal, `--yes` takes their place. */
function asking(world: UkoWorld, shown: Partial<Shown & Yes>): Confirm {
  return (phrase, lines) => confirmSet(world, shown, phrase, lines);
}

/** Asks a person to type the words; `--yes` does not take their place. After a sample, the rest is a second question. */
function askingByHand(world: UkoWorld, command: string): Confirm {
  let nothing = "Nothing was changed.";
  return async (phrase, lines) => {
    requireHand(world, command);
    await confirmSet(world, {}, phrase, lines, nothing);
    nothing = "Nothing more was changed.";
  };
}

/**
 * Returns the function that shows reports. A person reads each report before a question; a program gets only the last
 * one.
 */
function showing(world: UkoWorld, shown: Shown): (report: CampaignReport) => boolean {
  return (report) => {
    const isRead = isForPeople(shown);
    if (isRead) printReport(world, {}, report);
    return isRead;
  };
}

function isForPeople({ json, html }: Shown): boolean {
  return json !== true && html !== true;
}
