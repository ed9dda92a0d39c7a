/** Adoption with the real OpenTofu: import blocks, and `moved` blocks from IBM's provider. */

import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { keyProtectWorld } from "../../../provider/emulator/store/demo-seed.ts";
import type { TofuPerson } from "../../stage/tofu.ts";
import { startIbmStandIn } from "./support/ibm-stand-in.ts";
import { keyProgram, type TofuStage, type, vaultId, withStage } from "./support/tofu-stage.ts";

/** A key that is in no state: Bob created it and removed it from his state. */
async function forgottenKey(stage: TofuStage): Promise<{ readonly bob: TofuPerson; readonly keyId: string }> {
  const bob = await stage.person("bob");
  await bob.apply();
  const keyId = String((await bob.state()).resources[0]?.attributes.key_id);
  await bob.run(["state", "rm", "uko_managed_key.payroll"]);
  return { bob, keyId };
}

test("an import block imports a key by ID or identity, and plans nothing else", () =>
  withStage(async (stage) => {
    const { bob, keyId } = await forgottenKey(stage);
    const blocks = [
      `import {\n  to = uko_managed_key.payroll\n  id = "${vaultId}/${keyId}"\n}`,
      `import {\n  to = uko_managed_key.payroll\n  identity = {\n    vault_id = "${vaultId}"\n    key_id = "${keyId}"\n  }\n}`,
    ];
    for (const block of blocks) {
      await bob.writeProgram(keyProgram("", block));
      const mark = await stage.mark();
      const imported = await bob.apply();
      expect(imported, imported.output).toMatchObject({
        ...{ exitCode: 0, applied: { add: 0, change: 0, import: 1, remove: 0 } },
      });
      expect(await stage.effects(mark)).toEqual([]);
      expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
      await bob.run(["state", "rm", "uko_managed_key.payroll"]);
    }
  }));

test("a moved block adopts every instance of a resource with count", () =>
  withStage(async (stage) => {
    const count = 15;
    const program = `
resource "uko_managed_key" "payroll" {
  count    = ${count}
  vault_id = "${vaultId}"
  template = "payroll"
  label    = "payroll \${count.index}"
}
`;
    const bob = await stage.person("bob", program);
    const made = await bob.apply();
    expect(made.exitCode, made.output).toBe(0);
    const keys = (await bob.state()).resources.map(({ attributes }) => ({
      ...{ keyId: String(attributes.key_id), label: String(attributes.label) },
    }));
    await bob.run(["state", "rm", "uko_managed_key.payroll"]);
    await pushIbmState(stage, bob, keys);
    await bob.writeProgram(
      `${program}moved {\n  from = ibm_hpcs_managed_key.payroll\n  to   = uko_managed_key.payroll\n}`,
    );
    const mark = await stage.mark();
    await using ibm = await startIbmStandIn(["ibm_hpcs_managed_key"]);
    const applied = await bob.apply([], { env: ibm.env });
    expect(applied, applied.output).toMatchObject({ exitCode: 0 });
    expect(await stage.effects(mark)).toEqual([]);
    expect((await bob.state()).resources).toHaveLength(count);
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
  }));

test("a moved block adopts an ibm_kms_key of Key Protect with an empty plan, and two people delete and restore it", () =>
  withStage(
    async (stage) => {
      const [{ id }] = keyProtectWorld.kmsKeys;
      const crn = `${stage.uko.instanceCrn?.replace(/::$/, "")}:key:${id}`;
      const program = 'resource "uko_kms_key" "orders" {\n  name = "orders"\n}\n';
      const bob = await stage.person("bob", program);
      const alice = await stage.person("alice", program);
      await pushState(bob, "ibm_kms_key", "orders", [
        { id: crn, crn, key_id: id, key_name: "orders", instance_id: stage.uko.instanceId, force_delete: true },
      ]);
      await bob.writeProgram(`${program}moved {\n  from = ibm_kms_key.orders\n  to   = uko_kms_key.orders\n}\n`);
      const mark = await stage.mark();
      {
        await using ibm = await startIbmStandIn(["ibm_kms_key"]);
        const planned = await bob.plan([], { env: ibm.env });
        expect(planned.output).toContain("ibm_kms_key.orders has moved to uko_kms_key.orders");
        expect(planned.output).toContain("Plan: 0 to add, 0 to change, 0 to destroy.");
        const applied = await bob.apply([], { env: ibm.env });
        expect(applied, applied.output).toMatchObject({ exitCode: 0 });
      }
      expect(await stage.effects(mark)).toEqual([]);
      expect((await bob.state()).resources).toMatchObject([
        { address: "uko_kms_key.orders", attributes: { key_id: id, name: "orders", crn } },
      ]);
      expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);

      expect((await bob.destroy()).exitCode).toBe(1);
      await type(alice, ["request", `kms/${id}`]);
      await type(bob, ["approve", `kms/${id}`]);
      expect((await bob.destroy()).exitCode).toBe(0);
      await stage.advance(60_000);
      await type(bob, ["reactivate", `kms/${id}`]);
      expect(await stage.effects(mark)).toEqual(["setKeyForDeletion", "deleteKmsKey", "restoreKmsKey"]);
    },
    {},
    { ...keyProtectWorld, profile: "key-protect" },
  ));

/** Puts these keys into the state as IBM's provider has them there; several are instances by `count`. */
function pushIbmState(
  { uko: { instanceId } }: TofuStage,
  person: TofuPerson,
  keys: readonly { readonly keyId: string; readonly label: string }[],
): Promise<void> {
  const attributes = keys.map(({ keyId, label }) => ({
    ...{ id: `eu-de/${instanceId}/${vaultId}/${keyId}`, instance_id: instanceId, region: "eu-de" },
    ...{ uko_vault: vaultId, key_id: keyId, label, template_name: "payroll", vault: [{ id: vaultId }] },
  }));
  return pushState(person, "ibm_hpcs_managed_key", "payroll", attributes);
}

async function pushState(
  person: TofuPerson,
  ibmType: string,
  name: string,
  objects: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  const instances = objects.map((attributes, index) => ({
    ...{ schema_version: 0, sensitive_attributes: [], private: "bnVsbA==", attributes },
    ...(objects.length > 1 && { index_key: index }),
  }));
  const state = {
    ...{ version: 4, terraform_version: "1.12.6", serial: 100, lineage: await lineageOf(person), outputs: {} },
    resources: [
      {
        ...{ mode: "managed", type: ibmType, name },
        provider: 'provider["registry.opentofu.org/ibm-cloud/ibm"]',
        instances,
      },
    ],
  };
  const file = path.join(person.home, "ibm.tfstate");
  await writeFile(file, JSON.stringify(state));
  const pushed = await person.run(["state", "push", file]);
  expect(pushed.exitCode, pushed.output).toBe(0);
}

/** The lineage of the person's state, or a new one for a person who has no state yet. */
async function lineageOf(person: TofuPerson): Promise<string> {
  const { stdout } = await person.run(["state", "pull"]);
  return stdout.trim() === "" ? randomUUID() : (JSON.parse(stdout) as { lineage: string }).lineage;
}
