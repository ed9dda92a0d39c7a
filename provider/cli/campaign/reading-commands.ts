/** The commands of `uko campaign` that take no step on a key. Only `hold` writes to the service: the hold tag of a key. */

import { type Command, Option } from "commander";
import type { CampaignReading, HoldRequest } from "../../engine/campaign/operations.ts";
import type { CampaignReport } from "../../engine/campaign/report.ts";
import type { CallOptions } from "../../engine/ports/world.ts";
import { UkoError } from "../../errors.ts";
import { invalidInput, parseAnyKey, parseDay, repeatable, type TypedKey } from "../arguments.ts";
import type { AllOperations, UkoWorld } from "../cli-world.ts";
import { exportedState, readInputFile } from "../files.ts";
import { requireReason } from "../hold-command.ts";
import { type OutputForm, printReport } from "../print.ts";
import { type OpenRun, withOperations } from "../run.ts";
import { requireFullIds, resolveKeys } from "../typed-keys.ts";

export interface Shown extends OutputForm {
  readonly folder: string;
  readonly html?: true;
}

export function shownCommand(campaign: Command, name: string, description: string): Command {
  return campaign
    .command(name)
    .description(description)
    .option("--folder <folder>", "folder of the campaign", ".")
    .option("--json", "one line of JSON");
}

type Run = (campaign: CampaignReading, options: CallOptions, opened: AllOperations) => Promise<CampaignReport>;

export function addReadingCommands(campaign: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  const run = async (shown: Shown, act: Run): Promise<void> =>
    end(await runCampaign(world, shown, async (opened) => act(await opened.campaign(), opened.options, opened)));

  shownCommand(campaign, "init", "List the keys of the instance, and write a first campaign.yaml")
    .option("--name <name>", "name of the campaign: lowercase letters, digits and hyphens", "retirement")
    .addOption(
      new Option("--deadline <date>", "last day on which key material may still be pending")
        .argParser(parseDay)
        .default("2027-03-20"),
    )
    .action(({ name, deadline, ...shown }: Shown & { readonly name: string; readonly deadline: string }) =>
      run(shown, (reading, options) => reading.init(shown.folder, { name, deadline }, options)),
    );

  addBaselineCommand(campaign, world, run);

  shownCommand(campaign, "check", "Check keystores, live statuses of keys, rights and people; run it each night")
    .option("--csv", "one line of CSV per finding")
    .action((shown: Shown) => run(shown, (reading, options) => reading.check(shown.folder, options)));

  shownCommand(campaign, "signoff", "Write the list of keys that an owner signs; destroy waits for it")
    .requiredOption("--owner <owner>", "the owner, as in the manifest")
    .option("--csv", "one line of CSV per key")
    .action(({ owner, ...shown }: Shown & { readonly owner: string }) =>
      run(shown, (reading, options) => reading.signoff(shown.folder, owner, options)),
    );

  shownCommand(campaign, "plan", "Show the dates of each wave against the deadline; exits with 14 if a key is late")
    .option("--csv", "one line of CSV per key")
    .option("--html", "one page without scripts, for a browser and for paper")
    .action((shown: Shown) => run(shown, (reading, options) => reading.plan(shown.folder, options)));

  shownCommand(campaign, "status", "Show each wave by state, what it waits for, and pending requests")
    .option("--csv", "one line of CSV per key")
    .option("--board", "one page for management instead")
    .option("--html", "one page without scripts, for a browser and for paper")
    .action(({ board, ...shown }: Shown & { readonly board?: true }) =>
      run(shown, (reading, options) => reading.status(shown.folder, board === true ? "board" : "waves", options)),
    );

  shownCommand(campaign, "report", "Show the one outcome of each key, for an auditor")
    .option("--wave <wave>", "only the keys of this wave")
    .option("--after-shutdown", "what to ask of each cloud once the instance is gone; run it before, and keep it")
    .option("--csv", "one line of CSV per key, or per key and keystore with --after-shutdown")
    .action(({ wave, afterShutdown, ...shown }: Reporting) =>
      run(shown, (reading, options) =>
        reading.report(shown.folder, { wave, afterShutdown: afterShutdown === true }, options),
      ),
    );

  shownCommand(
    campaign,
    "find",
    "Find a key by an ID in UKO or a cloud, label or application, and how to undo its last step",
  )
    .argument("<id>", "ID, label, ARN, URI, CRN or application")
    .action((typed: string, shown: Shown) =>
      run(shown, (reading, options) => reading.find(shown.folder, typed, options)),
    );

  addHoldCommand(campaign, world, run);
}

type Reporting = Shown & { readonly wave?: string; readonly afterShutdown?: true };

type Baselining = Shown & {
  readonly wave?: string;
  readonly declared?: readonly string[];
  readonly usage?: readonly string[];
  readonly associatedResources?: true;
};

function addBaselineCommand(campaign: Command, world: UkoWorld, run: (shown: Shown, act: Run) => Promise<void>): void {
  shownCommand(
    campaign,
    "baseline",
    "Classify each key, write manifest.jsonl, and show what changed since the last one",
  )
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
    .action(async ({ wave, declared = [], usage = [], associatedResources, ...shown }: Baselining) => {
      const request = {
        wave,
        declared: await readAll(world, declared, exportedState),
        usage: await readAll(world, usage, usageFile),
        isLive: associatedResources === true,
      };
      await run(shown, (reading, options) => reading.baseline(shown.folder, request, options));
    });
}

const usageFile = {
  what: "evidence of use",
  next: "write a CSV file with the columns key, lastUsed and count",
} as const;

function readAll(world: UkoWorld, files: readonly string[], kind: Parameters<typeof readInputFile>[2]) {
  return Promise.all(files.map(async (name) => ({ name, text: await readInputFile(world, name, kind) })));
}

type Holding = Shown &
  Partial<Pick<HoldRequest, "kind">> &
  Pick<HoldRequest, "until" | "ticket"> & { readonly release?: true; readonly reason?: string };

function addHoldCommand(campaign: Command, world: UkoWorld, run: (shown: Shown, act: Run) => Promise<void>): void {
  shownCommand(campaign, "hold", "Hold a key, in the folder and by a tag on the key: no campaign takes a step on it")
    .argument(
      "<key>",
      "<vaultId>/<keyId>, kms/<keyId>; at a terminal also <vault>/<label> or the start of an ID",
      parseAnyKey,
    )
    .addOption(new Option("--kind <kind>", "why").choices(["legal", "owner", "incident"]))
    .addOption(new Option("--until <date>", "last day; without it, the hold does not end").argParser(parseDay))
    .option("--ticket <ticket>", "number of a ticket")
    .addOption(
      new Option("--release", "end the holds; a legal hold ends once two people have released it").conflicts([
        "kind",
        "until",
        "ticket",
      ]),
    )
    .option("--reason <text>", "with --release, required: why the hold ends")
    .action((typed: TypedKey, { kind, until, ticket, release, reason, ...shown }: Holding) => {
      requireReason(release, reason);
      if (kind === undefined && release !== true) {
        throw invalidInput(
          "Nothing says why the key is held",
          "Add --kind with legal, owner or incident; or end a hold with --release and --reason.",
        );
      }
      const named = { keys: [typed], json: shown.json === true, writes: "campaign hold" };
      requireFullIds(world, named);
      return run(shown, async (reading, options, opened) => {
        const [path] = await resolveKeys(world, opened, named);
        if (path === undefined) throw new UkoError("UKO_BUG");
        const key = "kmsKeyId" in path ? `kms/${path.kmsKeyId}` : `${path.vaultId}/${path.keyId}`;
        const request = {
          key,
          kind: kind ?? "owner",
          until,
          ticket,
          ...(release === true && { release: reason }),
        } as const;
        return reading.hold(shown.folder, request, options);
      });
    });
}

export function runCampaign(
  world: UkoWorld,
  shown: Shown,
  work: (run: OpenRun<AllOperations>) => Promise<CampaignReport>,
): Promise<number> {
  return withOperations(world, async (run) => {
    const report = await work(run);
    const page = shown.html === true ? (await run.campaign()).page(report) : undefined;
    run.progress.clear();
    if (page === undefined) printReport(world, shown, report);
    else world.out.write(page);
    return report.exitCode;
  });
}
