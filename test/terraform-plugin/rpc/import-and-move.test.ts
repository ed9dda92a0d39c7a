/** ImportResourceState, MoveResourceState and GenerateResourceConfig: how what is there comes under management. */

import { describe, expect, test } from "vitest";
import { demoInstanceId } from "../../../provider/emulator/demo-seed.ts";
import { readObject, resourceNamed, writeObject } from "../../../provider/terraform-plugin/blocks.ts";
import { identityTypeOf } from "../../../provider/terraform-plugin/identity.ts";
import { encodeValue, type ObjectValue } from "../../../provider/terraform-plugin/values.ts";
import { vaultId } from "../../emulator/harness.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();
const absentId = "9b2d0000-0000-4000-8000-00000000dead";
const ringId = "ce110000-0000-4000-8000-000000000001";
const templateId = "7e110000-0000-4000-8000-000000000001";
const identity = (typeName: string, value: ObjectValue) => ({
  identityData: { msgpack: encodeValue(value, identityTypeOf(resourceNamed(typeName))) },
});
const textsOf = (diagnostics: readonly { summary: string; detail: string }[]) =>
  diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`);

describe("an import", () => {
  test("by id has everything that a look tells, and a plan after it needs what the configuration says differently alone", async () => {
    const core = await stage.made({ description: "for the wages" });
    const id = String(core.saved?.value.id);
    const { importedResources, diagnostics } = await stage.bob.provider.importResourceState({
      typeName: "uko_managed_key",
      id,
    });
    expect(diagnostics).toEqual([]);
    const [imported] = importedResources;
    const value = readObject(imported?.state, resourceNamed("uko_managed_key"));
    if (value === null || imported === undefined) throw new Error("Nothing was imported");
    expect(value).toMatchObject({ id, label: "payroll", description: "for the wages", deletion_protection: false });
    const adopted = stage.core("uko_managed_key");
    adopted.restore({ value, private: imported.private, identity: imported.identity });
    expect((await adopted.plan(keyConfig())).action).toBe("none");
    expect((await adopted.plan(keyConfig({ deletion_protection: true }))).action).toBe("update");
  });

  test("by identity is the same, with or without the instance", async () => {
    const core = await stage.made();
    const { vault_id, key_id, instance_id } = core.saved?.value ?? {};
    for (const given of [
      { vault_id, key_id },
      { vault_id, key_id, instance_id },
    ]) {
      const reply = await stage.bob.provider.importResourceState({
        typeName: "uko_managed_key",
        identity: identity("uko_managed_key", given as ObjectValue),
      });
      expect(reply.importedResources[0]?.identity).toEqual(core.saved?.identity);
    }
  });

  test("from another instance, of what is not there, or by no id at all is refused", async () => {
    const core = await stage.made();
    const { vault_id, key_id } = core.saved?.value ?? {};
    const refusalOf = async (request: Parameters<typeof stage.bob.provider.importResourceState>[0]) => {
      const { diagnostics, importedResources } = await stage.bob.provider.importResourceState(request);
      expect(importedResources).toEqual([]);
      return textsOf(diagnostics).join();
    };
    const typeName = "uko_managed_key";
    const elsewhere = identity(typeName, { vault_id, key_id, instance_id: absentId } as ObjectValue);
    expect(await refusalOf({ typeName, identity: elsewhere })).toMatch(/\[UKO_INSTANCE_MISMATCH\]$/);
    expect(await refusalOf({ typeName, id: `${vaultId}/${absentId}` })).toMatch(
      /There is no uko_managed_key with the id/,
    );
    expect(await refusalOf({ typeName, id: "payroll" })).toMatch(/two UUIDs in lower case.*\[UKO_INPUT_INVALID\]/s);
    expect(await refusalOf({ typeName })).toMatch(/has vault_id and key_id, and this one does not/);
    expect(await refusalOf({ typeName: "uko_secret", id: "x" })).toMatch(/This provider has no resource uko_secret/);
  });
});

describe("a move from IBM's provider", () => {
  type Over = { readonly sourceProviderAddress?: string; readonly sourceState?: { readonly json: Uint8Array } };
  const moved = (sourceTypeName: string, targetTypeName: string, id: string, over: Over = {}) =>
    stage.bob.provider.moveResourceState({
      ...{ sourceTypeName, targetTypeName, sourceProviderAddress: "registry.terraform.io/ibm-cloud/ibm" },
      sourceState: { json: new TextEncoder().encode(JSON.stringify({ id, region: "eu-de", something: [1] })) },
      ...over,
    });

  test("takes each of the five by the id that it has there, and looks the object up", async () => {
    const core = await stage.made();
    await stage.core("uko_kms_key").apply({ name: "orders", dual_authorization: "single" });
    const kms = stage.core("uko_kms_key");
    await kms.apply({ name: "ledger", dual_authorization: "single" });
    const keyId = String(core.saved?.value.key_id);
    const kmsId = String(kms.saved?.value.key_id);
    const prefix = `eu-de/${demoInstanceId}`;
    const cases = [
      ["ibm_hpcs_managed_key", "uko_managed_key", `${prefix}/${vaultId}/${keyId}`, { label: "payroll" }],
      ["ibm_hpcs_vault", "uko_vault", `${prefix}/${vaultId}`, { name: "payments" }],
      [
        "ibm_hpcs_keystore",
        "uko_keystore",
        `${prefix}/${vaultId}/${ringId}`,
        { name: "payroll-ring", type: "internal" },
      ],
      ["ibm_hpcs_key_template", "uko_key_template", `${prefix}/${vaultId}/${templateId}`, { name: "payroll" }],
      ["ibm_kms_key", "uko_kms_key", String(kms.saved?.value.crn), { name: "ledger", key_id: kmsId }],
    ] as const;
    for (const [source, target, id, expected] of cases) {
      const { targetState, targetIdentity, diagnostics } = await moved(source, target, id);
      expect(textsOf(diagnostics)).toEqual([]);
      expect(readObject(targetState, resourceNamed(target))).toMatchObject(expected);
      expect(targetIdentity).toBeDefined();
    }
  });

  test("refuses other types, other providers, other instances, and ids that it does not know", async () => {
    const core = await stage.made();
    const id = `eu-de/${demoInstanceId}/${vaultId}/${String(core.saved?.value.key_id)}`;
    const refusalOf = async (reply: ReturnType<typeof moved>) => {
      const { diagnostics, targetState } = await reply;
      expect(targetState).toBeUndefined();
      return textsOf(diagnostics).join();
    };
    expect(await refusalOf(moved("aws_kms_key", "uko_managed_key", id))).toMatch(
      /takes ibm_hpcs_managed_key of IBM-Cloud\/ibm/,
    );
    expect(await refusalOf(moved("ibm_hpcs_vault", "uko_managed_key", id))).toMatch(/cannot become a uko_managed_key/);
    const stranger = { sourceProviderAddress: "registry.terraform.io/evil/ibm" };
    expect(await refusalOf(moved("ibm_hpcs_managed_key", "uko_managed_key", id, stranger))).toMatch(/cannot become/);
    expect(await refusalOf(moved("ibm_hpcs_managed_key", "uko_managed_key", "payroll"))).toMatch(
      /in a form that no release/,
    );
    expect(await refusalOf(moved("ibm_kms_key", "uko_kms_key", id))).toMatch(/in a form that no release/);
    const elsewhere = id.replace(demoInstanceId, absentId);
    expect(await refusalOf(moved("ibm_hpcs_managed_key", "uko_managed_key", elsewhere))).toMatch(
      /UKO_INSTANCE_MISMATCH/,
    );
    const broken = { sourceState: { json: new TextEncoder().encode("{") } };
    expect(await refusalOf(moved("ibm_hpcs_vault", "uko_vault", "", broken))).toMatch(/in a form that no release/);
  });
});

test("a configuration that is generated from a state wants it as it is, and says nothing that only the service knows", async () => {
  const core = await stage.made({ description: "for the wages", tags: { team: "payroll" } });
  const resource = resourceNamed("uko_managed_key");
  const reply = await stage.bob.provider.generateResourceConfig({
    typeName: "uko_managed_key",
    state: writeObject(core.saved?.value ?? null, resource),
  });
  const config = readObject(reply.config, resource) ?? {};
  expect(config).toMatchObject({ vault_id: vaultId, template: "payroll", label: "payroll", tags: { team: "payroll" } });
  expect(config).toMatchObject({ id: null, lifecycle_state: null, keystores: null, key_id: null });
  expect((await core.plan(config)).action).toBe("none");
});
