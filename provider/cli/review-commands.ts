/**
 * `uko review`: shows the keys for which another person requested a step. It counts and names unusual keys first, such
 * as keys in use. It can save what it showed as a review file. Later, `uko approve --review` approves the keys in this
 * file that have not changed, without another question if the option `--yes` is set. Therefore the person already
 * confirms when the file is saved that it is for an approval. Other commands use the list and the confirmation of this
 * file.
 */

import { writeFile } from "node:fs/promises";
import { Argument, type Command, Option } from "commander";
import { approvalMessages, jsonLine, setMessages } from "../compose/text.ts";
import type { ReviewFile, SetReview } from "../engine/key/many/review-set.ts";
import type { VaultNames } from "../engine/key/text/approval-messages.ts";
import { mostSevere } from "../errors.ts";
import type { Review } from "../lifecycle/review.ts";
import { fileError } from "../process/regular-file.ts";
import { printableLines } from "../text/printable.ts";
import { collectVaults, invalidInput, type KeyName, type KeyPath, parseKey, repeatable } from "./arguments.ts";
import type { CliWorld, TextOutput } from "./cli-world.ts";
import { type OpenRun, withOperations } from "./run.ts";
import { resolveVaults } from "./selection.ts";
import { paint, tableOf as renderTable } from "./table.ts";
import { managedRefs, requireTyped, resolveKeys } from "./typed-keys.ts";
import { writeUnreadable } from "./vault-commands.ts";

interface ReviewOptions {
  readonly vault?: readonly string[];
  readonly requestedBy?: string;
  readonly step: "deactivate" | "destroy";
  readonly kind: "managed" | "never-active";
  readonly out?: string;
  readonly force?: true;
  readonly json?: true;
}

type TypedKeys = readonly (KeyPath | KeyName)[];

export function addReviewCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("review")
    .description("Show the keys that another person requested, and write what you saw to a file for uko approve")
    .addArgument(
      new Argument("[key...]", "only these keys, <vaultId>/<keyId>, <vault>/<label> or the start of an ID").argParser(
        repeatable(parseKey),
      ),
    )
    .addOption(
      new Option("--vault <vault>", "the requested keys of this vault, by name or ID; repeatable").argParser(
        collectVaults,
      ),
    )
    .option("--requested-by <person>", "only requests of this person: an IAM ID, or the name in the request")
    .addOption(
      new Option("--step <step>", "the step to approve").choices(["deactivate", "destroy"]).makeOptionMandatory(),
    )
    .addOption(
      new Option("--kind <kind>", "which keys; each kind has a review of its own")
        .choices(["managed", "never-active"])
        .default("managed"),
    )
    .option("--out <file>", "write the review to this file, which must not exist")
    .option("--force", "replace an existing file")
    .option("--json", "one line of JSON per key, and one for the review")
    .action(async (keys: TypedKeys, given: ReviewOptions) => end(await runReview(world, keys, given)));
}

async function runReview(world: CliWorld, typed: TypedKeys, given: ReviewOptions): Promise<number> {
  const { vault, requestedBy, step, kind, out, json } = given;
  if (typed.length === 0 && vault === undefined && requestedBy === undefined) {
    throw invalidInput("Nothing says which keys to review", "Name keys, or set --vault or --requested-by.");
  }
  if (kind === "never-active" && step !== "destroy") {
    throw invalidInput(
      "--kind never-active is for --step destroy",
      "A key that was never active cannot be deactivated.",
    );
  }
  return withOperations(world, async (run) => {
    const { operations, settings, options } = run;
    const keys = await resolveKeys(world, run, { keys: typed, json: json === true });
    const vaultIds = await resolveVaults(run, vault ?? [], options);
    const review = await operations.review(
      {
        keys: managedRefs(keys, settings.instanceId),
        ...(vault !== undefined && { vaultIds }),
        ...(requestedBy !== undefined && { requester: requestedBy }),
        step,
        kind,
      },
      options,
    );
    const text =
      json === true
        ? reviewJson(review, out)
        : reviewText(world, review, await run.directory.vaultNames(options), out !== undefined);
    world.out.write(text);
    if (review.file !== undefined && out !== undefined) await keepReview(world, run, review.file, { ...given, out });
    const codes = writeUnreadable(world, review, json === true);
    return mostSevere([...codes, review.file === undefined ? 12 : 0]);
  });
}

/**
 * Saves the review as a file. A person confirms its purpose here, because a later run can approve by the file without a
 * question.
 */
async function keepReview(
  world: CliWorld,
  { sealReview }: Pick<OpenRun, "sealReview">,
  { review, text }: ReviewFile,
  { out, force, json }: { readonly out: string; readonly force?: true; readonly json?: true },
): Promise<void> {
  const sealed = sealReview(text);
  if (world.ask === undefined) {
    throw invalidInput(
      "A review is kept by a person, and there is no terminal to ask at",
      "Run uko review with --out at a terminal.",
    );
  }
  const phrase = setMessages.approvalPhrase(review.header, review.lines.size, false);
  const question = `Type "${phrase}" to keep this review for uko approve: `;
  await requireTyped(world, question, phrase, "The review was not confirmed", "No file was written.");
  await writeReview(out, sealed, force === true);
  if (json !== true) world.out.write(`${setMessages.reviewNext({ review }, out).join("\n")}\n`);
}

export async function writeReview(file: string, text: string, mayReplace: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: mayReplace ? "w" : "wx" });
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === "EEXIST")
      throw invalidInput(`The file ${file} exists`, "Choose another name, or add --force to replace it.");
    throw fileError(`The file ${file} could not be written`, error);
  }
}

function reviewText({ out }: CliWorld, review: SetReview, vaults: VaultNames, isKept: boolean): string {
  const { keys, apart, file } = review;
  const left = apart.length === 0 ? [] : [...approvalMessages.explainApart(apart).map(printableLines), ""];
  if (file === undefined) return `${[...left, setMessages.nothingToReview].join("\n")}\n`;
  const next = isKept ? [] : ["", ...setMessages.reviewNext(file, undefined)];
  const limits = setMessages.reviewLimits(file.review.header, keys[0]?.nowMs ?? 0);
  return `${[...left, viewOfSet(out, { keys, review: file.review }, vaults, [limits]), ...next].join("\n")}\n`;
}

/** The text for an approver of many keys: the effect, who asks, the exceptions, and each key. */
export function viewOfSet(
  out: TextOutput,
  { keys, review }: { readonly keys: SetReview["keys"]; readonly review: Review },
  vaults: VaultNames,
  limits: readonly string[] = [],
): string {
  const { heads, rows } = approvalMessages.listKeys(keys, vaults);
  const facts = [...setMessages.whoRequested(keys), ...limits, ...approvalMessages.summarize(keys, vaults)];
  const title = paint(out, "strong", setMessages.reviewTitle(keys, review));
  return [title, ...facts.map((fact) => `  ${fact}`), "", tableOf(out, heads, rows)].join("\n");
}

function reviewJson(review: SetReview, file: string | undefined): string {
  const { keys, file: written } = review;
  const lines = [
    ...setMessages.apartFacts(review).map((apart) => ({ v: 1, ...apart, isReviewed: false })),
    ...setMessages.reviewedFacts(review).map((reviewed) => ({ v: 1, ...reviewed })),
    ...(written === undefined
      ? []
      : [
          {
            v: 1,
            review: { keys: keys.length, ...written.review.header, digest: written.digest, ...(file && { file }) },
          },
        ]),
  ];
  return lines.map((line) => `${jsonLine(line)}\n`).join("");
}

/** The columns that may be cut on a narrow terminal; IDs and times may not. */
const cuttable: Readonly<Record<string, number>> = {
  LABEL: 12,
  VAULT: 10,
  KEYS: 10,
  KEYSTORES: 10,
  NOTE: 10,
};

export const tableOf = (output: TextOutput, heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  renderTable(output, heads, rows, cuttable);

/** Asks the person at the terminal to type the step and the number of keys. A run without a terminal needs --yes. */
export async function confirmSet(
  world: CliWorld,
  { json, yes }: { readonly json?: boolean; readonly yes?: boolean },
  phrase: string,
  lines: readonly string[] = [],
): Promise<void> {
  if (world.ask !== undefined && json !== true) {
    if (lines.length > 0) world.err.write(`${printableLines(lines.join("\n"))}\n`);
    return requireTyped(world, `Type "${phrase}" to go on: `, phrase, "The command was not confirmed");
  }
  if (yes === true) return;
  throw invalidInput(
    "This command needs a confirmation, and there is no terminal to ask at",
    `Add --yes to run it without a question: ${phrase}.`,
  );
}
