/** One host's use of this process: how it is configured, the handlers, what its run has found, and how all of it is stopped. */

import type { OpenHandlers, StoredSettings } from "../compose.ts";
import { UkoError } from "../errors.ts";
import type { Log } from "./log.ts";

export interface Session {
  /** Begins a run; `undefined` where a setting is known only later. The environment of this process outweighs the settings. */
  configure(settings: StoredSettings | undefined): void;
  /** The service is opened at the first call that needs it. */
  handlers(): Promise<OpenHandlers>;
  readonly log: Log;
  /** Aborted once somebody stops the run. */
  readonly signal: AbortSignal;
  /** Ends waits at once, and no step begins any more; a call that is on the wire ends. */
  stop(): void;
  /** A creation found this one where it was: what is to be deleted under the same id is only its former place in the state. */
  noteFound(typeName: string, id: string): void;
  isFound(typeName: string, id: string): boolean;
  /** What people have to hear of beside any call; each is told once. */
  takeWarnings(): readonly string[];
}

export function createSession(log: Log): Session {
  let stopping = new AbortController();
  let settings: StoredSettings | undefined;
  let opened: Promise<OpenHandlers> | undefined;
  let found = new Set<string>();
  let warnings: string[] = [];

  const open = async (): Promise<OpenHandlers> => {
    const { openHandlers } = await import("../compose.ts");
    return openHandlers(
      () => {
        if (settings !== undefined) return settings;
        throw new UkoError("UKO_SETTINGS_INVALID", {
          summary: "The provider is not configured yet",
          detail: "A setting of it comes from a resource that is not there yet; run again once that is made.",
        });
      },
      {
        progress: { report: (line) => log.write("info", line) },
        evidenceLog: (line) => log.write("debug", line),
        warn: (line) => void warnings.push(line),
      },
      { rerun: "tofu destroy" },
    );
  };

  return {
    configure(given) {
      settings = given;
      opened = undefined;
      stopping = new AbortController();
      found = new Set();
    },
    handlers() {
      opened ??= open();
      return opened;
    },
    log,
    get signal() {
      return stopping.signal;
    },
    stop: () => stopping.abort(),
    noteFound: (typeName, id) => void found.add(`${typeName} ${id}`),
    isFound: (typeName, id) => found.has(`${typeName} ${id}`),
    takeWarnings() {
      const told = warnings;
      warnings = [];
      return told;
    },
  };
}
