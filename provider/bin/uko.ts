#!/usr/bin/env node
/**
 * Starts the program `uko`. It checks the version of Node and connects the command line with this process. For the
 * commands `console` and `emulator`, it starts these two.
 */

import { readFileSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { isSea } from "node:sea";
import { fileURLToPath } from "node:url";
import { openLogin, openOperations, type UkoWorld } from "../cli/cli-world.ts";
import { advanceEmulator, browserOf, refusalOfNode, runProgram, startConsole, startEmulator } from "./machine.ts";
import { openProcess } from "./process-world.ts";

/** The bundler sets these; undefined where the sources run. */
declare const UKO_VERSION: string | undefined;
declare const UKO_ERROR_PAGE: string | undefined;

const browser = browserOf(process.env);

const streams = openProcess(typeof UKO_VERSION === "string" ? UKO_VERSION : readVersion());
const world: UkoWorld = {
  ...streams,
  ...(browser !== undefined && { openBrowser: browser }),
  runProgram,
  openOperations,
  openLogin,
  startEmulator,
  startConsole,
  advanceEmulator: (url, duration) => advanceEmulator(url, duration, streams.signal),
  readErrorPage,
  machine: {
    system: process.platform,
    processor: process.arch,
    home: homedir(),
    providerFolder: findProviderFolder(),
  },
};

void main();

async function main(): Promise<void> {
  const refusal = refusalOfNode(process.versions.node);
  if (refusal === undefined) {
    const { runCli } = await import("../cli/program.ts");
    process.exitCode = await runCli(process.argv.slice(2), world);
  } else {
    process.stderr.write(`${refusal}\n`);
    process.exitCode = 1;
  }
}

function readVersion(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

async function readErrorPage(): Promise<string> {
  if (typeof UKO_ERROR_PAGE === "string") return UKO_ERROR_PAGE;
  return readFile(new URL("../../provider/docs/reference/errors.md", import.meta.url), "utf8");
}

/**
 * The folder in which the provider is expected. It is next to the code in the npm package. A single executable has none,
 * and a message names this folder.
 */
function findProviderFolder(): string {
  if (isSea()) return path.join(path.dirname(process.execPath), "terraform");
  if (typeof UKO_VERSION === "string") return path.resolve(realpathSync(process.argv[1] ?? ""), "../../terraform");
  return fileURLToPath(new URL("../../build/terraform", import.meta.url));
}
