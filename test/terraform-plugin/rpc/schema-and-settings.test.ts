/** Calls outside a resource's life: schema, settings, validation, and states from files. */

import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { terraformProvider, terraformResources } from "../../../provider/resources/schema/terraform.ts";
import { readObject, resourceNamed, writeObject } from "../../../provider/terraform-plugin/blocks.ts";
import { identityTypeOf, readIdentity } from "../../../provider/terraform-plugin/identity.ts";
import { StringKind } from "../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import type { ObjectValue } from "../../../provider/terraform-plugin/values.ts";
import { vaultId } from "../../emulator/harness.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();
const textsOf = (diagnostics: readonly { summary: string; detail: string }[]) =>
  diagnostics.map(({ summary, detail }) => `${summary}${detail === "" ? "" : `\n${detail}`}`);
const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

describe("the schema", () => {
  test("has every resource, data source and list, and reports its protocol features", async () => {
    const schema = await stage.bob.provider.getProviderSchema();
    expect(Object.keys(schema.resourceSchemas)).toEqual([...terraformResources.keys()]);
    expect(Object.keys(schema.listResourceSchemas)).toEqual([...terraformResources.keys()]);
    expect(Object.keys(schema.dataSourceSchemas)).toHaveLength(12);
    expect(schema.serverCapabilities).toMatchObject({
      ...{ planDestroy: true, moveResourceState: true, getProviderSchemaOptional: true, generateResourceConfig: true },
    });
    const { attributes = [] } = schema.resourceSchemas.uko_keystore?.block ?? {};
    const secret = attributes.find(({ name }) => name === "aws_secret_access_key");
    expect(secret).toMatchObject({
      writeOnly: true,
      sensitive: true,
      optional: true,
      descriptionKind: StringKind.MARKDOWN,
    });
    // A type that is not JSON would end the host.
    for (const { type } of attributes) expect(() => JSON.parse(new TextDecoder().decode(type))).not.toThrow();
  });

  test("is returned without a credential, as tools call it", async () => {
    const nobody = await stage.another({});
    expect((await nobody.provider.getProviderSchema()).diagnostics).toEqual([]);
    expect((await nobody.provider.getMetadata()).dataSources).toHaveLength(12);
    expect((await nobody.provider.getFunctions()).functions).toEqual({});
  });

  test("of an identity states the required fields of an import", async () => {
    const { identitySchemas } = await stage.bob.provider.getResourceIdentitySchemas();
    expect(identitySchemas.uko_managed_key?.identityAttributes).toMatchObject([
      { name: "instance_id", optionalForImport: true, requiredForImport: false },
      { name: "vault_id", requiredForImport: true },
      { name: "key_id", requiredForImport: true },
    ]);
  });
});

describe("settings", () => {
  const settings = (given: ObjectValue) =>
    writeObject(
      { ...Object.fromEntries(terraformProvider.attributes.map(({ name }) => [name, null])), ...given },
      terraformProvider,
    );

  test("are checked as far as they are known, at their attribute", async () => {
    const validate = async (given: ObjectValue) =>
      (await stage.bob.provider.validateProviderConfig({ config: settings(given) })).diagnostics;
    expect(await validate({ region: "eu-de" })).toEqual([]);
    expect(await validate({ instance_id: UNKNOWN, api_key: "a" })).toEqual([]);
    const messages = await validate({ instance_id: "PAYMENTS", api_key: "a", token: "b", dual_authorization: "two" });
    expect(textsOf(messages)).toEqual([
      "instance_id: must be the UUID of the instance, in lower case, or the CRN of an instance of Key Protect",
      "token: cannot be combined with api_key\nSet only one of the two.",
      'dual_authorization: must be "required" or "single"',
    ]);
    expect(messages.map(({ attribute }) => attribute?.steps[0]?.selector.value)).toEqual([
      "instance_id",
      "token",
      "dual_authorization",
    ]);
  });

  test("locate the service, and the environment overrides them", async () => {
    const { UKO_ENDPOINT, UKO_INSTANCE_ID, ...others } = stage.environmentOf("bob");
    const host = await stage.another({ ...others, UKO_ENDPOINT: UKO_ENDPOINT ?? "" });
    const core = stage.core("uko_managed_key", host);
    await host.provider.configureProvider({ config: settings({ instance_id: UKO_INSTANCE_ID ?? "" }) });
    expect((await core.apply(keyConfig())).errors).toEqual([]);
    await host.provider.configureProvider({
      config: settings({ instance_id: "0e5f1c3a-7b1d-4c55-9d2e-00000000dead" }),
    });
    expect((await core.refresh()).errors[0] ?? (await core.refresh()).warnings[0]).toMatch(/UKO_/);
    const overruled = await stage.another(stage.environmentOf("bob"));
    await overruled.provider.configureProvider({ config: settings({ endpoint: "https://127.0.0.1:9" }) });
    expect(await core.by(overruled).refresh()).toMatchObject({ errors: [], warnings: [] });
  });

  test("that name a host that IBM does not document cause one warning in a run", async () => {
    const environment = { UKO_KMS_ENDPOINT: "http://127.0.0.2:9", UKO_ALLOWED_HOSTS: "127.0.0.1,127.0.0.2" };
    const key = await stage.made();
    const other = key.by(await stage.another({ ...stage.environmentOf("bob"), ...environment }));
    expect((await other.refresh()).warnings).toEqual([expect.stringMatching(/ to 127\.0\.0\.2:9, which is not a doc/)]);
    expect((await other.refresh()).warnings).toEqual([]);
  });

  test("are refused in the plan already if the environment names another instance", async () => {
    const instance = stage.uko.test.emulator.instanceId;
    const other = "0e5f1c3a-7b1d-4c55-9d2e-00000000dead";
    const messagesFor = async (given: ObjectValue) =>
      textsOf((await stage.bob.provider.configureProvider({ config: settings(given) })).diagnostics);
    // Another setting may still be unknown.
    const conflicting: readonly ObjectValue[] = [{ instance_id: other }, { instance_id: other, region: UNKNOWN }];
    for (const given of conflicting) {
      const [message = "", ...more] = await messagesFor(given);
      expect(more).toEqual([]);
      expect(message).toMatch(
        `UKO_INSTANCE_ID names instance ${instance}, but instance_id in the configuration of the provider names ${other}`,
      );
      expect(message).toContain("[UKO_INSTANCE_MISMATCH]");
    }
    expect(await messagesFor({ instance_id: instance })).toEqual([]);
    expect(await messagesFor({ instance_id: UNKNOWN })).toEqual([]);
    expect(await messagesFor({})).toEqual([]);
  });

  test.each(["1.0.0+pulumi-terraform-bridge", "pulumi-terraform-bridge"])(
    "from Pulumi's Terraform bridge (%s) are refused, and its destroy deletes nothing",
    async (terraformVersion) => {
      const key = await stage.made();
      const resource = resourceNamed("uko_managed_key");
      const nothing = writeObject(null, resource);
      const bridge = await stage.another(stage.environmentOf("alice"));
      // The calls of a destroy through the bridge 3.120: pkg/pf/tfbridge, provider_configure.go and provider_delete.go.
      const configured = await bridge.provider.configureProvider({ terraformVersion, config: settings({}) });
      const priorState = writeObject(key.saved?.value ?? null, resource);
      const destroy = { typeName: "uko_managed_key", priorState, plannedState: nothing, config: nothing };
      const deleted = await bridge.provider.applyResourceChange(destroy);
      expect(textsOf(configured.diagnostics)).toEqual([
        [
          "This Terraform provider does not work in Pulumi, because Pulumi's bridge deletes without a plan",
          "The provider takes only steps that a plan has shown. So it refuses every call through the bridge, also a read, and nothing was changed.",
          "Next: use the Pulumi package instead: pulumi package add uko",
          "[UKO_INPUT_INVALID]",
        ].join("\n"),
      ]);
      expect(textsOf(deleted.diagnostics).join("\n")).toContain("[UKO_PLAN_OUTDATED]");
      expect(readObject(deleted.newState, resource)).toMatchObject({ lifecycle_state: "active" });
    },
  );

  test("cause a warning if the environment's credential is not the one of this provider block, and show neither", async () => {
    const warningsFor = async (given: ObjectValue) =>
      textsOf((await stage.bob.provider.configureProvider({ config: settings(given) })).diagnostics);
    const { UKO_API_KEY = "" } = stage.environmentOf("bob");
    expect(await warningsFor({ api_key: UKO_API_KEY })).toEqual([]);
    for (const given of [{ api_key: "key-of-payments" }, { token: "token-of-payments" }]) {
      const [warning = "", ...more] = await warningsFor(given);
      expect(more).toEqual([]);
      expect(warning).toMatch(
        /^UKO_API_KEY overrides (api_key|token) in the configuration of the provider\n.*unset UKO_API_KEY/s,
      );
      expect(warning).not.toMatch(/of-payments|-demo-key/);
    }
  });

  test("from a resource that does not exist yet allow a plan, and no step that needs the service", async () => {
    const host = await stage.another(stage.environmentOf("bob"));
    await host.provider.configureProvider({ config: settings({ region: UNKNOWN }) });
    const core = stage.core("uko_managed_key", host);
    expect((await core.plan(keyConfig())).errors).toEqual([]);
    expect((await core.apply(keyConfig())).errors[0]).toMatch(/^The provider is not configured yet/);
  });

  test("with a credential never show it", async () => {
    const { UKO_API_KEY = "", ...others } = stage.environmentOf("bob");
    const host = await stage.another({ ...others, TF_LOG: "trace" });
    await host.provider.configureProvider({ config: settings({ api_key: UKO_API_KEY }) });
    const core = stage.core("uko_managed_key", host);
    expect((await core.apply(keyConfig())).errors).toEqual([]);
    await core.refresh();
    expect(host.log()).toContain('"tf_rpc":"ApplyResourceChange","tf_resource_type":"uko_managed_key"');
    expect(host.log()).not.toContain(UKO_API_KEY);
  });
});

describe("the validation of a resource", () => {
  const validate = async (typeName: string, config: ObjectValue, writeOnlyAttributesAllowed = true) => {
    const resource = resourceNamed(typeName);
    const whole = { ...Object.fromEntries(resource.attributes.map(({ name }) => [name, null])), ...config };
    const { diagnostics } = await stage.bob.provider.validateResourceConfig({
      ...{ typeName, config: writeObject(whole, resource), clientCapabilities: { writeOnlyAttributesAllowed } },
    });
    return diagnostics;
  };

  test("reports all faults at once, each at its attribute or within it", async () => {
    const messages = await validate("uko_managed_key", {
      ...{ vault_id: "payments", template: "payroll", tags: { other: "ok", team: "!" }, activation_date: "tomorrow" },
      ...{ deletion_gate: "none" },
    });
    const places = messages.map(({ attribute }) => attribute?.steps.map(({ selector }) => selector.value).join("/"));
    expect(places.sort()).toEqual(["activation_date", "deletion_gate", "tags/team", "vault_id"]);
    expect(textsOf(messages).join("\n")).toContain("activation_date: must be a date such as 2027-01-31");
  });

  test("reports the parts of a connection by their flat names, and rules across attributes", async () => {
    const partial = await validate("uko_keystore", {
      ...{
        vault_id: vaultId,
        type: "aws_kms",
        name: "paris",
        aws_region: "eu_west_3",
        aws_access_key_id: "AKIAEXAMPLE",
      },
    });
    expect(textsOf(partial)).toEqual(["aws_secret_access_key: is required"]);
    const misfit = await validate("uko_keystore", {
      ...{ vault_id: vaultId, type: "aws_kms", name: "paris", azure_tenant: "7c1e" },
      ...{ azure_service_name: "vault", azure_resource_group: "keys", azure_subscription_id: "9d" },
      ...{ azure_service_principal_client_id: "1f", azure_service_principal_password: "secret" },
    });
    expect(textsOf(misfit)).toEqual([
      ...[
        ...["service_name", "resource_group", "service_principal_client_id", "service_principal_password"],
        ...["tenant", "subscription_id"],
      ].map((name) => `azure_${name}: does not apply to a keystore of type aws_kms`),
      ...["region", "access_key_id", "secret_access_key"].map(
        (name) => `aws_${name}: is required for a keystore of type aws_kms`,
      ),
    ]);
    const nameless = await validate("uko_keystore", { vault_id: vaultId, type: "internal" });
    expect(textsOf(nameless)).toEqual(["name: is required, except for a keystore of type azure_key_vault"]);
  });

  test("reports that the service sets an output", async () => {
    const messages = await validate("uko_managed_key", { ...keyConfig(), lifecycle_state: "active" } as ObjectValue);
    expect(textsOf(messages)).toEqual(["lifecycle_state: is read-only, because the service sets it\nRemove it."]);
  });

  test("accepts AWS's regions in the service's form alone", async () => {
    const aws = {
      ...{ vault_id: vaultId, type: "aws_kms", name: "paris" },
      aws_access_key_id: "A",
      aws_secret_access_key: "s",
    };
    const messages = await validate("uko_keystore", { ...aws, aws_region: "eu-central-1" });
    expect(textsOf(messages)).toEqual([expect.stringMatching(/^aws_region: .*eu_central_1/)]);
    expect(await validate("uko_keystore", { ...aws, aws_region: "eu_central_1" })).toEqual([]);
  });

  test("accepts unknown values", async () => {
    expect(await validate("uko_managed_key", { vault_id: UNKNOWN, template: "payroll", tags: UNKNOWN })).toEqual([]);
  });

  test("refuses a secret to a host that would keep it", async () => {
    const config = {
      ...{ vault_id: vaultId, type: "aws_kms", name: "paris", aws_region: "eu_west_3" },
      ...{ aws_access_key_id: "AKIAEXAMPLE", aws_secret_access_key: "hush-hush" },
    };
    expect(await validate("uko_keystore", config)).toEqual([]);
    const messages = await validate("uko_keystore", config, false);
    expect(textsOf(messages)[0]).toBe(
      "aws_access_key_id: is a secret that must not be stored in state, which requires OpenTofu 1.11 or Terraform 1.11",
    );
    expect(JSON.stringify(textsOf(messages))).not.toContain("hush-hush");
  });
});

describe("a state from a file", () => {
  const upgrade = (json: unknown, version = 0n, typeName = "uko_vault") =>
    stage.bob.provider.upgradeResourceState({ typeName, version, rawState: { json: bytes(json) } });

  test("is readable from every release: unknown attributes are dropped, new ones are null", async () => {
    const { upgradedState, diagnostics } = await upgrade({ name: "payments", vault_id: vaultId, former: { a: [1] } });
    expect(diagnostics).toEqual([]);
    expect(readObject(upgradedState, resourceNamed("uko_vault"))).toMatchObject({
      name: "payments",
      description: null,
    });
  });

  test("of a later release, or in an invalid form, is refused", async () => {
    expect(textsOf((await upgrade({}, 7n)).diagnostics)[0]).toMatch(/written by a later release.*version 7/s);
    expect(textsOf((await upgrade("")).diagnostics)[0]).toMatch(/has a form that no release writes/);
    expect(textsOf((await upgrade({ name: 7 })).diagnostics)[0]).toMatch(/name from Terraform is not a string/);
  });

  test("has an identity, which is read alike", async () => {
    const resource = resourceNamed("uko_vault");
    const { upgradedIdentity } = await stage.bob.provider.upgradeResourceIdentity({
      ...{ typeName: "uko_vault", version: 0n, rawIdentity: { json: bytes({ vault_id: vaultId, instance_id: "x" }) } },
    });
    expect(readIdentity(upgradedIdentity, resource)).toEqual({ vault_id: vaultId, instance_id: "x" });
    expect(identityTypeOf(resource)).toEqual(["object", { instance_id: "string", vault_id: "string" }]);
    const later = await stage.bob.provider.upgradeResourceIdentity({
      ...{ typeName: "uko_vault", version: 7n, rawIdentity: { json: bytes({ vault_id: vaultId, instance_id: "x" }) } },
    });
    expect(textsOf(later.diagnostics)[0]).toMatch(/^The identity .*written by a later release.*version 7/s);
    expect(later.upgradedIdentity).toBeUndefined();
  });
});
