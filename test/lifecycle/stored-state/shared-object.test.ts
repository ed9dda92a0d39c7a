import { expect, test } from "vitest";
import { type Declaration, decideSharedDeletion } from "../../../provider/lifecycle/stored-state/shared-object.ts";

const stored = (resource: string, id = "key"): Declaration => ({ resource, id, isStored: true });
const named = (resource: string, id = "key"): Declaration => ({ resource, id, isStored: false });
const target = { resource: "old", id: "key" };

test("plans a deletion whose object no other resource declares", () => {
  expect(decideSharedDeletion([], target)).toEqual({ kind: "delete" });
  expect(decideSharedDeletion([stored("old"), stored("new", "other")], target)).toEqual({ kind: "delete" });
});

test("deletes nothing if the state holds the object under another resource", () => {
  const declarations = [named("draft"), stored("new")];
  expect(decideSharedDeletion(declarations, target)).toEqual({ kind: "let_go", holder: "new" });
});

test("refuses if the program names the object for a resource that the state does not hold yet", () => {
  expect(decideSharedDeletion([stored("old"), named("new")], target)).toEqual({ kind: "refused", holder: "new" });
});

test("counts every declaration if the engine does not report which resource it deletes", () => {
  const unnamed = { resource: undefined, id: "key" };
  expect(decideSharedDeletion([stored("new")], unnamed)).toEqual({ kind: "let_go", holder: "new" });
});

test("refuses if a planned resource has the unique name of the object, but not if state holds another object there", () => {
  const ledger = { ...target, place: "Vault ledger" };
  const planned: Declaration = { resource: "new", place: "Vault ledger", isStored: false };
  expect(decideSharedDeletion([planned], ledger)).toEqual({ kind: "refused", holder: "new" });
  expect(decideSharedDeletion([{ ...planned, id: "other", isStored: true }], ledger)).toEqual({ kind: "delete" });
  expect(decideSharedDeletion([planned], target)).toEqual({ kind: "delete" });
});
