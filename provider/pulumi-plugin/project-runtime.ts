/**
 * Finds the language of the program, for messages that contain a line of program text. Pulumi does not report the
 * language to a provider, so this file reads the nearest project file, in the folder of the program or above it.
 */

import { readFileSync } from "node:fs";
import path from "node:path";

/** The most folders between a program and its project file (the setting `main`). */
const maxFolders = 8;

/** The `runtime` of the project, such as `python`. Undefined without a project file that has one. */
export function projectRuntime(folder: string = process.cwd()): string | undefined {
  let current = folder;
  for (let depth = 0; depth < maxFolders; depth += 1) {
    for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
      const text = textOf(path.join(current, name));
      if (text !== undefined) return runtimeIn(text);
    }
    current = path.dirname(current);
  }
  return undefined;
}

/** Finds `runtime: python`, or `name` below `runtime:`. The file may also be JSON. */
function runtimeIn(text: string): string | undefined {
  return /^\s*"?runtime"?:\s*(?:\{?\s*"?name"?:\s*)?["']?(?<name>[a-z]+)/m.exec(text)?.groups?.name;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
