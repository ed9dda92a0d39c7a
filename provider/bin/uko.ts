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
import {
  type ConsoleStart,
  type EmulatorStart,
  openLogin,
  openOperations,
  type RunningConsole,
  type RunningEmulator,
  type UkoWorld,
} from "../cli/cli-world.ts";
import { UkoError } from "../errors.ts";
import { browserOf, refusalOfNode, runProgram } from "./machine.ts";
import { openProcess } from "./process-world.ts";

/** The bundler sets these; undefined where the sources run. */
declare const UKO_VERSION: string | undefined;
declare const UKO_ERROR_PAGE: string | undefined;

const browser = browserOf(process.env);

const world: UkoWorld = {
  ...openProcess(typeof UKO_VERSION === "string" ? UKO_VERSION : readVersion()),
  ...(browser !== undefined && { openBrowser: browser }),
  runProgram,
  openOperations,
  openLogin,
  startEmulator,
  startConsole,
  advanceEmulator,
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

/** Starts the console. Its code is imported here, so that other commands do not load it. */
async function startConsole(options: ConsoleStart): Promise<RunningConsole> {
  const { randomBytes } = await import("node:crypto");
  const console = await import("../console/start-console.ts");
  return console.startConsole({
    ...options,
    random: randomBytes,
    nowMs: () => performance.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
}

/** Starts the emulator. Its code is imported here, so that other commands do not load it. */
async function startEmulator(options: EmulatorStart): Promise<RunningEmulator> {
  const { startFromCommandLine } = await import("../emulator/start.ts");
  try {
    const { url, instanceId, instanceCrn, caFile, recorded, world, close } = await startFromCommandLine(options);
    // A user usually starts with a program that creates a key, so the first person in the list is one who may create
    // keys.
    const { identities } = world.seed;
    const creator = identities.find(({ roles }) => roles?.includes("KeyCustodianCreator") === true);
    const people = [creator, ...identities.filter((each) => each !== creator)].flatMap((each) =>
      each?.apiKey === undefined ? [] : [{ name: each.name, apiKey: each.apiKey }],
    );
    const [key] = world.keys.values();
    const [kmsKey] = world.kmsKeys.values();
    const firstKey = instanceCrn === undefined ? key && `${key.vaultId}/${key.id}` : kmsKey && `kms/${kmsKey.id}`;
    return {
      url,
      pid: process.pid,
      instanceId,
      ...(instanceCrn !== undefined && { instanceCrn }),
      ...(caFile !== undefined && { caFile }),
      ...(recorded !== undefined && { recorded }),
      people,
      ...(firstKey !== undefined && { firstKey }),
      close,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isPortTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "The emulator could not be started",
      detail: isPortTaken ? `${reason}\nAnother one may be running. --port 0 uses any free port.` : reason,
      cause: error,
    });
  }
}

async function advanceEmulator(url: string, duration: string): Promise<number> {
  const { advanceClock } = await import("../emulator/control/clock-client.ts");
  try {
    return await advanceClock(url, duration, world.signal);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new UkoError("UKO_INPUT_INVALID", { summary: "The clock of the emulator was not advanced", detail });
  }
}
