/**
 * Defines the commands about all keys of some vaults. `uko requests` lists the pending deletions, also of KMS keys.
 * `uko sweep` removes destroyed keys that no keystore holds anymore. A removal
 * cannot be undone. Therefore `uko sweep` shows the keys and asks first, or requires `--yes`.
 */

import { type Command, Option } from "commander";
import { jsonLine, parseDurationMs, surveyMessages } from "../compose/text.ts";
import type { Survey } from "../engine/key/many/survey.ts";
import type { Report } from "../engine/loop/report.ts";
import type { KeyRef } from "../engine/ports/world.ts";
import { mostSevere } from "../errors.ts";
import { collectVaultIds, collectVaults, parseDuration } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { isConfirmed } from "./hand.ts";
import { printError, reportJson, reportText } from "./print.ts";
import { withOperations } from "./run.ts";
import { honorLeave, reportEach } from "./run-on-keys.ts";
import { resolveVaults } from "./selection.ts";
import { type Column, renderTable } from "./table.ts";

interface VaultOptions {
  readonly vault?: readonly string[];
  readonly json?: boolean;
  readonly yes?: boolean;
}

interface RequestsOptions extends Omit<VaultOptions, "yes"> {
  readonly mine?: true;
  readonly expiring?: string;
  readonly long?: true;
}

export function addVaultCommands(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  vaultCommand(
    program,
    "requests",
    readVaults,
    "List pending deletions: who requested them, until when, and the next command; changes nothing",
  )
    .option("--mine", "only requests and approvals that you wrote")
    .addOption(
      new Option("--expiring <duration>", "only requests that expire within this time, such as 48h").argParser(
        parseDuration("--expiring"),
      ),
    )
    .option("--long", "a block with the next commands for each key, instead of a table")
    .action(async (given: RequestsOptions) => end(await runRequests(world, given)));

  vaultCommand(program, "sweep", exactVaults, "Remove destroyed keys that no keystore holds anymore; shows them first")
    .option("--yes", "remove without asking; required if there is no terminal")
    .action(async (given: VaultOptions) => end(await runSweep(world, given)));
}

const vaultDefault = "repeatable (default: all vaults that you can read)";
const readVaults = new Option("--vault <vault>", `only this vault, by name or ID; ${vaultDefault}`).argParser(
  collectVaults,
);
/** The option of a command that writes: it takes only IDs of vaults. */
const exactVaults = new Option("--vault <id>", `only this vault; ${vaultDefault}`).argParser(collectVaultIds);

function vaultCommand(program: Command, name: "requests" | "sweep", vaults: Option, description: string): Command {
  return program.command(name).description(description).addOption(vaults).option("--json", "one line of JSON per key");
}

function runRequests(world: CliWorld, given: RequestsOptions): Promise<number> {
  const { vault = [], json = false, mine, expiring } = given;
  return withOperations(world, async (run) => {
    const { operations, kmsOperations, options } = run;
    const survey = await operations.requests(await resolveVaults(run, vault, options), options);
    const { keys, unread } = vault.length > 0 ? { keys: [] } : await kmsOperations.pending(options);
    const filter = {
      isMine: mine === true,
      ...(expiring !== undefined && { expiresWithinMs: parseDurationMs(expiring, "--expiring") }),
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
  return `${renderTable(out, { columns, rows: surveyMessages.requestRows(reports) })}\n\n`;
}

const requestColumns: Readonly<Partial<Record<(typeof surveyMessages.requestHeads)[number], Omit<Column, "head">>>> = {
  LABEL: { minWidth: 12 },
  KEY: { isOptional: true },
  STATE: { isOptional: true },
  SINCE: { isOptional: true },
  "REQUESTED BY": { minWidth: 12 },
  "APPROVED BY": { isOptional: true },
  "CAN ACT": { isOptional: true },
  "WHY NOT": { minWidth: 16 },
};

/** Runs `uko sweep`: shows the candidates, and removes them after a confirmation at the terminal or with `--yes`. */
function runSweep(world: CliWorld, { vault = [], json = false, yes = false }: VaultOptions): Promise<number> {
  const { out } = world;
  return withOperations(world, async (run) => {
    const { operations, options } = run;
    const { removable: refs, reports, unreadable } = await operations.removals(vault, options);
    const exitCodes = writeUnreadable(world, { unreadable }, json);
    const countOf = (...codes: readonly number[]) => reports.filter(({ exitCode }) => codes.includes(exitCode)).length;
    const counts = { removable: refs.length, waiting: countOf(10, 11), blocked: countOf(12) };
    if (counts.blocked > 0) exitCodes.push(12);
    const shown = yes ? reports.filter(({ exitCode }) => exitCode === 12) : reports;
    for (const report of shown) out.write(json ? reportJson(report) : `${reportText(report, out)}\n`);
    // With `--json` no question is asked, so `--yes` is required.
    const goesOn =
      refs.length > 0 && (yes || (!json && (await isConfirmed(world, surveyMessages.sweepQuestion(refs.length)))));
    const campaign = goesOn ? await run.campaignHere() : undefined;
    const act = async (ref: KeyRef): Promise<Report> => {
      await honorLeave(world, run, campaign, ref);
      return operations.sweep(ref, options);
    };
    const ended = goesOn
      ? await reportEach(world, run, { keys: refs, what: "Removing", json, act })
      : { reports: [], exitCodes: [] };
    const removed = ended.reports.filter(({ lifecycleState }) => lifecycleState === "gone").length;
    const isDry = !goesOn && !yes;
    const sweep = { ...counts, removed, failed: goesOn ? refs.length - removed : 0, isDry };
    out.write(`${json ? jsonLine({ v: 1, sweep }) : surveyMessages.summarizeSweep(sweep, isDry)}\n`);
    if (isDry && refs.length > 0 && !json) out.write(`${surveyMessages.sweepHint}\n`);
    return mostSevere([...exitCodes, ...ended.exitCodes]);
  });
}

/** Reports each vault and key that could not be read, and returns their exit codes. The other keys are still shown. */
export function writeUnreadable(world: CliWorld, { unreadable }: Pick<Survey, "unreadable">, json: boolean): number[] {
  for (const { vaultId, keyId, error } of unreadable) {
    const what = keyId === undefined ? `Vault ${vaultId}` : `Key ${vaultId}/${keyId}`;
    if (json) printError(world, error, true, { vaultId, ...(keyId !== undefined && { keyId }) });
    else world.err.write(`${what}: ${error.summary}\n`);
  }
  return unreadable.map(({ error }) => error.exitCode);
}
