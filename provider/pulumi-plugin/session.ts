/** One engine's use of this process: where it listens, how it is configured, the handlers, and how all of it is stopped. */

import type { ChannelOptions } from "@grpc/grpc-js";
import type { OpenHandlers, StoredSettings } from "../compose.ts";
import { createEngineLog, type EngineLog } from "./engine-log.ts";
import { loadLater } from "./load-later.ts";
import { createRunMemory, type RunMemory } from "./run-memory.ts";

export interface Session {
  /** The engine's address changes with each run where a process serves several (`PULUMI_DEBUG_PROVIDERS`); what was stopped may begin again. */
  attach(engineAddress: string): void;
  /** Settings of the stack or of an explicit provider; the environment of this process outweighs them. */
  configure(settings: StoredSettings): void;
  /** The service is opened at the first call that needs it; until then nothing of it is even loaded. */
  handlers(): Promise<OpenHandlers>;
  readonly log: EngineLog;
  readonly memory: RunMemory;
  /** Aborted once somebody stops the run. */
  readonly signal: AbortSignal;
  /** Ends waits at once, and no step begins any more; a call that is on the wire ends. */
  cancel(): void;
}

/** A run without an engine to talk to, as tools have it that only ask for the schema. */
const silence: EngineLog = {
  status: () => {},
  warn: () => Promise.resolve(),
  debug: () => {},
  close: () => {},
};

export function createSession(options: ChannelOptions): Session {
  let log = silence;
  let memory = createRunMemory();
  let stop = new AbortController();
  let settings: StoredSettings | undefined;
  let opened: Promise<OpenHandlers> | undefined;

  const open = async (): Promise<OpenHandlers> => {
    const { openHandlers } = await loadLater();
    return openHandlers(
      () => settings,
      {
        progress: { report: () => {} },
        evidenceLog: (line) => log.debug(line),
        warn: (line) => void log.warn(line),
      },
      { rerun: "pulumi destroy" },
    );
  };

  return {
    attach(engineAddress) {
      log.close();
      log = createEngineLog(engineAddress, options);
      memory = createRunMemory();
      stop = new AbortController();
    },
    configure(given) {
      settings = given;
      opened = undefined;
    },
    handlers() {
      opened ??= open();
      return opened;
    },
    get log() {
      return log;
    },
    get memory() {
      return memory;
    },
    get signal() {
      return stop.signal;
    },
    cancel: () => stop.abort(),
  };
}
