/**
 * `uko campaign`: plans, requests, reviews, approves and finishes the deletion of many keys before a deadline. It also
 * writes the sign-offs of owners, shows the status, withdraws requests and undoes deactivations. The keys are deleted
 * in waves, which are groups that go through each step together. Most commands that change keys ask the person to type
 * words about the wave. `halt` does not ask, and `rollback` asks only with `--written-since`. A command that asks
 * requires `--yes` without a terminal, and an approval then also requires a saved review.
 */

import { type Command, Option } from "commander";
import { shellWord } from "../../compose/text.ts";
import type { CampaignActing } from "../../engine/campaign/acts/acting.ts";
import type { NextRequest, Talk } from "../../engine/campaign/acts/next.ts";
import type { CampaignReading } from "../../engine/campaign/reports/reading.ts";
import type { CampaignReport } from "../../engine/campaign/reports/report.ts";
import type { Confirm } from "../../engine/campaign/reports/wave-state.ts";
import type { CallOptions } from "../../engine/ports/world.ts";
import { invalidInput, parseDay, repeatable } from "../arguments.ts";
import type { AllOperations, UkoWorld } from "../cli-world.ts";
import { exportedState, readInputFile } from "../files.ts";
import { type OutputForm, printReport } from "../print.ts";
import { confirmSet, writeReview } from "../review-commands.ts";
import { type OpenRun, withOperations } from "../run.ts";
import { requirePerson } from "../typed-keys.ts";

interface Shown extends OutputForm {
  readonly folder: string;
  readonly html?: true;
}
type Run = OpenRun<AllOperations>;
type Read = (campaign: CampaignReading, options: CallOptions) => Promise<CampaignReport>;
type Act = (acting: CampaignActing, options: CallOptions, run: Run) => Promise<CampaignReport>;

export function addCampaignCommand(program: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  const campaign = program
    .command("campaign")
    .description("Retire many keys by a date, wave by wave, from a folder that a team keeps in git")
    .helpCommand("help [command]", "show help for a command");
  const read = async (shown: Shown, work: Read): Promise<void> =>
    end(await runCampaign(world, shown, async (run) => work(await run.campaign(), run.options)));
  const act = async (shown: Shown, work: Act): Promise<void> =>
    end(await runCampaign(world, shown, async (run) => work(await run.campaignActs(), run.options, run)));
  /** Asks the person to type the words; without a terminal, `--yes` takes their place. */
  const asking =
    (shown: Shown & Yes): Confirm =>
    (phrase, lines) =>
      confirmSet(world, shown, phrase, lines);

  shownCommand(campaign, "init", "List the keys of the instance, and write a first campaign.yaml")
    .option("--name <name>", "name of the campaign: lowercase letters, digits and hyphens", "retirement")
    .addOption(
      new Option("--deadline <date>", "last day on which key material may still be pending")
        .argParser(parseDay)
        .default("2027-03-20"),
    )
    .action(({ name, deadline, ...shown }: Shown & { readonly name: string; readonly deadline: string }) =>
      read(shown, (reading, options) => reading.init(shown.folder, { name, deadline }, options)),
    );

  const runs = { act, read, asking };
  addPlanCommand(campaign, world, runs);

  yesOption(shownCommand(campaign, "signoff", "Show the keys that an owner signs, and write the sign-off"))
    .requiredOption("--owner <owner>", "the owner, as in the manifest")
    .option("--csv", "one line of CSV per key")
    .action(({ owner, ...shown }: Shown & Yes & { readonly owner: string }) => {
      const signing = { owner, show: showing(world, shown), confirm: asking(shown) };
      return read(shown, (reading, options) => reading.signoff(shown.folder, signing, options));
    });

  addNextCommand(campaign, world, runs);

  shownCommand(campaign, "status", "Show what each wave waits for, or what happened to a key")
    .argument("[key]", "ID, label, ARN, URI, CRN or application")
    .option("--wave <wave>", "only this wave")
    .option("--live", "ask each keystore, and exit with 12 or 14 if a key or a date is out of order; for each night")
    .option("--csv", "one line of CSV per key")
    .option("--html", "one page without scripts, for a browser and for paper")
    .action((key: string | undefined, { wave, live, ...shown }: Shown & Status) =>
      read(shown, (reading, options) => reading.status(shown.folder, { key, wave, isLive: live === true }, options)),
    );

  waveCommand(campaign, "halt", "Withdraw every request of a wave, no matter who wrote it").action(
    (wave: string, shown: Shown) => act(shown, (acting, options) => acting.halt(shown.folder, wave, options)),
  );

  yesOption(waveCommand(campaign, "rollback", "Reactivate what this campaign deactivated"))
    .addOption(new Option("--app <application>", "only the keys of this application"))
    .addOption(new Option("--key <key>", "only this key: anything that uko campaign status accepts").conflicts("app"))
    .option("--written-since", "also keys that another person wrote to since; asks you to type a confirmation")
    .action((wave: string, { app: application, key, writtenSince, ...shown }: Shown & Yes & RollingBack) => {
      const request = { wave, application, key, writtenSince: writtenSince === true, confirm: asking(shown) };
      return act(shown, (acting, options) => acting.rollback(shown.folder, request, options));
    });

  addFinishCommand(campaign, world, runs);
}

type Yes = { readonly yes?: true };
type Status = { readonly wave?: string; readonly live?: true };
type RollingBack = { readonly app?: string; readonly key?: string; readonly writtenSince?: true };

type Planning = Shown &
  Yes & {
    readonly wave?: string;
    readonly declared?: readonly string[];
    readonly usage?: readonly string[];
    readonly associatedResources?: true;
    readonly write?: true;
  };

function addPlanCommand(campaign: Command, world: UkoWorld, { read, asking }: Runs): void {
  const description = "Classify each key, and show its dates and what changed; exits with 14 if a key is late";
  yesOption(shownCommand(campaign, "plan", description))
    .option("--write", "write manifest.jsonl after a confirmation")
    .option("--wave <wave>", "renew only this wave; the lines of all others stay")
    .addOption(
      new Option("--declared <file>", "exported state of Pulumi, OpenTofu or Terraform; repeatable").argParser(
        repeatable(String),
      ),
    )
    .addOption(
      new Option("--usage <file>", "CSV with the columns key, lastUsed, count; repeatable").argParser(
        repeatable(String),
      ),
    )
    .option("--associated-resources", "read the associated resources of each key; one call per key")
    .option("--csv", "one line of CSV per key")
    .option("--html", "one page without scripts, for a browser and for paper")
    .action(async ({ wave, declared = [], usage = [], associatedResources, write, ...shown }: Planning) => {
      const request = {
        wave,
        declared: await readAll(world, declared, exportedState),
        usage: await readAll(world, usage, usageFile),
        isLive: associatedResources === true,
        ...(write === true && { writing: { show: showing(world, shown), confirm: asking(shown) } }),
      };
      await read(shown, (reading, options) => reading.plan(shown.folder, request, options));
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
    readonly reviewOnly?: true;
    readonly out?: string;
    readonly review?: string;
  };

function addNextCommand(campaign: Command, world: UkoWorld, { act }: Runs): void {
  yesOption(shownCommand(campaign, "next", "Do what you can do now: request, review and approve, continue, or remove"))
    .option("--wave <wave>", "only this wave")
    .addOption(new Option("--step <step>", "only this step").choices(["deactivate", "destroy"]))
    .option(
      "--reason <text>",
      "shown on each requested key, instead of the reason of its rule; or why a stop continues",
    )
    .option("--emergency <reason>", "take the step inside a blackout, for this reason")
    .option("--store", "store your approvals, so that the requester takes the step")
    .option("--review-only", "only review; with --out, for a later run with --review")
    .addOption(new Option("--out <file>", "write the review to this file, which must not exist"))
    .addOption(new Option("--review <file>", "approve this review of yours; with --yes also without a terminal"))
    .option("--csv", "one line of CSV per key")
    .action(({ store, reviewOnly, out, review, ...shown }: Next) => {
      if ((reviewOnly === true) !== (out !== undefined)) {
        throw invalidInput("--review-only and --out belong together", "Add the other one, or omit both.");
      }
      if (reviewOnly === true) requirePerson(world, "uko campaign next --review-only");
      return act(shown, async (acting, options, run) => {
        const kept = review === undefined ? undefined : run.openCampaignReview(review);
        const request = { ...shown, stores: store === true, reviewOnly: reviewOnly === true, review: kept };
        const result = await acting.next(shown.folder, request, talkWith(world, shown, kept !== undefined), options);
        if (result.review === undefined || out === undefined) return result.report;
        await writeReview(out, run.sealReview(result.review), false);
        const command = `uko campaign next --review ${shellWord(out)} --folder ${shellWord(shown.folder)}`;
        return { ...result.report, summary: `Wrote ${out}, and changed no key`, next: [{ command }] };
      });
    });
}

/**
 * Asks the questions of `uko campaign next`. With `--yes`, a review that the caller saved needs no question, because the
 * caller typed the words when saving it.
 */
function talkWith(world: UkoWorld, shown: Next, isKept: boolean): Talk {
  const isAnswered = isKept && shown.yes === true;
  return {
    mayApprove: world.ask !== undefined,
    show: showing(world, shown),
    confirm: (phrase, lines) => confirmSet(world, shown, phrase, lines),
    approve: async (phrase, lines) => {
      if (!isAnswered) await confirmSet(world, {}, phrase, lines);
    },
    async askReason(wave) {
      const question = `Why may wave ${wave} continue? Type the reason, or Enter to leave it stopped: `;
      const reason = shown.reason ?? (await world.ask?.(question)) ?? "";
      if (reason.trim() !== "") return reason.trim();
      throw invalidInput(
        `Wave "${wave}" is stopped, and continues only for a reason`,
        "Nothing was changed. Add --reason with the reason to continue.",
      );
    },
  };
}

interface Runs {
  readonly act: (shown: Shown, work: Act) => Promise<void>;
  readonly read: (shown: Shown, work: Read) => Promise<void>;
  readonly asking: (shown: Shown & Yes) => Confirm;
}

type Finish = Shown & Yes & { readonly accept?: string; readonly reason?: string; readonly afterShutdown?: true };

function addFinishCommand(campaign: Command, world: UkoWorld, { act, read, asking }: Runs): void {
  const description = "Show the one outcome of each key, and delete emptied templates, keystores, key rings and vaults";
  yesOption(shownCommand(campaign, "finish", description))
    .option("--accept <key>", "accept a key that no step can end, as one of two people; with --reason")
    .option("--reason <text>", "with --accept, required: why the key may stay as it is")
    .addOption(
      new Option("--after-shutdown", "only what to ask of each cloud once the instance is gone").conflicts("accept"),
    )
    .option("--csv", "one line of CSV per key, or per key and keystore with --after-shutdown")
    .action(({ accept, reason, afterShutdown, ...shown }: Finish) => {
      if ((accept === undefined) !== (reason === undefined)) {
        throw invalidInput("--accept and --reason belong together", "Add the other one, or omit both.");
      }
      if (afterShutdown === true) return read(shown, (reading, options) => reading.questions(shown.folder, options));
      if (accept !== undefined && reason !== undefined) {
        requirePerson(world, "uko campaign finish --accept");
        const confirm: Confirm = (phrase, lines) => confirmSet(world, {}, phrase, lines);
        return act(shown, (acting, options) => acting.accept(shown.folder, { key: accept, reason, confirm }, options));
      }
      const isReading = shown.yes !== true && (world.ask === undefined || shown.json === true || shown.csv === true);
      const confirm = isReading ? undefined : asking(shown);
      return act(shown, (acting, options) => acting.finish(shown.folder, confirm, options));
    });
}

function shownCommand(campaign: Command, name: string, description: string): Command {
  return campaign
    .command(name)
    .description(description)
    .option("--folder <folder>", "folder of the campaign", ".")
    .option("--json", "one line of JSON");
}

function waveCommand(campaign: Command, name: string, description: string): Command {
  return shownCommand(campaign, name, description)
    .argument("<wave>", "name of the wave")
    .option("--csv", "one line of CSV per key");
}

function yesOption(command: Command): Command {
  return command.option("--yes", "required if there is no terminal; at a terminal, uko asks in any case");
}

/**
 * Returns the function that shows reports. A person reads each report before a question; a program gets only the last
 * one.
 */
function showing(world: UkoWorld, { json, csv, html }: Shown): (report: CampaignReport) => boolean {
  return (report) => {
    const isRead = json !== true && csv !== true && html !== true;
    if (isRead) printReport(world, {}, report);
    return isRead;
  };
}

function runCampaign(world: UkoWorld, shown: Shown, work: (run: Run) => Promise<CampaignReport>): Promise<number> {
  return withOperations(world, async (run) => {
    const report = await work(run);
    const page = shown.html === true ? (await run.campaign()).page(report) : undefined;
    if (page === undefined) printReport(world, shown, report);
    else world.out.write(page);
    return report.exitCode;
  });
}
