/** `uko hold`: the tag on a key for which no campaign takes a step on it. */

import { type Command, Option } from "commander";
import { jsonLine } from "../compose-text.ts";
import type { HoldRequest } from "../engine/campaign/operations.ts";
import { type KeyPath, parseDay, parseKeyPath } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";
import { exampleHelp } from "./help.ts";
import { createProgressLine } from "./progress-line.ts";

interface Holding extends Partial<Pick<HoldRequest, "kind" | "until" | "ticket">> {
  readonly release?: true;
  readonly json?: true;
}

export function addHoldCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  program
    .command("hold")
    .description("Hold a key by a tag: no campaign takes a step on it until the hold ends")
    .argument("<key>", "<vaultId>/<keyId>", parseKeyPath)
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
    .action(async (key: KeyPath, holding: Holding) => end(await runHold(world, key, holding)));
}

async function runHold(world: CliWorld, { vaultId, keyId }: KeyPath, holding: Holding): Promise<number> {
  const { kind = "owner", until, ticket, release, json } = holding;
  const progress = createProgressLine(world.err);
  const { operations, settings, close } = await world.openOperations(world.environment, { progress });
  try {
    const ref = { instanceId: settings.instanceId, vaultId, keyId };
    const wanted = release === true ? undefined : { kind, until, ticket };
    const result = await operations.hold(ref, wanted, { signal: world.signal });
    progress.clear();
    const key = `${vaultId}/${keyId}`;
    const exitCode = result.kind !== "left" ? 0 : result.isRightMissing === true ? 13 : 12;
    if (json === true) world.out.write(`${jsonLine({ v: 1, key, tag: result, exitCode })}\n`);
    else if (result.kind === "left") world.out.write(`The tag of key ${key} was not changed: ${result.why}\n`);
    else if (release === true) {
      world.out.write(`Key ${key} ${result.kind === "changed" ? "is released" : "has no hold of uko"}\n`);
    } else {
      const end = until === undefined ? "without an end" : `until ${until}`;
      world.out.write(
        [
          `Key ${key} ${result.kind === "changed" ? "is now held" : "is held already"} (${kind}) ${end}`,
          "  No campaign takes a step on the key. Other commands ignore the hold.",
          ...(result.kind === "changed" ? ["  The tag is a write to the key, so it voids a pending request."] : []),
          `  Next: to end the hold, run uko hold ${key} --release`,
          "",
        ].join("\n"),
      );
    }
    return exitCode;
  } finally {
    progress.clear();
    await close();
  }
}
