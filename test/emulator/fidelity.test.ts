import { expect, it } from "vitest";
import { calls, type FidelityRow, unknowns } from "../../provider/emulator/fidelity.ts";
import { kmsRoutes } from "../../provider/emulator/kms/kms-api.ts";
import { switchDefaults } from "../../provider/emulator/switches.ts";
import { ukoRoutes } from "../../provider/emulator/uko/uko-api.ts";
import { fidelityCells, fidelityMarkdown } from "../../sdk/make/docs/fidelity.ts";
import { read } from "../support/documents.ts";

const rows: readonly FidelityRow[] = [...calls, ...unknowns];

it("docs/fidelity.md matches the tables", async () => {
  await expect(fidelityMarkdown()).toMatchFileSnapshot("../../provider/docs/reference/fidelity.md");
});

it("says at the top that nothing was seen on a real instance, unless a row says when and where", () => {
  const verified = rows.filter(([, , , basis]) => typeof basis !== "string").length;
  const says = fidelityMarkdown().includes("**No behavior has been seen on a real instance yet.**");
  expect(says).toBe(verified === 0);
});

it("a verified row names the day, the instance and the record", () => {
  const verified = { on: "2027-01-31", where: "API 4.14.6, eu-de", record: "https://example.com/1" };
  expect(fidelityCells(["X", "s", "b", verified, "c"])[3]).toBe(
    "verified 2027-01-31, API 4.14.6, eu-de ([record](https://example.com/1))",
  );
});

it("every row has its own ID, and a section of the contract as its source", () => {
  const ids = rows.map(([id]) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(rows.filter(([, , , , source]) => !isInContract(source))).toEqual([]);
  expect(isInContract("uko-v4.md 99")).toBe(false);
});

it("every switch has a row, but the one about the emulator's own audit trail", () => {
  const named = rows.flatMap(([, , , , , choice]) => choice ?? []);
  expect([...named, "auditEntries"].toSorted()).toEqual(Object.keys(switchDefaults).toSorted());
});

it("every route is named by a row of the calls", () => {
  const named = calls.flatMap(([id]) => id.split(", ").flatMap(expand));
  const routes = [...ukoRoutes, ...kmsRoutes].map((route) => route.operation);
  expect(routes.filter((operation) => operation !== "M0" && !named.includes(operation))).toEqual([]);
});

/** `M17-M20` names four rows. */
function expand(range: string): readonly string[] {
  const match = /^([A-Z])(\d+)-[A-Z](\d+)$/.exec(range);
  if (match === null) return [range];
  const [, letter, first, last] = match;
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${letter}${Number(first) + index}`);
}

/** Whether the first section that is named is there; `0.7` is the seventh fact of section 0. */
function isInContract(source: string): boolean {
  const [, file, section] = /^((?:uko-v4|kms-v2-and-iam)\.md) (0|\d+(?:\.\d+)?)/.exec(source) ?? [];
  if (file === undefined) return false;
  const headings = read(`provider/docs/contract/${file}`).matchAll(/^##+ (\d+(?:\.\d+)?)\.? /gm);
  return Array.from(headings, ([, number]) => number).includes(section);
}
