/** ImportResourceState, MoveResourceState and GenerateResourceConfig: how existing objects come under management. */

import { describe, expect, test } from "vitest";
import { demoInstanceId } from "../../../provider/emulator/store/demo-seed.ts";
import { readObject, resourceNamed, writeObject } from "../../../provider/terraform-plugin/blocks.ts";
import { identityTypeOf } from "../../../provider/terraform-plugin/identity.ts";
import { encodeValue, type ObjectValue } from "../../../provider/terraform-plugin/values.ts";
import { vaultId } from "../../emulator/harness.ts";
import type { Config, Saved } from "../core.ts";
import { type Host, startHost } from "../host.ts";
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
  test("by ID has all values of a read, and a plan after it changes only differing configuration", async () => {
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
    for (const identityForm of [
      { vault_id, key_id },
      { vault_id, key_id, instance_id },
    ]) {
      const reply = await stage.bob.provider.importResourceState({
        typeName: "uko_managed_key",
        identity: identity("uko_managed_key", identityForm as ObjectValue),
      });
      expect(reply.importedResources[0]?.identity).toEqual(core.saved?.identity);
    }
  });

  test("from another instance, of a missing object, or without a valid ID is refused", async () => {
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
      /There is no uko_managed_key with the ID/,
    );
    expect(await refusalOf({ typeName, id: "payroll" })).toMatch(/two UUIDs in lower case.*\[UKO_INPUT_INVALID\]/s);
    expect(await refusalOf({ typeName })).toMatch(/requires vault_id and key_id/);
    expect(await refusalOf({ typeName: "uko_secret", id: "x" })).toMatch(/This provider has no resource uko_secret/);
  });
});

describe("a move from IBM's provider", () => {
  type Over = { readonly sourceProviderAddress?: string; readonly sourceState?: { readonly json: Uint8Array } };
  const moved = (sourceTypeName: string, targetTypeName: string, id: string, over: Over = {}, by = stage.bob) =>
    by.provider.moveResourceState({
      ...{ sourceTypeName, targetTypeName, sourceProviderAddress: "registry.terraform.io/ibm-cloud/ibm" },
      sourceState: { json: new TextEncoder().encode(JSON.stringify({ id, region: "eu-de", something: [1] })) },
      ...over,
    });

  /** The form in a state file before any read. */
  const movedTo = async (sourceTypeName: string, targetTypeName: string, id: string, by?: Host): Promise<Saved> => {
    const reply = await moved(sourceTypeName, targetTypeName, id, {}, by);
    expect(textsOf(reply.diagnostics)).toEqual([]);
    const value = readObject(reply.targetState, resourceNamed(targetTypeName));
    if (value === null) throw new Error("Nothing was moved");
    return { value, private: reply.targetPrivate, identity: reply.targetIdentity };
  };

  test("adopts each of the five by its ID there, and the next read fills in the rest", async () => {
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
      const taken = stage.core(target);
      taken.restore(await movedTo(source, target, id));
      const { identity } = taken.saved ?? {};
      expect(await taken.refresh()).toMatchObject({ errors: [], warnings: [] });
      expect(taken.saved).toMatchObject({ identity, value: expected });
    }
  });

  test("adopts a resource's other instances under the own address, which hosts pass once one instance has moved", async () => {
    const core = await stage.made();
    const { id } = core.saved?.value ?? {};
    const ours = { sourceProviderAddress: "registry.opentofu.org/pulumi-uko/uko" };
    const source = `eu-de/${demoInstanceId}/${String(id)}`;
    const reply = await moved("ibm_hpcs_managed_key", "uko_managed_key", source, ours);
    expect(textsOf(reply.diagnostics)).toEqual([]);
    expect(readObject(reply.targetState, resourceNamed("uko_managed_key"))).toMatchObject({ id });
  });

  test("keeps an own state that another address of this provider wrote, and names the resource of another provider", async () => {
    const core = await stage.made({ description: "for the wages" });
    const { value, private: kept } = core.saved ?? {};
    const ofOurs = (type: string, address: string) =>
      stage.bob.provider.moveResourceState({
        ...{ sourceTypeName: type, targetTypeName: "uko_managed_key", sourceProviderAddress: address },
        ...{
          sourceState: { json: new TextEncoder().encode(JSON.stringify(value)) },
          sourcePrivate: kept ?? new Uint8Array(),
        },
      });
    // A host that calls a second time passes the state of the first response.
    for (const type of ["uko_managed_key", "ibm_hpcs_managed_key"]) {
      const reply = await ofOurs(type, "registry.terraform.io/pulumi-uko/uko");
      expect(textsOf(reply.diagnostics)).toEqual([]);
      expect(readObject(reply.targetState, resourceNamed("uko_managed_key"))).toEqual(value);
      expect(reply).toMatchObject({ targetIdentity: core.saved?.identity, targetPrivate: kept });
    }
    expect(textsOf((await ofOurs("uko_vault", "registry.terraform.io/pulumi-uko/uko")).diagnostics)[0]).toMatch(
      /cannot become a uko_managed_key/,
    );
    expect(textsOf((await ofOurs("uko_managed_key", "registry.terraform.io/evil/uko")).diagnostics)[0]).toMatch(
      /cannot become a uko_managed_key/,
    );
  });

  test("works with an unconfigured provider, as Terraform calls it, and plans nothing before a read", async () => {
    const core = await stage.made();
    const id = `eu-de/${demoInstanceId}/${String(core.saved?.value.id)}`;
    const nobody = await startHost({});
    const taken = stage.core("uko_managed_key");
    taken.restore(await movedTo("ibm_hpcs_managed_key", "uko_managed_key", id, nobody));
    await nobody.close();
    expect((await taken.plan(keyConfig())).errors.join()).toMatch(/has not been read yet.*-refresh=false/s);
    expect((await taken.plan(null)).errors.join()).toMatch(/has not been read yet/);
    await taken.refresh();
    expect((await taken.plan(keyConfig())).action).toBe("none");
  });

  test("of an object in another instance, or that does not exist, ends in an error of the read", async () => {
    const core = await stage.made();
    const keyId = String(core.saved?.value.key_id);
    const readAfter = async (id: string) => {
      const taken = stage.core("uko_managed_key");
      taken.restore(await movedTo("ibm_hpcs_managed_key", "uko_managed_key", id));
      return (await taken.refresh()).errors.join();
    };
    expect(await readAfter(`eu-de/${absentId}/${vaultId}/${keyId}`)).toMatch(/UKO_INSTANCE_MISMATCH/);
    expect(await readAfter(`eu-de/${demoInstanceId}/${vaultId}/${absentId}`)).toMatch(/There is no uko_managed_key/);
  });

  test("refuses other types, other providers, and unknown IDs", async () => {
    const core = await stage.made();
    const id = `eu-de/${demoInstanceId}/${vaultId}/${String(core.saved?.value.key_id)}`;
    const refusalOf = async (reply: ReturnType<typeof moved>) => {
      const { diagnostics, targetState } = await reply;
      expect(targetState).toBeUndefined();
      return textsOf(diagnostics).join();
    };
    expect(await refusalOf(moved("aws_kms_key", "uko_managed_key", id))).toMatch(
      /accepts ibm_hpcs_managed_key of IBM-Cloud\/ibm/,
    );
    expect(await refusalOf(moved("ibm_hpcs_vault", "uko_managed_key", id))).toMatch(/cannot become a uko_managed_key/);
    const stranger = { sourceProviderAddress: "registry.terraform.io/evil/ibm" };
    expect(await refusalOf(moved("ibm_hpcs_managed_key", "uko_managed_key", id, stranger))).toMatch(/cannot become/);
    expect(await refusalOf(moved("ibm_hpcs_managed_key", "uko_managed_key", "payroll"))).toMatch(
      /a form that no known release/,
    );
    expect(await refusalOf(moved("ibm_kms_key", "uko_kms_key", id))).toMatch(/a form that no known release/);
    for (const [source, target] of [
      ["ibm_hpcs_managed_key", "uko_managed_key"],
      ["ibm_hpcs_keystore", "uko_keystore"],
      ["ibm_hpcs_key_template", "uko_key_template"],
    ] as const) {
      expect(await refusalOf(moved(source, target, `${id}/more`))).toMatch(/a form that no known release/);
    }
    // Truncated, a key's ID would be its vault's.
    expect(await refusalOf(moved("ibm_hpcs_vault", "uko_vault", id))).toMatch(/a form that no known release/);
    const broken = { sourceState: { json: new TextEncoder().encode("{") } };
    expect(await refusalOf(moved("ibm_hpcs_vault", "uko_vault", "", broken))).toMatch(/a form that no known release/);
  });
});

/**
 * The output of OpenTofu's `-generate-config-out`: each configurable attribute as it is in state, and null
 * for secrets.
 */
const generatedFrom = (typeName: string, value: ObjectValue): ObjectValue =>
  Object.fromEntries(
    resourceNamed(typeName).attributes.map(({ name, schema }) => {
      const isWritten = (schema.required === true || schema.optional === true) && schema.sensitive !== true;
      return [name, isWritten && value[name] !== "" ? (value[name] ?? null) : null];
    }),
  );

describe("an imported keystore in a cloud", () => {
  const found = async () => {
    const core = stage.core("uko_keystore");
    const { importedResources } = await stage.bob.provider.importResourceState({
      ...{ typeName: "uko_keystore", id: `${vaultId}/ce110000-0000-4000-8000-000000000002` },
    });
    const value = readObject(importedResources[0]?.state, resourceNamed("uko_keystore"));
    if (value === null || importedResources[0] === undefined) throw new Error("Nothing was imported");
    core.restore({ value, private: importedResources[0].private, identity: importedResources[0].identity });
    return { core, value };
  };

  test("matches the configuration that the engine generates, without a secret", async () => {
    const { core, value } = await found();
    expect(value).toMatchObject({ type: "aws_kms", aws_region: "eu_central_1" });
    expect(await core.plan(generatedFrom("uko_keystore", value))).toMatchObject({ errors: [], action: "none" });
  });

  test("has no difference under a configuration that names neither its secrets nor its ID", async () => {
    const { core } = await found();
    const config = { vault_id: vaultId, type: "aws_kms", name: "aws-frankfurt", aws_region: "eu_central_1" };
    expect(await core.plan(config)).toMatchObject({ errors: [], action: "none" });
  });

  test("keeps its secrets when another attribute changes, and gets the secrets that the configuration names", async () => {
    const { core } = await found();
    const by = core.by(await stage.another(stage.environmentOf("carol")));
    const config = { vault_id: vaultId, type: "aws_kms", name: "aws-frankfurt", aws_region: "eu_central_1" };
    const sent = async (change: Config) => {
      const seq = await stage.uko.lastSeq();
      expect(await by.apply({ ...config, ...change })).toMatchObject({ errors: [] });
      return (await stage.uko.trail()).filter((entry) => entry.seq > seq && entry.operation === "updateKeystore")
        .length;
    };
    expect(await sent({ description: "in Frankfurt" })).toBe(1);
    expect(core.saved?.value).toMatchObject({ description: "in Frankfurt", secret_digests: {} });
    expect(await sent({ aws_access_key_id: "AKIANEW", aws_secret_access_key: "hush-more" })).toBe(1);
    expect(Object.keys(Object(core.saved?.value.secret_digests))).toHaveLength(2);
  });
});

test("a generated configuration keeps the state unchanged, and names nothing that only the service sets", async () => {
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
