/** Defines `uko requests`, which lists in whole vaults what waits for a person or a time, also KMS keys. */

import { type Command, Option } from "commander";
import { surveyMessages } from "../compose/text.ts";
import type { Report } from "../engine/loop/report.ts";
import { mostSevere } from "../errors.ts";
import { collectVaults, parseDuration } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { reportJson, reportText, writeUnreadable } from "./print.ts";
import { withOperations } from "./run.ts";
import { learnLabels } from "./run-on-keys.ts";
import { resolveVaults } from "./selection.ts";
import { type Column, renderTable } from "./table.ts";

interface RequestsOptions {
  readonly vault?: readonly string[];
  readonly json?: boolean;
  readonly mine?: true;
  readonly expiring?: number;
  readonly long?: true;
}

export function addRequestsCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("requests")
    .description("List what waits: requested deletions, deactivated, destroyed and never active keys; changes nothing")
    .addOption(
      new Option(
        "--vault <vault>",
        "only this vault, by name or ID; repeatable (default: all vaults that you can read)",
      ).argParser(collectVaults),
    )
    .option("--json", "one line of JSON per key")
    .option("--mine", "only requests and approvals that you wrote")
    .addOption(
      new Option("--expiring <duration>", "only requests that expire within this time, such as 48h").argParser(
        parseDuration("--expiring", "100d"),
      ),
    )
    .option("--long", "a block with the next commands for each key, instead of a table")
    .action(async (given: RequestsOptions) => end(await runRequests(world, given)));
}

function runRequests(world: CliWorld, given: RequestsOptions): Promise<number> {
  const { vault = [], json = false, mine, expiring } = given;
  return withOperations(world, async (run) => {
    const { operations, kmsOperations, options } = run;
    const vaultIds = await resolveVaults(run, vault, options);
    const isWhole = json || given.long === true;
    if (isWhole) await learnLabels(run);
    const survey = await operations.requests({ vaultIds, isWhole }, options);
    const { keys, unread } = vault.length > 0 ? { keys: [] } : await kmsOperations.pending(options);
    const filter = {
      isMine: mine === true,
      ...(expiring !== undefined && { expiresWithinMs: expiring }),
    };
    const { selectRequests } = await import("../compose/operations.ts");
    const reports = selectRequests([...survey.reports, ...keys.map(({ report }) => report)], filter, survey.nowMs);
    world.out.write(requestsText(world, given, reports));
    if (!json) world.out.write(`${surveyMessages.summarizeRequests(reports, survey.vaults)}\n`);
    if (!json && given.long !== true && reports.length > 0)
      world.out.write(`${surveyMessages.requestsNext(reports)}\n`);
    if (unread !== undefined) world.err.write(`${surveyMessages.kmsKeysNotListed(unread)}\n`);
    return mostSevere(writeUnreadable(world, survey, json));
  });
}

function requestsText({ out }: CliWorld, { json, long }: RequestsOptions, reports: readonly Report[]): string {
  if (json === true) return reports.map(reportJson).join("");
  if (long === true) return reports.map((report) => `${reportText(report, out)}\n`).join("");
  if (reports.length === 0) return "";
  const columns = surveyMessages.requestHeads.map((head): Column => ({ head, ...requestColumns[head] }));
  const table = renderTable(out, { columns, rows: surveyMessages.requestRows(reports) });
  const reasons = surveyMessages.requestReasons(reports);
  return [[table], reasons].flatMap((lines) => (lines.length === 0 ? [] : [`${lines.join("\n")}\n\n`])).join("");
}

const requestColumns: Readonly<Partial<Record<(typeof surveyMessages.requestHeads)[number], Omit<Column, "head">>>> = {
  LABEL: { minWidth: 12 },
  KEY: { isOptional: true },
  STATE: { isOptional: true },
  SINCE: { isOptional: true },
  "REQUESTED BY": { minWidth: 12 },
  "APPROVED BY": { isOptional: true },
  "CAN ACT": { isOptional: true },
};
