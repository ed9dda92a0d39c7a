/**
 * `uko hold`: sets or releases a hold, a tag on a key. Until its last day or its release, no campaign (a planned
 * deletion of many keys) takes a step on this key. Other commands ignore the hold. A legal hold ends only after two
 * people released it. With `--campaign`, the hold is also recorded in the folder of the campaign. A KMS key cannot have
 * the tag, so its hold is only in that folder.
 */

import { type Command, Option } from "commander";
import { jsonLine } from "../compose/text.ts";
import type { HoldRequest } from "../engine/campaign/acts/hold.ts";
import type { HoldTagResult } from "../engine/key/hold.ts";
import { UkoError } from "../errors.ts";
import { invalidInput, parseAnyKey, parseDay, type TypedKey } from "./arguments.ts";
import type { UkoWorld } from "./cli-world.ts";
import { printReport } from "./print.ts";
import { withOperations } from "./run.ts";
import { requireFullIds, resolveKeys, yesOption } from "./typed-keys.ts";

interface Holding extends Partial<Pick<HoldRequest, "kind" | "until" | "ticket">> {
  readonly release?: true;
  readonly reason?: string;
  readonly campaign?: string;
  readonly json?: true;
  readonly yes?: true;
}

export function addHoldCommand(program: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  program
    .command("hold")
    .description("Hold a key by a tag: no campaign takes a step on it until the hold ends")
    .argument(
      "<key>",
      "<vaultId>/<keyId>, or kms/<keyId> with --campaign; at a terminal also <vault>/<label> or the start of an ID",
      parseAnyKey,
    )
    .addOption(
      new Option("--kind <kind>", "why (default: owner)").choices(["legal", "owner", "incident"]).conflicts("release"),
    )
    .addOption(
      new Option("--until <date>", "last day; without it, the hold does not end")
        .argParser(parseDay)
        .conflicts("release"),
    )
    .addOption(new Option("--ticket <ticket>", "number of a ticket").conflicts("release"))
    .option("--release", "end a hold that uko wrote; a legal hold ends once two people have released it")
    .option("--reason <text>", "with --release, required: why the hold ends")
    .option(
      "--campaign <folder>",
      "also hold the key in the folder of a campaign, in any clone; required for a KMS key",
    )
    .option(...yesOption)
    .option("--json", "one line of JSON")
    .action(async (key: TypedKey, holding: Holding) => end(await runHold(world, key, holding)));
}

async function runHold(world: UkoWorld, typedKey: TypedKey, holding: Holding): Promise<number> {
  const { kind = "owner", until, ticket, release, reason = "", campaign, json, yes } = holding;
  requireReason(release, holding.reason);
  const typed = { keys: [typedKey], json: json === true, writes: "hold", yes: yes === true };
  requireFullIds(world, typed);
  return withOperations(world, async (run) => {
    const { operations, settings, options } = run;
    const [path] = await resolveKeys(world, run, typed);
    if (path === undefined) throw new UkoError("UKO_BUG");
    if (campaign !== undefined) {
      const key = "kmsKeyId" in path ? `kms/${path.kmsKeyId}` : `${path.vaultId}/${path.keyId}`;
      const wish = { key, kind, until, ticket, ...(release === true && { release: reason }) };
      const report = await (await run.campaignActs()).hold(campaign, wish, options);
      printReport(world, { ...(json === true && { json }) }, report);
      return report.exitCode;
    }
    if ("kmsKeyId" in path) throw noTagOnKms();
    const ref = { instanceId: settings.instanceId, ...path };
    const tag = { kind, until, ticket };
    const wish = release === true ? ({ kind: "release", reason } as const) : ({ kind: "hold", tag } as const);
    const result = await operations.hold(ref, wish, options);
    const key = `${path.vaultId}/${path.keyId}`;
    const exitCode = exitCodeOf(result);
    const text = json === true ? jsonLine({ v: 1, key, tag: result, exitCode }) : sayHold(key, result, holding);
    world.out.write(`${text}\n`);
    return exitCode;
  });
}

function exitCodeOf(result: HoldTagResult): number {
  if (result.kind === "requested") return 10;
  if (result.kind !== "left") return 0;
  return result.isRightMissing === true ? 13 : 12;
}

function noTagOnKms(): UkoError {
  return invalidInput(
    "uko writes no tag on a KMS key",
    "Add --campaign with the folder of the campaign that holds the key.",
  );
}

/** A release requires a reason, which goes to the evidence and to the next review. Throws UKO_INPUT_INVALID. */
function requireReason(release: true | undefined, reason: string | undefined): void {
  if ((release === true) === (reason !== undefined && reason !== "")) return;
  throw release === true
    ? invalidInput("A release requires a reason", "Add --reason with the reason to release the key.")
    : invalidInput("--reason goes with --release only", "Use --ticket for the reason to hold a key.");
}

function sayHold(key: string, result: HoldTagResult, { kind = "owner", until, release }: Holding): string {
  if (result.kind === "left") return `The tag of key ${key} was not changed: ${result.why}`;
  const isChanged = result.kind === "changed";
  if (result.kind === "requested") {
    return [
      `Your release of the legal hold on key ${key} is on the key, which stays held until another person releases the hold, too`,
      "  Next: another person runs",
      `    uko hold ${key} --release --reason REASON`,
    ].join("\n");
  }
  if (release === true) return `Key ${key} ${isChanged ? "is released" : "has no hold of uko"}`;
  const end = until === undefined ? "without an end" : `until ${until}`;
  return [
    `Key ${key} ${isChanged ? "is now held" : "is held already"} (${kind}) ${end}`,
    "  No campaign takes a step on the key. Other commands ignore the hold.",
    ...(result.ended === undefined
      ? []
      : [`  The hold ended the request of ${result.ended.author} to ${result.ended.step} it.`]),
    "  Next: to end the hold, run",
    `    uko hold ${key} --release --reason REASON`,
  ].join("\n");
}
