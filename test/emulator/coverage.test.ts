import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kmsRoutes } from "../../provider/emulator/kms/kms-api.ts";
import { ukoRoutes } from "../../provider/emulator/service/uko-api.ts";

/** The rows of uko-v4.md 2.1 and kms-v2-and-iam.md 2.1 (M: its row numbers), by what they are called there. */
const rows = {
  K1: "list keys",
  K2: "create from template",
  K3: "get a key",
  K4: "update attributes",
  K5: "remove from vault",
  K6: "activate",
  K7: "deactivate",
  K8: "destroy",
  K9: "rotate",
  K10: "realign",
  K11: "sync",
  K12: "live status",
  K13: "resources using the key",
  K14: "list versions",
  T1: "list templates",
  T2: "create a template",
  T3: "get a template",
  T4: "update a template",
  T5: "delete a template",
  T6: "archive",
  T7: "unarchive",
  T8: "expose",
  S1: "list keystores",
  S2: "create or connect a keystore",
  S3: "get a keystore",
  S4: "update a keystore",
  S5: "delete or disconnect a keystore",
  S6: "health of a keystore",
  S7: "keys installed in a keystore",
  S8: "resources of all keys in a keystore",
  V1: "list vaults",
  V2: "create a vault",
  V3: "get a vault",
  V4: "update a vault",
  V5: "delete an empty vault",
  M1: "create a KMS key",
  M2: "create with policy overrides",
  M3: "list KMS keys",
  M4: "count KMS keys",
  M5: "get a KMS key",
  M6: "get its metadata",
  M7: "move it to another ring",
  M8: "delete it",
  M9: "restore it",
  M10: "purge it",
  M11: "disable and enable",
  M12: "rotate it",
  M13: "wrap, unwrap, rewrap",
  M14: "set it for deletion",
  M15: "unset it for deletion",
  M16: "sync it",
  M17: "get its policies",
  M18: "put its policies",
  M19: "get the instance's policies",
  M20: "put the instance's policies",
  M21: "registrations of a key",
  M22: "registrations of the instance",
  M23: "its versions",
  M24: "key rings",
  M25: "aliases",
  M26: "import tokens",
  M27: "private port of an allowed network",
} as const satisfies Record<string, string>;

const titles = titlesUnder(new URL("./", import.meta.url));
const routes = new Map([...ukoRoutes, ...kmsRoutes].map((route) => [route.operation, route]));

describe.each(Object.entries(rows))("row %s of the contract: %s", (row) => {
  it("has a test whose title cites it", () => {
    expect(titles.filter((title) => cites(title, row))).not.toEqual([]);
  });

  it("has a route that serves it", () => {
    expect([...routes.keys()].filter((operation) => cites(operation, row))).not.toEqual([]);
  });
});

it("every route that is served is a row of the contract, or M0 for what KMS's table does not number", () => {
  expect([...routes.keys()].filter((operation) => operation !== "M0" && !(operation in rows))).toEqual([]);
});

it("a row is cited by its name alone, not by a longer one", () => {
  expect(cites("K1 lists", "K1")).toBe(true);
  expect(cites("K14 lists", "K1")).toBe(false);
  expect(cites("M17-M20 set policies", "M19")).toBe(true);
  expect(cites("M17-M20 set policies", "M21")).toBe(false);
});

/** A range such as `M17-M20` cites each row in it. */
function cites(text: string, row: string): boolean {
  if (new RegExp(`\\b${row}\\b`).test(text)) return true;
  const letter = row.slice(0, 1);
  const number = Number(row.slice(1));
  return [...text.matchAll(/\b([A-Z])(\d+)-\1?(\d+)\b/g)].some(
    ([, of, first, last]) => of === letter && Number(first) <= number && number <= Number(last),
  );
}

/** Titles of tests, groups and tables of tests, from the sources of every other test of the emulator. */
function titlesUnder(folder: URL): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".test.ts") && name !== "coverage.test.ts",
  );
  return files.flatMap((name) => {
    const source = readFileSync(new URL(name, folder), "utf8");
    const called = [...source.matchAll(/\b(?:it|test|describe)(?:\.\w+)*\s*\(\s*(["'`])((?:(?!\1).)*)\1/gs)].map(
      ([, , title]) => title ?? "",
    );
    // A table's rows are part of its tests' titles: a row of the contract stands first in them.
    const tabled = [...source.matchAll(/^\s*\[\s*"([KTSVM]\d+)"/gm)].map(([, row]) => row ?? "");
    const named = [...source.matchAll(/\.each\([^;]*?\)\s*\(\s*(["'`])((?:(?!\1).)*)\1/gs)].map(
      ([, , title]) => title ?? "",
    );
    return [...called, ...tabled, ...named];
  });
}
