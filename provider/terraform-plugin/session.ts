/**
 * Defines the session that every call receives: the settings, handlers and cancellation of this connection, and the
 * memory of its run.
 */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { OpenHandlers, StoredSettings } from "../compose/engines.ts";
import type { HclCommand } from "../engine/text/explanation.ts";
import type { Log } from "./log.ts";
import type { Provider } from "./protocol/tfplugin6_pb.ts";
import type { RunMemory } from "./run-memory.ts";

export interface TerraformSession {
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
  /** Cancels the run: waits end at once, and no further step is taken. A request that was sent runs to completion. */
  stop(): void;
  readonly memory: RunMemory;
  /** Warnings that belong to no particular call; each is returned once. */
  takeWarnings(): readonly string[];
}

type Methods = (typeof Provider)["method"];
/** The name of a call of the protocol. */
export type CallName = keyof Methods;
export type RequestOf<Name extends CallName> = MessageShape<Methods[Name]["input"]>;
export type ResponseOf<Name extends CallName> = MessageInitShape<Methods[Name]["output"]>;
export type Call<Name extends CallName> = (
  session: TerraformSession,
  request: RequestOf<Name>,
) => Promise<ResponseOf<Name>>;
