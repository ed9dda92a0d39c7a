import { expect, test } from "vitest";
import { createDeclarations } from "../../../provider/engine/resource/declarations.ts";

test("forgets one of two resources, and takes the steps with the last one", () => {
  const declarations = createDeclarations();
  declarations.noteStored("old", "key");
  declarations.noteStored("new", "key");
  expect(declarations.decideDeletion("old", "key")).toEqual({ kind: "let_go", holder: "new" });
  expect(declarations.decideDeletion("new", "key")).toEqual({ kind: "delete" });
});

test("a resource that was given another object no longer declares the former one", () => {
  const declarations = createDeclarations();
  declarations.noteStored("payroll", "key");
  declarations.noteStored("payroll", "replacement");
  expect(declarations.decideDeletion("payroll under a former name", "key")).toEqual({ kind: "delete" });
});

test("a name in the program does not override what state holds", () => {
  const declarations = createDeclarations();
  declarations.noteNamed("new", "key");
  expect(declarations.decideDeletion("old", "key")).toEqual({ kind: "refused", holder: "new" });
  declarations.noteStored("new", "key");
  declarations.noteNamed("new", "key");
  expect(declarations.decideDeletion("old", "key")).toEqual({ kind: "let_go", holder: "new" });
});

test("keeps an object that the program keeps under the same name, until the name has another object", () => {
  const declarations = createDeclarations();
  declarations.noteStored("payroll", "key");
  declarations.noteKept("payroll", "key");
  expect(declarations.decideDeletion("payroll", "key"), "compared after a refresh").toEqual({ kind: "delete" });
  declarations.noteWanted("payroll");
  declarations.noteKept("payroll", "key");
  expect([declarations.isWanted("payroll"), declarations.isWanted("wages")]).toEqual([true, false]);
  expect(declarations.decideDeletion("payroll", "key")).toEqual({ kind: "refused", holder: "payroll" });
  declarations.noteStored("payroll", "replacement");
  expect(declarations.decideDeletion("payroll", "key")).toEqual({ kind: "delete" });
});
