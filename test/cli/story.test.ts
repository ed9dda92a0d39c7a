import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { type CliTestWorld, type Ended, keys, type Person, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
let transcript: string[];
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(async () => {
  transcript = [];
  await world.reset();
});
afterAll(() => world.close());

/** Types a command as a person, and records the output. */
async function types(who: Person, command: string): Promise<Ended> {
  const ended = await world.uko(who, command);
  transcript.push(`${who}$ uko ${command}`, ended.out + ended.err, `(exit ${ended.exitCode})`, "");
  return ended;
}

async function passes(duration: string): Promise<void> {
  await world.advance(duration);
  transcript.push(`... ${duration} later`, "");
}

/** The same at a terminal, with the questions and the answers as they stand there. */
async function answers(who: Person, command: string, typed: readonly string[]): Promise<void> {
  const ended = await world.type(who, command, typed);
  const asked = ended.questions.map((question, at) => `${question}${typed[at]}`);
  transcript.push(`${who}$ uko ${command}`, ended.out + ended.err, ...asked, `(exit ${ended.exitCode})`, "");
}

/** Replaces record IDs, which depend on the second of the write, by numbers, and the folder of the world's evidence. */
function normalized(): string {
  const ids: string[] = [];
  const text = transcript.join("\n").replaceAll(world.environmentOf("bob").XDG_STATE_HOME ?? "", "<state folder>");
  return text.replace(/\b[0-9a-f]{32}\b/g, (id) => {
    if (!ids.includes(id)) ids.push(id);
    return `<record ${ids.indexOf(id) + 1}>`;
  });
}

it("two people delete a key, and read its state at each step", async () => {
  const key = keys.payroll;
  await types("bob", `status ${key}`);
  await types("bob", `plan ${key}`);
  await types("bob", `request ${key} --reason "Payroll moved to the new ledger"`);
  await passes("1h");
  await types("bob", `request ${key} --reason "Another reason"`);
  await types("alice", `status ${key}`);
  await answers("alice", "approve payroll", ["payroll"]);
  await types("alice", `request ${key}`);
  await passes("1h");
  await answers("bob", "approve payroll", []);
  await types("bob", `plan ${key}`);
  await passes("4h");
  await answers("bob", "approve payroll", ["payroll"]);
  await types("alice", `reactivate ${key}`);
  await types("bob", `status ${key} ${keys.draft}`);
  await passes("30d");
  await types("bob", `status ${key}`);
  await types("alice", `continue ${key}`);
  await types("bob", `continue ${key}`);
  await types("bob", `continue ${key}`);

  await expect(normalized()).toMatchFileSnapshot("../golden/cli/two-people.txt");
  const verdict = await world.verdict();
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
});

it("people change their minds: approvals, withdrawals and reactivation", async () => {
  const key = keys.payroll;
  await types("carol", `request ${key}`);
  await passes("1m");
  await answers("bob", "approve payroll", ["payroll"]);
  await answers("bob", "approve payroll --store", ["payroll"]);
  await types("bob", `continue ${key}`);
  await types("carol", `status ${key}`);
  await passes("1m");
  await types("carol", `continue ${key}`);
  await types("carol", `request ${key}`);
  await passes("1m");
  await answers("bob", "approve payroll --store", ["payroll"]);
  await types("bob", `status ${key}`);
  await types("bob", `withdraw ${key}`);
  await types("bob", `status ${key}`);
  await passes("1m");
  await types("alice", `reactivate ${key}`);
  await types("alice", `withdraw ${key}`);
  await types("alice", `sync ${key}`);

  await expect(normalized()).toMatchFileSnapshot("../golden/cli/second-thoughts.txt");
  const verdict = await world.verdict();
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
});

it("impossible steps and callers are refused with the reason", async () => {
  const key = keys.payroll;
  await types("pipeline", `request ${key}`);
  await types("dave", `request ${key}`);
  await types("erin", `request ${key}`);
  await types("bob", `request ${key}`);
  await answers("bob", "approve payroll", []);
  await types("alice", `approve ${key}`);
  await answers("alice", `approve ${"0".repeat(32)}`, []);
  await types("alice", `sync ${key}`);
  await passes("8d");
  await types("alice", `status ${key}`);
  await types("bob", `reactivate ${keys.draft}`);
  await types("bob", `plan ${keys.ledger}`);
  await types("bob", `status ${key.replace("9b2d", "9b2e")}`);
  await types("bob", `reactivate ${key.replace("9b2d", "9b2e")}`);
  await types("bob", `status ${key.replace("5c1e", "5c1f")}`);

  await expect(normalized()).toMatchFileSnapshot("../golden/cli/refusals.txt");
});

it("--json prints the same as data, a line for each key", async () => {
  await world.uko("bob", `request ${keys.payroll}`);
  const { out } = await world.uko("alice", `status ${keys.payroll} ${keys.draft} ${keys.cards} --json`);
  const reports = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  transcript.push(JSON.stringify(reports, null, 2), "");
  await expect(normalized()).toMatchFileSnapshot("../golden/cli/status.json");
});
