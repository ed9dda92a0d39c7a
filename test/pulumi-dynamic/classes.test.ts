/** The classes as a program uses them: every input is an argument, every output is filled, and secrets stay secret. */

import { readFileSync } from "node:fs";
import { isSecret, type Output, runtime } from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import {
  Keystore,
  type KeystoreArgs,
  type KeystoreAwsArgs,
  type KeystoreAzureArgs,
  type KeystoreCcaArgs,
  type KeystoreGoogleArgs,
  type KeystoreIbmArgs,
  KeyTemplate,
  type KeyTemplateArgs,
  KmsKey,
  type KmsKeyArgs,
  ManagedKey,
  type ManagedKeyArgs,
  Vault,
  type VaultArgs,
} from "../../provider/pulumi-dynamic/index.ts";
import { keyTemplate } from "../../provider/resources/key-template/index.ts";
import type { KeyTemplateInputs } from "../../provider/resources/key-template/schema.ts";
import { keystore } from "../../provider/resources/keystore/index.ts";
import type { KeystoreInputs } from "../../provider/resources/keystore/schema.ts";
import { kmsKey } from "../../provider/resources/kms-key/index.ts";
import type { KmsKeyInputs } from "../../provider/resources/kms-key/schema.ts";
import { managedKey } from "../../provider/resources/managed-key/index.ts";
import type { ManagedKeyInputs } from "../../provider/resources/managed-key/schema.ts";
import { resources } from "../../provider/resources/registry.ts";
import { type VaultInputs, vault } from "../../provider/resources/vault.ts";
import { dynamicClasses } from "../../sdk/make/generate-dynamic.ts";
import { emulatorTypes } from "../../sdk/make/generate-emulator.ts";
import { dynamicClassesFile, emulatorTypesFile } from "../../sdk/make/schema-file.ts";

type Registered = { readonly type: string; readonly inputs: Readonly<Record<string, unknown>> };
let registered: Registered[] = [];

beforeAll(async () => {
  const mocks: runtime.Mocks = {
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, inputs });
      return { id: `${name}-id`, state: inputs };
    },
    call: () => ({}),
  };
  await runtime.setMocks(mocks, "pay", "prod", false, "acme");
});
beforeEach(() => {
  registered = [];
});

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const payload = "cGF5bG9hZC1wYXlsb2FkIQ==";
const template = {
  vaultId,
  name: "t",
  algorithm: "aes",
  size: "256",
  activationPeriod: "P0D",
  expirationPeriod: "P1Y",
  keystoreType: "aws_kms",
  group: "cards",
} as const;
const aws = { region: "eu_central_1", accessKeyId: "AKIA", secretAccessKey: "hidden" };

const classes = [
  ["ManagedKey", "managedKey", managedKey, () => new ManagedKey("k", { vaultId, template: "payroll" })],
  ["Vault", "vault", vault, () => new Vault("k", { name: "v" })],
  ["Keystore", "keystore", keystore, () => new Keystore("k", { vaultId, type: "aws_kms", name: "s", aws })],
  ["KeyTemplate", "keyTemplate", keyTemplate, () => new KeyTemplate("k", template)],
  ["KmsKey", "kmsKey", kmsKey, () => new KmsKey("k", { name: "key", payload })],
] as const;

const committed = readFileSync(dynamicClassesFile, "utf8");

test("provider/pulumi-dynamic/generated.ts matches the definitions; if not: npm run schema", () => {
  expect(committed).toBe(dynamicClasses());
});

test("provider/emulator/store/generated.ts matches the schemas of the emulator; if not: npm run schema", () => {
  expect(readFileSync(emulatorTypesFile, "utf8")).toBe(emulatorTypes());
});

test("the files that users import take types from no package but Pulumi", () => {
  for (const file of ["../../provider/pulumi-dynamic/generated.ts", "../../provider/emulator/store/options.ts"]) {
    const text = readFileSync(new URL(file, import.meta.url), "utf8");
    const imported = Array.from(text.matchAll(/^(?:import|\}) .*from "([^"]+)"/gm), ([, from = ""]) => from);
    expect(imported.length).toBeGreaterThan(0);
    const local = ["./questions.ts", "./registration.ts", "./generated.ts"];
    expect(imported.filter((each) => each !== "@pulumi/pulumi" && !local.includes(each))).toEqual([]);
  }
});

const urnOf = (made: { readonly urn: Output<string> }) => new Promise<string>((resolve) => made.urn.apply(resolve));

describe.each(classes)("%s", (name, provider, definition, make) => {
  test("is registered with the frozen type, provider and permanent name", async () => {
    const urn = await urnOf(make());
    const [{ type, inputs } = { type: "", inputs: {} }] = registered;
    expect(type).toBe(`pulumi-nodejs:dynamic/uko:${name}`);
    const text = `exports.handler=()=>require("pulumi-uko/dynamic-provider").${provider}`;
    expect(inputs.__provider).toBe(text);
    expect(inputs.__origin).toMatch(/^acme\/urn:pulumi:prod::pay::.*::k$/);
    expect(String(inputs.__origin).endsWith(urn)).toBe(true);
    // A literal: the text is in every state, and must not change with a function that computes it.
    expect(committed).toContain(`providerText: '${text}',`);
  });

  test("has a property for every output that is not an input", async () => {
    const made = make();
    await urnOf(made);
    const inputs = Object.keys((definition.inputs as unknown as z.ZodObject).shape);
    const outputs = Object.keys((definition.state as unknown as z.ZodObject).shape);
    const missing = outputs.filter((output) => !inputs.includes(output) && !(output in made));
    expect(missing).toEqual([]);
  });
});

test("the module that states name exports a provider for each resource, and nothing else", async () => {
  const providers = await import("../../provider/pulumi-dynamic/dynamic-provider.ts");
  expect(Object.keys(providers).toSorted()).toEqual(Object.keys(resources).toSorted());
});

test("every input of a resource is an argument of its class", () => {
  expectTypeOf<keyof ManagedKeyArgs>().toEqualTypeOf<keyof ManagedKeyInputs>();
  expectTypeOf<keyof VaultArgs>().toEqualTypeOf<keyof VaultInputs>();
  expectTypeOf<keyof KeystoreArgs>().toEqualTypeOf<keyof KeystoreInputs>();
  expectTypeOf<keyof KeystoreIbmArgs>().toEqualTypeOf<keyof NonNullable<KeystoreInputs["ibm"]>>();
  expectTypeOf<keyof KeystoreAwsArgs>().toEqualTypeOf<keyof NonNullable<KeystoreInputs["aws"]>>();
  expectTypeOf<keyof KeystoreAzureArgs>().toEqualTypeOf<keyof NonNullable<KeystoreInputs["azure"]>>();
  expectTypeOf<keyof KeystoreGoogleArgs>().toEqualTypeOf<keyof NonNullable<KeystoreInputs["google"]>>();
  expectTypeOf<keyof KeystoreCcaArgs>().toEqualTypeOf<keyof NonNullable<KeystoreInputs["cca"]>>();
  expectTypeOf<keyof KeyTemplateArgs>().toEqualTypeOf<keyof KeyTemplateInputs>();
  expectTypeOf<keyof KmsKeyArgs>().toEqualTypeOf<keyof KmsKeyInputs>();
});

describe("a program's secret", () => {
  const secretOf = async (made: object, name: string) => isSecret(Reflect.get(made, name) as Output<unknown>);

  test.each([
    ["ibm", { apiEndpoint: "a", iamEndpoint: "b", apiKey: "hidden", instanceId: "c" }, "hpcs"],
    ["aws", aws, "aws_kms"],
    ["google", { credentials: "hidden" }, "google_kms"],
  ] as const)(
    "stays secret in a keystore's block %s, even if the program passes plain text",
    async (block, value, type) => {
      const made = new Keystore("k", { vaultId, type, name: "s", [block]: value });
      expect(await secretOf(made, block)).toBe(true);
      expect(await secretOf(made, "vaultId")).toBe(false);
    },
  );

  test("stays secret in a KMS key's payload", async () => {
    const made = new KmsKey("k", { name: "key", payload });
    expect(await secretOf(made, "payload")).toBe(true);
    expect(await secretOf(made, "name")).toBe(false);
  });
});
