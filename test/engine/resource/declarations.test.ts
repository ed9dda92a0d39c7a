import { expect, test } from "vitest";
import { createDeclarations } from "../../../provider/engine/resource/declarations.ts";

test("forgets one of two resources, and takes the steps with the last one", () => {
  const declarations = createDeclarations();
  declarations.noteStored("old", "key");
  declarations.noteStored("new", "key");
  expect(declarations.decideDeletion({ resource: "old", id: "key" })).toEqual({ kind: "let_go", holder: "new" });
  expect(declarations.decideDeletion({ resource: "new", id: "key" })).toEqual({ kind: "delete" });
});

test("a resource that was given another object no longer declares the former one", () => {
  const declarations = createDeclarations();
  declarations.noteStored("payroll", "key");
  declarations.noteStored("payroll", "replacement");
  expect(declarations.decideDeletion({ resource: "payroll under a former name", id: "key" })).toEqual({
    kind: "delete",
  });
});

test("a name in the program does not override what state holds", () => {
  const declarations = createDeclarations();
  declarations.noteNamed("new", "key");
  expect(declarations.decideDeletion({ resource: "old", id: "key" })).toEqual({ kind: "refused", holder: "new" });
  declarations.noteStored("new", "key");
  declarations.noteNamed("new", "key");
  expect(declarations.decideDeletion({ resource: "old", id: "key" })).toEqual({ kind: "let_go", holder: "new" });
});

test("keeps an object that the program keeps under the same name, until the name has another object", () => {
  const declarations = createDeclarations();
  declarations.noteStored("payroll", "key");
  declarations.noteKept("payroll", "key");
  expect(declarations.decideDeletion({ resource: "payroll", id: "key" }), "compared after a refresh").toEqual({
    kind: "delete",
  });
  declarations.noteWanted("payroll");
  declarations.noteKept("payroll", "key");
  expect([declarations.isWanted("payroll"), declarations.isWanted("wages")]).toEqual([true, false]);
  expect(declarations.decideDeletion({ resource: "payroll", id: "key" })).toEqual({
    kind: "refused",
    holder: "payroll",
  });
  declarations.noteStored("payroll", "replacement");
  expect(declarations.decideDeletion({ resource: "payroll", id: "key" })).toEqual({ kind: "delete" });
});

test("a planned resource of the same unique name counts, until state holds another object there", () => {
  const declarations = createDeclarations();
  const target = { resource: "old", id: "key", place: "Vault ledger" };
  declarations.noteWanted("new", "Vault ledger");
  declarations.noteWanted("other", "Vault books");
  expect(declarations.decideDeletion(target)).toEqual({ kind: "refused", holder: "new" });
  expect(declarations.decideDeletion({ resource: "old", id: "key" }), "names may repeat").toEqual({ kind: "delete" });
  declarations.noteStored("new", "another");
  expect(declarations.decideDeletion(target)).toEqual({ kind: "delete" });
});

test("a failed creation that names the object it found still counts by its unique name", () => {
  const declarations = createDeclarations();
  declarations.noteWanted("new", "Vault ledger");
  declarations.noteNamed("new", "another");
  const target = { resource: "old", id: "key", place: "Vault ledger" };
  expect(declarations.decideDeletion(target)).toEqual({ kind: "refused", holder: "new" });
});
