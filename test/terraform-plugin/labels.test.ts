/** Which label of a key is met twice in a run. */

import { expect, test } from "vitest";
import { createLabels } from "../../provider/terraform-plugin/labels.ts";

const payroll = { vault_id: "v", label: "payroll" };

test("a label that the state has and a plan wants is told once, in either order", () => {
  for (const order of [["noteHeld", "noteWanted"] as const, ["noteWanted", "noteHeld"] as const]) {
    const labels = createLabels();
    for (const note of order) {
      expect(labels.takeClash(payroll)).toBeUndefined();
      labels[note](payroll);
    }
    expect(labels.takeClash({ ...payroll, description: "later" })).toBe("payroll");
    expect(labels.takeClash(payroll)).toBeUndefined();
  }
});

test("another vault, a key that is gone, and what has no label of its own, is no clash", () => {
  const labels = createLabels();
  for (const note of ["noteHeld", "noteWanted"] as const) labels[note]({ vault_id: "v", label: null, name: "ring" });
  expect(labels.takeClash({ vault_id: "v", label: null, name: "ring" })).toBeUndefined();
  labels.noteHeld(payroll);
  labels.noteWanted({ ...payroll, vault_id: "w" });
  expect(labels.takeClash({ ...payroll, vault_id: "w" })).toBeUndefined();
  labels.noteGone(payroll);
  labels.noteWanted(payroll);
  expect(labels.takeClash(payroll)).toBeUndefined();
});
