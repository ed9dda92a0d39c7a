/** `uko whoami`: the caller as the service sees it; changes nothing. */

import type { Command } from "commander";
import { jsonLine, sayLogin } from "../compose-text.ts";
import type { ListRight } from "../engine/commands/whoami.ts";
import type { CliWorld } from "./cli-world.ts";
import { exampleHelp } from "./help.ts";
import { createProgressLine } from "./progress-line.ts";
import { type Cell, renderTable } from "./table.ts";

export function addWhoamiCommand(program: Command, world: CliWorld): void {
  program
    .command("whoami")
    .description("Show who you are for the service, whether you count as a person, and what you can list")
    .option("--json", "one line of JSON")
    .addHelpText("after", exampleHelp("whoami"))
    .action(async ({ json }: { readonly json?: true }) => {
      const progress = createProgressLine(world.err);
      const { directory, close } = await world.openOperations(world.environment, { progress });
      try {
        const options = { signal: world.signal };
        const caller = await directory.describeCaller(options);
        const sentences = await directory.explainCaller(options);
        progress.clear();
        if (json === true) world.out.write(`${jsonLine(caller)}\n`);
        else {
          const columns = [{ head: "LIST" }, { head: "RESULT" }];
          const table = renderTable(world.out, { columns, rows: caller.lists.map(rowOf) });
          const where = [
            `Instance ${caller.instanceId}`,
            ...(caller.accountId === undefined ? [] : [`Account ${caller.accountId}`]),
          ];
          world.out.write([...sentences, ...where, sayLogin(caller), "", table, ""].join("\n"));
        }
      } finally {
        progress.clear();
        await close();
      }
    });
}

function rowOf({ what, result, count }: ListRight): readonly Cell[] {
  switch (result) {
    case "listed":
      return [what, { text: `${count}`, tone: "done" }];
    case "right_missing":
      return [what, { text: "no right", tone: "refused" }];
    case "unknown":
      return [what, { text: "unknown", tone: "waiting" }];
  }
}
