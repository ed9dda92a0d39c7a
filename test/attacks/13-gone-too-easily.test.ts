/** Point 13: responses that could be taken for "gone", and a mistyped instance id. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { openHandlers } from "../../provider/compose/engines.ts";
import { openWorld } from "../../provider/compose/world.ts";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import type { Keystores } from "../../provider/engine/ports/containers.ts";
import { UkoError } from "../../provider/errors.ts";
import { createInstanceSession } from "../../provider/services/session.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { type CliTestWorld, keys, seed, vaultId } from "../cli/harness.ts";

const typo = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2f";
const missing = "9b2d0000-0000-4000-8000-0000000000ff";
const quiet = { progress: { report: () => {} } };
const options = { signal: new AbortController().signal };
const [, payrollId = ""] = keys.payroll.split("/");

const { world: uko } = useCliStage();
/** With a second vault, which the key is not in. */
const { world: two } = useCliStage({ seed: { ...seed, vaults: [...(seed.vaults ?? []), { name: "other" }] } });
afterEach(() => vi.unstubAllEnvs());

/** The handlers that an engine's interface calls, as Carol, who holds every role. */
function handlers(world: CliTestWorld, environment: Readonly<Record<string, string>> = {}) {
  for (const [name, value] of Object.entries({ ...world.environmentOf("carol"), ...environment }))
    vi.stubEnv(name, value);
  return openHandlers(() => ({}), quiet, { rerun: "pulumi destroy" }).resources;
}
const endOf = (call: Promise<unknown>): Promise<string> =>
  call.then((value) => JSON.stringify(value) ?? "gone", String);
const effects = async (world: CliTestWorld) =>
  (await world.trail()).filter(({ effect, operation }) => effect && operation !== "seed" && operation !== "control");

describe("a 404 that is not the service's own word about the key", () => {
  test.each([
    ["an empty list of errors", { errors: [] }],
    ["an error without a code", { trace: "t-1", errors: [{ message: "Not Found" }] }],
    ["an error with an empty code", { trace: "t-1", errors: [{ code: "", message: "Not Found" }] }],
    ["an error without the service's trace", { errors: [{ code: "not_found", message: "Not Found" }] }],
    ["another status in the body", { status_code: 502, trace: "t-1", errors: [{ code: "bad_gateway", message: "" }] }],
  ])("%s, while the vault returns 200: no interface drops the key from its state", async (_, body) => {
    const { managedKey } = handlers(uko);
    const { state } = (await managedKey.lookup(keys.payroll, options)) ?? { state: undefined };
    await uko.control("faults", { operation: "getManagedKey", status: 404, body });
    // Each in a run of its own: the second read of a run takes the list of the vault.
    const inRun = () => handlers(uko).managedKey;
    expect(await endOf(inRun().read(state, options))).toContain("[UKO_RESPONSE_INVALID]");
    expect(await endOf(inRun().delete(state, options))).toContain("[UKO_RESPONSE_INVALID]");
    expect(await endOf(inRun().lookup(keys.payroll, options))).toContain("[UKO_RESPONSE_INVALID]");
    for (const command of ["status", "plan", "continue"]) {
      expect(await uko.uko("carol", `${command} ${keys.payroll}`)).toMatchObject({ exitCode: 1 });
    }
  });
});

describe("in an instance with two vaults", () => {
  const otherVault = async (): Promise<string> => {
    const { world } = openWorld(two.environmentOf("carol"), {}, quiet);
    const vaults = await world.vaults.list({}, options);
    return vaults.find(({ name }) => name === "other")?.id ?? "";
  };

  test("a state that names another vault does not make the key gone", async () => {
    const { managedKey } = handlers(two);
    const { state } = (await managedKey.lookup(keys.payroll, options)) ?? { state: undefined };
    const elsewhere = await otherVault();
    const edited = { ...(state as object), vaultId: elsewhere };
    expect(await endOf(managedKey.read(edited, options))).toContain("[UKO_KEY_NOT_FOUND]");
    expect(await endOf(managedKey.delete(edited, options))).toContain("[UKO_KEY_NOT_FOUND]");
    expect(await two.uko("carol", `continue ${elsewhere}/${payrollId}`)).toMatchObject({ exitCode: 1 });
  });
});

describe("a mistyped instance id together with the right address", () => {
  const mistyped = { UKO_INSTANCE_ID: typo };

  test("creates nothing, writes nothing and pins nothing, and no message says to set it", async () => {
    const { managedKey, vault, keystore } = handlers(uko, mistyped);
    const said = [
      await endOf(managedKey.create({ vaultId, template: "payroll", label: "by typo" }, options)),
      await endOf(managedKey.create({ vaultId, template: "payroll", existingKeyId: payrollId }, options)),
      await endOf(managedKey.lookup(keys.payroll, options)),
      await endOf(vault.create({ name: "by typo" }, options)),
      await endOf(keystore.create({ vaultId, name: "by typo", type: "internal" }, options)),
      (await uko.uko("bob", `request ${keys.draft}`, mistyped)).err,
    ];
    for (const each of said) {
      expect(each).toContain("[UKO_INSTANCE_MISMATCH]");
      expect(each).not.toMatch(/UKO_INSTANCE_ID=|[Ss]et UKO_INSTANCE_ID/);
    }
    expect(await effects(uko)).toEqual([]);
  });

  test("is noticed through the internal keystores if the broker does not answer", async () => {
    await uko.control("switches", { internalKeystoreFields: "filled" });
    await uko.control("faults", { operation: "broker", status: 500 });
    const { managedKey } = handlers(uko, mistyped);
    const made = await endOf(managedKey.create({ vaultId, template: "payroll", label: "by typo" }, options));
    expect(made).toContain("[UKO_INSTANCE_MISMATCH]");
    expect(made).toContain(demoInstanceId);
    expect(await effects(uko)).toEqual([]);
  });

  test("is never taken for the instance on which a key is gone", async () => {
    for (const command of ["status", "plan", "continue"]) {
      const ended = await uko.uko("carol", `${command} ${vaultId}/${missing}`, mistyped);
      expect(ended.exitCode, `${command}: ${ended.out}${ended.err}`).toBe(1);
    }
  });

  /** A service whose list of keystores fails once with this code. */
  function failingOnce(code: "UKO_SERVICE_UNAVAILABLE" | "UKO_RIGHTS_MISSING") {
    const lists: string[] = [];
    const list = async () => {
      lists.push("list");
      if (lists.length === 1) throw new UkoError(code);
      return [{ variant: "internal", fields: { ibm_instance_id: demoInstanceId } }];
    };
    const session = createInstanceSession({
      instanceId: typo,
      http: { serviceTimeMs: () => undefined },
      tokens: { actor: async () => ({ displayName: "" }), facts: () => ({ isRenewed: false }) },
      endpoints: { instance: async () => ({ kind: "unproven" }) },
      ownSeal: () => undefined,
      keystores: () => ({ list }) as unknown as Pick<Keystores, "list">,
    });
    return { session, lists };
  }

  test("is checked again at the next write if the first check met a passing fault, and the write is refused", async () => {
    const { session } = failingOnce("UKO_SERVICE_UNAVAILABLE");
    await session.requireOwnInstance(options);
    await expect(session.requireOwnInstance(options)).rejects.toThrow("[UKO_INSTANCE_MISMATCH]");
  });

  test("is not checked again after a missing right, which lasts", async () => {
    const { session, lists } = failingOnce("UKO_RIGHTS_MISSING");
    await session.requireOwnInstance(options);
    await session.requireOwnInstance(options);
    expect(lists).toEqual(["list"]);
  });

  test("is a failed check of the doctor", async () => {
    const { out, exitCode } = await uko.uko("carol", "doctor", mistyped);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/fail +instance .*UKO_INSTANCE_MISMATCH/);
  });

  test("that a state already holds is not advised by the message about two instances", async () => {
    const { managedKey } = handlers(uko);
    const { state } = (await managedKey.lookup(keys.payroll, options)) ?? { state: undefined };
    const said = await endOf(managedKey.read({ ...(state as object), instanceId: typo }, options));
    expect(said).toContain("[UKO_INSTANCE_MISMATCH]");
    expect(said).not.toMatch(/[Ss]et UKO_INSTANCE_ID/);
  });
});

test("the command line does not report a key as gone without proof of the instance", async () => {
  await uko.control("faults", { operation: "broker", status: 500 });
  await uko.control("faults", { operation: "listKeystores", status: 403 });
  for (const command of ["status", "plan", "continue"]) {
    const ended = await uko.uko("carol", `${command} ${vaultId}/${missing}`);
    expect(ended.exitCode).toBe(1);
    expect(ended.err).toContain("[UKO_GONE_UNPROVEN]");
  }
});

test("the command line reports a key as gone if the broker proves the instance", async () => {
  expect(await uko.uko("carol", `continue ${vaultId}/${missing}`)).toMatchObject({ exitCode: 0 });
});

test("a report by the answering server alone does not prove a key gone if the vault is missing, too", async () => {
  const { managedKey } = handlers(uko);
  const { state } = (await managedKey.lookup(keys.payroll, options)) ?? { state: undefined };
  await uko.control("faults", { operation: "getManagedKey", status: 404 });
  await uko.control("faults", { operation: "getVault", status: 404 });
  const later = handlers(uko).managedKey;
  expect(await endOf(later.read(state, options))).toContain("[UKO_GONE_UNPROVEN]");
  expect(await endOf(later.delete(state, options))).toContain("[UKO_GONE_UNPROVEN]");
  expect(await uko.uko("carol", `continue ${keys.payroll}`)).toMatchObject({ exitCode: 1 });
});
