/**
 * The factory of a process's session, apart from its interface, which is all that users of a
 * session import.
 */

import type { OpenHandlers, StoredSettings } from "../compose/engines.ts";
import type { HclCommand } from "../engine/text/explanation.ts";
import { configuringCommand } from "./host-command.ts";
import { loadDeferred } from "./load-deferred.ts";
import type { Log } from "./log.ts";
import { createRunMemory } from "./run-memory.ts";
import type { Session } from "./session.ts";

/** `command`: the engine's command, for the commands in messages; `hostWords`: the one that runs, if known. */
export function createSession(log: Log, command: HclCommand, hostWords: () => readonly string[] = () => []): Session {
  let stopping = new AbortController();
  let settings: StoredSettings | undefined;
  let opened: Promise<OpenHandlers> | undefined;
  let memory = createRunMemory();
  let warnings: string[] = [];

  const open = async (): Promise<OpenHandlers> => {
    const { openHandlers, ownProgram } = await loadDeferred();
    return openHandlers(
      () => settings,
      {
        progress: { report: (line) => log.write("info", line) },
        evidenceLog: log.evidence,
        note: (line) => void warnings.push(line),
        warn: (line) => void warnings.push(line),
      },
      { rerun: `${command} destroy`, program: ownProgram() },
    );
  };

  return {
    configure(given) {
      settings = given;
      opened = undefined;
      stopping = new AbortController();
      memory = createRunMemory();
    },
    handlers() {
      opened ??= open();
      return opened;
    },
    log,
    command,
    configuringCommand: () => configuringCommand(hostWords()),
    get signal() {
      return stopping.signal;
    },
    stop: () => stopping.abort(),
    get memory() {
      return memory;
    },
    takeWarnings() {
      const taken = warnings;
      warnings = [];
      return taken;
    },
  };
}
