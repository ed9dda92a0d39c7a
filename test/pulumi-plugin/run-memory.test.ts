import { expect, test } from "vitest";
import { createRunMemory } from "../../provider/pulumi-plugin/run-memory.ts";

const urn = "urn:pulumi:dev::keys::uko:index:ManagedKey::payroll";
const other = "urn:pulumi:dev::keys::uko:index:ManagedKey::cards";

test("what the state has under a name is not found again as its own replacement", () => {
  const memory = createRunMemory();
  memory.noteStored(urn, "vault/key");
  expect(() => memory.takeFound(urn, "vault/key")).toThrow(/^"payroll" cannot be replaced: /);
  expect(memory.isFound(urn, "vault/key")).toBe(false);
});

test("what an interrupted run made is taken up, and what another name or id has is no hindrance", () => {
  const memory = createRunMemory();
  memory.noteStored(other, "vault/key");
  memory.noteStored(urn, "vault/another");
  memory.takeFound(urn, "vault/key");
  expect(memory.isFound(urn, "vault/key")).toBe(true);
  expect(memory.isFound(urn, "vault/another")).toBe(false);
  expect(memory.isFound(other, "vault/key")).toBe(false);
});

test("a program wants what it has named, and nothing else", () => {
  const memory = createRunMemory();
  memory.trackPlanned(urn);
  expect(memory.isWanted(urn)).toBe(true);
  expect(memory.isWanted(other)).toBe(false);
});
