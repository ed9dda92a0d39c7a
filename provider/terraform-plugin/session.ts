/** One host's use of this process: how it is configured, the handlers, what its run has found, and how all of it is stopped. */

import type { OpenHandlers, StoredSettings } from "../compose.ts";
import type { HclCommand } from "../engine/explain/explanation.ts";
import type { Labels } from "./labels.ts";
import type { Log } from "./log.ts";
import type { SharedObjects } from "./shared-objects.ts";

export interface Session {
  /** Begins a run; `undefined` where a setting is known only later. The environment of this process outweighs the settings. */
  configure(settings: StoredSettings | undefined): void;
  /** The service is opened at the first call that needs it. */
  handlers(): Promise<OpenHandlers>;
  readonly log: Log;
  /** What people run, for the commands that messages give them. */
  readonly command: HclCommand;
  /** Aborted once somebody stops the run. */
  readonly signal: AbortSignal;
  /** Ends waits at once, and no step begins any more; a call that is on the wire ends. */
  stop(): void;
  /** A creation found this one where it was: what is to be deleted under the same id is only its former place in the state. */
  noteFound(typeName: string, id: string): void;
  isFound(typeName: string, id: string): boolean;
  /** This run has looked at it, as it does for a plan; an apply plans once more, and looks at nothing before. */
  noteLooked(typeName: string, id: string): void;
  hasLooked(typeName: string, id: string): boolean;
  /** This run could not read it; returns how many resources that is true of so far. */
  noteUnread(typeName: string, id: string): number;
  readonly labels: Labels;
  readonly objects: SharedObjects;
  /** What people have to hear of beside any call; each is told once. */
  takeWarnings(): readonly string[];
}
