/** The label of a key that occurs twice in a run. */

import { expect, test } from "vitest";
import { createRunMemory } from "../../provider/terraform-plugin/run-memory.ts";

const payroll = { vault_id: "v", label: "payroll" };

test("a label that the state has and a plan wants is reported once, in either order", () => {
  for (const order of [["trackExisting", "trackPlanned"] as const, ["trackPlanned", "trackExisting"] as const]) {
    const memory = createRunMemory();
    for (const note of order) {
      expect(memory.popConflict(payroll)).toBeUndefined();
      memory[note](payroll);
    }
    expect(memory.popConflict({ ...payroll, description: "later" })).toBe("payroll");
    expect(memory.popConflict(payroll)).toBeUndefined();
  }
});

test("another vault, a deleted key, and an object without a label do not clash", () => {
  const memory = createRunMemory();
  for (const note of ["trackExisting", "trackPlanned"] as const)
    memory[note]({ vault_id: "v", label: null, name: "ring" });
  expect(memory.popConflict({ vault_id: "v", label: null, name: "ring" })).toBeUndefined();
  memory.trackExisting(payroll);
  memory.trackPlanned({ ...payroll, vault_id: "w" });
  expect(memory.popConflict({ ...payroll, vault_id: "w" })).toBeUndefined();
  memory.noteGone(payroll);
  memory.trackPlanned(payroll);
  expect(memory.popConflict(payroll)).toBeUndefined();
});
