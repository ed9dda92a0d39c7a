import { describe, expect, test } from "vitest";
import { containerDeletion } from "../../../provider/engine/container/deletion.ts";
import { keyDeletion } from "../../../provider/engine/key/deletion.ts";
import { kmsKeyDeletion } from "../../../provider/engine/kms-key/deletion.ts";
import { reportingRun, resultOfStored } from "../../../provider/engine/loop/report.ts";
import type { ReportLine } from "../../../provider/engine/ports/evidence.ts";
import type { World } from "../../../provider/engine/ports/world.ts";
import { resultOfDeletion } from "../../../provider/engine/resource/delete.ts";
import { UkoError } from "../../../provider/errors.ts";
import { aWorld, ref } from "../fakes.ts";
import { checked, inputsOf, options, type Person, useEngineWorld } from "../harness.ts";

const subject = { ...ref };

function reporting(over: { readonly openFails?: true } = {}) {
  const records: ReportLine[] = [];
  const world: World = {
    ...aWorld(),
    reports: {
      async open() {
        if (over.openFails === true) throw new UkoError("UKO_EVIDENCE_UNWRITABLE");
      },
      append: async (record) => void records.push(record),
    },
  };
  return { world, records };
}

test("only runs the work without UKO_REPORT", async () => {
  const work = async () => "done";
  const resultOf = () => {
    throw new Error("not to be called");
  };
  expect(await reportingRun(aWorld(), { operation: "delete", subject, work, resultOf }, options)).toBe("done");
});

test("one line reports who did what to which key, with which result", async () => {
  const { world, records } = reporting();
  const resultOf = () => ({ exitCode: 10, code: "UKO_APPROVAL_PENDING", taken: ["write_record"] }) as const;
  await reportingRun(world, { operation: "delete", subject, work: async () => "done", resultOf }, options);
  expect(records).toEqual([
    {
      ...ref,
      operation: "delete",
      code: "UKO_APPROVAL_PENDING",
      exitCode: 10,
      taken: ["write_record"],
      actor: { iamId: "IBMid-550000AL1C", name: "name of IBMid-550000AL1C" },
    },
  ]);
});

test("records and rethrows a fault; a failed creation has no name", async () => {
  const fault = new UkoError("UKO_GONE_UNPROVEN");
  const work = () => Promise.reject(fault);
  const resultOf = () => ({ exitCode: 0 });
  const { world, records } = reporting();
  await expect(reportingRun(world, { operation: "update", subject, work, resultOf }, options)).rejects.toBe(fault);
  await expect(reportingRun(world, { operation: "create", work, resultOf }, options)).rejects.toBe(fault);
  expect(records).toMatchObject([{ ...ref, operation: "update", code: "UKO_GONE_UNPROVEN", exitCode: 1 }]);
});

test("does nothing if the report cannot be opened", async () => {
  const { world, records } = reporting({ openFails: true });
  let done = false;
  const work = async () => {
    done = true;
  };
  const reported = { operation: "delete", subject, work, resultOf: () => ({ exitCode: 0 }) };
  await expect(reportingRun(world, reported, options)).rejects.toMatchObject({ code: "UKO_EVIDENCE_UNWRITABLE" });
  expect([done, records]).toEqual([false, []]);
});

describe("a report line names", () => {
  const { instanceId, vaultId, keyId } = ref;
  test("a container and a KMS key by their kind", () => {
    const container = { kind: "keystore", instanceId, vaultId, id: "ks-1" } as const;
    const policy = { deletionProtection: false };
    expect(containerDeletion({ ref: container, name: "ring", policy }).subject({})).toEqual({
      instanceId,
      resource: "keystore",
      vaultId,
      keyId: "ks-1",
      label: "ring",
    });
    const kmsKey = { ref: { instanceId, kmsKeyId: "kms-1" }, name: "root", policy: policy as never };
    expect(kmsKeyDeletion(kmsKey).subject({})).toEqual({
      instanceId,
      resource: "kms_key",
      vaultId: "",
      keyId: "kms-1",
      label: "root",
    });
  });

  test("a managed key by its label, and its deletion by its state", () => {
    const state = { label: "payroll", lifecycleState: "pending_approval", deletionAwaits: "approval", version: 1 };
    expect(keyDeletion({ ref, policy: {} as never }).subject(state)).toEqual({
      instanceId,
      vaultId,
      keyId,
      label: "payroll",
    });
    expect(resultOfStored({ state })).toEqual({
      lifecycleState: "pending_approval",
      awaits: "approval",
      exitCode: 0,
    });
  });

  test("a deletion by its code and exit code", () => {
    expect(
      resultOfDeletion({
        kind: "unfinished",
        code: "UKO_COOLING_DOWN",
        message: "…",
        brief: "",
        summary: "",
        forAll: "",
      }),
    ).toEqual({
      code: "UKO_COOLING_DOWN",
      exitCode: 11,
    });
    const facts = { lifecycleState: "gone", taken: ["remove"] };
    expect(resultOfDeletion({ kind: "ended", warnings: [], facts })).toEqual({ exitCode: 0, ...facts });
  });
});

describe("a run of an engine, which uses the same code as commands", () => {
  const uko = useEngineWorld();

  function runReporting(who: Person) {
    const records: ReportLine[] = [];
    const reports = { open: async () => {}, append: async (record: ReportLine) => void records.push(record) };
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
        recordExpiresAt: expect.stringMatching(/^2026-12-01T/),
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

  test("a removal changes nothing on an active key, whatever is pending", async () => {
    const state = await uko.make();
    const ref = uko.ref(state.keyId);
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("1m");
    const seq = await uko.lastSeq();
    const { records, operations } = runReporting("carol");
    expect(await operations.remove(ref, options)).toMatchObject({ taken: [], exitCode: 10 });
    expect(await uko.effects(seq)).toEqual([]);
    expect(records).toMatchObject([{ operation: "continue", code: "UKO_APPROVAL_PENDING", exitCode: 10, taken: [] }]);
  });
});
