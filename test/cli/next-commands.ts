/** Runs each `uko …` command that a message prints, as printed, by whom the message names, and looks up what it did. */

import { afterAll, beforeAll, expect } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { type CliTestWorld, type Ended, type KeyName, keys, type Person, reportOf, startCliWorld } from "./harness.ts";

let world: CliTestWorld;

/** To be called once by a file of such tests. */
export function useWorld(): void {
  beforeAll(async () => {
    world = await startCliWorld();
  });
  afterAll(() => world.close());
}

const keyId = (name: KeyName): string => keys[name].split("/")[1] ?? "";

/** Runs a command with the key's name at its place, a minute after whatever was before. */
export async function run(who: Person, command: string, name: KeyName, recordId = ""): Promise<Ended> {
  await world.advance("1m");
  return world.uko(who, `${command.replace("KEY", keys[name]).replace("ID", recordId)} --json`);
}

export async function recordOf(name: KeyName): Promise<string> {
  return reportOf(await run("erin", "status KEY", name)).deletion.recordId ?? "";
}

export async function naming(who: Person, name: KeyName): Promise<Ended> {
  return run(who, "continue KEY --consent ID", name, await recordOf(name));
}

/** `by` asks, another deactivates; their request to destroy is then on file. */
export async function deactivate(name: KeyName, by: Person = "bob", other: Person = "alice"): Promise<Ended> {
  await run(by, "request KEY", name);
  return naming(other, name);
}

export async function destroy(name: KeyName): Promise<Ended> {
  await deactivate(name);
  await world.advance("5h");
  return naming("bob", name);
}

export const edit = (name: KeyName, body: unknown): Promise<void> => world.control(`keys/${keyId(name)}`, body);
export const forbid = (operation: string): Promise<void> =>
  world.control("faults", { operation, status: 403, times: 1 });
export const retain = { addResource: { crn: "crn:v1:kept", preventsKeyDeletion: true } };
/** Also at the start of a case: a reset leaves what was added to a seeded key. */
export const release = (name: KeyName) => edit(name, { removeResource: "crn:v1:kept" });

/** What one printed command does when `by` runs it. */
interface Effect {
  readonly by: Person;
  /** What the message says to do first. */
  readonly first?: () => Promise<unknown>;
  readonly exit: number;
  readonly leaves: string;
  readonly requestedBy?: "alice" | "bob" | "carol";
}

export interface Case {
  readonly name: KeyName;
  /** Ends with the message whose commands are run. */
  readonly message: () => Promise<Ended>;
  readonly code?: string;
  readonly next: readonly Effect[];
}

export const asksAgain = (by: "alice" | "bob"): Effect => ({
  by,
  exit: 0,
  leaves: "pending_approval",
  requestedBy: by,
});
export const deactivates = (by: "alice" | "carol"): Effect => ({
  by,
  exit: 10,
  leaves: "cooling_down",
  requestedBy: by,
});
export const withdraws = (by: Person): Effect => ({ by, exit: 0, leaves: "active" });
export const reactivates: Effect = { by: "alice", exit: 0, leaves: "active" };
export const removes: Effect = { by: "bob", exit: 0, leaves: "gone" };
export const advance = (duration: string): Promise<void> => world.advance(duration);
export const later = (duration: string) => ({ first: () => world.advance(duration) });

export async function runCommandsOf({ name, message, code, next }: Case): Promise<void> {
  for (const [index, effect] of next.entries()) {
    await world.reset();
    const ended = await message();
    const { explanation } = reportOf(ended);
    const commands = explanation.next.flatMap((step) => step.commands);
    expect(explanation.code, ended.out).toBe(code);
    expect(commands, "each printed command has an effect here").toHaveLength(next.length);

    await effect.first?.();
    await world.advance("1m");
    const done = await world.shell(effect.by, commands[index] ?? "");
    expect(done.exitCode, `${commands[index]}\n${done.out}${done.err}`).toBe(effect.exit);
    const after = reportOf(await run("carol", "status KEY", name));
    expect(after.lifecycleState).toBe(effect.leaves);
    if (effect.requestedBy !== undefined) {
      expect(after.deletion.requestedBy).toBe(`IBMid-550000${effect.requestedBy.toUpperCase()}`);
    }
    const verdict = await world.verdict({ isOutsider: (entry) => entry.operation === "control" });
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  }
}
