/** `uko hold`: the tag on a key for which no campaign takes a step on it. */

import { type Command, Option } from "commander";
import { jsonLine } from "../compose-text.ts";
import type { HoldRequest } from "../engine/campaign/operations.ts";
import type { HoldTagResult } from "../engine/key/hold.ts";
import { UkoError } from "../errors.ts";
import { type KeyName, type KeyPath, parseDay, parseKey } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { exampleHelp } from "./help.ts";
import { withOperations } from "./run.ts";
import { requireFullIds, resolveManagedKeys } from "./typed-keys.ts";

interface Holding extends Partial<Pick<HoldRequest, "kind" | "until" | "ticket">> {
  readonly release?: true;
  readonly json?: true;
}

export function addHoldCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("hold")
    .description("Hold a key by a tag: no campaign takes a step on it until the hold ends")
    .argument("<key>", "<vaultId>/<keyId>; at a terminal also <vault>/<label> or the start of an ID", parseKey)
    .addOption(
      new Option("--kind <kind>", "why (default: owner)").choices(["legal", "owner", "incident"]).conflicts("release"),
    )
    .addOption(
      new Option("--until <date>", "last day; without it, the hold does not end")
        .argParser(parseDay)
        .conflicts("release"),
    )
    .addOption(new Option("--ticket <ticket>", "number of a ticket").conflicts("release"))
    .option("--release", "end a hold that uko wrote")
    .option("--json", "one line of JSON")
    .addHelpText("after", exampleHelp("hold"))
    .action(async (key: KeyPath | KeyName, holding: Holding) => end(await runHold(world, key, holding)));
}

async function runHold(world: CliWorld, typedKey: KeyPath | KeyName, holding: Holding): Promise<number> {
  const { kind = "owner", until, ticket, release, json } = holding;
  const typed = { keys: [typedKey], json: json === true, writes: "hold" };
  requireFullIds(world, typed);
  return withOperations(world, async (run) => {
    const { operations, settings, progress, options } = run;
    const [path] = await resolveManagedKeys(world, run, typed);
    if (path === undefined) throw new UkoError("UKO_BUG");
    const ref = { instanceId: settings.instanceId, ...path };
    const wanted = release === true ? undefined : { kind, until, ticket };
    const result = await operations.hold(ref, wanted, options);
    progress.clear();
    const key = `${path.vaultId}/${path.keyId}`;
    const exitCode = result.kind !== "left" ? 0 : result.isRightMissing === true ? 13 : 12;
    const text = json === true ? jsonLine({ v: 1, key, tag: result, exitCode }) : sayHold(key, result, holding);
    world.out.write(`${text}\n`);
    return exitCode;
  });
}

function sayHold(key: string, result: HoldTagResult, { kind = "owner", until, release }: Holding): string {
  if (result.kind === "left") return `The tag of key ${key} was not changed: ${result.why}`;
  const isChanged = result.kind === "changed";
  if (release === true) return `Key ${key} ${isChanged ? "is released" : "has no hold of uko"}`;
  const end = until === undefined ? "without an end" : `until ${until}`;
  return [
    `Key ${key} ${isChanged ? "is now held" : "is held already"} (${kind}) ${end}`,
    "  No campaign takes a step on the key. Other commands ignore the hold.",
    ...(isChanged ? ["  The tag is a write to the key, so it voids a pending request."] : []),
    "  Next: to end the hold, run",
    `    uko hold ${key} --release`,
  ].join("\n");
}
