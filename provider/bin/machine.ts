/**
 * Checks that Node is new enough, opens a page in the browser, which does not receive the caller's credential, and runs
 * another program in the same terminal.
 */

import { spawn } from "node:child_process";
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
  return `uko needs Node ${oldest.major}.${oldest.minor} or newer; this is ${version}`;
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
