/** The label of a key that occurs twice in a run. */

import { expect, test } from "vitest";
import { createLabels } from "../../provider/terraform-plugin/labels.ts";

const payroll = { vault_id: "v", label: "payroll" };

test("a label that the state has and a plan wants is reported once, in either order", () => {
  for (const order of [["trackExisting", "trackPlanned"] as const, ["trackPlanned", "trackExisting"] as const]) {
    const labels = createLabels();
    for (const note of order) {
      expect(labels.popConflict(payroll)).toBeUndefined();
      labels[note](payroll);
    }
    expect(labels.popConflict({ ...payroll, description: "later" })).toBe("payroll");
    expect(labels.popConflict(payroll)).toBeUndefined();
  }
});

test("another vault, a deleted key, and an object without a label do not clash", () => {
  const labels = createLabels();
  for (const note of ["trackExisting", "trackPlanned"] as const)
    labels[note]({ vault_id: "v", label: null, name: "ring" });
  expect(labels.popConflict({ vault_id: "v", label: null, name: "ring" })).toBeUndefined();
  labels.trackExisting(payroll);
  labels.trackPlanned({ ...payroll, vault_id: "w" });
  expect(labels.popConflict({ ...payroll, vault_id: "w" })).toBeUndefined();
  labels.noteGone(payroll);
  labels.trackPlanned(payroll);
  expect(labels.popConflict(payroll)).toBeUndefined();
});
