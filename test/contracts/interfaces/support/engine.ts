/** The interface of an engine's CLI for scenarios, which name options as Pulumi does. */

import type { RunOptions } from "../../../stage/person.ts";
import type { ExportedState, PulumiResult, PulumiRun } from "../../../stage/pulumi.ts";

export type EngineResult = PulumiResult;
export type EngineRun = PulumiRun;

type Arguments = readonly string[];
export type Variables = Readonly<Record<string, string | undefined>>;

/** One person with the engine's CLI. */
export interface EnginePerson {
  readonly home: string;
  readonly workingCopy: string;
  readonly env: Variables;
  writeProgram(source: string): Promise<void>;
  up(args?: Arguments, options?: RunOptions): Promise<EngineResult>;
  destroy(args?: Arguments, options?: RunOptions): Promise<EngineResult>;
  refresh(args?: Arguments, options?: RunOptions): Promise<EngineResult>;
  preview(args?: Arguments, options?: RunOptions): Promise<EngineResult>;
  run(args: Arguments, options?: RunOptions): Promise<EngineResult>;
  start(args: Arguments, options?: RunOptions): EngineRun;
  exportState(): Promise<ExportedState>;
  environment(extra?: Variables): Record<string, string>;
  /** Keeps an API key where the program's settings are, as a secret. */
  storeApiKey?(apiKey: string): Promise<void>;
  /** Goes over to a stack of one's own. */
  openStack?(name: string): Promise<void>;
  /** Changes what the state says of each key. */
  editState?(edits: Readonly<Record<string, unknown>>): Promise<void>;
  /** The outputs in the state, with what is secret in them. */
  openOutputs?(): Promise<readonly unknown[]>;
  /** The engine's report of a run in a shell, in the form in which runs are read. */
  saidInShell?(): Promise<string>;
}

/** The verbs of a person whose engine runs any command. */
export abstract class Verbs {
  abstract run(args: Arguments, options?: RunOptions): Promise<EngineResult>;

  up(args: Arguments = [], options?: RunOptions): Promise<EngineResult> {
    return this.run(["up", ...args], options);
  }

  destroy(args: Arguments = [], options?: RunOptions): Promise<EngineResult> {
    return this.run(["destroy", ...args], options);
  }

  refresh(args: Arguments = [], options?: RunOptions): Promise<EngineResult> {
    return this.run(["refresh", ...args], options);
  }

  preview(args: Arguments = [], options?: RunOptions): Promise<EngineResult> {
    return this.run(["preview", ...args], options);
  }
}

export interface EngineWorkspace extends AsyncDisposable {
  readonly folder: string;
  person(
    name: string,
    options: {
      readonly program?: string;
      readonly env?: Variables;
      readonly config?: Readonly<Record<string, string>>;
    },
  ): Promise<EnginePerson>;
  dispose(): Promise<void>;
  readonly command: EngineCommand;
}

/** The engine's command as people type it, and its script here, which answers yes. */
export interface EngineCommand {
  readonly name: string;
  readonly script: string;
  /** The same without a process of its own, if the engine has none. */
  run?(call: EngineCall): Promise<EngineResult>;
}

export interface EngineCall {
  readonly home: string;
  readonly args: Arguments;
  /** The variables that were typed, or that the shell has. */
  readonly env: Variables;
}
