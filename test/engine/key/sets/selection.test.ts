/** The choice of keys by vault, state, label, template, requester and step, from lists alone. */

import { beforeEach, describe, expect, test } from "vitest";
import type { Selection } from "../../../../provider/engine/key/sets/selection.ts";
import { vaultId } from "../../../emulator/harness.ts";
import { approve, options, useEngineWorld } from "../../harness.ts";

const uko = useEngineWorld();

async function chosen(selection: Partial<Selection>): Promise<readonly string[]> {
  const { operations } = uko.run("carol");
  const { keys, unreadable } = await operations.select({ vaultIds: [vaultId], ...selection }, options);
  expect(unreadable).toEqual([]);
  return keys.map(({ observation }) => observation.facts.label).sort();
}

/** Bob's request, Alice's request, a request that Alice approved, a deactivated key, and keys without a request. */
beforeEach(async () => {
  const { operations: bobs } = uko.run("bob");
  const { operations: alices } = uko.run("alice");
  const make = async (label: string, template = "payroll") => uko.ref((await uko.make({ label, template })).keyId);
  await bobs.request(await make("pay-2025"), undefined, options);
  await alices.request(await make("pay-2026", "cards"), undefined, options);
  const stored = await make("ledger");
  await bobs.request(stored, undefined, options);
  const over = await make("ledger.old");
  await bobs.request(over, undefined, options);
  await make("draft", "payroll-draft");
  await make("idle");
  await uko.advance("60s");
  await approve(uko.run("alice"), stored, { stores: true });
  await approve(uko.run("alice"), over);
});

const everything = ["draft", "idle", "ledger", "ledger.old", "pay-2025", "pay-2026"];

test("a label with many stars in the pattern is compared at once", async () => {
  await uko.make({ label: "a".repeat(250) });
  const begun = performance.now();
  expect(await chosen({ label: `${"*a".repeat(12)}*b` })).toEqual([]);
  expect(performance.now() - begun).toBeLessThan(2_000);
});

test.each<readonly [string, Partial<Selection>, readonly string[]]>([
  ["nothing but the vault", {}, everything],
  ["an empty list of vaults, for every vault", { vaultIds: [] }, everything],
  ["a state, by the service's word", { state: "deactivated" }, ["ledger.old"]],
  ["a template", { template: "cards" }, ["pay-2026"]],
  ["a label as it is, where a dot is a dot", { label: "ledger.old" }, ["ledger.old"]],
  ["a glob at the end", { label: "pay-*" }, ["pay-2025", "pay-2026"]],
  ["a glob at the start", { label: "*.old" }, ["ledger.old"]],
  ["one character", { label: "pay-202?" }, ["pay-2025", "pay-2026"]],
  ["a part of a label, which is not the label", { label: "pay" }, []],
  ["another case, which is not the label", { label: "PAY-*" }, []],
  ["the characters of an expression, which mean themselves", { label: "pay-202[56]" }, []],
  [
    "the ID of a requester, also of an approved step",
    { requester: "IBMid-550000BOB" },
    ["ledger", "ledger.old", "pay-2025"],
  ],
  ["the name of a requester", { requester: "Alice Example" }, ["pay-2026"]],
  ["a person who requested nothing", { requester: "IBMid-550000CAROL" }, []],
  ["the next step deactivate", { step: "deactivate" }, ["idle", "ledger", "pay-2025", "pay-2026"]],
  ["the next step destroy, also of a key that was never active", { step: "destroy" }, ["draft", "ledger.old"]],
  ["a record on the key", { isPending: true }, ["ledger", "ledger.old", "pay-2025", "pay-2026"]],
  ["several of these, which all have to hold", { label: "pay-*", requester: "IBMid-550000BOB" }, ["pay-2025"]],
])("chooses by %s", async (_what, selection, expected) => {
  expect(await chosen(selection)).toEqual(expected);
});

describe("what the caller can approve", () => {
  test("is listed by requester, step and vault, from the lists alone, without the caller's own requests", async () => {
    const since = await uko.lastSeq();
    const { groups } = await uko.run("alice").operations.listApprovable({ vaultIds: [] }, options);
    expect(await uko.keyCalls(since)).toEqual(["listManagedKeys"]);
    expect(
      groups.map(({ keys, ...group }) => ({ ...group, keys: keys.map(({ observation }) => observation.facts.label) })),
    ).toEqual([
      { requester: "IBMid-550000BOB", step: "deactivate", kind: "managed", vaultId, keys: ["pay-2025"], outdated: [] },
    ]);
  });
});
