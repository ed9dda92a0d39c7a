/**
 * The provider's schema: what the engines require of it (OpenTofu, configschema/internal_validate.go), and
 * what must never be in it.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  terraformDataSources,
  terraformProvider,
  terraformResources,
  terraformSchema,
} from "../../../provider/resources/schema/terraform.ts";
import { terraformSchemaFile, terraformSchemaText } from "../../../sdk/make/schema-file.ts";

const resources = [...terraformResources.values()];
const dataSources = [...terraformDataSources.values()];
/** Without the block `timeouts`, which is not an attribute (rpc/timeouts.test.ts). */
const blocks = [...resources, ...dataSources, terraformProvider].map((block) => ({
  ...block,
  attributes: block.attributes.filter(({ role }) => role !== "timeouts"),
}));
const attribute = (typeName: string, name: string) => {
  const found = terraformResources.get(typeName)?.attributes.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no ${typeName}.${name}`);
  return found;
};

test("sdk/terraform-schema.json matches the definitions; if not: npm run schema", () => {
  expect(readFileSync(terraformSchemaFile, "utf8")).toBe(terraformSchemaText());
});

test("every attribute has a name, a description, and a behavior that the engines accept", () => {
  for (const { typeName, attributes } of blocks) {
    for (const { name, schema } of attributes) {
      const where = `${typeName}.${name}`;
      expect(name, where).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(schema.description, where).toMatch(/\.$/);
      expect(schema.required ?? schema.optional ?? schema.computed, where).toBe(true);
      if (schema.required === true) expect([schema.optional, schema.computed], where).toEqual([undefined, undefined]);
      if (schema.write_only === true) expect(schema.computed, where).toBeUndefined();
    }
  }
});

test("no name is one that the engines reserve", () => {
  const reserved = ["count", "for_each", "depends_on", "lifecycle", "provider", "provisioner", "connection"];
  const names = blocks.flatMap(({ attributes }) => attributes.map(({ name }) => name));
  expect(names.filter((name) => reserved.includes(name))).toEqual([]);
  expect(terraformProvider.attributes.filter(({ name }) => name === "version" || name === "alias")).toEqual([]);
});

test("no user input is nested, and descriptions name attributes as they are spelled here", () => {
  const isFlat = (type: unknown): boolean =>
    typeof type === "string" || (Array.isArray(type) && typeof type[1] === "string");
  for (const { typeName, attributes } of blocks) {
    const nested = attributes.filter(({ schema }) => schema.computed !== true || schema.optional === true);
    expect(
      nested.filter(({ schema }) => !isFlat(schema.type)).map(({ name }) => name),
      typeName,
    ).toEqual([]);
    expect(
      attributes.filter(({ schema }) => /\b[a-z]+[A-Z]\w*\b/.test(schema.description)).map(({ name }) => name),
    ).toEqual([]);
  }
});

test("each member of a list of objects has a description", () => {
  const lists = blocks.flatMap(({ attributes }) => attributes.flatMap(({ schema }) => schema.nested_type ?? []));
  expect(lists.length).toBeGreaterThan(8);
  const members = lists.flatMap(({ attributes }) => Object.values(attributes));
  for (const { description, computed } of members)
    expect({ description, computed }).toEqual({ description: expect.stringMatching(/\.$/), computed: true });
});

describe("a secret", () => {
  const secrets = resources.flatMap(({ typeName, attributes }) =>
    attributes.filter(({ isSecret, role }) => isSecret && role !== "digests").map((each) => ({ typeName, ...each })),
  );

  test("is write-only", () => {
    expect(secrets.map(({ typeName, name }) => `${typeName}.${name}`)).toEqual([
      "uko_keystore.aws_access_key_id",
      "uko_keystore.aws_secret_access_key",
      "uko_keystore.azure_service_principal_password",
      "uko_keystore.google_credentials",
      "uko_keystore.ibm_api_key",
      "uko_kms_key.payload",
    ]);
    for (const { schema } of secrets)
      expect(schema).toMatchObject({ write_only: true, sensitive: true, optional: true });
  });

  test("is absent from data sources, even within a list", () => {
    const text = JSON.stringify(dataSources.map(({ block }) => block));
    for (const { name } of secrets) expect(text).not.toContain(`"${name}"`);
  });

  test("has a digest in state, which is sensitive as well", () => {
    expect(attribute("uko_keystore", "secret_digests").schema).toMatchObject({ computed: true, sensitive: true });
    expect(terraformResources.get("uko_vault")?.attributes.map(({ name }) => name)).not.toContain("secret_digests");
  });
});

test("an attribute of the configuration alone is not computed; one with a default or from the service is", () => {
  expect(attribute("uko_managed_key", "state").schema).toMatchObject({ optional: true });
  expect(attribute("uko_managed_key", "state").schema.computed).toBeUndefined();
  expect(attribute("uko_managed_key", "deletion_protection").schema).toMatchObject({ optional: true, computed: true });
  expect(attribute("uko_managed_key", "deletion_protection").schema.description).toMatch(/Default `false`\.$/);
  expect(attribute("uko_managed_key", "description").schema).toMatchObject({ optional: true, computed: true });
  expect(attribute("uko_managed_key", "lifecycle_state").schema).toMatchObject({ computed: true });
  expect(attribute("uko_managed_key", "lifecycle_state").schema.optional).toBeUndefined();
  expect(attribute("uko_keystore", "aws_region")).toMatchObject({ path: ["aws", "region"], role: "service" });
});

test("an identity is the instance and the parts of the ID", () => {
  const { resource_identity_schemas: identities } = terraformSchema();
  expect(
    Object.fromEntries(Object.entries(identities).map(([name, { attributes }]) => [name, Object.keys(attributes)])),
  ).toEqual({
    uko_key_template: ["instance_id", "vault_id", "template_id"],
    uko_keystore: ["instance_id", "vault_id", "keystore_id"],
    uko_kms_key: ["instance_id", "key_id"],
    uko_managed_key: ["instance_id", "vault_id", "key_id"],
    uko_vault: ["instance_id", "vault_id"],
  });
  for (const { identity, attributes } of resources) {
    const names = attributes.map(({ name }) => name);
    expect(Object.keys(identity.attributes).filter((name) => !names.includes(name))).toEqual([]);
  }
});

test("every function that programs can call is a data source", () => {
  expect([...terraformDataSources.keys()]).toEqual([
    "uko_deletion_plan",
    "uko_key_template",
    "uko_key_templates",
    "uko_keystore",
    "uko_keystores",
    "uko_kms_key",
    "uko_kms_keys",
    "uko_managed_key",
    "uko_managed_keys",
    "uko_pending_deletions",
    "uko_vault",
    "uko_vaults",
  ]);
});

test("lists whose order has no meaning are sets, also in what a data source returns", () => {
  const schema = terraformSchema();
  const sets = Object.entries({ ...schema.resource_schemas, ...schema.data_source_schemas }).flatMap(
    ([name, { block }]) =>
      Object.entries(block.attributes).flatMap(([attribute, { type }]) =>
        type?.[0] === "set" ? [`${name}.${attribute}`] : [],
      ),
  );
  expect(new Set(sets)).toEqual(new Set(["uko_keystore.groups", "uko_kms_key.aliases", "uko_kms_key.tags"]));
  const listed = schema.data_source_schemas.uko_kms_keys?.block.attributes.kms_keys?.nested_type?.attributes;
  expect(listed?.tags?.type).toEqual(["set", "string"]);
});
