/**
 * Counts the *surface* of the product: what a user can meet and has to learn. `npm run size` prints it, and
 * `test/surface.test.ts` compares it with the table of decision 0053.
 */

import { readdirSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { buildProgram } from "../../provider/cli/program.ts";
import { errorCatalog } from "../../provider/errors.ts";
import { unstartedWorld } from "../../sdk/make/docs/command-line.ts";
import { settingNames } from "../../sdk/make/docs/settings.ts";

const pages = new URL("../../provider/docs/reference/", import.meta.url);
const decision = new URL("../../provider/docs/decisions/0053-size-of-the-code.md", import.meta.url);

export type Surface = Readonly<Record<string, number>>;

export function measureSurface(): Surface {
  const commands = commandsBelow(buildProgram(unstartedWorld, () => {}));
  const optionsOf = (command: Command) => command.options.filter(({ hidden, long }) => !hidden && long !== "--help");
  return {
    "commands, with subcommands": commands.length,
    "options over all commands": commands.reduce((sum, command) => sum + optionsOf(command).length, 0),
    "settings (`UKO_*`)": settingNames.length,
    "error codes": Object.keys(errorCatalog).length,
    "JSON Schemas of outputs and files": readdirSync(new URL("schemas/", pages)).length,
    "kinds of files in a campaign folder": rowsOf("../how-to/campaigns.md", "| file | written by |").length,
    "terms of the glossary": rowsOf("glossary.md", "| term | meaning |").length,
  };
}

/** The numbers of the table in the decision, by the name of their row. */
export function decidedSurface(): Surface {
  const rows = readFileSync(decision, "utf8").matchAll(/^\| (.+?) \| (\d+) \|/gm);
  return Object.fromEntries(Array.from(rows, ([, name, count]) => [name, Number(count)]));
}

function commandsBelow(command: Command): readonly Command[] {
  return command.commands.filter((each) => each.name() !== "help").flatMap((each) => [each, ...commandsBelow(each)]);
}

/** The rows of each table of the page that begins with `head`. */
function rowsOf(page: string, head: string): readonly string[] {
  const blocks = readFileSync(new URL(page, pages), "utf8").split("\n\n");
  return blocks.filter((block) => block.startsWith(head)).flatMap((block) => block.trimEnd().split("\n").slice(2));
}
