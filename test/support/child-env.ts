/** Child processes of tests: their environment, with Node's cache of compiled code, which halves their start, and their first line. */

import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { freshStateHome } from "./state-home.ts";

export const compileCache = fileURLToPath(new URL("../../node_modules/.cache/uko-node", import.meta.url));

/** A folder with `uko`, which messages then name, as on the machine of a person who installed it. */
const withUko = fileURLToPath(new URL("path", import.meta.url));

export const childEnv = {
  PATH: [withUko, process.env.PATH ?? ""].join(path.delimiter),
  NODE_COMPILE_CACHE: compileCache,
  XDG_STATE_HOME: freshStateHome(),
} as const;

/** Ends the process, unless it has ended. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await new Promise((resolve) => child.once("close", resolve));
}

/** The first line of standard output; `log` returns what to show if the process ends before. */
export function firstLine(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let written = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      written += text;
      const end = written.indexOf("\n");
      if (end >= 0) resolve(written.slice(0, end));
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`The plugin ended with ${code}:\n${log()}`)));
  });
}
