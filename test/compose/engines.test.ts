/** The composition root with an emulator: real clock, real connections. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openHandlers } from "../../provider/compose/engines.ts";
import { openOperations } from "../../provider/compose/operations.ts";
import { openWorld } from "../../provider/compose/world.ts";
import { apiKeys, stageWorld, vaultId } from "../emulator/harness.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { freshStateHome } from "../support/state-home.ts";
import { useFolder } from "../support/use-folder.ts";

const uko = stageWorld();
const folder = useFolder({ isKept: true });
afterEach(() => {
  vi.unstubAllEnvs();
});

const options = { signal: new AbortController().signal };
const quiet = { progress: { report: () => {} } };
const environmentOf = (name: keyof typeof apiKeys, over: Record<string, string> = {}) => ({
  ...emulatorAddresses(uko.url),
  UKO_INSTANCE_ID: uko.emulator.instanceId,
  UKO_API_KEY: apiKeys[name],
  XDG_STATE_HOME: freshStateHome(),
  ...over,
});

async function requestRefs() {
  const key = await uko.keyIn("active");
  return { ref: { instanceId: uko.emulator.instanceId, vaultId, keyId: key.id }, key };
}

describe("operations", () => {
  test("act as the identity whose credential is in the environment, and write evidence to the file", async () => {
    const { ref } = await requestRefs();
    const file = path.join(folder, "evidence.jsonl");
    const { operations, close } = openOperations(environmentOf("bob", { UKO_EVIDENCE: file }), quiet);
    const report = await operations.request(ref, "left", options);
    await close();
    expect(report.deletion.requestedBy).toBe("IBMid-550000BOB");
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { step: string }).step)).toEqual(["write_record"]);
    expect(lines.join()).not.toContain(apiKeys.bob);
  });

  test("stop where the evidence is to go to a log that is off, or that does not take its line", async () => {
    const { ref } = await requestRefs();
    const environment = environmentOf("bob", { UKO_EVIDENCE: "log" });
    const off = openOperations(environment, quiet);
    await expect(off.operations.request(ref, undefined, options)).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
      detail: expect.stringContaining("the log of this run is off"),
    });
    await off.close();
    const broken = openOperations(environment, { ...quiet, evidenceLog: () => Promise.reject(new Error("gone")) });
    await expect(broken.operations.request(ref, undefined, options)).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
      summary: "The log of this run did not take a line of evidence",
    });
    await broken.close();
  });
});

describe("the world", () => {
  test("calls no service before the first request, and refuses settings at once", () => {
    expect(() => openWorld({}, {}, quiet)).toThrow(expect.objectContaining({ code: "UKO_SETTINGS_INVALID" }));
    const elsewhere = {
      UKO_INSTANCE_ID: uko.emulator.instanceId,
      UKO_API_KEY: "k",
      UKO_ENDPOINT: "http://127.0.0.1:9",
      UKO_ALLOWED_HOSTS: "127.0.0.1",
    };
    expect(() => openWorld(elsewhere, {}, quiet)).not.toThrow();
  });

  test("sleeps by the machine's clock, and stops at once when canceled", async () => {
    const { world } = openWorld(environmentOf("bob"), {}, quiet);
    await world.clock.sleep(1, options.signal);
    const stop = new AbortController();
    const sleep = world.clock.sleep(3_600_000, stop.signal);
    stop.abort();
    await expect(sleep).rejects.toMatchObject({ code: "UKO_CANCELED" });
    expect(world.newId()).not.toBe(world.newId());
    expect(world.sha256("a")).toBe("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
  });

  test("a stored endpoint on this machine gets no credential", async () => {
    const { ref } = await requestRefs();
    const before = uko.emulator.world.audit.since(0).length;
    const { UKO_ENDPOINT: _endpoint, ...environment } = environmentOf("bob");
    const read = async () => openWorld(environment, { endpoint: uko.url }, quiet).world.keys.read(ref, options);
    await expect(read()).rejects.toMatchObject({ code: "UKO_HOST_NOT_ALLOWED" });
    const requests = uko.emulator.world.audit.since(0).slice(before);
    expect(requests.filter(({ path }) => path.includes("/managed_keys"))).toEqual([]);
  });
});

describe("handlers", () => {
  const userInterface = { rerun: "pulumi destroy" } as const;
  const stub = (environment: Readonly<Record<string, string>>): void => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  };

  test("check and diff need no settings; the first call that needs the service opens it once", async () => {
    let openCount = 0;
    const stored = () => {
      openCount += 1;
      return { instanceId: uko.emulator.instanceId };
    };
    const { managedKey } = openHandlers(stored, quiet, userInterface).resources;
    const news = { vaultId, template: "payroll", label: "composed" };
    expect(managedKey.check(news, {}).failures).toEqual([]);
    expect(openCount).toBe(0);
    const { UKO_INSTANCE_ID: _id, ...environment } = environmentOf("bob");
    stub(environment);
    const { state } = await managedKey.create(news, options);
    await managedKey.read(state, options);
    expect(openCount).toBe(1);
  });

  test("a run reads approvals and strictness from today's environment", async () => {
    const key = await uko.keyIn("active");
    stub(environmentOf("carol", { UKO_DUAL_AUTHORIZATION: "required" }));
    const { managedKey } = openHandlers(() => ({}), quiet, { ...userInterface, program: "/opt/plugin" }).resources;
    const adopted = { vaultId, template: "payroll", existingKeyId: key.id, dualAuthorization: "single" };
    const { state } = await managedKey.create(adopted, options);
    const outcome = await managedKey.delete(state, options);
    const forAll = "To approve them, another person runs: /opt/plugin approve";
    expect(outcome).toMatchObject({ kind: "unfinished", code: "UKO_APPROVAL_PENDING", forAll });
  });

  test("the deletion of a key that was never active names the key whose destruction a person has to request", async () => {
    const { id: keyId, label } = await uko.keyIn("pre_activation");
    stub(environmentOf("carol"));
    const program = "/opt/plugin";
    const { managedKey } = openHandlers(() => ({}), quiet, { ...userInterface, program }).resources;
    const { state } = await managedKey.create({ vaultId, template: "payroll-draft", existingKeyId: keyId }, options);
    expect(await managedKey.delete(state, options)).toMatchObject({
      ...{ kind: "unfinished", code: "UKO_REQUEST_PENDING", forAll: "" },
      unrequested: { label, vaultId, keyId, keyState: "pre_activation", program },
    });
  });

  test("a missing setting is named in the error", async () => {
    stub({ UKO_API_KEY: "k" });
    const { managedKey } = openHandlers(() => ({}), quiet, userInterface).resources;
    const news = { vaultId, template: "payroll" };
    await expect(managedKey.create(news, options)).rejects.toMatchObject({
      code: "UKO_SETTINGS_INVALID",
      detail: expect.stringContaining("UKO_INSTANCE_ID"),
    });
  });
});
