/**
 * Approves the destruction of KMS keys, which is the destruction itself, so it cannot be stored for a later run. KMS
 * does not report who opened a window. Where signatures are demanded, the requester therefore signs a file with key and
 * window, which the second person passes to `uko approve --request`.
 */

import { rmSync, writeFileSync } from "node:fs";
import { mayBeOfCampaign, runnable, sayApprovedByCampaign, sayOutsideCampaign, shellWord } from "../compose/text.ts";
import type { KmsKeyRef } from "../engine/ports/kms-keys.ts";
import { mostSevere } from "../errors.ts";
import { fileError } from "../process/regular-file.ts";
import { setPhrase } from "../text/phrase.ts";
import { confirmingText, printable, printableLines } from "../text/printable.ts";
import { invalidInput, type KmsKeyPath, type TypedKey, usageError } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { readInputFile } from "./files.ts";
import { requireHand, requireTyped } from "./hand.ts";
import { reportFor, reportJson, reportText } from "./print.ts";
import { nameOfKmsKey, requireDestruction } from "./request-command.ts";
import { type OpenRun, withOperations } from "./run.ts";
import { type CampaignHere, refuseKeyThatCampaignLeaves, withoutLeft } from "./run-on-keys.ts";
import { resolveKeys } from "./typed-keys.ts";

type SignedRequest = ReturnType<OpenRun["kmsOperations"]["readSignedRequests"]>[number];

/** `uko request kms/… --out FILE`: opens the windows, and writes the signed requests for the second person. */
export async function requestToFile(
  world: CliWorld,
  keys: readonly TypedKey[],
  { out, json }: { readonly out: string; readonly json: boolean },
): Promise<number> {
  requireHand(world, "uko request");
  return withOperations(world, async (run) => {
    const { kmsOperations, settings, options } = run;
    const resolved = await resolveKeys(world, run, { keys, json, writes: "request" });
    const refs = resolved.flatMap((key) =>
      "kmsKeyId" in key ? [{ instanceId: settings.instanceId, kmsKeyId: key.kmsKeyId }] : [],
    );
    if (refs.length < resolved.length || refs.length === 0) {
      throw usageError("--out is only for kms/ keys", "A managed key carries its request itself. Omit --out.");
    }
    const campaign = await run.campaignHere();
    for (const ref of refs) await refuseKeyThatCampaignLeaves(world, run, campaign, ref);
    if (!kmsOperations.demandsSignatures) {
      throw invalidInput(
        "No file on this machine demands signatures, so uko signs nothing",
        "Omit --out, or list the people who sign in allowed_signers: see the guide on signed consents.",
      );
    }
    const kmsKeys = resolved.filter((key) => "kmsKeyId" in key);
    await requireDestruction(world, await Promise.all(kmsKeys.map((key) => nameOfKmsKey(run, key))));
    // The file is created first, because it must not fail after the windows are open.
    reserve(out);
    try {
      const { reports, text } = await kmsOperations.requestSigned(refs, options);
      const shown = reports.map((report) => reportFor(world, report));
      world.out.write(
        shown.map((each) => (json ? reportJson(each) : reportText(each, world.out))).join(json ? "" : "\n"),
      );
      if (text === undefined) rmSync(out);
      else writeFileSync(out, text);
      const next =
        text === undefined
          ? "This run opened no deletion window, so it signed nothing and wrote no file."
          : `Give ${out} to the second person, who runs:\n  uko approve --request ${shellWord(out)}`;
      if (!json) world.out.write(`\n${runnable(next, world.program)}\n`);
      return mostSevere(reports.map(({ exitCode }) => exitCode));
    } catch (error) {
      rmSync(out, { force: true });
      throw error;
    }
  });
}

function reserve(file: string): void {
  try {
    writeFileSync(file, "", { flag: "wx" });
  } catch (error) {
    throw fileError(`The file ${file} could not be written`, error, "Nothing was changed. Choose another name.");
  }
}

/** `uko approve --request FILE`: shows each window of the file, asks once, signs once, and destroys the keys. */
export async function approveRequests(world: CliWorld, run: OpenRun, file: string): Promise<number> {
  const next = "the requester writes it with uko request kms/<keyId> --out";
  const text = await readInputFile(world, file, { what: "the signed requests", next });
  const requests = run.kmsOperations.readSignedRequests(text, file);
  const keys = requests.map((request) => ({ kmsKeyId: request.kmsKeyId, request }));
  return destroyKeys(world, run, keys, { campaign: await run.campaignHere(), isOne: false });
}

/**
 * Lists the KMS keys that are set for deletion. Many people have no role in KMS, and then the list is left out. Returns whether
 * any key waits.
 */
export async function writeWaitingKmsKeys({ out }: CliWorld, { kmsOperations, options }: OpenRun): Promise<boolean> {
  const { keys } = await kmsOperations.pending(options);
  if (keys.length === 0) return false;
  // The name has a line of its own: not every shell takes a comment at its prompt, and others choose the name.
  const lines = keys.flatMap(({ report: { keyId, label = "" } }) => [
    `  "${printable(label, 80)}":`,
    `    uko approve kms/${keyId}`,
  ]);
  out.write(["KMS keys that are set for deletion, with the command of another person:", ...lines, ""].join("\n"));
  return true;
}

/** `uko approve kms/…`, on a machine that demands no signature. */
export async function approveKmsKeys(
  world: CliWorld,
  run: OpenRun,
  keys: readonly KmsKeyPath[],
  { store, ...origin }: Origin & { readonly store?: true },
): Promise<number> {
  if (store !== true) return destroyKeys(world, run, keys, origin);
  throw usageError(
    "An approval of a KMS key cannot be stored",
    "In KMS, only the destroy itself approves a deletion window. Omit --store.",
  );
}

/** What is known of the campaign that may own the keys, and whether the person named the one key. */
interface Origin {
  readonly campaign: CampaignHere;
  readonly isOne: boolean;
}

async function destroyKeys(
  world: CliWorld,
  run: OpenRun,
  keys: readonly (KmsKeyPath & { readonly request?: SignedRequest })[],
  { campaign, isOne }: Origin,
): Promise<number> {
  const { kmsOperations, settings, options } = run;
  const codes: number[] = [];
  const open: { ref: KmsKeyRef; request?: SignedRequest | undefined; window: string; label: string }[] = [];
  // A choice may have a key that is also named. It is one key in the number that the person types.
  const unique = [...new Map(keys.map((key) => [key.kmsKeyId, key])).values()];
  for (const { kmsKeyId, request } of await withoutLeft(world, run, { keys: unique, campaign, codes })) {
    const ref = { instanceId: settings.instanceId, kmsKeyId };
    const leader = campaign?.markOf(`kms/${kmsKeyId}`);
    if (leader !== undefined && !isOne) {
      world.out.write(`kms/${kmsKeyId}: ${sayApprovedByCampaign(leader)}.\n`);
      codes.push(12);
      continue;
    }
    // KMS keys carry no record, so only a manifest says whether a campaign owns the key.
    const says = campaign === undefined ? [mayBeOfCampaign] : sayOutsideCampaign(leader);
    if (says.length > 0) world.out.write(`${printableLines(says.join("\n"))}\n`);
    const shown = await showKey(world, run, ref, request);
    if (typeof shown === "number") codes.push(shown);
    else open.push({ ref, request, ...shown });
  }
  const [first] = open;
  if (first === undefined) return mostSevere(codes);
  const phrase = open.length === 1 ? first.label : setPhrase("destroy", open.length);
  const question =
    open.length === 1
      ? `Type the name of the key, "${phrase}", to destroy it: `
      : `Type "${phrase}" to destroy the keys: `;
  await requireTyped(world, question, phrase, "The approval was not confirmed");
  const requests = open.flatMap(({ request }) => request ?? []);
  if (requests.length > 0) await kmsOperations.signApprovals(requests, options);
  for (const { ref, request, window } of open) {
    const report = await kmsOperations.approve(ref, window, options, request);
    world.out.write(reportText(reportFor(world, report), world.out));
    codes.push(report.exitCode);
  }
  return mostSevere(codes);
}

/** Shows what the caller would destroy, or why they cannot. Returns an exit code if there is nothing to confirm. */
async function showKey(
  world: CliWorld,
  { kmsOperations, options }: OpenRun,
  ref: KmsKeyRef,
  request?: SignedRequest,
): Promise<number | { readonly label: string; readonly window: string }> {
  const inspection = await kmsOperations.inspect(ref, options, request);
  const offer = inspection?.acts.find(({ id, isSigned }) => id === "approve" && isSigned !== true);
  if (inspection?.window === undefined || offer === undefined) {
    const report = inspection?.report ?? (await kmsOperations.status(ref, options));
    world.out.write(reportText(reportFor(world, report), world.out));
    return 12;
  }
  const label = confirmingText(inspection.report.label ?? "", ref.kmsKeyId);
  const lines = [
    `${offer.title}: ${label} (kms/${ref.kmsKeyId})`,
    ...offer.facts,
    ...inspection.report.explanation.facts,
  ];
  world.out.write(`${printableLines(lines.join("\n  "))}\n`);
  return { label, window: inspection.window };
}
