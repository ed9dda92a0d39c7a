/** The page for a SIEM has each field of a line of evidence, and its example is one. */

import { expect, test } from "vitest";
import { blocksIn, read } from "../support/documents.ts";

const page = "provider/docs/how-to/evidence.md";
const [, body = ""] =
  /^export interface EvidenceEntry \{\n([\s\S]*?)^\}/m.exec(read("provider/engine/ports/evidence.ts")) ?? [];
const fields = Array.from(body.matchAll(/^ {2}readonly (\w+)\??:/gm), ([, name = ""]) => name);
/** Written around each entry, by the file that holds them. */
const ofTheFile = ["run", "seq", "prev"];

test("the table has each field of a line of evidence, and no other", () => {
  const cells = Array.from(read(page).matchAll(/^\| (`[^|]+`) \| [^|]+ \|$/gm), ([, names = ""]) => names);
  const named = cells.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name = ""]) => name));
  expect(fields.length).toBeGreaterThan(20);
  expect(named.filter((name) => name !== "UKO_EVIDENCE" && name !== "log").toSorted()).toEqual(
    [...fields, ...ofTheFile].toSorted(),
  );
});

test("the example has fields of a line of evidence alone", () => {
  const [example = "{}"] = blocksIn(page, "json");
  const names = Object.keys(JSON.parse(example) as object);
  expect(names.filter((name) => ![...fields, ...ofTheFile].includes(name))).toEqual([]);
});
