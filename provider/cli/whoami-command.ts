/** `uko whoami`: shows the caller as the service identifies them, and which lists they may read. */

import type { Command } from "commander";
import { adviseOnLists, jsonLine, sayCount, sayLogin } from "../compose/text.ts";
import type { ListRight } from "../engine/commands/doctor-messages.ts";
import type { CliWorld } from "./cli-world.ts";
import { withOperations } from "./run.ts";
import { type Cell, tableOf } from "./table.ts";

export function addWhoamiCommand(program: Command, world: CliWorld): void {
  program
    .command("whoami")
    .description("Show who you are for the service, whether you count as a person, and what you can list")
    .option("--json", "one line of JSON")
    .action(({ json }: { readonly json?: true }) =>
      withOperations(world, async ({ directory, options }) => {
        const caller = await directory.describeCaller(options);
        const sentences = await directory.explainCaller(options);
        if (json === true) return world.out.write(`${jsonLine(caller)}\n`);
        const where = [
          `Instance ${caller.instanceId}`,
          ...(caller.accountId === undefined ? [] : [`Account ${caller.accountId}`]),
        ];
        const table = tableOf(world.out, ["LIST", "RESULT"], caller.lists.map(rowOf));
        const advice = adviseOnLists(caller);
        const lines = [
          ...sentences,
          ...where,
          sayLogin(caller),
          "",
          table,
          ...(advice.length > 0 ? ["", ...advice] : []),
        ];
        world.out.write(`${lines.join("\n")}\n`);
      }),
    );
}

function rowOf(list: ListRight): readonly Cell[] {
  const { what, result } = list;
  switch (result) {
    case "listed":
      return [what, { text: sayCount(list), tone: "done" }];
    case "right_missing":
      return [what, { text: "no right", tone: "refused" }];
    case "unknown":
      return [what, { text: "unknown", tone: "waiting" }];
  }
}
