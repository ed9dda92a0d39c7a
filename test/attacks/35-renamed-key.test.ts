/**
 * Bob gives the production key the name of a test key, and asks for its deletion. Everything that he can write reads
 * like a test key. Alice sees what he cannot write: what uses the key, who created it, what this key was called, and
 * that Bob wrote to it just before he asked.
 */

import { beforeEach, expect, test } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, reportOf } from "../cli/harness.ts";
import { withOtherTool } from "../support/other-tool.ts";

const { world } = useCliStage();

const rename = { label: "orders-test", description: "A test, no longer needed" };

beforeEach(async () => {
  await world.uko("alice", `request ${keys.payroll}`);
  await world.uko("alice", `withdraw ${keys.payroll}`);
  await world.advance("1h");
  expect(await withOtherTool(world, "bob", keys.payroll, { method: "PATCH", body: rename })).toBe(200);
  await world.advance("2m");
  await world.uko("bob", `request ${keys.payroll} --reason "The test is over"`);
  await world.advance("1m");
});

test("an approver sees what a renamed key was called, who wrote to it before the request, and what uses it", async () => {
  const { out } = await world.type("alice", `approve ${keys.payroll}`, ["no"]);
  expect(out).toContain('\n  Was called "payroll" until at least 24 Nov 2026 ');
  expect(out).toContain("\n  Created on 1 Jan 2026 08:00 UTC, 327 d 7 h ago, by IBMid-550000CAROL.\n");
  expect(out).toMatch(/\n {2}Used by: "[^"]+" \(cloud-object-storage[^)]*\), "[^"]+" \(/);
  expect(out).toMatch(
    /\n {4}Last write before the request: by the requester, on 24 Nov 2026 \d\d:\d\d UTC, 3 min ago\n/,
  );
  // What Bob chose comes after all of this, and apart.
  const [facts = "", said = ""] = out.split("  Said by the requester, IBMid-550000BOB:\n");
  expect(said).toContain(
    "    Label: orders-test\n    Description: A test, no longer needed\n    Reason: The test is over\n",
  );
  expect(facts).not.toContain("no longer needed");
});

test.each(["status KEY", "plan KEY", "requests --long"])(
  "so does a reader of uko %s, also as JSON",
  async (command) => {
    const typed = command.replace("KEY", keys.payroll);
    const { out } = await world.uko("alice", typed);
    for (const said of [
      'Was called "payroll"',
      'Used by: "bucket-1"',
      "by IBMid-550000CAROL.",
      "Last write before the request",
    ]) {
      expect(out).toContain(said);
    }
    const { key } = reportOf(await world.uko("alice", `${typed.replace("--long", "")} --json`));
    expect(key).toMatchObject({
      createdBy: "IBMid-550000CAROL",
      usedBy: [{ name: "bucket-1", service: "cloud-object-storage" }, { name: "bucket-2" }],
      pastLabels: [{ label: "payroll", source: "evidence" }],
      said: {
        requester: "IBMid-550000BOB",
        label: "orders-test",
        wroteBeforeAt: expect.stringMatching(/^2026-11-24T/),
      },
    });
  },
);
