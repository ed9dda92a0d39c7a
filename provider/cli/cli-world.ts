/**
 * Defines what each command receives from outside, which tests replace. The file imports the operations only when a
 * command needs them, so that `--help` does not load them.
 */

import type { openKeyOperations } from "../compose/keys.ts";
import type {
  openOperations as composeAll,
  openLogin as composeLogin,
  OpenLogin as Login,
} from "../compose/operations.ts";
import type { Progress } from "../engine/ports/world.ts";

export type { Login };

export type Environment = Readonly<Record<string, string | undefined>>;

/** A stream of text; `columns` is set if it is a terminal. */
export interface TextOutput {
  write(text: string): void;
  readonly columns?: number;
  /** Whether the terminal shows colors and the user wants them (NO_COLOR). */
  readonly hasColors?: boolean;
}

/** A line of progress, which `clear` erases. */
export type ProgressLine = Progress & { clear(): void };

/** What a command about keys receives, in any of the executables. */
export interface CliWorld {
  readonly version: string;
  readonly environment: Environment;
  readonly out: TextOutput;
  /** Errors, and the progress of a long run. */
  readonly err: TextOutput;
  readonly progress: ProgressLine;
  readonly readInput: () => Promise<string>;
  /** Asks the user at the terminal; absent without a terminal. A secret answer is not shown. */
  readonly ask?: (question: string, isSecret?: boolean) => Promise<string>;
  /** The words of the command line after the program's name, once they are parsed; without options for all commands. */
  readonly typed?: () => readonly string[];
  /** The command that starts `uko` if it is not on PATH (engine/text/own-commands.ts). */
  readonly program?: string;
  readonly signal: AbortSignal;
  /** Throws UKO_SETTINGS_INVALID; makes no call yet. */
  readonly openOperations: Open<OpenOperations>;
}

/** What every command of `uko` receives. */
export interface UkoWorld extends CliWorld {
  readonly openOperations: Open<AllOperations>;
  /** Reads a line at the terminal; undefined at the end of the input. Absent without a terminal. */
  readonly readLine?: (prompt: string) => Promise<string | undefined>;
  /** Shows a page to the user; absent on a machine without a browser. */
  readonly openBrowser?: (url: string) => void;
  readonly runProgram: (command: string, args: readonly string[], environment: Environment) => Promise<number>;
  /** Makes no call yet. */
  readonly openLogin: (...args: Parameters<typeof composeLogin>) => Promise<Login>;
  readonly startEmulator: (options: EmulatorStart) => Promise<RunningEmulator>;
  /** Returns the new emulated time in ms. Throws UKO_INPUT_INVALID. */
  readonly advanceEmulator: (url: string, duration: string) => Promise<number>;
  readonly startConsole: (options: ConsoleStart) => Promise<RunningConsole>;
  readonly machine: Machine;
  readonly readErrorPage: () => Promise<string>;
}

export interface Machine {
  /** The system and the processor in Node's names, such as `linux` and `x64`. */
  readonly system: string;
  readonly processor: string;
  readonly home: string;
  /** Contains the provider for OpenTofu and Terraform that came with this program. */
  readonly providerFolder: string;
}

export type OpenOperations = ReturnType<typeof openKeyOperations>["run"];
export type AllOperations = ReturnType<typeof composeAll>;
export type Open<Opened> = (...args: Parameters<typeof openKeyOperations>) => Promise<Opened>;

export interface EmulatorStart {
  readonly port: number;
  readonly host: string;
  readonly allowHost?: readonly string[];
  readonly publicUrl?: string;
  readonly profile?: string;
  /** The file of a seed or a snapshot. */
  readonly seed?: string;
  /** The size of a generated world, such as `keys=5000,vaults=12`. */
  readonly generate?: string;
  readonly tls?: true;
  readonly caFile?: string;
}

export interface ConsoleStart {
  /** The one run that all pages of the console use. */
  readonly run: AllOperations;
  readonly campaign?: { readonly folder: string; readonly name: string };
  readonly signal: AbortSignal;
  readonly onCode: (code: string) => void;
  /** Called when a wrong code was typed too often. */
  readonly onLocked: () => void;
  /** Called when another user of this machine tried to connect. */
  readonly onRefused: () => void;
}

export interface RunningConsole {
  readonly url: string;
  close(): void;
}

export interface RunningEmulator {
  readonly url: string;
  readonly pid: number;
  readonly instanceId: string;
  readonly instanceCrn?: string;
  readonly caFile?: string;
  /** What a recording changes, one sentence for each refuted row. */
  readonly recorded?: readonly string[];
  /** The people who can log in, each with an API key. */
  readonly people: readonly { readonly name: string; readonly apiKey: string }[];
  /** A key for the first commands, in the form that commands take; absent if there is none. */
  readonly firstKey?: string;
  close(): Promise<void>;
}

/** The operations of a run, imported lazily: help and the emulator never load their dependencies. */
export const openOperations: UkoWorld["openOperations"] = async (...given) =>
  (await import("../compose/operations.ts")).openOperations(...given);

export const openLogin: UkoWorld["openLogin"] = async (...given) =>
  (await import("../compose/operations.ts")).openLogin(...given);
