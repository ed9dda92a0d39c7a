/**
 * Checks that Node is new enough, opens a page in the browser, which does not receive the caller's credential, runs
 * another program in the same terminal, and starts the console and the emulator.
 */

import { spawn } from "node:child_process";
import { notDuration } from "../cli/arguments.ts";
import type { ConsoleStart, EmulatorStart, RunningConsole, RunningEmulator } from "../cli/cli-world.ts";
import { UkoError } from "../errors.ts";
import { withoutSecrets } from "../process/other-programs.ts";

/**
 * The oldest supported Node, as in `engines` of package.json, about which npm only warns. An older Node fails in a
 * library at its first call.
 */
const oldest = { major: 22, minor: 19 };

/** The message for a Node that is too old; undefined if Node is new enough. */
export function refusalOfNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return undefined;
  return [
    `uko needs Node ${oldest.major}.${oldest.minor} or newer; this is ${version}`,
    "  Next: install a newer Node, or uko as an executable, which has its own.",
  ].join("\n");
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/**
 * Returns a function that opens a page in the person's browser, without the caller's credential. Undefined on a machine
 * without a display.
 */
export function browserOf(environment: NodeJS.ProcessEnv): ((url: string) => void) | undefined {
  const [command, ...args] = openers[process.platform] ?? [];
  const hasDisplay = process.platform !== "linux" || Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
  if (command === undefined || !hasDisplay) return undefined;
  return (url) => {
    const child = spawn(command, [...args, url], {
      stdio: "ignore",
      detached: true,
      env: withoutSecrets(environment),
    });
    // The address is printed too, so it is not an error if the browser does not start.
    child.on("error", () => {});
    child.unref();
  };
}

/** Runs another program in the foreground. Returns its exit code; 1 if a signal ended the program. */
export function runProgram(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", env: { ...environment } });
    child.on("error", (error) =>
      reject(new UkoError("UKO_INPUT_INVALID", { summary: `Could not start ${command}`, detail: error.message })),
    );
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** Starts the console. Its code is imported here, so that other commands do not load it. */
export async function startConsole(options: ConsoleStart): Promise<RunningConsole> {
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
export async function startEmulator(options: EmulatorStart): Promise<RunningEmulator> {
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
      summary: isPortTaken ? `Port ${options.port} is in use` : "The emulator could not be started",
      detail: isPortTaken
        ? "Another emulator may be running.\nNext: use that one, or start another one on any free port with\n  uko emulator --port 0"
        : reason,
      cause: error,
    });
  }
}

export async function advanceEmulator(url: string, duration: string, signal: AbortSignal): Promise<number> {
  const [{ advanceClock }, { parseDurationMs }] = await Promise.all([
    import("../emulator/control/clock-client.ts"),
    import("../emulator/store/clock.ts"),
  ]);
  if (parseDurationMs(duration) === undefined) throw notDuration(duration);
  try {
    return await advanceClock(url, duration, signal);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new UkoError("UKO_INPUT_INVALID", { summary: "The clock of the emulator was not advanced", detail });
  }
}
