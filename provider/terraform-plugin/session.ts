/** Per-connection state: configuration, handlers, the run's findings, and shutdown. */

import type { OpenHandlers, StoredSettings } from "../compose.ts";
import type { HclCommand } from "../engine/text/explanation.ts";
import type { Labels } from "./labels.ts";
import type { Log } from "./log.ts";
import type { SharedObjects } from "./shared-objects.ts";

export interface Session {
  /**
   * Begins a run; `undefined` if a setting is still unknown. The environment of this process takes
   * precedence over the settings.
   */
  configure(settings: StoredSettings | undefined): void;
  /** The service is opened at the first call that needs it. */
  handlers(): Promise<OpenHandlers>;
  readonly log: Log;
  /** The engine's command, for the commands in messages. */
  readonly command: HclCommand;
  /** Aborted when the run is canceled. */
  readonly signal: AbortSignal;
  /** Ends waits at once and prevents further steps; a call on the wire runs to completion. */
  stop(): void;
  /**
   * A creation found this existing object: a deletion of the same ID only removes its former entry
   * in state.
   */
  noteFound(typeName: string, id: string): void;
  isFound(typeName: string, id: string): boolean;
  /**
   * This run has read the object, as it does for a plan; an apply plans once more, without a read
   * before it.
   */
  noteLooked(typeName: string, id: string): void;
  hasLooked(typeName: string, id: string): boolean;
  /** This run could not read the object; returns the number of such resources so far. */
  noteUnread(typeName: string, id: string): number;
  /** Returns how many objects this run has reported for this reason so far, with this one. */
  noteReported(reason: string, id: string): number;
  readonly labels: Labels;
  readonly objects: SharedObjects;
  /** Warnings that belong to no particular call; each is returned once. */
  takeWarnings(): readonly string[];
}
