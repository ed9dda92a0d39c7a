/**
 * Runs one operation on several keys at a time, or one after another if a person has to confirm, and prints the results
 * in the order of the keys. An error about one key does not stop the others, unless it concerns the whole run.
 */

import type { Operations } from "../engine/key/commands.ts";
import type { KmsOperations } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { KmsKeyRef } from "../engine/ports/kms-keys.ts";
import type { CallOptions, KeyRef } from "../engine/ports/world.ts";
import { asUkoError, endsTheRun, mostSevere, UkoError } from "../errors.ts";
import { printableLines } from "../text/printable.ts";
import type { KeyPath, KmsKeyPath, TypedKey } from "./arguments.ts";
import type { CliWorld, OpenOperations } from "./cli-world.ts";
import { askPerson, isConfirmed, isYes } from "./hand.ts";
import { createReportTexts, printError, reportFor, reportJson } from "./print.ts";
import { type OpenRun, withOperations } from "./run.ts";
import type { SelectionOptions } from "./selection.ts";
import { requireFullIds, resolveKeys } from "./typed-keys.ts";

export interface KeysOperation {
  readonly keys: readonly TypedKey[];
  readonly selection?: SelectionOptions;
  readonly json: boolean;
  /** The command, if it writes; then only a person at a terminal may name a key by its name, unless `yes` is set. */
  readonly writes?: string;
  readonly yes?: boolean;
  /** The command makes keys safer, so it passes a rule of a campaign that leaves a key alone. */
  readonly passesLeave?: true;
  /** Asks at a terminal before a key is destroyed or removed. */
  readonly asks?: boolean;
  /**
   * Called once, before the first key, instead of the question about keys that names or options selected. `found` has a
   * line for each of these keys.
   */
  readonly confirms?: (
    run: OpenRun,
    keys: readonly (KeyPath | KmsKeyPath)[],
    found: readonly string[],
  ) => Promise<void>;
  readonly act: (call: KeyCall) => Promise<Report>;
  /** The operation on a KMS key; absent if the command is only for managed keys. */
  readonly actOnKms?: (call: KmsKeyCall) => Promise<Report>;
}

export interface KeyCall {
  readonly operations: Operations;
  readonly settings: OpenOperations["settings"];
  readonly ref: KeyRef;
  readonly options: CallOptions;
}

export interface KmsKeyCall extends Pick<KeyCall, "options"> {
  readonly operations: KmsOperations;
  readonly ref: KmsKeyRef;
}

/** Returns the exit code. Throws the error that stopped the run before its first key. */
export async function runOnKeys(world: CliWorld, run: KeysOperation): Promise<number> {
  requireFullIds(world, run);
  const work = async (opened: OpenRun): Promise<number> => {
    const { confirms } = run;
    const found: string[] = [];
    const asks =
      confirms === undefined ? {} : { confirmLater: (lines: readonly string[]) => void found.push(...lines) };
    const codes: number[] = [];
    const keys = await resolveKeys(world, opened, { ...run, ...asks, codes });
    await confirms?.(opened, keys, found);
    const options = { ...opened.options, ...confirmation(world, run, keys.length) };
    const { json } = run;
    const passes = run.writes === undefined || run.passesLeave === true;
    const campaign = passes ? undefined : await opened.campaignHere();
    if (run.writes === undefined) await learnLabels(opened);
    const act = async (key: KeyPath | KmsKeyPath): Promise<Report> => {
      await refuseKeyThatCampaignLeaves(world, opened, campaign, key);
      return actOn(key, run, opened, options);
    };
    const isOneByOne = options.confirm !== undefined;
    // Only a choice of keys for their removal may find none.
    if (keys.length === 0 && !json) world.out.write("No key can be removed now. uko requests lists what waits.\n");
    const { exitCodes } = await reportEach(world, opened, { keys, what: "Keys", json, act, isOneByOne });
    return mostSevere([...codes, ...exitCodes]);
  };
  return withOperations(world, work);
}

/** Lets the run show under which labels the manifest here lists keys. A folder that cannot be read has no labels. */
export async function learnLabels({ campaignHere }: Pick<OpenRun, "campaignHere">): Promise<void> {
  await campaignHere().catch(() => undefined);
}

/** The campaign in whose folder the command runs. */
export type CampaignHere = Awaited<ReturnType<OpenOperations["campaignHere"]>>;

/** Throws UKO_KEY_LEFT for a key that a rule of the campaign leaves alone. Warns about a key that no rule names. */
export async function refuseKeyThatCampaignLeaves(
  world: CliWorld,
  { settings: { instanceId }, options }: Pick<OpenRun, "settings" | "options">,
  campaign: CampaignHere,
  key: KeyPath | KmsKeyPath,
): Promise<void> {
  const warning = await campaign?.requireNotLeft({ instanceId, ...key }, options);
  if (warning !== undefined) world.err.write(`${printableLines(warning)}\n`);
}

/** The keys that no rule leaves alone. Each other key is reported, and adds its exit code. */
export async function withoutLeft<Key extends KeyPath | KmsKeyPath>(
  world: CliWorld,
  run: Pick<OpenRun, "settings" | "options">,
  {
    keys,
    campaign,
    codes,
  }: { readonly keys: readonly Key[]; readonly campaign: CampaignHere; readonly codes: number[] },
): Promise<readonly Key[]> {
  const kept: Key[] = [];
  for (const key of keys) {
    try {
      await refuseKeyThatCampaignLeaves(world, run, campaign, key);
      kept.push(key);
    } catch (thrown) {
      const error = asUkoError(thrown);
      if (error.code !== "UKO_KEY_LEFT") throw error;
      printError(world, error, false, pathIn(key));
      codes.push(error.exitCode);
    }
  }
  return kept;
}

export interface EachKey<Key> {
  readonly keys: readonly Key[];
  readonly what: string;
  readonly json: boolean;
  readonly isOneByOne?: boolean;
  readonly act: (key: Key) => Promise<Report>;
}

/** Acts on several keys at a time, and reports them in order. An error about one key does not stop the next. */
export async function reportEach<Key extends KeyPath | KmsKeyPath>(
  world: CliWorld,
  { many }: Pick<OpenOperations, "many">,
  { keys, what, json, isOneByOne = false, act }: EachKey<Key>,
): Promise<{ readonly reports: readonly Report[]; readonly exitCodes: readonly number[] }> {
  type Ended = { readonly key?: Key } & ({ readonly report: Report } | { readonly error: UkoError });
  let stop: Ended | undefined;
  const actOnOne = async (key: Key): Promise<Ended> => {
    try {
      return { key, report: reportFor(world, await act(key)) };
    } catch (thrown) {
      const error = asUkoError(thrown);
      const failed = { key, error };
      if (!endsTheRun.has(error.code)) return failed;
      stop ??= failed;
      throw error;
    }
  };
  const texts = createReportTexts(world.out);
  const each = (ended: Ended): void => {
    if ("report" in ended) world.out.write(json ? reportJson(ended.report) : texts.next(ended.report));
    else {
      if (!json) world.out.write(texts.end("error"));
      printError(world, ended.error, json, ended.key && pathIn(ended.key));
    }
  };
  const items = { items: keys, what, act: actOnOne, each, isOneByOne };
  const { results, stoppedBy } = await many(items, { signal: world.signal });
  if (stoppedBy !== undefined) each(stop ?? { error: asUkoError(stoppedBy) });
  if (!json) world.out.write(texts.end());
  const reports = results.flatMap((ended) => ("report" in ended ? [ended.report] : []));
  const codes = results.map((ended) => ("report" in ended ? ended.report : ended.error).exitCode);
  return { reports, exitCodes: stoppedBy === undefined ? codes : [...codes, asUkoError(stoppedBy).exitCode] };
}

function pathIn(key: KeyPath | KmsKeyPath): Partial<KeyPath> {
  return "kmsKeyId" in key ? { keyId: key.kmsKeyId } : key;
}

/** Asks before each step. If there are several keys, the person can answer for all the others, separately for each step. */
function confirmation(world: CliWorld, { asks, json }: KeysOperation, count: number): Pick<CallOptions, "confirm"> {
  if (asks !== true || json || world.ask === undefined) return {};
  const forAll = new Set<string>();
  return {
    async confirm(question, step) {
      if (forAll.has(step)) return true;
      if (count === 1) return isConfirmed(world, `${question} [y/N] `);
      const answer = await askPerson(world, `${question} [y/N, or ${step} ${count} for each of the ${count} keys] `);
      if (answer === `${step} ${count}`) forAll.add(step);
      return forAll.has(step) || isYes(answer);
    },
  };
}

async function actOn(
  key: KeyPath | KmsKeyPath,
  { act, actOnKms }: KeysOperation,
  { operations, kmsOperations, settings }: OpenOperations,
  options: CallOptions,
): Promise<Report> {
  const { instanceId } = settings;
  if (!("kmsKeyId" in key)) return act({ operations, settings, ref: { instanceId, ...key }, options });
  if (actOnKms === undefined) throw new UkoError("UKO_BUG");
  return actOnKms({ operations: kmsOperations, ref: { instanceId, ...key }, options });
}
