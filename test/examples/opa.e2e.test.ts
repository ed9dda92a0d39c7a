/**
 * The policies in Rego, with the real OPA: plans that break a rule are refused with its reason, others pass. Without OPA (UKO_OPA or
 * PATH) the tests are skipped, because its build takes minutes; UKO_SKIP_OPA=1 skips them on purpose.
 */

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { terraformResources } from "../../provider/resources/schema/terraform.ts";
import { findOnPath } from "../engines/executables.ts";
import { read, repository } from "../support/documents.ts";

const opa = process.env.UKO_OPA ?? findOnPath("opa", process.env);
const isSkipped = process.env.UKO_SKIP_OPA === "1" || opa === undefined;

type Values = Readonly<Record<string, unknown>>;

interface Change {
  readonly type?: string;
  readonly actions: readonly string[];
  readonly before: Values | null;
  readonly after: Values | null;
}

test("the policies name attributes of a key that exist", () => {
  const policy = read("examples/policy/opa/keys.rego");
  const named = Array.from(
    policy.matchAll(/\.(?:before|after)\.(\w+)|"(deletion_reason|expiration_date)"/g),
    (found) => found[1] ?? found[2],
  );
  const attributes = terraformResources.get("uko_managed_key")?.attributes.map(({ name }) => name);
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(attributes).toContain(name);
});

const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

describe.skipIf(isSkipped)("a plan that OPA reads", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "uko-opa-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const openWorld = { uko: { notice_days: 30, freezes: [] } };

  function denied({ type = "uko_managed_key", ...change }: Change, settings: object = openWorld): readonly string[] {
    const plan = { resource_changes: [{ address: `${type}.payroll`, type, change }] };
    writeFileSync(path.join(folder, "plan.json"), JSON.stringify(plan));
    writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings));
    const policy = path.join(repository, "examples/policy/opa/keys.rego");
    const data = ["--data", policy, "--data", path.join(folder, "settings.json")];
    const args = ["eval", "--format", "json", ...data, "--input", path.join(folder, "plan.json"), "data.main.deny"];
    const printed = JSON.parse(execFileSync(opa ?? "", args, { encoding: "utf8" })) as {
      readonly result: readonly [{ readonly expressions: readonly [{ readonly value: readonly string[] }] }];
    };
    return printed.result[0].expressions[0].value;
  }

  const planLimit = { deletion_reason: "SEC-42: the ledger moved", expiration_date: day(-1) };
  const deletion: Change = { actions: ["delete"], before: planLimit, after: null };
  const freeze = { name: "year-end", from: `${day(-1)}T00:00:00Z`, to: `${day(2)}T00:00:00Z` };
  const later = { name: "later", from: `${day(1)}T00:00:00Z`, to: `${day(2)}T00:00:00Z` };

  test("passes if it names a ticket, its last day is over, and no freeze applies", () => {
    expect(denied(deletion, { uko: { freezes: [later] } })).toEqual([]);
    expect(denied({ actions: ["update"], before: planLimit, after: { ...planLimit, state: "destroyed" } })).toEqual([]);
    expect(denied({ actions: ["create"], before: null, after: { label: "new", expiration_date: day(1) } })).toEqual([]);
    expect(denied({ actions: ["no-op"], before: { state: "destroyed" }, after: { state: "destroyed" } })).toEqual([]);
    expect(denied({ ...deletion, type: "uko_vault", before: {} })).toEqual([]);
  });

  test("is refused without a ticket", () => {
    for (const reason of ["moved", null]) {
      expect(denied({ ...deletion, before: { ...planLimit, deletion_reason: reason } })).toEqual([
        expect.stringContaining("deletion_reason names no ticket"),
      ]);
    }
    const retired = { actions: ["update"], before: planLimit, after: { state: "destroyed", deletion_reason: "moved" } };
    expect(denied(retired)).toEqual([expect.stringContaining("deletion_reason names no ticket")]);
    expect(denied(deletion, { uko: { ticket_pattern: "CHG[0-9]{7}" } })).toEqual([
      expect.stringContaining("CHG[0-9]{7}"),
    ]);
  });

  test("is refused before the announced last day, and if it announces a day that is too near", () => {
    for (const before of [{ deletion_reason: "SEC-42" }, { ...planLimit, expiration_date: day(1) }]) {
      expect(denied({ ...deletion, before })).toEqual([expect.stringContaining("no expiration_date that is over")]);
    }
    const announce = (to: string) => denied({ actions: ["update"], before: {}, after: { expiration_date: to } });
    expect(announce(day(29))).toEqual([expect.stringContaining("gives less than 30 days of notice")]);
    expect(announce(day(32))).toEqual([]);
  });

  test("is refused in a freeze, for a KMS key, too", () => {
    const settings = { uko: { freezes: [freeze] } };
    expect(denied(deletion, settings)).toEqual([expect.stringContaining("(year-end)")]);
    expect(denied({ ...deletion, type: "uko_kms_key", before: {} }, settings)).toEqual([
      expect.stringContaining("(year-end)"),
    ]);
  });
});
