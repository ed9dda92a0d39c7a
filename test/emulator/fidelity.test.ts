import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { calls } from "../../provider/emulator/fidelity-calls.ts";
import { fidelityMarkdown } from "../../provider/emulator/fidelity-markdown.ts";
import { unknowns } from "../../provider/emulator/fidelity-unknowns.ts";
import { kmsRoutes } from "../../provider/emulator/kms/kms-api.ts";
import { switchDefaults } from "../../provider/emulator/switches.ts";
import { ukoRoutes } from "../../provider/emulator/uko/uko-api.ts";

it("docs/fidelity.md is what the tables say now", async () => {
  const page = await readFile(new URL("../../provider/docs/fidelity.md", import.meta.url), "utf8");
  expect(page).toBe(fidelityMarkdown());
});

it("every switch stands in a line of its own", () => {
  const named = unknowns.flatMap((entry) => ("switch" in entry ? [entry.switch] : []));
  expect(named.toSorted()).toEqual(Object.keys(switchDefaults).toSorted());
});

it("every route is named by a row of the calls", () => {
  const rows = calls.flatMap(({ id }) => id.split(", ").flatMap(expand));
  const routes = [...ukoRoutes, ...kmsRoutes].map((route) => route.operation);
  expect(routes.filter((operation) => operation !== "M0" && !rows.includes(operation))).toEqual([]);
});

/** `M17-M20` names four rows. */
function expand(range: string): readonly string[] {
  const match = /^([A-Z])(\d+)-[A-Z](\d+)$/.exec(range);
  if (match === null) return [range];
  const [, letter, first, last] = match;
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `${letter}${Number(first) + index}`);
}
