/**
 * `uko campaign`: plans, requests, reviews, approves and finishes the deletion of many keys before a deadline. It also
 * writes the sign-offs of owners, shows the status, withdraws requests and undoes deactivations. The keys are deleted
 * in waves, which are groups that go through each step together. Most commands that change keys ask the person to type
 * words about the wave. `halt` does not ask, and `rollback` asks only with `--written-since`. A command that asks
 * requires `--yes` without a terminal. An approval, and the request of a destruction, always ask a person.
 */

import { type Command, Option } from "commander";
import type { NextRequest, Talk } from "../../engine/campaign/acts/next.ts";
import type { CampaignReport } from "../../engine/campaign/reports/report.ts";
import type { Confirm } from "../../engine/campaign/reports/wave-state.ts";
import { invalidInput, parseDay, repeatable } from "../arguments.ts";
import type { AllOperations, UkoWorld } from "../cli-world.ts";
import { exportedState, readInputFile } from "../files.ts";
import { canPersonType, confirmSet, requireHand } from "../hand.ts";
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

  shownCommand(campaign, "init", "List the keys of the instance, and write a first campaign.yaml")
    .option("--name <name>", "name of the campaign: lowercase letters, digits and hyphens", "retirement")
    .option("--deadline <date>", "last day on which key material may still be pending", parseDay, "2027-03-20")
    .action(({ name, deadline, ...shown }: Shown & { readonly name: string; readonly deadline: string }) =>
      run(shown, async (opened) => (await opened.campaign()).init(shown.folder, { name, deadline }, opened.options)),
    );
  addPlanCommand(added);
  yesOption(keysCommand(campaign, "signoff", "Show the keys that an owner signs, and write the sign-off"))
    .requiredOption("--owner <owner>", "the owner, as in the manifest")
    .action(({ owner, ...shown }: Shown & Yes & { readonly owner: string }) => {
      const signing = { owner, show: showing(world, shown), confirm: asking(world, shown) };
      return run(shown, async (opened) => (await opened.campaign()).signoff(shown.folder, signing, opened.options));
    });
  addNextCommand(added);
  keysCommand(campaign, "status", "Show what each wave waits for, or what happened to a key")
    .argument("[key]", "ID, label, ARN, URI, CRN or application")
    .option("--wave <wave>", "only this wave")
    .option("--live", "ask each keystore, and exit with 12 or 14 if a key or a date is out of order; for each night")
    .option("--html", "one page without scripts, for a browser and for paper")
    .action((key: string | undefined, { wave, live, ...shown }: Shown & { wave?: string; live?: true }) =>
      run(shown, async (opened) =>
        (await opened.campaign()).status(shown.folder, { key, wave, isLive: live === true }, opened.options),
      ),
    );
  keysCommand(campaign, "halt", "Withdraw every request of a wave, no matter who wrote it")
    .argument("<wave>", "name of the wave")
    .action((wave: string, shown: Shown) =>
      run(shown, async (opened) => (await opened.campaignActs()).halt(shown.folder, { wave }, opened.options)),
    );
  addRollbackCommand(added);
  addFinishCommand(added);
}

type Planning = Shown &
  Yes & {
    readonly wave?: string;
    readonly declared?: readonly string[];
    readonly usage?: readonly string[];
    readonly associatedResources?: true;
    readonly write?: true;
  };

function addPlanCommand({ campaign, world, run }: Campaign): void {
  const description = "Classify each key, and show its dates and what changed; exits with 14 if a key is late";
  yesOption(keysCommand(campaign, "plan", description))
    .option("--write", "write manifest.jsonl after a confirmation")
    .option("--wave <wave>", "renew only this wave; the lines of all others stay")
    .option("--declared <file>", "exported state of Pulumi, OpenTofu or Terraform; repeatable", repeatable(String))
    .option("--usage <file>", "CSV with the columns key, lastUsed, count; repeatable", repeatable(String))
    .option("--associated-resources", "read the associated resources of each key; one call per key")
    .option("--html", "one page without scripts, for a browser and for paper")
    .action(async ({ wave, declared = [], usage = [], associatedResources, write, ...shown }: Planning) => {
      const request = {
        wave,
        declared: await readAll(world, declared, exportedState),
        usage: await readAll(world, usage, usageFile),
        isLive: associatedResources === true,
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

type Next = Shown &
  Yes &
  Pick<NextRequest, "wave" | "step" | "reason" | "emergency"> & {
    readonly store?: true;
  };

function addNextCommand({ campaign, world, run }: Campaign): void {
  yesOption(keysCommand(campaign, "next", "Do what you can do now: request, review and approve, continue, or remove"))
    .option("--wave <wave>", "only this wave")
    .addOption(new Option("--step <step>", "only this step").choices(["deactivate", "destroy"]))
    .option(
      "--reason <text>",
      "shown on each requested key, instead of the reason of its rule; or why a stop continues",
    )
    .option("--emergency <reason>", "take the step inside a blackout, for this reason")
    .option("--store", "store your approvals, so that the requester takes the step")
    .action(({ store, ...shown }: Next) =>
      run(shown, async (opened) => {
        const request = { ...shown, stores: store === true };
        const acting = await opened.campaignActs();
        return acting.next(shown.folder, request, talkWith(world, shown), opened.options);
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
    async confirmByHand(phrase, lines) {
      requireHand(world, "uko campaign next");
      await asking(world, {})(phrase, lines);
    },
    async askReason(wave) {
      const question = `Why may wave ${wave} continue? Type the reason, or Enter to leave it stopped: `;
      return (shown.reason ?? (await world.ask?.(question)) ?? "").trim();
    },
  };
}

type RollingBack = Shown & Yes & { readonly app?: string; readonly key?: string; readonly writtenSince?: true };

function addRollbackCommand({ campaign, world, run }: Campaign): void {
  yesOption(keysCommand(campaign, "rollback", "Reactivate what this campaign deactivated"))
    .argument("<wave>", "name of the wave")
    .option("--app <application>", "only the keys of this application")
    .addOption(new Option("--key <key>", "only this key: anything that uko campaign status accepts").conflicts("app"))
    .option("--written-since", "also keys that another person wrote to since; asks you to type a confirmation")
    .action((wave: string, { app: application, key, writtenSince, ...shown }: RollingBack) => {
      const confirm = writtenSince === true ? asking(world, shown) : undefined;
      const request = { wave, application, key, writtenSince: writtenSince === true, confirm };
      return run(shown, async (opened) =>
        (await opened.campaignActs()).rollback(shown.folder, request, opened.options),
      );
    });
}

type Finish = Shown & Yes & { readonly accept?: string; readonly reason?: string; readonly afterShutdown?: true };

function addFinishCommand({ campaign, world, run }: Campaign): void {
  const description = "Show the one outcome of each key, and delete emptied templates, keystores, key rings and vaults";
  yesOption(keysCommand(campaign, "finish", description))
    .option("--accept <key>", "accept a key that no step can end, as one of two people; with --reason")
    .option("--reason <text>", "with --accept, required: why the key may stay as it is")
    .addOption(
      new Option(
        "--after-shutdown",
        "only what to ask of each cloud once the instance is gone; --csv has a line per keystore",
      ).conflicts("accept"),
    )
    .action(({ accept: key, reason, afterShutdown, ...shown }: Finish) => {
      requireBoth(["--accept", key], ["--reason", reason]);
      if (key !== undefined) requireHand(world, "uko campaign finish --accept");
      const isReading = shown.yes !== true && (world.ask === undefined || shown.json === true || shown.csv === true);
      return run(shown, async (opened) => {
        const { folder } = shown;
        if (afterShutdown === true) return (await opened.campaign()).questions(folder, opened.options);
        const acting = await opened.campaignActs();
        if (key !== undefined && reason !== undefined)
          return acting.accept(folder, { key, reason, confirm: asking(world, {}) }, opened.options);
        return acting.finish(folder, isReading ? undefined : asking(world, shown), opened.options);
      });
    });
}

function shownCommand(campaign: Command, name: string, description: string): Command {
  return campaign
    .command(name)
    .description(description)
    .option("--folder <folder>", "folder of the campaign", ".")
    .option("--json", "one line of JSON");
}

function keysCommand(campaign: Command, name: string, description: string): Command {
  return shownCommand(campaign, name, description).option("--csv", "one line of CSV per key");
}

function yesOption(command: Command): Command {
  return command.option("--yes", "required if there is no terminal; at a terminal, uko asks in any case");
}

/** Throws UKO_INPUT_INVALID if a person sets only one of two options that belong together. */
function requireBoth([name, value]: NamedValue, [other, otherValue]: NamedValue): void {
  if ((value === undefined) === (otherValue === undefined)) return;
  throw invalidInput(`${name} and ${other} belong together`, "Add the other one, or omit both.");
}

type NamedValue = readonly [name: string, value: unknown];

/** Asks the person to type the words; without a terminal, `--yes` takes their place. */
function asking(world: UkoWorld, shown: Partial<Shown & Yes>): Confirm {
  return (phrase, lines) => confirmSet(world, shown, phrase, lines);
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

function isForPeople({ json, csv, html }: Shown): boolean {
  return json !== true && csv !== true && html !== true;
}
