/** KMS keys for the engine's tests: handlers and operations of one person at a time. */

import { createKmsOperations, type KmsOperations } from "../../provider/engine/kms-key/commands.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import type { Unfinished } from "../../provider/engine/resource/delete.ts";
import { createHandlers, type Handlers } from "../../provider/engine/resource/handlers.ts";
import { kmsKey } from "../../provider/resources/kms-key/index.ts";
import type { KmsKeyInputs, KmsKeyState } from "../../provider/resources/kms-key/schema.ts";
import type { Body } from "../emulator/harness.ts";
import { type EngineWorld, options, type Person, type PersonsRun, type RunChoices } from "./harness.ts";

export type KmsHandlers = Handlers<KmsKeyInputs, KmsKeyState>;

export interface KmsRun extends Omit<PersonsRun, "handlers" | "operations"> {
  readonly handlers: KmsHandlers;
  readonly operations: KmsOperations;
}

export function kmsRun(stage: EngineWorld, who: Person, choices: RunChoices = {}): KmsRun {
  const { leastPeople = "single" } = choices;
  const run = stage.run(who, choices);
  const { world } = run;
  const open = () => ({ world, run: { leastPeople } });
  const context = { open, userInterface: { rerun: "pulumi destroy" }, secretDigests: world.secretDigests } as const;
  return { ...run, handlers: createHandlers(kmsKey, context), operations: createKmsOperations(world) };
}

/** Inputs as an interface passes them on. */
export function kmsInputs(
  handlers: KmsHandlers,
  over: Readonly<Record<string, unknown>> = {},
  olds: unknown = {},
): unknown {
  const { inputs, failures } = handlers.check({ name: "backup", ...over }, olds);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  return inputs;
}

/** Creates a key as Bob or as the given person, a minute ago. */
export async function makeKmsKey(
  stage: EngineWorld,
  over: Readonly<Record<string, unknown>> = {},
  who: Person = "bob",
): Promise<KmsKeyState> {
  const { handlers } = kmsRun(stage, who);
  const { state } = await handlers.create(kmsInputs(handlers, over), options);
  stage.test.emulator.world.clock.advance(60_000);
  return state;
}

/** The key as KMS returns it. */
export async function kmsView(stage: EngineWorld, keyId: string): Promise<Body> {
  return (await stage.test.as("carol").kms("GET", `/keys/${keyId}/metadata`)).body.resources[0] as Body;
}

/** What `uko request kms/ID` does: sets the key for deletion. */
export function requestKms(
  stage: EngineWorld,
  { operations }: Pick<KmsRun, "operations">,
  kmsKeyId: string,
): Promise<Report> {
  return operations.request({ instanceId: stage.test.emulator.instanceId, kmsKeyId }, options);
}

/** What `uko approve kms/ID` does after its person typed the name. Throws if the person can approve nothing. */
export async function approveKms(
  stage: EngineWorld,
  { operations }: Pick<KmsRun, "operations">,
  keyId: string,
): Promise<Report> {
  const ref = { instanceId: stage.test.emulator.instanceId, kmsKeyId: keyId };
  const shown = await operations.inspect(ref, options);
  if (shown?.window === undefined || !shown.acts.some(({ id }) => id === "approve")) {
    throw new Error(`Nothing to approve: ${shown?.report.explanation.summary ?? "no key was read"}`);
  }
  return operations.approve(ref, shown.window, options);
}

/** The message of a destroy that did not finish. */
export async function unfinishedKms(handlers: KmsHandlers, state: unknown): Promise<Unfinished> {
  const outcome = await handlers.delete(state, options);
  if (outcome.kind === "ended") throw new Error("The engine would forget the key.");
  return outcome;
}
