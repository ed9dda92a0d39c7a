/** Per-engine state of this process: engine address, configuration, handlers, and shutdown. */

import type { ChannelOptions } from "@grpc/grpc-js";
import type { OpenHandlers, StoredSettings } from "../compose/engines.ts";
import { lazyImport } from "../process/lazy-import.ts";
import { createEngineLog, type EngineLog } from "./engine-log.ts";
import { createRunMemory, type RunMemory } from "./run-memory.ts";

export interface Session {
  /**
   * If a process serves several runs (`PULUMI_DEBUG_PROVIDERS`), the engine's address changes with
   * each. A stopped session may start again.
   */
  attach(engineAddress: string): void;
  /**
   * Settings of the stack or of an explicit provider; the environment of this process takes
   * precedence.
   */
  configure(settings: StoredSettings): void;
  /** The service is opened at the first call that needs it; until then it is not even imported. */
  handlers(): Promise<OpenHandlers>;
  readonly log: EngineLog;
  readonly memory: RunMemory;
  /** Aborted when the run is canceled. */
  readonly signal: AbortSignal;
  /** Ends waits at once and prevents further steps; a call on the wire runs to completion. */
  cancel(): void;
}

/** The modules that only later calls need. */
export const loadDeferred = lazyImport(() => import("./deferred.ts"));

/** For runs without an engine, such as those of tools that only request the schema. */
const silence: EngineLog = {
  status: () => {},
  warn: () => Promise.resolve(),
  note: () => {},
  evidence: () => Promise.resolve(),
  close: () => {},
};

export function createSession(options: ChannelOptions): Session {
  let log = silence;
  let memory = createRunMemory();
  let stop = new AbortController();
  let settings: StoredSettings | undefined;
  let opened: Promise<OpenHandlers> | undefined;

  const open = async (): Promise<OpenHandlers> => {
    const { openHandlers, ownProgram } = await loadDeferred();
    return openHandlers(
      () => settings,
      {
        progress: { report: () => {} },
        evidenceLog: (line) => log.evidence(line),
        note: (line) => log.note(line),
        warn: (line) => void log.warn(line),
      },
      { rerun: "pulumi destroy", program: ownProgram() },
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
