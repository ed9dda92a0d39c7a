/**
 * An engine in this process: a program, a state, and the handlers of the resources, which every interface calls. The state is what
 * a judge compares with the service: it may forget a key only when the key is gone.
 */

import { openHandlers } from "../../provider/compose/engines.ts";
import type { Outputs } from "../../provider/compose/world.ts";
import { isUkoError } from "../../provider/errors.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { programKeys, vaultId } from "./world.ts";

/** What the engine knows of its resources; people share it, as they share a stack. */
export type EngineState = Map<string, ManagedKeyState>;

export interface EngineReport {
  readonly says: readonly string[];
  /** Keys that left the state in this run. */
  readonly forgotten: readonly ManagedKeyState[];
  readonly isFailed: boolean;
}

const verbs = ["up", "destroy", "refresh", "preview", "retire"] as const;
export type Verb = (typeof verbs)[number];
export const engineVerbs: readonly string[] = verbs;

const inputsOf = (label: string, isRetired: boolean) => ({
  ...{ vaultId, template: "payroll", label },
  ...(isRetired && { state: "destroyed" }),
});

/** Runs the engine with the environment of this process. A resource that fails does not keep the others from their turn. */
export async function runEngine(verb: Verb, state: EngineState, outputs: Outputs): Promise<EngineReport> {
  const { resources } = openHandlers(() => ({}), outputs, { rerun: "pulumi destroy" });
  const { managedKey } = resources;
  const options = { signal: new AbortController().signal };
  const says: string[] = [];
  const forgotten: ManagedKeyState[] = [];
  let isFailed = false;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!isUkoError(error)) throw error;
      isFailed = true;
      says.push(error.message);
    }
  };
  const remove = async (name: string, known: ManagedKeyState): Promise<void> => {
    const outcome = await managedKey.delete(known, options);
    if (outcome.kind === "unfinished") {
      isFailed = true;
      says.push(JSON.stringify(outcome));
      return;
    }
    state.delete(name);
    forgotten.push(known);
  };
  const declare = async (name: string): Promise<void> => {
    const { inputs } = managedKey.check(inputsOf(name, verb === "retire"), state.get(name) ?? {});
    const known = state.get(name);
    if (known === undefined) state.set(name, (await managedKey.create(inputs, options)).state);
    else if (managedKey.diff(known, inputs).length > 0) {
      state.set(name, (await managedKey.update(known, inputs, options)).state);
    }
  };
  for (const name of programKeys) {
    const known = state.get(name);
    await attempt(async () => {
      if (verb === "up" || verb === "retire") return declare(name);
      if (known === undefined) return;
      if (verb === "destroy") return remove(name, known);
      if (verb === "preview") return void says.push(JSON.stringify(await managedKey.previewDelete(known)));
      const found = await managedKey.read(known, options);
      if (found !== undefined) return void state.set(name, found.state);
      state.delete(name);
      forgotten.push(known);
    });
  }
  return { says, forgotten, isFailed };
}
