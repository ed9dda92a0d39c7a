import { describe, expect, test } from "vitest";
import { containerDeletion } from "../../../provider/engine/container/deletion.ts";
import { keyDeletion } from "../../../provider/engine/key/deletion.ts";
import { kmsKeyDeletion } from "../../../provider/engine/kms-key/deletion.ts";
import { reportingRun, resultOfStored } from "../../../provider/engine/loop/report.ts";
import type { RunRecord } from "../../../provider/engine/ports/evidence.ts";
import type { World } from "../../../provider/engine/ports/world.ts";
import { resultOfDeletion } from "../../../provider/engine/resource/delete.ts";
import { UkoError } from "../../../provider/errors.ts";
import { aWorld, ref } from "../fakes.ts";

const options = { signal: new AbortController().signal };
const subject = { ...ref };

function reporting(over: { readonly openFails?: true } = {}) {
  const records: RunRecord[] = [];
  const world: World = {
    ...aWorld(),
    reports: {
      async open() {
        if (over.openFails === true) throw new UkoError("UKO_REPORT_UNWRITABLE");
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
  await expect(reportingRun(world, reported, options)).rejects.toMatchObject({ code: "UKO_REPORT_UNWRITABLE" });
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
    expect(resultOfDeletion({ kind: "unfinished", code: "UKO_COOLING_DOWN", message: "…", brief: "" })).toEqual({
      code: "UKO_COOLING_DOWN",
      exitCode: 11,
    });
    const facts = { lifecycleState: "gone", taken: ["remove"] };
    expect(resultOfDeletion({ kind: "ended", warnings: [], facts })).toEqual({ exitCode: 0, ...facts });
  });
});
