import { expect, test } from "vitest";
import { createRunMemory } from "../../provider/pulumi-plugin/run-memory.ts";

const urn = "urn:pulumi:dev::keys::uko:index:ManagedKey::payroll";
const other = "urn:pulumi:dev::keys::uko:index:ManagedKey::cards";

test("a name that the state already has is not matched again as its own replacement", () => {
  const memory = createRunMemory();
  memory.noteStored(urn, "vault/key");
  expect(() => memory.takeFound(urn, "vault/key")).toThrow(/^"payroll" cannot be replaced: /);
  expect(memory.isFound(urn, "vault/key")).toBe(false);
});

test("the object of an interrupted run is adopted, and another name or ID does not prevent that", () => {
  const memory = createRunMemory();
  memory.noteStored(other, "vault/key");
  memory.noteStored(urn, "vault/another");
  memory.takeFound(urn, "vault/key");
  expect(memory.isFound(urn, "vault/key")).toBe(true);
  expect(memory.isFound(urn, "vault/another")).toBe(false);
  expect(memory.isFound(other, "vault/key")).toBe(false);
});

test("a program wants only what it has named", () => {
  const memory = createRunMemory();
  memory.trackPlanned(urn, {});
  expect(memory.isWanted(urn)).toBe(true);
  expect(memory.isWanted(other)).toBe(false);
});

test("the end of a run leaves out the wait of a key that a preview names, and of no other", () => {
  const memory = createRunMemory();
  const keys = ["payroll", "orders", "ledger", "wages", "taxes"];
  for (const name of keys) {
    memory.noteAhead(name, {
      ...{ id: `id-${name}`, type: "uko:index:ManagedKey", name, isPending: true },
      ...{ warning: `Key "${name}" is waiting for approval`, message: `Key "${name}" is waiting` },
    });
    if (name !== "taxes") memory.trackPlanned(name, { id: `id-${name}` });
  }
  const { warnings, previews } = memory.takeAllAhead(false);
  expect(previews.map(({ name }) => name)).toEqual(["taxes"]);
  expect(warnings.map(([urn]) => urn)).toEqual(["payroll", "orders", "ledger", "wages"]);
});

test("the resources that a run could not read count once each, and a second run begins anew", () => {
  const memory = createRunMemory();
  for (const each of [urn, other, other]) memory.noteUnread(each);
  expect([memory.takeUnread(), memory.takeUnread()]).toEqual([2, 0]);
});
