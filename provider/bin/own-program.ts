/** The path by which a person starts the commands of `uko` on a machine without `uko` on PATH. */

import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { isSea } from "node:sea";
import { shellWord } from "../engine/text/explanation.ts";

/** This process, as far as its commands depend on it. */
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

/**
 * The path of this executable as a shell takes it. Undefined if `uko` is on PATH, and in a pipeline, because a person
 * reads its log on another machine.
 */
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
  // The home folder of the reader, who may be another person: a plugin has the same place in it.
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
