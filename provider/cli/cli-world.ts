/** Everything that the command line gets handed in: the run's environment, its streams, and what its commands start. */

import type { openOperations } from "../compose.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A stream of text; `columns` is there where somebody watches a terminal. */
export interface TextOutput {
  write(text: string): void;
  readonly columns?: number;
}

export interface CliWorld {
  readonly version: string;
  readonly environment: Environment;
  /** What was asked for. */
  readonly out: TextOutput;
  /** Errors, and how a long run goes. */
  readonly err: TextOutput;
  /** Reads standard input to its end. */
  readonly readInput: () => Promise<string>;
  /** Asks whoever sits at the terminal; absent where nobody does. */
  readonly ask?: (question: string) => Promise<string>;
  /** Aborts when somebody stops the run. */
  readonly signal: AbortSignal;
  /** Throws UKO_SETTINGS_INVALID; calls nobody yet. */
  readonly openOperations: (...given: Parameters<typeof openOperations>) => Promise<OpenOperations>;
  readonly startLocalUko: (options: LocalUkoOptions) => Promise<LocalUko>;
  readonly machine: Machine;
}

/** Where programs are installed on this machine, and for what. */
export interface Machine {
  /** As Node names them: `linux`, `x64`. */
  readonly system: string;
  readonly processor: string;
  readonly home: string;
  /** Holds the provider for OpenTofu and Terraform that came with this program. */
  readonly providerFolder: string;
}

export type OpenOperations = ReturnType<typeof openOperations>;

export interface LocalUkoOptions {
  readonly port: number;
  readonly host: string;
  readonly profile?: string;
  readonly seedFile?: string;
  /** A snapshot to begin with. */
  readonly snapshotFile?: string;
  /** The SQLite file that keeps the world. */
  readonly file?: string;
  readonly tls?: { readonly caFile?: string };
}

/** The stand-in for the service, started. */
export interface LocalUko {
  readonly url: string;
  readonly pid: number;
  readonly instanceId: string;
  /** The certificate that clients are to trust, under TLS. */
  readonly caFile?: string;
  /** Who can log in, with the API key that makes one this person. */
  readonly people: readonly { readonly name: string; readonly apiKey: string }[];
  /** A key to begin with, as commands take it; absent where there is none. */
  readonly firstKey?: string;
  close(): Promise<void>;
}
