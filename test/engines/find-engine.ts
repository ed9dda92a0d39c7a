/** Finds an engine of one executable, or builds it once: its environment variable, PATH where that makes sense, our cache, Go modules. */

import path from "node:path";
import { buildFromGo, type GoExecutable } from "./build-from-go.ts";
import { engineFolder, findBesideOrOnPath, findOnPath, isExecutable } from "./executables.ts";
import type { Report } from "./make-once.ts";

export interface Engine {
  readonly executable: GoExecutable;
  /** Names the executable's path when it is set. */
  readonly variable: string;
  /** The engine's folder in our cache; it holds the version. */
  readonly cacheName: string;
  /** An executable beside which it may stand already. Without it PATH is not looked at either: the name is not known to others. */
  readonly beside?: string;
  /** What the reader can do instead of a build, e.g. "install X". */
  readonly install?: string;
  /** The oldest Go that builds it, where that is not the one which builds all others. */
  readonly goVersion?: string;
}

export interface FoundEngine {
  readonly bin: string;
  readonly foundBy: "variable" | "PATH" | "cache" | "build";
}

/** Answers the engine that is already there, or undefined. Throws when the variable names what is no executable. */
export function locateEngine(engine: Engine, env: NodeJS.ProcessEnv = process.env): FoundEngine | undefined {
  const { name } = engine.executable;
  const named = env[engine.variable];
  if (named) {
    if (!isExecutable(named)) throw new Error(`${engine.variable} names ${named}, but there is no executable`);
    return { bin: named, foundBy: "variable" };
  }
  const installed = engine.beside === undefined ? undefined : findBesideOrOnPath(name, engine.beside, env);
  if (installed) return { bin: installed, foundBy: "PATH" };
  const cached = path.join(engineFolder(engine.cacheName, env), name);
  return isExecutable(cached) ? { bin: cached, foundBy: "cache" } : undefined;
}

/** Answers the engine, building it when it is nowhere; the error says what the reader can do. */
export async function findEngine(
  engine: Engine,
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): Promise<FoundEngine> {
  const located = locateEngine(engine, env);
  if (located) return located;

  const { title, name } = engine.executable;
  const wayOut =
    `Either ${engine.install === undefined ? "" : `${engine.install}, or `}set ${engine.variable} to its path, or install ` +
    `Go ${engine.goVersion ?? "1.25"} or newer (https://go.dev/dl/) with access to Go modules, and run the command again.`;
  if (!findOnPath("go", env)) {
    throw new Error(`Not found: ${title}. Without Go it cannot be built here.\n${wayOut}`);
  }
  const folder = engineFolder(engine.cacheName, env);
  try {
    await buildFromGo({ executables: [engine.executable], scripts: [] }, folder, report);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${wayOut}`);
  }
  return { bin: path.join(folder, name), foundBy: "build" };
}
