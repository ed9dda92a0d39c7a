/**
 * Defines the options with which programs and tests start an emulator (port, first objects, storage, HTTPS), and the
 * type of a running emulator. The option `file` is the SQLite file that stores the objects. The option `seed` is an
 * object in the form of a JSON seed file.
 */

import type { Seed, SwitchChoices } from "./generated.ts";

export interface EmulatorOptions {
  /** The port; 0, the default, takes any free one. */
  readonly port?: number;
  /** The address to listen on; 127.0.0.1 by default, because the control API requires no credential. */
  readonly host?: string;
  /** Names by which clients call, in addition to the host and this machine's own. */
  readonly allowHosts?: readonly string[];
  /** The address that responses name, such as the broker's; by default the one that the client called. */
  readonly publicUrl?: string;
  /** The demo world by default. */
  readonly seed?: Seed;
  readonly profile?: string;
  readonly switches?: SwitchChoices;
  /** A SQLite file that keeps the world; memory by default. */
  readonly file?: string;
  /** A response of `GET /_emulator/snapshot`: the world starts as it was then. */
  readonly snapshot?: unknown;
  /** Serves HTTPS. The certificate to trust is written to `caFile`, by default a temporary file. */
  readonly tls?: { readonly caFile?: string };
}

/** A running emulator. Change its world with the control API under `/_emulator/`. */
export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  readonly instanceId: string;
  /** The value of `UKO_INSTANCE_ID` for an instance of Key Protect. */
  readonly instanceCrn?: string;
  /** What the recording in the place of a profile changes, one sentence for each refuted row. */
  readonly recorded?: readonly string[];
  /** The certificate to trust, for `NODE_EXTRA_CA_CERTS`; under `tls` only. */
  readonly caFile?: string;
  close(): Promise<void>;
}
