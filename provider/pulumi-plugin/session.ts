/**
 * Holds the state of this process for one engine. A new engine's address begins a new run, and the code that calls the
 * service is loaded at the first call that needs it.
 */

import type { ChannelOptions } from "@grpc/grpc-js";
import type { OpenHandlers, StoredSettings } from "../compose/engines.ts";
import { lazyImport } from "../process/lazy-import.ts";
import { createEngineLog, type EngineLog } from "./engine-log.ts";
import { createRunMemory, type RunMemory } from "./run-memory.ts";

export interface PulumiSession {
  /**
   * Sets the address of the engine. It changes with each run if one process serves several (`PULUMI_DEBUG_PROVIDERS`). A
   * stopped session may start again.
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
  /** Cancels the run: waits end at once, and no further step is taken. A request that was sent runs to completion. */
  cancel(): void;
}

/** Loads the modules that only later calls need. */
export const loadDeferred = lazyImport(() => import("./deferred.ts"));

/**
 * The log of a run without an engine, such as that of a tool that only requests the schema. No engine receives
 * evidence there, so a step that has to leave evidence fails.
 */
const silence: EngineLog = {
  status: () => {},
  warn: () => Promise.resolve(),
  note: () => {},
  evidence: () => Promise.reject(new Error("no engine receives the evidence")),
  hasProgram: () => Promise.resolve(false),
  close: () => {},
};

export function createSession(options: ChannelOptions): PulumiSession {
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
