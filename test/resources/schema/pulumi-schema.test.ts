/** The package's schema: what Pulumi accepts, what the definitions say, and what must never be in it. */

import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { functions } from "../../../provider/resources/functions.ts";
import { keystore } from "../../../provider/resources/keystore/index.ts";
import { kmsKey } from "../../../provider/resources/kms-key/index.ts";
import {
  type AttributeType,
  inputAttributes,
  outputAttributes,
} from "../../../provider/resources/schema/attributes.ts";
import { providerAttributes } from "../../../provider/resources/schema/provider-attributes.ts";
import { described, type ResourceName } from "../../../sdk/make/described.ts";
import { documentationOf } from "../../../sdk/make/docs/documentation.ts";
import type { EnumSpec, ObjectSpec, PropertySpec, ResourceSpec } from "../../../sdk/make/pulumi/package-spec.ts";
import { pulumiSchema } from "../../../sdk/make/pulumi/schema.ts";
import { schemaFile, schemaText } from "../../../sdk/make/schema-file.ts";

const schema = pulumiSchema();
const text = JSON.stringify(schema);
const resource = (name: string) => {
  const found = schema.resources[`uko:index:${name}`];
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found;
};
const objectType = (name: string) => schema.types[`uko:index:${name}`] as ObjectSpec;

test("sdk/schema.json matches the definitions; if not: npm run schema", () => {
  expect(readFileSync(schemaFile, "utf8")).toBe(schemaText());
});

test("the plugin's own response differs from the committed file in the version alone", () => {
  expect(pulumiSchema("1.2.3")).toEqual({ ...schema, version: "1.2.3" });
  expect("version" in schema).toBe(false);
});

test("the logo is a picture of this repository, named by its address on the main branch", () => {
  const raw = "https://raw.githubusercontent.com/pulumi-uko/pulumi-uko/main/";
  expect(schema.logoUrl.startsWith(raw)).toBe(true);
  const logo = readFileSync(new URL(`../../../${schema.logoUrl.slice(raw.length)}`, import.meta.url), "utf8");
  expect(logo).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
});

describe("Pulumi's meta-schema (pkg/codegen/schema/pulumi.json of v3.259.0, Apache-2.0)", () => {
  const metaschema = JSON.parse(readFileSync(new URL("pulumi-metaschema.json", import.meta.url), "utf8"));
  const isValid = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(metaschema);

  test("accepts the schema", () => {
    isValid(schema);
    expect(isValid.errors ?? []).toEqual([]);
  });

  test.each([
    ["a property of no type", { ...schema, config: { variables: { endpoint: { type: "text" } } } }],
    ["a part that it does not know", { ...schema, secrets: [] }],
    ["a token that is none", { ...schema, resources: { ManagedKey: resource("ManagedKey") } }],
  ])("refuses %s", (_what, faulty) => {
    expect(isValid(faulty)).toBe(false);
  });
});

describe("every resource", () => {
  test.each(Object.keys(described))("%s keeps the properties that a stack of the dynamic provider has", (name) => {
    expect(resource(name).aliases).toEqual([{ type: `pulumi-nodejs:dynamic/uko:${name}` }]);
  });

  test.each(Object.keys(described))("%s can be listed, and documents its import and its destroy", (name) => {
    const { description = "", listInputs } = resource(name);
    expect(listInputs).toBeDefined();
    expect(description).toContain("## What destroy does");
    expect(description).toContain(`pulumi import uko:index:${name} example `);
    for (const fence of ["typescript", "python", "go", "java", "yaml"])
      expect(description).toContain(`\`\`\`${fence}\n`);
  });

  test("the ID in the import example has the documented form", () => {
    for (const [name, definition] of Object.entries(described)) {
      const { exampleId } = documentationOf(name as ResourceName);
      const form = definition.idForm.replaceAll(/<[a-zA-Z]+>/g, "[0-9a-f-]{36}");
      expect(exampleId).toMatch(new RegExp(`^${form}$`));
    }
  });

  test("a list of a vault's contents can be narrowed to one vault", () => {
    expect(Object.keys(resource("ManagedKey").listInputs?.properties ?? {})).toEqual(["vaultId"]);
    expect(resource("KmsKey").listInputs?.properties).toEqual({});
  });
});

test("no property asks an engine to replace a key", () => {
  expect(text).not.toMatch(/replaceOnChanges|willReplaceOnChanges/);
});

describe("secrets", () => {
  test("are marked in every definition, and so is the block that holds them, on both sides", () => {
    for (const path of keystore.secrets ?? []) {
      const [block = "", name = ""] = path.split(".");
      expect(resource("Keystore").inputProperties[block]).toMatchObject({ secret: true });
      expect(resource("Keystore").properties[block]).toMatchObject({ secret: true });
      const type = `Keystore${block.slice(0, 1).toUpperCase()}${block.slice(1)}`;
      expect(objectType(type).properties[name]).toMatchObject({ secret: true });
    }
    for (const name of kmsKey.secrets ?? []) {
      expect(resource("KmsKey").inputProperties[name]).toMatchObject({ secret: true });
      expect(resource("KmsKey").properties[name]).toMatchObject({ secret: true });
    }
  });

  test("do not mark a block without a secret", () => {
    expect(resource("Keystore").inputProperties.cca).not.toHaveProperty("secret");
  });
});

describe("the provider's settings", () => {
  const withDefault = (settings: Readonly<Record<string, PropertySpec>>) =>
    Object.entries(settings).flatMap(([name, { defaultInfo }]) =>
      defaultInfo === undefined ? [] : [[name, ...defaultInfo.environment]],
    );

  test("come from the environment and are stored only if they are the same for everyone", () => {
    const shared = [
      ["instanceId", "UKO_INSTANCE_ID"],
      ["region", "UKO_REGION"],
    ];
    expect(withDefault(schema.provider.inputProperties)).toEqual(shared);
    expect(withDefault(schema.config.variables)).toEqual(shared);
  });

  test("have secret credentials, as configuration, input and output", () => {
    for (const settings of [schema.provider.inputProperties, schema.provider.properties, schema.config.variables]) {
      const secret = Object.entries(settings).filter(([, property]) => property.secret === true);
      expect(secret.map(([name]) => name)).toEqual(["apiKey", "token"]);
    }
  });

  test("are a text each in the configuration of a stack, which no SDK reads as JSON", () => {
    const types = Object.values(schema.config.variables).map((each) => "type" in each && each.type);
    expect(new Set(types)).toEqual(new Set(["string"]));
  });
});

test("each function has a description with the words of its resource", () => {
  expect(Object.keys(schema.functions)).toEqual(Object.keys(functions).map((name) => `uko:index:${name}`));
  const { properties, required } = resource("Vault");
  expect(schema.functions["uko:index:getVault"]?.outputs).toEqual({ properties, required });
  expect(schema.functions["uko:index:listVaults"]?.outputs.properties.vaults).toMatchObject({
    type: "array",
    items: { $ref: "#/types/uko:index:VaultEntry" },
  });
  expect(objectType("VaultEntry")).toMatchObject({ properties, required });
});

test("the description of a result matches what its function returns", () => {
  for (const [name, { result }] of Object.entries(functions)) {
    const documented = Object.keys(schema.functions[`uko:index:${name}`]?.outputs.properties ?? {});
    expect([name, documented.toSorted()]).toEqual([
      name,
      Object.keys((result as unknown as { shape: object }).shape).toSorted(),
    ]);
  }
});

describe("names", () => {
  test("refer to existing types, and every type is referred to", () => {
    const referred = [...text.matchAll(/"\$ref":"#\/types\/([^"]+)"/g)].map(([, token]) => token);
    expect(new Set(referred)).toEqual(new Set(Object.keys(schema.types)));
  });

  test("include a meaning for each value of an enum, and for no other", () => {
    const enums: Extract<AttributeType, { kind: "enum" }>[] = [];
    const visit = (type: AttributeType): void => {
      if (type.kind === "enum") enums.push(type);
      if (type.kind === "list" || type.kind === "map") visit(type.element);
      if (type.kind === "object") for (const each of type.attributes) visit(each.type);
    };
    const all = Object.values(described).flatMap((each) => [...inputAttributes(each), ...outputAttributes(each)]);
    for (const { type } of [...all, ...providerAttributes]) visit(type);
    expect(enums.length).toBeGreaterThan(20);
    for (const { values, named } of enums) {
      expect(named?.description).toMatch(/\.$/);
      if (named?.values !== undefined) expect(Object.keys(named.values).toSorted()).toEqual(values.toSorted());
    }
    expect((schema.types["uko:index:EncryptionAlgorithm"] as EnumSpec).enum.map(({ name }) => name)).toEqual([
      "RsaesOaepSha256",
      "RsaesOaepSha1",
    ]);
  });
});

test("an output is an enum only if uko chooses its words, since SDKs refuse or lose a word that they do not know", () => {
  const { properties } = schema.resources["uko:index:ManagedKey"] as ResourceSpec;
  const outputs = { ...properties, ...(schema.types["uko:index:ManagedKeyKeystore"] as ObjectSpec).properties };
  const typeOf = (name: string) => {
    const { type, $ref } = outputs[name] as { readonly type?: string; readonly $ref?: string };
    return $ref?.replace("#/types/uko:index:", "") ?? type;
  };
  const names = ["lifecycleState", "deletionAwaits", "dualMarker", "alignment", "status", "syncFlag"];
  expect(names.map(typeOf)).toEqual([
    "LifecycleState",
    "DeletionAwaits",
    "DualMarker",
    "Alignment",
    "KeystoreStatus",
    "KeystoreSyncFlag",
  ]);
  // The service may report words of a later release here.
  expect(["keyState", "algorithm", "type"].map(typeOf)).toEqual(["string", "string", "string"]);
});

test("every description is a sentence", () => {
  const missing: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const isProperties = /\.(properties|inputProperties|variables|types|functions|resources)$/.test(path);
    for (const [name, inner] of Object.entries(value)) {
      if (isProperties && !/[.)]$/.test(String(inner.description).trim().split("\n")[0] ?? ""))
        missing.push(`${path}.${name}`);
      visit(inner, `${path}.${name}`);
    }
  };
  visit(schema, "");
  expect(missing).toEqual([]);
});
