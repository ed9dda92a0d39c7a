/** Creates the session of a process. Each configuration of the provider begins a new run with a new memory. */

import type { OpenHandlers, StoredSettings } from "../compose/engines.ts";
import type { HclCommand } from "../engine/text/explanation.ts";
import { loadDeferred } from "./load-deferred.ts";
import type { Log } from "./log.ts";
import { createRunMemory } from "./run-memory.ts";
import type { TerraformSession } from "./session.ts";

/** Creates a session. `command` is the command of the engine, such as `tofu`, for messages. */
export function createSession(log: Log, command: HclCommand): TerraformSession {
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
        ...(log.isDebug === true && { trace: (line: string) => log.write("debug", line) }),
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
