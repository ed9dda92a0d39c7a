/** Child processes of tests: their environment, with Node's cache of compiled code, which halves their start, and their first line. */

import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freshStateHome } from "./state-home.ts";

export const compileCache = fileURLToPath(new URL("../../node_modules/.cache/uko-node", import.meta.url));

export const childEnv = {
  PATH: process.env.PATH ?? "",
  NODE_COMPILE_CACHE: compileCache,
  XDG_STATE_HOME: freshStateHome(),
} as const;

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
