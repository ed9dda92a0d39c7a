import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { ended } from "./support/next-steps.ts";
import { withScenario } from "./support/scenario.ts";

test("a review of what an engine requested takes its step alone, and works for its reviewer alone", () =>
  withScenario({ profile: "documented", people: ["alice", "bob", "carol"] }, async (scenario) => {
    const [alice, bob, carol] = [
      await scenario.person("alice"),
      await scenario.person("bob"),
      await scenario.person("carol"),
    ];
    ended(await bob.up(), 0);
    ended(await bob.destroy(), 1);
    await scenario.advance("1m");
    const file = path.join(mkdtempSync(path.join(tmpdir(), "uko-review-")), "review.jsonl");
    const key = await scenario.keyPath();
    ended(await alice.uko(["review", key, "--step", "deactivate", "--out", file]), 0);

    const mark = await scenario.mark();
    const stolen = await carol.uko(["approve", "--review", file, "--yes"]);
    expect(stolen.exitCode, stolen.output).not.toBe(0);
    expect(await scenario.writes(mark)).toEqual([]);

    ended(await alice.uko(["approve", "--review", file, "--yes"]), 0);
    expect(await scenario.key()).toMatchObject({ state: "deactivated", updated_by: "IBMid-550000ALICE" });
    const after = await scenario.mark();
    ended(
      await bob.destroy(),
      1,
      'Key "payroll" is deactivated and is waiting for a person to request its destruction',
    );
    await scenario.advance("5h");
    const again = ended(await alice.uko(["approve", "--review", file, "--yes"]), 0);
    expect(again.output).toContain("0 keys deactivated, 1 deactivated before");
    expect(await scenario.writes(after), "the review covers no other step, and nothing requests one").toEqual([]);
  }));
