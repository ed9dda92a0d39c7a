/** Every `uko …` command that a message prints is run as printed, by whom the message names, and does what it says. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { type CliTestWorld, type Ended, type KeyName, keys, type Person, reportOf, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(() => world.close());

const keyId = (name: KeyName): string => keys[name].split("/")[1] ?? "";

/** Runs a command with the key's name at its place, a minute after whatever was before. */
async function run(who: Person, command: string, name: KeyName, recordId = ""): Promise<Ended> {
  await world.advance("1m");
  return world.uko(who, `${command.replace("KEY", keys[name]).replace("ID", recordId)} --json`);
}

async function recordOf(name: KeyName): Promise<string> {
  return reportOf(await run("erin", "status KEY", name)).deletion.recordId ?? "";
}

async function naming(who: Person, name: KeyName): Promise<Ended> {
  return run(who, "continue KEY --consent ID", name, await recordOf(name));
}

/** `by` asks, another deactivates; their request to destroy is then on file. */
async function deactivate(name: KeyName, by: Person = "bob", other: Person = "alice"): Promise<Ended> {
  await run(by, "request KEY", name);
  return naming(other, name);
}

async function destroy(name: KeyName): Promise<Ended> {
  await deactivate(name);
  await world.advance("5h");
  return naming("bob", name);
}

const edit = (name: KeyName, body: unknown): Promise<void> => world.control(`keys/${keyId(name)}`, body);
const forbid = (operation: string): Promise<void> => world.control("faults", { operation, status: 403, times: 1 });
const retain = { addResource: { crn: "crn:v1:kept", preventsKeyDeletion: true } };
/** Also at the start of a case: a reset leaves what was added to a seeded key. */
const release = (name: KeyName) => edit(name, { removeResource: "crn:v1:kept" });

/** What one printed command does when `by` runs it. */
interface Effect {
  readonly by: Person;
  /** What the message says to do first. */
  readonly first?: () => Promise<unknown>;
  readonly exit: number;
  readonly leaves: string;
  readonly requestedBy?: "alice" | "bob" | "carol";
}

interface Case {
  readonly name: KeyName;
  /** Ends with the message whose commands are run. */
  readonly message: () => Promise<Ended>;
  readonly code?: string;
  readonly next: readonly Effect[];
}

const asksAgain = (by: "alice" | "bob"): Effect => ({ by, exit: 0, leaves: "pending_approval", requestedBy: by });
const deactivates = (by: "alice" | "carol"): Effect => ({ by, exit: 10, leaves: "cooling_down", requestedBy: by });
const withdraws = (by: Person): Effect => ({ by, exit: 0, leaves: "active" });
const reactivates: Effect = { by: "alice", exit: 0, leaves: "active" };
const removes: Effect = { by: "bob", exit: 0, leaves: "gone" };
const later = (duration: string) => ({ first: () => world.advance(duration) });

const cases: Readonly<Record<string, Case>> = {
  "nobody asked, and you may": {
    name: "payroll",
    message: () => run("bob", "continue KEY", "payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [asksAgain("bob")],
  },
  "nobody asked, and a pipeline cannot": {
    name: "payroll",
    message: () => run("pipeline", "request KEY", "payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [asksAgain("bob")],
  },
  "your request is on file": {
    name: "payroll",
    message: () => run("bob", "request KEY", "payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("alice"), withdraws("bob")],
  },
  "somebody's request is on file": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("alice", "status KEY", "payroll");
    },
    next: [deactivates("alice"), asksAgain("alice")],
  },
  "somebody's request is on file, seen through a trusted profile": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("dave", "continue KEY", "payroll");
    },
    code: "UKO_APPROVAL_PENDING",
    next: [{ by: "dave", exit: 10, leaves: "deactivated" }],
  },
  "somebody's request is on file, met by a pipeline": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return naming("pipeline", "payroll");
    },
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol"), withdraws("bob")],
  },
  "your request waits for its cool-down": {
    name: "payroll",
    message: () => deactivate("payroll"),
    code: "UKO_APPROVAL_PENDING",
    next: [
      { by: "bob", ...later("4h1m"), exit: 11, leaves: "pending_destruction" },
      { by: "alice", exit: 0, leaves: "deactivated" },
    ],
  },
  "you consented": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      return run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    next: [deactivates("carol")],
  },
  "somebody consented, and you may act on it": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      await run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
      return run("carol", "continue KEY", "payroll");
    },
    code: "UKO_APPROVAL_PENDING",
    next: [deactivates("carol")],
  },
  "a consent is not answered again": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      await run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
      return run("carol", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("carol")],
  },
  "nobody answers themselves": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("bob", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [deactivates("alice")],
  },
  "the record is not the one on file": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("alice", "consent KEY ID", "payroll", "0".repeat(32));
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [{ by: "alice", exit: 0, leaves: "pending_approval", requestedBy: "bob" }],
  },
  "the record does not count any more": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      const recordId = await recordOf("payroll");
      await world.advance("1m");
      await edit("payroll", { record: { updatedBy: "IBMid-550000CAROL", updatedAt: "2026-11-24T14:30:00Z" } });
      return run("alice", "consent KEY ID", "payroll", recordId);
    },
    code: "UKO_CONSENT_MISMATCH",
    next: [asksAgain("alice")],
  },
  "a sync waits for the request on file": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("alice", "sync KEY", "payroll");
    },
    code: "UKO_DELETION_ON_FILE",
    next: [withdraws("alice")],
  },
  "a request stopped by a retention policy": {
    name: "vouchers",
    message: async () => {
      await release("vouchers");
      await edit("vouchers", retain);
      return run("bob", "request KEY", "vouchers");
    },
    code: "UKO_RETENTION_POLICY",
    next: [{ ...asksAgain("bob"), first: () => release("vouchers") }],
  },
  "a consent stopped by a retention policy": {
    name: "vouchers",
    message: async () => {
      await release("vouchers");
      await run("bob", "request KEY", "vouchers");
      await edit("vouchers", retain);
      return naming("alice", "vouchers");
    },
    code: "UKO_RETENTION_POLICY",
    next: [{ ...deactivates("alice"), first: () => release("vouchers") }],
  },
  "a run stopped by a retention policy, naming nothing": {
    name: "vouchers",
    message: async () => {
      await release("vouchers");
      await run("bob", "request KEY", "vouchers");
      await edit("vouchers", retain);
      return run("alice", "continue KEY", "vouchers");
    },
    code: "UKO_RETENTION_POLICY",
    next: [{ by: "alice", first: () => release("vouchers"), exit: 10, leaves: "pending_approval", requestedBy: "bob" }],
  },
  "the KMS twin was disabled": {
    name: "ledger",
    message: async () => {
      await run("bob", "request KEY", "ledger");
      await edit("ledger", { twin: { state: 2 } });
      return naming("alice", "ledger");
    },
    code: "UKO_TWIN_NOT_ACTIVE",
    next: [{ ...deactivates("alice"), first: () => edit("ledger", { twin: { state: 1 } }) }],
  },
  "named while cooling down": {
    name: "payroll",
    message: async () => {
      await deactivate("payroll");
      return naming("bob", "payroll");
    },
    code: "UKO_COOLING_DOWN",
    next: [{ by: "bob", ...later("4h"), exit: 11, leaves: "pending_destruction" }, reactivates],
  },
  "pending destruction": {
    name: "payroll",
    message: () => destroy("payroll"),
    code: "UKO_DESTRUCTION_PENDING",
    next: [{ ...removes, ...later("30d") }],
  },
  "only the record is left": {
    name: "payroll",
    message: async () => {
      await destroy("payroll");
      await world.advance("31d");
      return run("bob", "status KEY", "payroll");
    },
    next: [removes],
  },
  "a request where only the record is left": {
    name: "payroll",
    message: async () => {
      await destroy("payroll");
      await world.advance("31d");
      return run("bob", "request KEY", "payroll");
    },
    next: [removes],
  },
  "a keystore holds the key again": {
    name: "cards",
    message: async () => {
      await destroy("cards");
      await world.advance("8d");
      await edit("cards", { material: "enabled" });
      return run("bob", "continue KEY", "cards");
    },
    code: "UKO_KEYSTORE_BLOCKS_REMOVAL",
    next: [{ by: "alice", exit: 0, leaves: "pending_destruction" }],
  },
  "a plan that a keystore blocks": {
    name: "cards",
    message: async () => {
      await destroy("cards");
      await world.advance("8d");
      await edit("cards", { material: "enabled" });
      return run("bob", "plan KEY", "cards");
    },
    next: [{ by: "alice", exit: 0, leaves: "pending_destruction" }],
  },
  "a sync brought the keystores in line": {
    name: "cards",
    message: async () => {
      await destroy("cards");
      await world.advance("8d");
      await edit("cards", { material: "enabled" });
      return run("alice", "sync KEY", "cards");
    },
    next: [{ ...removes, ...later("8d") }],
  },
  "KMS wants another person than the one who set the window": {
    name: "ledger",
    message: async () => {
      await run("bob", "request KEY", "ledger");
      const recordId = await recordOf("ledger");
      // Alice's own request to destroy fails, so Bob's is the one on file.
      await world.control("faults", { operation: "K4", status: 403, times: 1 });
      await run("alice", "continue KEY --consent ID", "ledger", recordId);
      await run("bob", "request KEY", "ledger");
      await world.advance("5h");
      return naming("alice", "ledger");
    },
    code: "UKO_KMS_SETTER",
    next: [{ by: "alice", exit: 0, leaves: "pending_approval", requestedBy: "alice" }],
  },
  "KMS wants another person, and the record is an answer": {
    name: "ledger",
    message: async () => {
      await deactivate("ledger");
      await run("bob", "consent KEY ID", "ledger", await recordOf("ledger"));
      await world.advance("5h");
      return naming("alice", "ledger");
    },
    code: "UKO_KMS_SETTER",
    next: [{ by: "carol", exit: 11, leaves: "pending_destruction" }, reactivates],
  },
  "who set the KMS window is unknown": {
    name: "ledger",
    message: async () => {
      await deactivate("ledger");
      await run("alice", "withdraw KEY", "ledger");
      await run("bob", "request KEY", "ledger");
      await world.advance("5h");
      return naming("alice", "ledger");
    },
    code: "UKO_KMS_SETTER_UNKNOWN",
    next: [reactivates],
  },
  "the KMS window lapsed": {
    name: "ledger",
    message: async () => {
      await deactivate("ledger");
      await world.advance("8d");
      return run("bob", "continue KEY", "ledger");
    },
    code: "UKO_KMS_WINDOW_LAPSED",
    next: [reactivates],
  },
  "the right to ask is missing": {
    name: "payroll",
    message: () => run("erin", "request KEY", "payroll"),
    code: "UKO_RIGHTS_MISSING",
    next: [asksAgain("bob")],
  },
  "the right to deactivate is missing": {
    name: "payroll",
    message: async () => {
      await run("carol", "request KEY", "payroll");
      return naming("bob", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [asksAgain("bob")],
  },
  "the right to withdraw is missing": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("erin", "withdraw KEY", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [withdraws("bob")],
  },
  "the right to reactivate is missing": {
    name: "payroll",
    message: async () => {
      await deactivate("payroll");
      return run("erin", "reactivate KEY", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [reactivates],
  },
  "the right to sync is missing": {
    name: "payroll",
    message: () => run("erin", "sync KEY", "payroll"),
    code: "UKO_RIGHTS_MISSING",
    next: [{ by: "alice", exit: 0, leaves: "active" }],
  },
  "the right to remove is missing": {
    name: "payroll",
    message: async () => {
      await destroy("payroll");
      await world.advance("31d");
      return run("alice", "continue KEY", "payroll");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [removes],
  },
  "the KMS right to set the window is missing": {
    name: "ledger",
    message: async () => {
      await run("bob", "request KEY", "ledger");
      await forbid("M14");
      return naming("alice", "ledger");
    },
    code: "UKO_RIGHTS_MISSING",
    next: [deactivates("carol")],
  },
};

/** Turns red once `operations.consent` ends at a refusal as the others do; then it belongs above. */
const awaited: typeof cases = {
  "the right to answer is missing": {
    name: "payroll",
    message: async () => {
      await run("bob", "request KEY", "payroll");
      return run("erin", "consent KEY ID", "payroll", await recordOf("payroll"));
    },
    code: "UKO_RIGHTS_MISSING",
    next: [asksAgain("alice")],
  },
};

it.each(Object.entries(cases))("%s", (_title, each) => runCommandsOf(each));
it.fails.each(Object.entries(awaited))("%s", (_title, each) => runCommandsOf(each));

async function runCommandsOf({ name, message, code, next }: Case): Promise<void> {
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
