/**
 * `uko approve`: approves what another person requested and takes the step, or with `--store` only stores the approval.
 * It shows the keys, asks the person to type the label, or the step and the number of keys, and acts only on the keys
 * as it showed them. So a person cannot approve something else by a habitual Enter.
 */

import { Argument, type Command } from "commander";
import { approvalMessages, runnable, setMessages } from "../compose/text.ts";
import type { VaultNames } from "../engine/key/sets/approval-messages.ts";
import type { Approving } from "../engine/key/sets/approve-set.ts";
import type { KeyApart, PendingGroup, SetReview } from "../engine/key/sets/review-set.ts";
import { mostSevere, UkoError } from "../errors.ts";
import type { Review } from "../lifecycle/consent/review.ts";
import { phraseFor } from "../text/phrase.ts";
import { printableLines } from "../text/printable.ts";
import { parseAnyKey, repeatable, type TypedKey, usageError } from "./arguments.ts";
import type { CliWorld, TextOutput } from "./cli-world.ts";
import { requireHand, requireTyped } from "./hand.ts";
import { approveKmsKeys, approveRequests, writeWaitingKmsKeys } from "./kms-approval.ts";
import { writeUnreadable } from "./print.ts";
import { type Recording, recordedWorld, recordOption } from "./record-option.ts";
import { type OpenRun, withOperations } from "./run.ts";
import { type CampaignHere, withoutLeft } from "./run-on-keys.ts";
import {
  addSelectionOptions,
  isSelecting,
  keysInFile,
  kmsSelectionOf,
  type SelectionOptions,
  selectionIn,
  selectionOf,
} from "./selection.ts";
import { paint, tableOf as renderTable } from "./table.ts";
import { managedRefs, resolveKeys } from "./typed-keys.ts";

interface ApproveOptions extends SelectionOptions, Recording {
  readonly store?: true;
  readonly request?: string;
}

export function addApproveCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  const command = program
    .command("approve")
    .description("Approve what another person requested, and take the step; without a key, list what you can approve")
    .addArgument(
      new Argument(
        "[key...]",
        "<vaultId>/<keyId>, <vault>/<label>, a label, a request ID, or kms/<keyId>; one or more",
      ).argParser(repeatable(parseAnyKey)),
    );
  addSelectionOptions(command)
    .option("--store", "store your approval, on which the requester's next run acts; take no step")
    .option("--request <file>", "destroy the KMS keys of a file that uko request --out wrote for you")
    .addOption(recordOption())
    .action(async (keys: readonly TypedKey[] | undefined, given: ApproveOptions) =>
      end(await runApprove(recordedWorld(world, "approve", given), keys ?? [], given)),
    );
}

async function runApprove(world: CliWorld, typed: readonly TypedKey[], given: ApproveOptions): Promise<number> {
  const { request } = given;
  const isChosen = isSelecting(selectionIn(given));
  const isNamed = typed.length > 0 || given.keys !== undefined || isChosen;
  if (request !== undefined && isNamed) {
    throw usageError("--request names its keys itself", "Omit the keys and the options that choose keys.");
  }
  requireHand(world, "uko approve");
  if (request !== undefined) return withOperations(world, (run) => approveRequests(world, run, request));
  return withOperations(world, async (run) => {
    const { operations, settings, options } = run;
    const named = [...typed, ...(await keysInFile(world, given))];
    const resolved = await resolveKeys(world, run, { keys: named, json: false });
    const { instanceId } = settings;
    const refs = [...managedRefs(resolved, instanceId)];
    const codes: number[] = [];
    const outdated: KeyApart[] = [];
    const campaign = await run.campaignHere();
    let areLed = false;
    let listing: Promise<VaultNames> | undefined;
    const vaultsOnce = () => (listing ??= run.directory.vaultNames(options));
    const isKmsWaiting = !isNamed && (await writeWaitingKmsKeys(world, run));
    const isInKeyProtect = settings.keyProtect !== undefined;
    const kmsKeys = resolved.flatMap((key) => ("kmsKeyId" in key ? [key] : []));
    if (isInKeyProtect && (isChosen || !isNamed)) {
      const chosen = { ...kmsSelectionOf(given), isSet: true } as const;
      if (isChosen) kmsKeys.push(...(await run.directory.selectKmsKeys(chosen, options)));
      if (kmsKeys.length === 0 && !isKmsWaiting) world.out.write(`${approvalMessages.nothingToApprove}\n`);
    } else if (!isInKeyProtect && (!isNamed || isChosen)) {
      const listed = await operations.listApprovable(
        { ...(await selectionOf(run, given, options)), campaign },
        options,
      );
      codes.push(...writeUnreadable(world, listed, false));
      writeLed(world, listed.led);
      if (isNamed && listed.led.length > 0) codes.push(12);
      areLed = listed.led.length > 0;
      const chosen = isNamed ? listed.groups : await choose(world, listed, vaultsOnce, isKmsWaiting);
      outdated.push(...chosen.flatMap((group) => group.outdated));
      refs.push(
        ...chosen
          .flatMap(({ keys }) => keys)
          .map(({ observation: { facts } }) => ({ instanceId, vaultId: facts.vaultId, keyId: facts.keyId })),
      );
      if (!isNamed && refs.length === 0) return mostSevere(codes);
    }
    // A request of a campaign is approved with its wave. Only a person who names this one key approves it here.
    const isOne = typed.length === 1 && given.keys === undefined && !isChosen;
    const kept = await withoutLeft(world, run, { keys: refs, campaign, codes });
    if (kept.length > 0 || (kmsKeys.length === 0 && refs.length === 0 && !areLed && !isInKeyProtect)) {
      codes.push(...(await approveKeys(world, run, kept, { ...given, isOne, campaign, vaultsOnce, outdated })));
    }
    if (kmsKeys.length > 0) codes.push(await approveKmsKeys(world, run, kmsKeys, { ...given, campaign, isOne }));
    return mostSevere(codes);
  });
}

function writeLed({ out }: CliWorld, led: readonly KeyApart[]): void {
  if (led.length === 0) return;
  out.write(
    approvalMessages
      .explainLed(led)
      .map((line) => `${printableLines(line)}\n`)
      .join(""),
  );
}

const orderOf = ([step, requester, vault]: readonly string[]): string => [vault, step, requester].join("\0");

/** Lists what the caller can approve, and lets the caller choose one line. */
async function choose(
  { out, ask }: CliWorld,
  { groups, led }: { readonly groups: readonly PendingGroup[]; readonly led: readonly KeyApart[] },
  vaultsOnce: () => Promise<VaultNames>,
  isKmsWaiting: boolean,
): Promise<readonly PendingGroup[]> {
  if (groups.length === 0) {
    if (led.length === 0 && !isKmsWaiting) out.write(`${approvalMessages.nothingToApprove}\n`);
    return [];
  }
  const vaults = await vaultsOnce();
  const sorted = groups
    .map((group) => ({ group, cells: approvalMessages.groupCells(group, vaults) }))
    .toSorted((a, b) => orderOf(a.cells).localeCompare(orderOf(b.cells), "en"));
  const rows = sorted.map(({ cells }, at) => [String(at + 1), ...cells]);
  out.write(`${tableOf(out, ["", ...approvalMessages.groupHeads], rows)}\n\n`);
  const typed = ((await ask?.("Show which of these? A number, or Enter for none: ")) ?? "").trim();
  const chosen = /^\d{1,6}$/.test(typed) ? sorted[Number(typed) - 1]?.group : undefined;
  if (chosen !== undefined) return [chosen];
  out.write("Nothing was changed.\n");
  return [];
}

async function approveKeys(
  world: CliWorld,
  run: OpenRun,
  refs: Parameters<OpenRun["operations"]["approvable"]>[0]["refs"],
  {
    store = false,
    isOne,
    campaign,
    vaultsOnce,
    outdated,
  }: {
    readonly store?: boolean;
    readonly isOne: boolean;
    readonly campaign: CampaignHere;
    readonly vaultsOnce: () => Promise<VaultNames>;
    /** Keys of the chosen groups whose request no longer counts. */
    readonly outdated: readonly KeyApart[];
  },
): Promise<readonly number[]> {
  const { out } = world;
  const { operations, options } = run;
  const approvable = await operations.approvable({ refs, stores: store, isNamed: isOne, campaign }, options);
  const codes = writeUnreadable(world, approvable, false);
  const { sets } = approvable;
  const apart = [...approvable.apart, ...outdated];
  await operations.noteRefused(approvable.apart, options);
  if (apart.length > 0) codes.push(12);
  if (sets.length === 0) {
    const left = [...approvalMessages.sayEachApart(apart), ...approvalMessages.explainKeysApart(apart)];
    const lines = left.length === 0 ? [approvalMessages.nothingToApprove] : left;
    out.write(lines.map((line) => `${printableLines(line)}\n`).join(""));
    return codes;
  }
  const who = [`You approve as ${approvable.approver}.`, ...approvable.signatures];
  out.write(who.map((line) => `${printableLines(line)}\n`).join(""));
  const how = { stores: store, vaults: await vaultsOnce() };
  for (const [at, set] of sets.entries()) {
    codes.push(...(await approveSet(world, run, set, { ...how, at, apart: at === 0 ? apart : [] })));
  }
  return codes;
}

async function approveSet(
  world: CliWorld,
  run: OpenRun,
  set: SetReview,
  {
    stores,
    at,
    vaults,
    apart,
  }: {
    readonly stores: boolean;
    readonly at: number;
    readonly vaults: VaultNames;
    /** Keys that the person cannot approve now. */
    readonly apart: readonly KeyApart[];
  },
): Promise<readonly number[]> {
  const { keys, file } = set;
  if (file === undefined) throw new UkoError("UKO_BUG");
  const { review } = file;
  const { step } = review.header;
  const instead = stores ? approvalMessages.actInstead(keys) : [];
  // What matters most stands last, because a long list scrolls away.
  const unusual = [
    approvalMessages.sayExceptions(keys).map((line) => `  ${line}`),
    approvalMessages.sayEachApart(apart),
    approvalMessages.sayClasses(keys).map((line) => `  ${line}`),
    approvalMessages.explainKeysApart(apart),
  ];
  const parts = [[viewOf(world, keys, review, vaults), ...instead], ...unusual].filter((lines) => lines.length > 0);
  world.out.write(`${parts.map((lines) => lines.join("\n")).join("\n\n")}\n\n`);
  const shown = keys.map(({ line }) => ({ label: line.label, id: line.keyId }));
  const { phrase, what } = phraseFor(stores ? "store" : step, shown, review.header.exceptions);
  const question = `Type ${what}, "${phrase}", to ${approvalMessages.purpose(step, stores)}: `;
  const detail = at === 0 ? "Nothing was changed." : "Nothing more was changed.";
  await requireTyped(world, question, phrase, "The approval was not confirmed", detail);
  const names = new Map(keys.map(({ line: { vaultId, keyId }, name }) => [`${vaultId}/${keyId}`, name]));
  return act(world, run, review, { stores, names });
}

/** Shows one key in full, or many keys in a list. */
function viewOf({ out }: CliWorld, keys: SetReview["keys"], review: Review, vaults: VaultNames): string {
  const [only] = keys;
  if (keys.length > 1 || only === undefined) return viewOfSet(out, { keys, review }, vaults);
  const facts = approvalMessages.describeOne(only, vaults).map((line) => `  ${printableLines(line)}`);
  return [paint(out, "strong", approvalMessages.titleOfApproval(only)), ...facts].join("\n");
}

/** The text for an approver of many keys: the effect, who asks, and each key. */
function viewOfSet(
  out: TextOutput,
  { keys, review }: { readonly keys: SetReview["keys"]; readonly review: Review },
  vaults: VaultNames,
): string {
  const { heads, rows } = approvalMessages.listKeys(keys, vaults);
  const facts = [...setMessages.whoRequested(keys), ...approvalMessages.sayCounts(keys, vaults)];
  const title = paint(out, "strong", setMessages.reviewTitle(keys, review));
  return [title, ...facts.map((fact) => `  ${fact}`), "", tableOf(out, heads, rows)].join("\n");
}

/** The columns that may be cut on a narrow terminal; IDs and times may not. */
const cuttable: Readonly<Record<string, number>> = {
  LABEL: 12,
  VAULT: 10,
  KEYS: 10,
  KEYSTORES: 10,
  NOTE: 10,
};

const tableOf = (output: TextOutput, heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  renderTable(output, heads, rows, cuttable);

/** The exit code of a key is 0 if its step was taken, even if its deletion now waits. */
async function act(
  world: CliWorld,
  run: OpenRun,
  review: Review,
  { stores, names }: Omit<Approving, "each"> & { readonly names: ReadonlyMap<string, string> },
): Promise<readonly number[]> {
  const results = await run.operations.approve(review, { stores, each: () => {} }, run.options);
  const summary = setMessages.summarizeApproval(results, review.header, { stores, names });
  const lines = [...setMessages.linesOfSkippedKeys(results), ...summary];
  world.out.write(`${lines.map((line) => printableLines(runnable(line, world.program))).join("\n")}\n`);
  return results.map((result) => (setMessages.isDone(result) ? 0 : setMessages.exitCodeOf(result)));
}
