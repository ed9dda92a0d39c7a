/** The command line as a whole: parses the arguments, runs the command, returns an exit code. */

import { Command, CommanderError } from "commander";
import { asUkoError, UkoError } from "../errors.ts";
import { capital } from "../printable.ts";
import { addApproveCommand } from "./approve-command.ts";
import { addAuditCommand } from "./audit-command.ts";
import { addCampaignCommand } from "./campaign/campaign-command.ts";
import { addCertificateCommand } from "./certificate-command.ts";
import type { CliWorld } from "./cli-world.ts";
import { addCompletionCommand } from "./completion-command.ts";
import { addConsoleCommand } from "./console-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addEmulatorCommand } from "./emulator-command.ts";
import { addExplainCommand } from "./explain-command.ts";
import { addGeneralHelp, addHelpCommand, groupCommands, helpColumns } from "./help-layout.ts";
import { addHoldCommand } from "./hold-command.ts";
import { addImportCommand } from "./import-command.ts";
import { addInstallCommand } from "./install-command.ts";
import { addKeyCommands } from "./key-commands.ts";
import { addLoginCommand } from "./login-command.ts";
import { addLsCommand } from "./ls-command.ts";
import { printError } from "./print.ts";
import { addReviewCommand } from "./review-commands.ts";
import { tracedWorld } from "./run.ts";
import { addVaultCommands } from "./vault-commands.ts";
import { addWhoamiCommand } from "./whoami-command.ts";

/** Runs one command to its end; `typed` are the arguments after the program's name. Never throws. */
export async function runCli(typed: readonly string[], world: CliWorld): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(world, (code) => {
    exitCode = code;
  });
  try {
    if (typed.length === 0) program.outputHelp();
    else await program.parseAsync(typed, { from: "user" });
    return exitCode;
  } catch (thrown) {
    // Help and version also end by throwing.
    if (thrown instanceof CommanderError && (thrown.exitCode === 0 || thrown.code === "commander.help")) return 0;
    const error = thrown instanceof CommanderError ? misused(thrown) : asUkoError(thrown);
    printError(world, error, typed.includes("--json"));
    return error.exitCode;
  }
}

export function buildProgram(untraced: CliWorld, end: (exitCode: number) => void): Command {
  const program = new Command("uko");
  const world = tracedWorld(program, untraced);
  program
    .description("Delete encryption keys in IBM Unified Key Orchestrator, with the approval of two people.")
    .version(world.version, "-V, --version", "show the version")
    .option("--debug", "print a line for each call: method, path, status and correlation ID, and no secret")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out.write(text),
      // The help of a command that was typed without one of its own commands.
      writeErr: (text) => world.out.write(text),
      // An error is reported once, where it is caught.
      outputError: () => {},
      getOutHelpWidth: () => helpColumns(world.out),
      getErrHelpWidth: () => helpColumns(world.out),
    });
  addGeneralHelp(program, world);
  addLsCommand(program, world, end);
  addKeyCommands({ program, world, end });
  addApproveCommand(program, world, end);
  addReviewCommand(program, world, end);
  addHoldCommand(program, world, end);
  addVaultCommands(program, world, end);
  addConsoleCommand(program, world, end);
  addCampaignCommand(program, world, end);
  addAuditCommand(program, world);
  addExplainCommand(program, world);
  addCertificateCommand(program, world);
  addImportCommand(program, world);
  addInstallCommand(program, world);
  addLoginCommand(program, world, { end, run: runCli });
  addWhoamiCommand(program, world);
  addDoctorCommand(program, world, end);
  addEmulatorCommand(program, world);
  addCompletionCommand(program, world);
  program
    .command("version")
    .description("Show the version")
    .action(() => world.out.write(`${world.version}\n`));
  addHelpCommand(program, world);
  groupCommands(program);
  return program;
}

/** `error: unknown command 'stauts'\n(Did you mean status?)`, in the form of this project's errors. */
function misused({ message }: CommanderError): UkoError {
  const [first = "", ...others] = message.replace(/^error: /, "").split("\n");
  return new UkoError("UKO_INPUT_INVALID", {
    summary: capital(first),
    detail: [...others, "uko --help lists the commands, uko <command> --help their arguments."].join("\n"),
  });
}
