/** Makes the session of a process; whoever only uses one takes its interface. */

import type { OpenHandlers, StoredSettings } from "../compose.ts";
import { UkoError } from "../errors.ts";
import { loadLater } from "./load-later.ts";
import type { Log } from "./log.ts";
import type { Session } from "./session.ts";

export function createSession(log: Log): Session {
  let stopping = new AbortController();
  let settings: StoredSettings | undefined;
  let opened: Promise<OpenHandlers> | undefined;
  let found = new Set<string>();
  let warnings: string[] = [];

  const open = async (): Promise<OpenHandlers> => {
    const { openHandlers } = await loadLater();
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
