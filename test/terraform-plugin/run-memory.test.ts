/** The unique name of an object that occurs twice in a run. */

import { expect, test } from "vitest";
import { resourceNamed } from "../../provider/terraform-plugin/blocks.ts";
import { createRunMemory } from "../../provider/terraform-plugin/run-memory.ts";

const [key, vault, keystore] = (["uko_managed_key", "uko_vault", "uko_keystore"] as const).map(resourceNamed) as [
  ReturnType<typeof resourceNamed>,
  ReturnType<typeof resourceNamed>,
  ReturnType<typeof resourceNamed>,
];
const payroll = { vault_id: "v", label: "payroll" };

test("a label that the state has and a plan wants is reported once, in either order", () => {
  for (const order of [["trackExisting", "trackPlanned"] as const, ["trackPlanned", "trackExisting"] as const]) {
    const memory = createRunMemory();
    for (const note of order) {
      expect(memory.popConflict(key, payroll)).toBe(false);
      memory[note](key, payroll);
    }
    expect(memory.popConflict(key, { ...payroll, description: "later" })).toBe(true);
    expect(memory.popConflict(key, payroll)).toBe(false);
  }
});

test("another vault, another type, a deleted key, and an object without a name do not clash", () => {
  const memory = createRunMemory();
  const nameless = { vault_id: "v", name: null };
  for (const note of ["trackExisting", "trackPlanned"] as const) memory[note](keystore, nameless);
  expect(memory.popConflict(keystore, nameless)).toBe(false);
  memory.trackExisting(key, payroll);
  memory.trackPlanned(key, { ...payroll, vault_id: "w" });
  expect(memory.popConflict(key, { ...payroll, vault_id: "w" })).toBe(false);
  memory.trackPlanned(vault, { name: "payroll" });
  expect(memory.popConflict(vault, { name: "payroll" })).toBe(false);
  memory.noteGone(key, payroll);
  memory.trackPlanned(key, payroll);
  expect(memory.popConflict(key, payroll)).toBe(false);
});

test("a name whose object leaves is not free for a new object of the same type in the same run", () => {
  const memory = createRunMemory();
  memory.noteDeletion(keystore, { id: "v/k", vault_id: "v", name: "ring" });
  expect(memory.isNameLeaving(keystore, { vault_id: "v", name: "ring" })).toBe(true);
  expect(memory.isNameLeaving(keystore, { vault_id: "w", name: "ring" })).toBe(false);
  expect(memory.isNameLeaving(vault, { name: "ring" })).toBe(false);
});
