/** Where engines are looked for and kept: executables on PATH, and our cache folder with one folder for each engine's version. */

import { accessSync, constants } from "node:fs";
import os from "node:os";
import path from "node:path";

export function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => path.join(folder, name))
    .find(isExecutable);
}

export function findBesideOrOnPath(name: string, executable: string, env: NodeJS.ProcessEnv): string | undefined {
  const beside = path.join(path.dirname(executable), name);
  return isExecutable(beside) ? beside : findOnPath(name, env);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The folder of one engine; its name holds all versions that the engine is made of. */
export function engineFolder(name: string, env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), ".cache");
  return path.join(cache, "uko", "engines", name);
}
