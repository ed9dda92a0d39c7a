/**
 * `uko hold`: sets or releases a hold. A person releases a legal hold alone, key by key, and other holds also together,
 * after the list was shown, by typing their number.
 */

import { type Command, Option } from "commander";
import { jsonLine } from "../compose/text.ts";
import type { HoldResult, HoldWish } from "../engine/key/hold.ts";
import type { KeyRef } from "../engine/ports/world.ts";
import { mostSevere, type UkoError } from "../errors.ts";
import { setPhrase } from "../text/phrase.ts";
import { printable, printableLines } from "../text/printable.ts";
import { parseAnyKey, parseDay, parseReason, repeatable, type TypedKey, usageError } from "./arguments.ts";
import type { UkoWorld } from "./cli-world.ts";
import { requireHand, requireTyped } from "./hand.ts";
import { type Recording, recordedWorld, recordOption } from "./record-option.ts";
import { type OpenRun, withOperations } from "./run.ts";
import { addSelectionOptions, type SelectionOptions, selectionIn } from "./selection.ts";
import { managedRefs, requireFullIds, resolveKeys, yesOption } from "./typed-keys.ts";

interface Holding extends SelectionOptions, Recording {
  readonly kind?: "legal" | "owner" | "incident" | "other";
  readonly until?: string;
  readonly ticket?: string;
  readonly release?: true;
  readonly reason?: string;
  readonly json?: true;
  readonly yes?: true;
}

export function addHoldCommand(program: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  const command = program
    .command("hold")
    .description(
      "Hold a key: until the hold ends, no run of uko deactivates or destroys it, and only a person removes it",
    )
    .argument(
      "[key...]",
      "<vaultId>/<keyId>; at a terminal also <vault>/<label> or the start of an ID; one or more",
      repeatable(parseAnyKey),
    );
  addSelectionOptions(command)
    .addOption(
      new Option(
        "--kind <kind>",
        "why (default: owner); with --release: which hold, other for one that uko did not write",
      ).choices(["legal", "owner", "incident", "other"]),
    )
    .addOption(
      new Option("--until <date>", "last day; without it, the hold does not end")
        .argParser(parseDay)
        .conflicts("release"),
    )
    .option("--ticket <ticket>", 'number of a ticket; with --release: which hold, "" for one without a ticket')
    .option("--release", "end a hold, also one that uko did not write")
    .addOption(
      new Option("--reason <text>", "with --release, required: why the hold ends; stays on the key").argParser(
        parseReason,
      ),
    )
    .option(...yesOption)
    .option("--json", "one line of JSON per key")
    .addOption(recordOption())
    .action(async (keys: TypedKey[] = [], holding: Holding) =>
      end(await runHold(recordedWorld(world, "hold", holding), keys, holding)),
    );
}

async function runHold(world: UkoWorld, keys: readonly TypedKey[], holding: Holding): Promise<number> {
  const { json, yes } = holding;
  const wish = wishOf(holding);
  const selection = selectionIn(holding);
  if (keys.length === 0 && Object.keys(selection).length === 0) {
    throw usageError("No key was named", "Name keys, or choose them with --vault, --label or another option.");
  }
  if (keys.some((key) => "kmsKeyId" in key)) throw noTagOnKms();
  const typed = {
    keys,
    selection,
    json: json === true,
    writes: wish.kind === "release" ? "hold --release" : "hold",
    yes: yes === true,
  };
  requireFullIds(world, typed);
  return withOperations(world, async (run) => {
    const codes: number[] = [];
    const paths = await resolveKeys(world, run, { ...typed, codes });
    if (paths.some((path) => "kmsKeyId" in path)) throw noTagOnKms();
    const refs = managedRefs(paths, run.settings.instanceId);
    if (wish.kind === "release" && refs.length > 1)
      return mostSevere([...codes, await releaseSeveral(world, run, refs, wish, holding)]);
    for (const ref of refs) codes.push(await holdOne(world, run, ref, wish, holding));
    return mostSevere(codes);
  });
}

async function holdOne(
  world: UkoWorld,
  { operations, options }: OpenRun,
  ref: KeyRef,
  wish: HoldWish,
  holding: Holding,
): Promise<number> {
  const result = await operations.hold(ref, wish, options);
  const key = `${ref.vaultId}/${ref.keyId}`;
  const exitCode = result.kind !== "left" ? 0 : result.isRightMissing === true ? 13 : 12;
  const { release: _command, ...hold } = result.kind === "left" ? { ...result, release: "" } : result;
  const text = holding.json === true ? jsonLine({ v: 1, key, hold, exitCode }) : sayHold(key, result, holding);
  world.out.write(`${text}\n`);
  return exitCode;
}

/** Shows each hold, and ends them once the person has typed how many. Only what was shown ends. */
async function releaseSeveral(
  world: UkoWorld,
  run: OpenRun,
  refs: readonly KeyRef[],
  wish: Extract<HoldWish, { kind: "release" }>,
  holding: Holding,
): Promise<number> {
  if (holding.json === true) throw usageError("--json is for one key", "Name one key, or omit --json.");
  requireHand(world, "uko hold");
  const codes: number[] = [];
  const shown: { readonly ref: KeyRef; readonly text: string }[] = [];
  for (const ref of refs) {
    const found = await run.operations.showRelease(ref, wish.choice, run.options);
    const name = `${ref.vaultId}/${ref.keyId}  ${printable(found.label, 80)}`;
    if (found.kind === "none") continue;
    if (found.kind === "left") codes.push(12);
    else shown.push({ ref, text: found.hold.text });
    world.out.write(`${name}  ${printableLines(found.kind === "left" ? `not released: ${found.why}` : found.says)}\n`);
  }
  if (shown.length === 0) {
    world.out.write("No hold was released.\n");
    return mostSevere(codes);
  }
  const phrase = setPhrase("release", shown.length);
  await requireTyped(world, `To end these holds, type "${phrase}": `, phrase, "The release was not confirmed");
  for (const { ref, text } of shown) {
    codes.push(await holdOne(world, run, ref, { ...wish, choice: { text } }, holding));
  }
  return mostSevere(codes);
}

/** Throws UKO_USAGE_INVALID. A release requires a reason, for the people who act next. */
function wishOf({ kind, until, ticket, release, reason = "" }: Holding): HoldWish {
  if (release === true) {
    if (reason === "")
      throw usageError("A release requires a reason", "Add --reason with the reason to release the key.");
    return { kind: "release", choice: { kind, ticket }, reason };
  }
  if (reason !== "")
    throw usageError("--reason goes with --release only", "Use --ticket for the reason to hold a key.");
  if (kind === "other") throw usageError("--kind other goes with --release only", "Choose legal, owner or incident.");
  return { kind: "hold", hold: { kind: kind ?? "owner", until, ticket } };
}

function noTagOnKms(): UkoError {
  return usageError(
    "A KMS key carries no tags, so a hold cannot be set on it",
    [
      "Nothing was changed. To keep the key, give it the class leave in campaign.yaml, or protect it in the program:",
      "protect: true with Pulumi, prevent_destroy = true with OpenTofu and Terraform.",
    ].join("\n"),
  );
}

function sayHold(key: string, result: HoldResult, { kind = "owner", until, ticket, release }: Holding): string {
  if (result.kind === "left") return `The hold of key ${key} was not changed: ${result.why}`;
  const ended =
    result.ended === undefined ? [] : [`  It ended the request of ${result.ended.author} to ${result.ended.step} it.`];
  if (release === true) {
    if (result.kind === "unchanged") return `Key ${key} is not held`;
    return [
      `Key ${key} is released from its hold: ${result.released}`,
      ...(result.remaining === undefined ? [] : [`  The key is still held: ${result.remaining}`]),
      ...ended,
      "  The key keeps the hold, your name and your reason in a note, for the two people who act next.",
    ].join("\n");
  }
  const end = until === undefined ? "without an end" : `until ${until} (UTC)`;
  return [
    result.kind === "changed"
      ? `Key ${key} is now held (${kind}${ticket === undefined ? "" : `, ticket ${ticket}`}) ${end}`
      : `Key ${key} is held already: ${result.held}`,
    "  No run of uko requests, approves, deactivates or destroys the key. Other tools ignore the hold.",
    ...ended,
    "  Next: to end the hold, run",
    `    ${result.release ?? `uko hold ${key} --release --reason REASON`}`,
  ].join("\n");
}
