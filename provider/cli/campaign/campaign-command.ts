/** `uko campaign`: the sub-program for many keys and a deadline, and its commands that change keys. */

import { type Command, Option } from "commander";
import type { CampaignActing } from "../../engine/campaign/acting.ts";
import type { CampaignReport } from "../../engine/campaign/report.ts";
import type { ReviewOfStep } from "../../engine/campaign/wave-state.ts";
import type { CallOptions } from "../../engine/ports/world.ts";
import type { UkoWorld } from "../cli-world.ts";
import { commandHelp } from "../help-layout.ts";
import { confirmSet, kindOption } from "../review-commands.ts";
import { requirePerson } from "../typed-keys.ts";
import { addReadingCommands, runCampaign, type Shown, shownCommand } from "./reading-commands.ts";

type Run = (acting: CampaignActing, options: CallOptions) => Promise<CampaignReport>;
type Step = "deactivate" | "destroy";
type Passing = Shown & { readonly emergency?: string; readonly resume?: string; readonly reason?: string };

type Reviewing = Passing & { readonly requestedBy?: string; readonly kind: ReviewOfStep["kind"] };
type Approving = Passing & { readonly review: string; readonly store?: true };
type RollingBack = Shown & {
  readonly app?: string;
  readonly key?: string;
  readonly writtenSince?: true;
  readonly yes?: true;
};

export function addCampaignCommand(program: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  const campaign = program
    .command("campaign")
    .description("Retire many keys by a date, wave by wave, from a folder that a team keeps in git")
    .helpCommand("help [command]", "show help for a command")
    .addHelpText("after", () => commandHelp(world.out, "campaign"));
  addReadingCommands(campaign, world, end);
  addActingCommands(campaign, world, end);
}

function addActingCommands(campaign: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  const run = async (shown: Shown, act: Run): Promise<void> =>
    end(await runCampaign(world, shown, async ({ campaignActs, options }) => act(await campaignActs(), options)));

  /** No option answers for a person who approves, and --json only changes what is printed. */
  const byHand = (phrase: string, lines?: readonly string[]) => confirmSet(world, {}, phrase, lines);
  const asking = (shown: Shown, yes: true | undefined) => (phrase: string, lines?: readonly string[]) =>
    confirmSet(world, { ...shown, ...(yes && { yes }) }, phrase, lines);

  stepCommand(campaign, "request", "Request the step for each key of a wave that is ready")
    .option("--renew", "replace requests that expire within 48 hours")
    .action((wave: string, step: Step, { renew, ...passing }: Passing & { readonly renew?: true }) =>
      run(passing, (acting, options) =>
        acting.request(passing.folder, { wave, step, ...passing, renew: renew === true }, options),
      ),
    );

  stepCommand(campaign, "review", "Read each requested key of a wave, and write a review file; changes no key")
    .option("--requested-by <person>", "IAM ID or name of the person who requested the step")
    .addOption(kindOption(["managed", "never-active", "kms"]))
    .action((wave: string, step: Step, rest: Reviewing) =>
      run(rest, (acting, options) => acting.review(rest.folder, { wave, step, ...rest }, options)),
    );

  stepCommand(campaign, "approve", "Take the step on exactly the keys that you reviewed")
    .requiredOption("--review <digest>", "SHA-256 of your review file, as uko campaign review printed it")
    .option("--store", "write an approval on each key, so that the requester may act; take no step")
    .action((wave: string, step: Step, { review, store, ...rest }: Approving) => {
      requirePerson(world, "uko campaign approve");
      return run(rest, (acting, options) =>
        acting.approve(rest.folder, { wave, step, ...rest, review, stores: store === true, confirm: byHand }, options),
      );
    });

  waveCommand(campaign, "rollback", "Reactivate what this campaign deactivated")
    .addOption(new Option("--app <application>", "only the keys of this application"))
    .addOption(new Option("--key <key>", "only this key: anything that uko campaign find accepts").conflicts("app"))
    .option("--written-since", "also keys that another person wrote to since; asks you to type a confirmation")
    .option("--yes", "with --written-since: required if there is no terminal")
    .action((wave: string, { app: application, key, writtenSince, yes, ...rest }: RollingBack) => {
      const confirm = asking(rest, yes);
      return run(rest, (acting, options) =>
        acting.rollback(rest.folder, { wave, application, key, writtenSince: writtenSince === true, confirm }, options),
      );
    });

  shownCommand(campaign, "close", "Delete emptied templates, keystores, key rings and vaults; print what is left to do")
    .option("--csv", "one line of CSV per destroyed KMS key whose metadata KMS still keeps")
    .option("--yes", "required if there is no terminal; at a terminal, uko asks in any case")
    .action(({ yes, ...rest }: Shown & { readonly yes?: true }) =>
      run(rest, (acting, options) => acting.close(rest.folder, asking(rest, yes), options)),
    );

  waveCommand(
    campaign,
    "advance",
    "Remove the metadata of keys that are destroyed everywhere, and nothing else",
  ).action((wave: string, shown: Shown) =>
    run(shown, (acting, options) => acting.advance(shown.folder, wave, options)),
  );

  waveCommand(campaign, "halt", "Withdraw every request of a wave, no matter who wrote it").action(
    (wave: string, shown: Shown) => run(shown, (acting, options) => acting.halt(shown.folder, wave, options)),
  );
}

function waveCommand(campaign: Command, name: string, description: string): Command {
  return shownCommand(campaign, name, description)
    .argument("<wave>", "name of the wave")
    .option("--csv", "one line of CSV per key");
}

function stepCommand(campaign: Command, name: string, description: string): Command {
  return waveCommand(campaign, name, description)
    .addArgument(campaign.createArgument("<step>", "deactivate or destroy").choices(["deactivate", "destroy"]))
    .addOption(new Option("--emergency <reason>", "take the step inside a blackout, for this reason"))
    .addOption(new Option("--resume <digest>", "digest of the stop after which the wave continues"))
    .option("--reason <text>", "reason, which the record on each key shows");
}
