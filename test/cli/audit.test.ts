/** What `uko audit` prints for people: a table, and the open questions of the evidence below it. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { quietWorld } from "./harness.ts";

const folder = mkdtempSync(path.join(tmpdir(), "uko-audit-"));
afterAll(() => rmSync(folder, { recursive: true }));

const alice = { iamId: "IBMid-550000ALICE", name: "Alice Example", loggedInBy: "passcode, mfa" };
const bob = { iamId: "IBMid-550000BOB", name: "Bob Example" };
const consent = (author: string, step = "destroy") => ({
  id: "7f3a2c91d04be6f8a13c5e7092b4d6f8",
  step,
  how: "command",
  author,
  writtenAt: "2026-11-24T14:22:00Z",
  reason: "Payroll moved",
});
const line = (over: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    v: 1,
    time: "2026-11-24T14:22:00Z",
    instanceId: "i-1",
    vaultId: "v-1",
    keyId: "k-1",
    label: "payroll",
    step: "destroy",
    phase: "after",
    from: "deactivated",
    to: "destroyed",
    actor: bob,
    keystores: [],
    ...over,
  });
const both = (over: Readonly<Record<string, unknown>>) => [line({ ...over, phase: "before" }), line(over)];
const deactivation = { step: "deactivate", from: "active", to: "deactivated" };

async function audit(lines: readonly string[], columns?: number, filter: readonly string[] = []): Promise<string> {
  const file = path.join(folder, "evidence.jsonl");
  writeFileSync(file, lines.map((each) => `${each}\n`).join(""));
  const world = quietWorld();
  const out = { ...world.out, ...(columns !== undefined && { columns }) };
  expect(await runCli(["audit", "--file", file, ...filter], { ...world, out })).toBe(0);
  return world.output.out;
}

const story = [
  line({
    time: "2026-11-24T10:00:00Z",
    step: "write_record",
    from: "active",
    to: "active",
    record: consent(bob.iamId, "deactivate"),
  }),
  ...both({
    ...deactivation,
    time: "2026-11-24T10:05:00Z",
    actor: alice,
    allowedBy: consent(bob.iamId, "deactivate"),
  }),
  ...both({ time: "2026-11-24T15:00:00Z", actor: alice, allowedBy: consent(bob.iamId) }),
  ...both({ time: "2026-11-24T16:00:00Z", keyId: "k-2", label: "scratch" }),
  line({ time: "2026-11-24T17:00:00Z", phase: "before", step: "remove", from: "destroyed", to: "absent" }),
  '{"v":1,"time',
  line({ v: 3 }),
];

test("prints a table, and the open questions of the lines below it", async () => {
  await expect(await audit(story)).toMatchFileSnapshot("../golden/cli/audit.txt");
});

test("prints a block per step on a narrow terminal, and loses nothing", async () => {
  const narrow = await audit(story, 80);
  expect(narrow).toMatch(/^TIME {10}2026-11-24T10:00:00Z\nSTEP {10}request to deactivate\n/);
  expect(narrow.split("\n").filter((each) => each.startsWith("REQUESTED BY  IBMid-550000BOB 7f3a2c91"))).toHaveLength(
    3,
  );
});

test("removes control characters of the file, which could control the terminal", async () => {
  const hostile = "\u001b[2J\u202Eadmin\nK";
  const consented = { ...consent(hostile), id: hostile, reason: hostile };
  const over = {
    time: hostile,
    label: hostile,
    step: hostile,
    from: hostile,
    to: hostile,
    resource: hostile,
    allowedBy: consented,
  };
  const text = line({ ...over, actor: { iamId: hostile, name: "" } });
  const out = await audit([text]);
  expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(out.split("\n")).toHaveLength(3);
});

test.each(["hold", "restore"])("selects the entries of the step %s", async (step) => {
  const taken = line({ step, from: "active", to: "active" });
  expect(await audit([...story, taken], undefined, ["--step", step])).toMatch(
    new RegExp(`^TIME.*\\n.* ${step} +payroll +active`),
  );
});
