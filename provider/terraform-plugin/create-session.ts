/**
 * The factory of a process's session, apart from its interface, which is all that users of a
 * session import.
 */

import type { OpenHandlers, StoredSettings } from "../compose.ts";
import type { HclCommand } from "../engine/text/explanation.ts";
import { createLabels } from "./labels.ts";
import { loadDeferred } from "./load-deferred.ts";
import type { Log } from "./log.ts";
import type { Session } from "./session.ts";
import { createSharedObjects } from "./shared-objects.ts";

/** `command`: the engine's command, for the commands in messages. */
export function createSession(log: Log, command: HclCommand): Session {
  let stopping = new AbortController();
  let settings: StoredSettings | undefined;
  let opened: Promise<OpenHandlers> | undefined;
  let found = new Set<string>();
  let looked = new Set<string>();
  let unread = new Set<string>();
  let reported = new Map<string, Set<string>>();
  let labels = createLabels();
  let objects = createSharedObjects();
  let warnings: string[] = [];

  const open = async (): Promise<OpenHandlers> => {
    const { openHandlers } = await loadDeferred();
    return openHandlers(
      () => settings,
      {
        progress: { report: (line) => log.write("info", line) },
        evidenceLog: (line) => log.write("debug", line),
        warn: (line) => void warnings.push(line),
      },
      { rerun: `${command} destroy` },
    );
  };

  return {
    configure(given) {
      settings = given;
      opened = undefined;
      stopping = new AbortController();
      found = new Set();
      looked = new Set();
      unread = new Set();
      reported = new Map();
      labels = createLabels();
      objects = createSharedObjects();
    },
    handlers() {
      opened ??= open();
      return opened;
    },
    log,
    command,
    get signal() {
      return stopping.signal;
    },
    stop: () => stopping.abort(),
    noteLooked: (typeName, id) => void looked.add(`${typeName} ${id}`),
    hasLooked: (typeName, id) => looked.has(`${typeName} ${id}`),
    noteUnread: (typeName, id) => unread.add(`${typeName} ${id}`).size,
    noteReported(reason, id) {
      const ids = reported.get(reason) ?? new Set();
      reported.set(reason, ids.add(id));
      return ids.size;
    },
    noteFound: (typeName, id) => void found.add(`${typeName} ${id}`),
    get labels() {
      return labels;
    },
    get objects() {
      return objects;
    },
    isFound: (typeName, id) => found.has(`${typeName} ${id}`),
    takeWarnings() {
      const told = warnings;
      warnings = [];
      return told;
    },
  };
}
