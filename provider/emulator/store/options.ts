/**
 * Defines the options with which programs and tests start an emulator (port, first objects, HTTPS), and the type of a
 * running emulator.
 */

import type { Seed, SwitchChoices } from "./generated.ts";

/** The member that tells a snapshot from a seed. */
export const snapshotFormat = "uko-emulator-snapshot";

/** A whole world as JSON, with its clock and its audit trail. Only an emulator writes and reads the other members. */
export interface Snapshot {
  readonly format: typeof snapshotFormat;
  readonly takenAt: string;
  readonly [member: string]: unknown;
}

export interface EmulatorOptions {
  /** The port; 0, the default, takes any free one. */
  readonly port?: number;
  /** The address to listen on; 127.0.0.1 by default, because the control API requires no credential. */
  readonly host?: string;
  /** Names by which clients call, in addition to the host and this machine's own. */
  readonly allowHosts?: readonly string[];
  /** The address that responses name, such as the broker's; by default the one that the client called. */
  readonly publicUrl?: string;
  /** The first objects: a seed, or a response of `GET /_emulator/snapshot`. The demo world by default. */
  readonly seed?: Seed | Snapshot;
  readonly profile?: string;
  readonly switches?: SwitchChoices;
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
