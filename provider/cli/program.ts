/** Builds and runs `uko` with all its commands. */

import type { Command } from "commander";
import { addApproveCommand } from "./approve-command.ts";
import { addAuditCommand } from "./audit-command.ts";
import { addCampaignCommand } from "./campaign/campaign-command.ts";
import { addCertificateCommand } from "./certificate-command.ts";
import type { UkoWorld } from "./cli-world.ts";
import { createProgram, runProgram } from "./command-line.ts";
import { addCompletionCommand } from "./completion-command.ts";
import { addConsoleCommand } from "./console-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addEmulatorCommand } from "./emulator-command.ts";
import { addExplainCommand } from "./explain-command.ts";
import { addGeneralHelp, addHelpCommand, appendHelpToCommands, groupCommands } from "./help-layout.ts";
import { addHoldCommand } from "./hold-command.ts";
import { addImportCommand } from "./import-command.ts";
import { addInstallCommand } from "./install-command.ts";
import { addKeyCommands } from "./key-commands.ts";
import { addLoginCommand } from "./login-command.ts";
import { addLsCommand } from "./ls-command.ts";
import { addProbeCommand } from "./probe-command.ts";
import { addRequestsCommand } from "./requests-command.ts";
import { tracedWorld } from "./run.ts";
import { addWhoamiCommand } from "./whoami-command.ts";

export function runCli(typed: readonly string[], world: UkoWorld): Promise<number> {
  return runProgram(typed, world, buildProgram);
}

export function buildProgram(untraced: UkoWorld, end: (exitCode: number) => void): Command {
  const program = createProgram("uko", untraced).description(
    "Delete encryption keys in IBM Unified Key Orchestrator, with the approval of two people.",
  );
  const world = tracedWorld(program, untraced);
  addGeneralHelp(program, world);
  addLsCommand(program, world, end);
  addKeyCommands({ program, world, end });
  addApproveCommand(program, world, end);
  addHoldCommand(program, world, end);
  addRequestsCommand(program, world, end);
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
  addProbeCommand(program, world, end);
  addEmulatorCommand(program, world);
  addCompletionCommand(program, world);
  addHelpCommand(program, world);
  appendHelpToCommands(program, world);
  groupCommands(program);
  return program;
}
