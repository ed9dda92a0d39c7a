/** An evidence file that cannot be written. 01-four-runs reads the files of a whole deletion. */

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { ended, firstLineOf, messageOf } from "./support/next-steps.ts";
import { openScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

test("takes no step if the evidence file is a folder, or in a folder that does not exist", async () => {
  await using scenario = await openScenario({ profile: "documented" });
  const [a, approver] = [await scenario.person("alice"), await scenario.person("bob")];
  ended(await approver.up(), 0);
  ended(await a.destroy(), 1);
  await scenario.advance("1m");
  ended(await approver.storeApproval("payroll"), 0);
  await mkdir(path.join(a.engine.workingCopy, "folder"));
  const mark = await scenario.mark();

  for (const [file, reason] of [
    ["missing/evidence.jsonl", "ENOENT"],
    ["folder", "EISDIR"],
  ] as const) {
    const refused = await a.destroy([], { env: { UKO_EVIDENCE: file } });
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(firstLineOf(refused.output)).toBe(
      userInterface.errorOfDeletion(
        "payroll",
        await scenario.keyPath(),
        `The evidence file ${path.join(a.engine.workingCopy, file)} could not be written`,
      ),
    );
    expect(messageOf(refused.output)).toContain(`The system says ${reason}.`);
    expect(messageOf(refused.output)).toContain("[UKO_EVIDENCE_UNWRITABLE]");
    expect(await scenario.writes(mark)).toEqual([]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
    expect(await a.resources()).toHaveLength(1);
  }

  const again = await a.destroy();
  expect(await scenario.key(), again.output).toMatchObject({ state: "deactivated" });
});
