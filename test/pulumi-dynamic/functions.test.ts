/** Functions for programs, with an emulator: existing resources, pending deletions, and the path of a deletion. */

import { type Output, output, runtime } from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import {
  getKeystore,
  getKeyTemplate,
  getKmsKey,
  getManagedKey,
  getManagedKeyOutput,
  getVault,
  getVaultOutput,
  listKeystores,
  listKeyTemplates,
  listKmsKeys,
  listManagedKeys,
  listPendingDeletions,
  listPendingDeletionsOutput,
  listVaults,
  planDeletion,
} from "../../provider/pulumi-dynamic/index.ts";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { type EngineWorld, options, resetGoingForward, startEngineWorld } from "../engine/harness.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";

let uko: EngineWorld;
beforeAll(async () => {
  uko = await startEngineWorld();
  for (const [name, value] of Object.entries(emulatorAddresses(uko.test.url))) vi.stubEnv(name, value);
  // The credential of the stack's configuration, if the environment has none.
  runtime.setAllConfig({ "uko:instanceId": uko.test.emulator.instanceId, "uko:apiKey": apiKeys.bob });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await uko.test.close();
});
beforeEach(() => resetGoingForward(uko));

const settled = <T>(of: Output<T>): Promise<T> => new Promise((resolve) => of.apply(resolve));

describe("get", () => {
  test("returns each resource, and throws if a resource does not exist", async () => {
    const { keyId } = await uko.make();
    expect(await getManagedKey({ vaultId, keyId })).toMatchObject({ label: "payroll", lifecycleState: "active" });
    expect(await getVault({ vaultId })).toMatchObject({ name: "payments", vaultId });
    const [keystore] = await listKeystores({ vaultId });
    const [template] = await listKeyTemplates({ vaultId });
    expect(await getKeystore({ vaultId, keystoreId: keystore?.keystoreId ?? "" })).toEqual(keystore);
    expect(await getKeyTemplate({ vaultId, templateId: template?.templateId ?? "" })).toEqual(template);
    const absent = "9b2d0000-0000-4000-8000-00000000dead";
    await expect(getManagedKey({ vaultId, keyId: absent })).rejects.toMatchObject({ code: "UKO_KEY_NOT_FOUND" });
    await expect(getKmsKey({ keyId: absent })).rejects.toMatchObject({ code: "UKO_NOT_FOUND" });
  });

  test("accepts outputs of other resources that are not known yet", async () => {
    const { keyId } = await uko.make();
    const key = await settled(getManagedKeyOutput({ vaultId, keyId: output(Promise.resolve(keyId)) }));
    expect(key.keyId).toBe(keyId);
  });
});

describe("get by name", () => {
  test("returns what the ID returns, for each resource whose names are unique", async () => {
    const { keyId } = await uko.make();
    expect(await getManagedKey({ vaultId, label: "payroll" })).toEqual(await getManagedKey({ vaultId, keyId }));
    expect(await getVault({ name: "payments" })).toEqual(await getVault({ vaultId }));
    expect(await getKeystore({ vaultId, name: "payroll-ring" })).toMatchObject({ name: "payroll-ring" });
    expect(await getKeyTemplate({ vaultId, name: "payroll" })).toMatchObject({ name: "payroll" });
    const later = await settled(getVaultOutput({ name: output(Promise.resolve("payments")) }));
    expect(later.vaultId).toBe(vaultId);
  });

  test("throws if nothing has the name, and for both or neither of ID and name", async () => {
    await expect(getVault({ name: "payment" })).rejects.toMatchObject({
      code: "UKO_NOT_FOUND",
      message: expect.stringContaining(`Did you mean "payments" (${vaultId})?`),
    });
    await expect(getManagedKey({ vaultId, label: "payroll" })).rejects.toMatchObject({ code: "UKO_KEY_NOT_FOUND" });
    await expect(getVault({})).rejects.toMatchObject({
      code: "UKO_INPUT_INVALID",
      message: expect.stringContaining("vaultId: is required, unless name is set"),
    });
    await expect(getVault({ vaultId, name: "payments" })).rejects.toMatchObject({
      message: expect.stringContaining("name: must not be set together with the ID"),
    });
  });
});

test("lists return all resources, without secrets", async () => {
  const made = [await uko.make(), await uko.make({ label: "second" })];
  const keys = await listManagedKeys();
  expect(keys.map(({ keyId }) => keyId).sort()).toEqual(made.map(({ keyId }) => keyId).sort());
  expect((await listVaults()).map(({ name }) => name)).toEqual(["payments"]);
  expect((await listKeystores()).map(({ name }) => name).sort()).toEqual(["aws-frankfurt", "payroll-ring"]);
  expect((await listKeyTemplates()).length).toBeGreaterThan(2);
  expect(Array.isArray(await listKmsKeys())).toBe(true);
});

test("pending deletions are those that wait for a person or for a date", async () => {
  const [requested] = [await uko.make(), await uko.make({ label: "quiet" })];
  await uko.run("alice").operations.request(uko.ref(requested.keyId), undefined, options);
  const expected = [
    {
      vaultId,
      keyId: requested.keyId,
      label: "payroll",
      keyState: "active",
      lifecycleState: "pending_approval",
      deletionAwaits: "approval",
      deletionRequestedBy: "IBMid-550000ALICE",
      deletionRequestedByName: "Alice Example",
      deletionRecordId: expect.stringMatching(/^[0-9a-f]{32}$/),
      deletionRecordExpiresAt: expect.stringMatching(/^2026-12-01T/),
    },
  ];
  expect(await listPendingDeletions()).toEqual(expected);
  expect(await settled(listPendingDeletionsOutput({ vaultId }))).toEqual(expected);
});

test("pending deletions are in the order of the labels", async () => {
  for (const label of ["orders", "billing", "payroll"]) {
    const { keyId } = await uko.make({ label });
    await uko.run("alice").operations.request(uko.ref(keyId), undefined, options);
  }
  expect((await listPendingDeletions()).map(({ label }) => label)).toEqual(["billing", "orders", "payroll"]);
});

test("a plan returns the whole path, and takes no step", async () => {
  const { keyId } = await uko.make();
  const seq = await uko.lastSeq();
  const plan = await planDeletion({ vaultId, keyId });
  expect(plan).toMatchObject({ keyId, lifecycleState: "active" });
  expect(plan.explanation.facts.join("\n")).toContain("Point of no return: destroy, at the earliest after 4 h.");
  await uko.advance("24h");
  expect(await planDeletion({ vaultId, keyId }), "an output that differs in each run").toEqual(plan);
  expect(await uko.effects(seq)).toEqual([]);
});
