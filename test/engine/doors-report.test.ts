/** The report that a run of an engine writes for pipelines: create, update and delete use the same code as commands. */

import { expect, test } from "vitest";
import type { RunRecord } from "../../provider/engine/ports/evidence.ts";
import { checked, inputsOf, options, type Person, useEngineWorld } from "./harness.ts";

const uko = useEngineWorld();

function runReporting(who: Person) {
  const records: RunRecord[] = [];
  const reports = { open: async () => {}, append: async (record: RunRecord) => void records.push(record) };
  return { ...uko.run(who, { wrap: (world) => ({ ...world, reports }) }), records };
}

test("create, update and delete of a key each write one report line that names the key", async () => {
  const { handlers, records } = runReporting("carol");
  const { state } = await handlers.create(checked(handlers, inputsOf()), options);
  await uko.advance("1m");
  const news = checked(handlers, inputsOf({ description: "Salaries" }), state);
  const updated = await handlers.update(state, news, options);
  await uko.advance("1m");
  await handlers.delete(updated.state, options);
  const key = { vaultId: state.vaultId, keyId: state.keyId, label: "payroll" };
  expect(records).toMatchObject([
    { ...key, operation: "create", lifecycleState: "active", exitCode: 0, taken: ["create"] },
    { ...key, operation: "update", lifecycleState: "active", exitCode: 0 },
    {
      ...key,
      operation: "delete",
      lifecycleState: "pending_approval",
      awaits: "approval",
      requestedBy: "IBMid-550000CAROL",
      recordLapsesAt: expect.stringMatching(/^2026-12-01T/),
      neededRoles: ["Key Custodian - Deployer"],
      excludedIdentity: "IBMid-550000CAROL",
      code: "UKO_APPROVAL_PENDING",
      exitCode: 10,
      taken: ["write_record"],
      actor: { iamId: "IBMid-550000CAROL", name: "Carol Example" },
    },
  ]);
  expect(records[1]).not.toHaveProperty("taken");
});

test("a read writes no report line", async () => {
  const { handlers, records } = runReporting("carol");
  const { state } = await handlers.create(checked(handlers, inputsOf()), options);
  await handlers.read(state, options);
  expect(records).toHaveLength(1);
});

test("a sweep changes nothing on an active key, whatever is pending", async () => {
  const state = await uko.make();
  const ref = uko.ref(state.keyId);
  await uko.run("bob").operations.request(ref, undefined, options);
  await uko.advance("1m");
  const seq = (await uko.trail()).at(-1)?.seq ?? 0;
  const { records, operations } = runReporting("carol");
  expect(await operations.sweep(ref, options)).toMatchObject({ taken: [], exitCode: 10 });
  expect(await uko.effects(seq)).toEqual([]);
  expect(records).toMatchObject([{ operation: "sweep", code: "UKO_APPROVAL_PENDING", exitCode: 10, taken: [] }]);
});
