/** `uko campaign`: the sub-program for many keys and a deadline. */

import type { Command } from "commander";
import type { CliWorld } from "../cli-world.ts";
import { commandHelp } from "../help-layout.ts";
import { addActingCommands } from "./acting-commands.ts";
import { addReadingCommands } from "./reading-commands.ts";

export function addCampaignCommand(program: Command, world: CliWorld, end: (exitCode: number) => void): void {
  const campaign = program
    .command("campaign")
    .description("Retire many keys by a date, wave by wave, from a folder that a team keeps in git")
    .helpCommand("help [command]", "show help for a command")
    .addHelpText("after", () => commandHelp(world.out, "campaign"));
  addReadingCommands(campaign, world, end);
  addActingCommands(campaign, world, end);
}
