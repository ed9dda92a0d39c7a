/** A resource that is added to the registry, which every interface then has without another line. */

import { create } from "@bufbuild/protobuf";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import { openHandlers } from "../../../provider/compose/engines.ts";
import type { ResourceDefinition } from "../../../provider/engine/resource/definition.ts";
import * as pulumiResources from "../../../provider/pulumi-plugin/resources.ts";
import { createSession as createPulumiSession } from "../../../provider/pulumi-plugin/session.ts";
import { writeProperties } from "../../../provider/pulumi-plugin/values.ts";
import { resources } from "../../../provider/resources/registry.ts";
import { terraformSchema } from "../../../provider/resources/schema/terraform.ts";
import { createSession as createTerraformSession } from "../../../provider/terraform-plugin/create-session.ts";
import { ValidateResourceConfig_RequestSchema } from "../../../provider/terraform-plugin/protocol/tfplugin6_pb.ts";
import { getProviderSchema } from "../../../provider/terraform-plugin/rpc/schema.ts";
import { validateResourceConfig } from "../../../provider/terraform-plugin/rpc/validate.ts";
import { encodeValue } from "../../../provider/terraform-plugin/values.ts";
import { referencePages } from "../../../sdk/make/docs/reference.ts";
import { registryPages } from "../../../sdk/make/docs/registry/pages.ts";
import { dynamicClasses } from "../../../sdk/make/generate-dynamic.ts";
import { pulumiSchema } from "../../../sdk/make/pulumi/schema.ts";

/** The file of the resource in sdk/make/docs/resources. */
const page = vi.hoisted(
  () => `# Toy

The ID of the examples: \`7077e000-0000-4000-8000-000000000001\`

## Destroy

Destroying a toy deletes it.

## A toy

\`\`\`terraform
resource "uko_toy" "toy" {}
\`\`\`

## Data source uko_toy

\`\`\`terraform
data "uko_toy" "toy" {}
\`\`\`

## Data source uko_toys

\`\`\`terraform
data "uko_toys" "all" {}
\`\`\`
`,
);

vi.mock("node:fs", async (load) => {
  const actual = await load<typeof import("node:fs")>();
  return {
    ...actual,
    readdirSync: (folder: URL) => {
      const names = actual.readdirSync(folder);
      return String(folder).endsWith("docs/resources/") ? [...names, "toy.md"] : names;
    },
    readFileSync: (file: URL, encoding: BufferEncoding) =>
      String(file).endsWith("toy.md") ? page : actual.readFileSync(file, encoding),
  };
});

vi.mock("../../../provider/resources/registry.ts", async (load) => {
  const actual = await load<typeof import("../../../provider/resources/registry.ts")>();
  const { defineResource } = await import("../../../provider/engine/resource/definition.ts");
  const inputs = z.strictObject({
    color: z
      .enum(["red", "blue"])
      .meta({ description: "Color of the toy.", immutable: true, type: { name: "ToyColor", description: "A color." } }),
  });
  const state = z.object({
    ...inputs.shape,
    toyId: z.string().meta({ description: "UUID of the toy.", changedBy: [] }),
  });
  const toy = defineResource({
    ...(actual.resources.vault as unknown as ResourceDefinition<object, object>),
    name: "Toy",
    noun: "toy",
    summary: "A toy.",
    functions: { get: "Reads a toy.", list: "Lists every toy." },
    idForm: "<toyId>",
    inputs,
    state,
    lookup: async (_world, id) => ({ id, state: { color: "red", toyId: id }, warnings: [] }),
  });
  const all = { ...actual.resources, toy };
  return { ...actual, resources: all, resourceNames: Object.keys(all) };
});

test("is in Pulumi's schema, with its functions", () => {
  const schema = pulumiSchema();
  expect(schema.resources["uko:index:Toy"]).toMatchObject({
    description: expect.stringMatching(/^A toy\./),
    requiredInputs: ["color"],
    properties: { toyId: { type: "string" } },
  });
  expect(Object.keys(schema.functions)).toEqual(expect.arrayContaining(["uko:index:getToy", "uko:index:listToys"]));
});

test("is in Terraform's schema, with its data sources and its identity", () => {
  const schema = terraformSchema();
  expect(schema.resource_schemas.uko_toy?.block.attributes).toMatchObject({ color: { required: true } });
  expect(schema.resource_identity_schemas.uko_toy?.attributes).toHaveProperty("toy_id");
  expect(Object.keys(schema.data_source_schemas)).toEqual(expect.arrayContaining(["uko_toy", "uko_toys"]));
});

test("is in the reference and on the registries' pages", () => {
  expect(referencePages().get("resources/toy.md")).toContain("# Toy\n");
  expect(registryPages().has("resources/toy.md")).toBe(true);
});

test("is what Pulumi's plugin checks", async () => {
  const request = new providerPb.CheckRequest();
  request.setUrn("urn:pulumi:dev::toys::uko:index:Toy::toy");
  request.setNews(writeProperties({ color: "green" }));
  const response = await pulumiResources.check(createPulumiSession({}), request);
  expect(response.getFailuresList().map((failure) => failure.getReason())).toEqual([expect.stringMatching(/^color/)]);
});

test("is what Terraform's plugin offers and validates", async () => {
  expect((await getProviderSchema()).resourceSchemas).toHaveProperty("uko_toy");
  const type = ["object", { color: "string", id: "string", toy_id: "string" }] as const;
  const config = { msgpack: encodeValue({ color: "green", id: null, toy_id: null }, type) };
  const session = createTerraformSession({ write: () => {} } as never, "tofu");
  const request = create(ValidateResourceConfig_RequestSchema, { typeName: "uko_toy", config });
  expect((await validateResourceConfig(session, request)).diagnostics).toHaveLength(1);
});

test("is a class of the npm package, with its functions", () => {
  const text = dynamicClasses();
  expect(text).toContain("export class Toy extends CustomResource {");
  expect(text).toContain("export function getToy(");
});

test("has handlers and functions for every interface", () => {
  const { resources: handlers, ask } = openHandlers(
    () => ({}),
    { progress: { report: () => {} } },
    { rerun: "pulumi up" },
  );
  expect(Object.keys(handlers)).toEqual(Object.keys(resources));
  expect(ask).toHaveProperty("getToy");
});
