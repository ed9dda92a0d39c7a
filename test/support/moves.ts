/**
 * What one credential can try with each command of `uko`. The suites of one credential and of an agent take their
 * commands from here, and here from the program: a command without a row fails, so that a new one cannot stay untried.
 */

import { readFileSync, writeFileSync } from "node:fs";
import type { buildProgram } from "../../provider/cli/program.ts";

/**
 * Lines without `uko`. KEY stands for the key that is tried, FOLDER for a folder of its own with a campaign in it. `reads` says that the command
 * writes nothing to the service; a test runs these lines to see that. `elsewhere` says where else a command is tried, or
 * why it calls no service.
 */
export type Moves =
  | { readonly writes: readonly string[] }
  | { readonly reads: readonly string[] }
  | { readonly elsewhere: string };

/** Holds come last, because a held key would hide what the others can do. */
export const moves: Readonly<Record<string, Moves>> = {
  request: { writes: ["request KEY", "request KEY --yes", "request --label * --yes", "request --label *"] },
  approve: {
    writes: ["approve KEY", "approve KEY --yes", "approve KEY --store", "approve --label *", "approve --label * --yes"],
  },
  continue: {
    writes: [
      "continue KEY",
      "continue KEY --yes",
      "continue --label *",
      "continue --label * --yes",
      "continue --step remove",
    ],
  },
  sync: { writes: ["sync KEY"] },
  reactivate: { writes: ["reactivate KEY", "reactivate KEY --yes"] },
  withdraw: { writes: ["withdraw KEY"] },
  hold: {
    writes: [
      "hold KEY",
      "hold KEY --kind legal --ticket mine",
      "hold KEY --release --reason mine",
      "hold KEY --release",
    ],
  },
  ls: { reads: ["ls", "ls payments"] },
  status: { reads: ["status KEY"] },
  plan: { reads: ["plan KEY"] },
  requests: { reads: ["requests"] },
  whoami: { reads: ["whoami"] },
  doctor: { reads: ["doctor"] },
  probe: { reads: ["probe --out FOLDER/probe.jsonl"] },
  import: { reads: ["import --vault 5c1e0000-0000-4000-8000-000000000001 --out FOLDER/program"] },
  audit: { reads: ["audit KEY"] },
  campaign: { elsewhere: "a group of commands" },
  "campaign plan": {
    reads: ["campaign plan --folder FOLDER/other", "campaign plan --write --folder FOLDER/campaign"],
  },
  "campaign next": { writes: ["campaign next --folder FOLDER/campaign"] },
  "campaign status": { reads: ["campaign status --live --folder FOLDER/campaign"] },
  "campaign halt": { writes: ["campaign halt pilot --folder FOLDER/campaign"] },
  "campaign rollback": { writes: ["campaign rollback pilot --folder FOLDER/campaign"] },
  console: { elsewhere: "test/console: its acts are those of the commands, by the same operations" },
  login: { elsewhere: "test/cli/login.test.ts: it runs the commands of this table under another credential" },
  certificate: { elsewhere: "works on files" },
  "certificate create": { elsewhere: "works on files" },
  "certificate sign": { elsewhere: "works on files" },
  "certificate verify": { elsewhere: "works on files" },
  "certificate show": { elsewhere: "works on files" },
  explain: { elsewhere: "prints a text" },
  completion: { elsewhere: "prints a text" },
  help: { elsewhere: "prints a text" },
  install: { elsewhere: "copies a provider to this machine" },
  emulator: { elsewhere: "is the service" },
  "emulator advance": { elsewhere: "is the service" },
};

type Command = ReturnType<typeof buildProgram>;

/** The commands that the program has now, each with the ones above it. */
export function commandsOf(program: Command, above = ""): readonly string[] {
  return program.commands.flatMap((command) => {
    const name = `${above}${command.name()}`;
    return [name, ...commandsOf(command, `${name} `)];
  });
}

/** The lines of all commands that write, or of all that only read. */
export function linesOf(kind: "writes" | "reads", places: { readonly key: string; readonly folder: string }) {
  const lines = Object.values(moves).flatMap((each) => {
    if ("writes" in each) return kind === "writes" ? each.writes : [];
    return "reads" in each && kind === "reads" ? each.reads : [];
  });
  return lines.map((line) => line.replaceAll("KEY", places.key).replaceAll("FOLDER", places.folder));
}

/** Writes a campaign that destroys every key in one wave, with its manifest, as one person can. */
export async function makeCampaign(folder: string, uko: (line: string) => Promise<unknown>): Promise<void> {
  const campaign = `${folder}/campaign`;
  await uko(`campaign plan --folder ${campaign}`);
  const file = `${campaign}/campaign.yaml`;
  const [before = ""] = readFileSync(file, "utf8").split("\nrules: []\n");
  const rule = "{match: {kind: managed}, class: destroy, wave: pilot, owner: all, reason: mine}";
  writeFileSync(file, `${before}\nrules:\n  - ${rule}\n`);
  await uko(`campaign plan --write --folder ${campaign}`);
}
