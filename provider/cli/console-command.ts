/**
 * `uko console`: serves web pages on this machine on which a person requests, approves and takes steps, and prints the
 * address and the code for the log-in. It runs until a person stops it, or until a wrong code was typed too often.
 */

import type { Command } from "commander";
import type { UkoWorld } from "./cli-world.ts";
import { refusePipeline } from "./hand.ts";
import { untilStopped, withOperations } from "./run.ts";

/**
 * Adds the command, which runs until a person stops it, which is its normal end, or until a wrong code was typed too
 * often.
 */
export function addConsoleCommand(program: Command, world: UkoWorld, end: (exitCode: number) => void): void {
  program
    .command("console")
    .description("Serve pages on which you request and approve in a browser")
    .option("--campaign <folder>", "also serve the pages of the campaign in this folder")
    .action(async ({ campaign }: { readonly campaign?: string }) => end(await serveConsole(world, campaign)));
}

function serveConsole(world: UkoWorld, folder: string | undefined): Promise<number> {
  const { out, err, signal } = world;
  refusePipeline(world, "uko console");
  return withOperations(world, async (run) => {
    const { directory, campaignPages, options } = run;
    const locked = new AbortController();
    const stop = AbortSignal.any([signal, locked.signal]);
    const caller = await directory.explainCaller(options);
    const campaign = folder === undefined ? undefined : { folder, name: await (await campaignPages()).name(folder) };
    const console = await world.startConsole({
      run,
      ...(campaign !== undefined && { campaign }),
      signal: stop,
      onCode: (code) => out.write(`Code for the next log-in: ${code}\n`),
      onLocked: () => locked.abort(),
      onRefused: () => err.write("Another user of this machine tried to connect to the console, and was refused.\n"),
    });
    out.write(`${caller.join("\n")}\nOpen this address in a browser, and type the code:\n  ${console.url}\n`);
    if (campaign !== undefined) out.write(`The page Campaign shows ${campaign.name}, from ${campaign.folder}.\n`);
    out.write("Press Ctrl-C to stop the console.\n");
    await untilStopped(stop);
    console.close();
    if (signal.aborted) return 0;
    err.write("The code was wrong 5 times, so the console has stopped. Next: uko console\n");
    return 1;
  });
}
