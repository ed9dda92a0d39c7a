/** The state of a stack in a file that all people share, with secrets closed, as the file backend of Pulumi keeps it. */

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Properties } from "../../../../pulumi-plugin/engine.ts";
import { mapSecrets, type Stored, secretOf } from "./pulumi-provider.ts";

export interface StackState {
  /** The settings of the run that made the state. */
  readonly settings: Properties;
  readonly resources: readonly Stored[];
}

export class StateFile {
  readonly #file: string;

  constructor(folder: string, stack: string) {
    this.#file = path.join(folder, "backend", `${stack}.json`);
  }

  read(): StackState {
    if (!existsSync(this.#file)) return { settings: {}, resources: [] };
    return opened(JSON.parse(readFileSync(this.#file, "utf8"))) as StackState;
  }

  /** Written after each step, so that a run that is killed leaves what it came to. */
  write(state: StackState): void {
    writeFileSync(`${this.#file}.new`, this.#closed(state));
    renameSync(`${this.#file}.new`, this.#file);
  }

  change(edit: (resources: readonly Stored[]) => readonly Stored[]): void {
    const state = this.read();
    this.write({ ...state, resources: edit(state.resources) });
  }

  /** The whole as `pulumi stack export` shows it. */
  text(): string {
    return this.#closed(this.read());
  }

  #closed(state: StackState): string {
    return JSON.stringify(
      mapSecrets(state, ({ value }) => ({ ciphertext: Buffer.from(JSON.stringify(value)).toString("base64") })),
      null,
      2,
    );
  }
}

function opened(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  const { ciphertext } = value as { readonly ciphertext?: unknown };
  if (typeof ciphertext === "string") return secretOf(JSON.parse(Buffer.from(ciphertext, "base64").toString("utf8")));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, opened(each)]));
}
