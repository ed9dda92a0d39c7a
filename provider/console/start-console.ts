/**
 * Starts the web server of a console on a free port of this machine, through which any other user of the machine could
 * act with the caller's credential. On Linux the server therefore accepts connections from the same operating-system
 * user only, and does not start if it cannot. Elsewhere only the log-in code keeps other users out.
 */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createAdaptorServer } from "@hono/node-server";
import { UkoError } from "../errors.ts";
import { listenForSameUser, whyPeerTableIsUnreadable } from "../process/same-user.ts";
import { buildConsole } from "./console-app.ts";
import type { ConsoleApp } from "./console-context.ts";
import { createLogin, type LoginOptions } from "./login.ts";

export interface ConsoleOptions
  extends Omit<ConsoleApp, "login" | "host" | "htmx">,
    Pick<LoginOptions, "random" | "onCode" | "onLocked"> {
  /** Called when another user of this machine tried to connect. */
  readonly onRefused: () => void;
}

export interface RunningConsole {
  /** Holds no secret. */
  readonly url: string;
  close(): void;
}

/** The bundler sets it to the text of htmx; undefined where the sources run. */
declare const UKO_HTMX: string | undefined;

/**
 * Starts the server. Throws UKO_SETTINGS_INVALID on Linux if the table of sockets, which shows who connects, cannot be
 * read.
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const blindness = whyPeerTableIsUnreadable();
  if (blindness !== undefined) {
    throw new UkoError("UKO_SETTINGS_INVALID", {
      summary: "The console cannot listen on this machine",
      detail: `It accepts only your own user, and ${blindness}.`,
    });
  }
  const htmx = typeof UKO_HTMX === "string" ? UKO_HTMX : await readHtmx();
  let host = "";
  const login = createLogin(options);
  const app = buildConsole({ ...options, login, htmx, host: () => host });
  const server = createAdaptorServer({ fetch: app.fetch });
  const { port, close } = await listenForSameUser((socket) => server.emit("connection", socket), options.onRefused);
  host = `127.0.0.1:${port}`;
  return {
    url: `http://${host}/`,
    close() {
      close();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}

function readHtmx(): Promise<string> {
  return readFile(createRequire(import.meta.url).resolve("htmx.org/dist/htmx.min.js"), "utf8");
}
