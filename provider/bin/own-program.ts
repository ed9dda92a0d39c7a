/**
 * Finds the path by which a person can start `uko` if `uko` is not on PATH, for the commands in messages. The Pulumi
 * plugin, and the provider for OpenTofu and Terraform, also run commands of `uko`, so it is the path of this program.
 */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { isSea } from "node:sea";
import { shellWord } from "../engine/text/explanation.ts";

export interface Place {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly executable: string;
  readonly home: string;
  readonly system: string;
}

const here = (): Place => ({
  environment: process.env,
  // The first argument is what the person typed, which may be a name without a folder.
  executable: isSea() ? process.execPath : path.resolve(process.argv[1] ?? process.execPath),
  home: homedir(),
  system: process.platform,
});

/** Undefined if `uko` is on PATH, and in a pipeline, whose log a person reads on another machine. */
export function ownProgram({ environment, executable, home, system }: Place = here()): string | undefined {
  if (environment.CI) return undefined;
  const isWindows = system === "win32";
  const folders = (environment.PATH ?? environment.Path ?? "").split(isWindows ? ";" : ":");
  const names = isWindows ? ["uko.exe", "uko.cmd"] : ["uko"];
  const isInstalled = folders.some(
    (folder) => folder !== "" && names.some((name) => isProgram(path.join(folder, name))),
  );
  if (isInstalled) return undefined;
  if (isWindows) return executable.includes(" ") ? `"${executable}"` : executable;
  // The reader may be another person, whose plugin is at the same place of another home folder, so `~` replaces this
  // person's home folder.
  const inHome = path.relative(home, executable);
  const isInHome = home !== "" && !inHome.startsWith("..") && !path.isAbsolute(inHome);
  return isInHome ? `~/${shellWord(inHome)}` : shellWord(executable);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
