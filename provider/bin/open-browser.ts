/** Opens a page in the person's browser, where there is one. The browser gets no credential. */

import { spawn } from "node:child_process";

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Undefined on a machine without a display. */
export function browserOf(environment: NodeJS.ProcessEnv): ((url: string) => void) | undefined {
  const [command, ...args] = openers[process.platform] ?? [];
  const hasDisplay = process.platform !== "linux" || Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY);
  if (command === undefined || !hasDisplay) return undefined;
  return (url) => {
    const child = spawn(command, [...args, url], {
      stdio: "ignore",
      detached: true,
      env: withoutCredentials(environment),
    });
    // The address is printed too, so a browser that does not start is no fault.
    child.on("error", () => {});
    child.unref();
  };
}

function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { UKO_API_KEY: _key, UKO_API_KEY_FILE: _file, UKO_TOKEN: _token, ...others } = environment;
  return others;
}
