/** Runs each `uko …` command of a message as printed, as the person that the message names, and checks its effect. */

import { expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { useCliStage } from "./cli-stage.ts";
import {
  type AtTerminal,
  type CliTestWorld,
  type Ended,
  type KeyName,
  keys,
  type Person,
  reportOf,
} from "./harness.ts";

let world: CliTestWorld;

/** The tests of a file: one emulator, seeded again for each command. */
export function testEach(cases: Readonly<Record<string, Case>>): void {
  ({ world } = useCliStage());
  it.each(Object.entries(cases))("%s", (_title, each) => runCommandsOf(each));
}

const keyId = (name: KeyName): string => keys[name].split("/")[1] ?? "";

/** One event of the key of a case; the last event of a story is the run whose message is read. */
type Act = (name: KeyName) => Promise<Ended | undefined>;

/** Runs a command with the key's name in its place, a minute after the previous event. */
async function run(who: Person, command: string, name: KeyName): Promise<Ended> {
  await world.advance("1m");
  return world.uko(who, `${command.replace("KEY", keys[name])} --json`);
}

/** `KEY` stands for the key. */
export const by =
  (who: Person, command: string): Act =>
  (name) =>
    run(who, command, name);

/** Approves at a terminal, and agrees with what is asked. */
export const approves =
  (who: Person, option = "", answers?: AtTerminal): Act =>
  async (name) => {
    await world.advance("1m");
    return world.type(who, `approve ${keys[name]} ${option}`, answers);
  };

/** Bob requests, Alice deactivates and requests the destruction. */
export const deactivated: Act = (name) =>
  inOrder([by("bob", "request KEY"), approves("alice"), by("alice", "request KEY")], name);
export const destroyed: Act = (name) => inOrder([deactivated, after("5h"), approves("bob")], name);
export const after = (duration: string): Act => silent(() => world.advance(duration));
export const edited = (body: unknown): Act => silent((name) => world.control(`keys/${keyId(name)}`, body));
export const forbidden = (operation: string): Act =>
  silent(() => world.control("faults", { operation, status: 403, times: 1 }));
export const retain = { addResource: { crn: "crn:v1:kept", preventKeyDeletion: true } };
/** Also at the start of a case: a reset keeps additions to a seeded key. */
export const released: Act = edited({ removeResource: "crn:v1:kept" });

function silent(act: (name: KeyName) => Promise<void>): Act {
  return async (name) => {
    await act(name);
    return undefined;
  };
}

async function inOrder(story: readonly Act[], name: KeyName): Promise<Ended> {
  let last: Ended | undefined;
  for (const act of story) last = await act(name);
  if (last === undefined) throw new Error("A story ends with a run.");
  return last;
}

/** The effect of one printed command when `by` runs it. */
interface Effect {
  readonly by: Person;
  /** The step that the message asks for first. */
  readonly first?: Act;
  readonly exit: number;
  readonly leaves: string;
  readonly requestedBy?: "alice" | "bob" | "carol";
}

interface Case {
  /** The seeded key of the case; `payroll` by default. */
  readonly name?: KeyName;
  readonly story: readonly Act[];
  readonly code?: string;
  readonly next: readonly Effect[];
}

/** Leaves a request of the person. */
export const requests = (by: "alice" | "bob"): Effect => ({
  by,
  exit: 0,
  leaves: "pending_approval",
  requestedBy: by,
});
/** Leaves an approval of the request of another person. */
export const storesApproval = (by: "alice" | "carol"): Effect => ({
  by,
  exit: 0,
  leaves: "approved",
  requestedBy: "bob",
});
export const deactivates = (by: "alice" | "carol"): Effect => ({ by, exit: 0, leaves: "cooling_down" });
export const withdraws = (by: Person): Effect => ({ by, exit: 0, leaves: "active" });
export const reactivates: Effect = { by: "alice", exit: 0, leaves: "active" };
export const removes: Effect = { by: "bob", exit: 0, leaves: "gone" };
export const later = (duration: string) => ({ first: after(duration) });

const commandsIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(/^ +(uko .*)$/gm), ([, line]) => line ?? "");

async function runCommandsOf({ name = "payroll", story, code, next }: Case): Promise<void> {
  for (const [index, effect] of next.entries()) {
    await world.reset();
    const ended = await inOrder(story, name);
    const { explanation } = ended.out.startsWith("{") ? reportOf(ended) : {};
    const commands = explanation?.next.flatMap((step) => step.commands) ?? commandsIn(ended.out);
    expect(explanation?.code, ended.out).toBe(code);
    expect(commands, `each printed command has an effect here:\n${ended.out}`).toHaveLength(next.length);

    await effect.first?.(name);
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
