/** The mapping for `pulumi convert --from terraform` agrees with the schemas of both sides. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { terraformSchema } from "../../../provider/resources/schema/terraform.ts";
import { pulumiSchema } from "../../../sdk/make/pulumi/schema.ts";
import { terraformMapping } from "../../../sdk/make/pulumi/terraform-mapping.ts";
import { terraformMappingFile, terraformMappingText } from "../../../sdk/make/schema-file.ts";

const pulumi = pulumiSchema();
const terraform = terraformSchema();
const mapping = terraformMapping();

test("sdk/terraform-mapping.json matches the definitions; if not: npm run schema", () => {
  expect(readFileSync(terraformMappingFile, "utf8")).toBe(terraformMappingText());
});

test("every resource, data source and setting of the Terraform provider is mapped, and no other", () => {
  expect(Object.keys(mapping.resources)).toEqual(Object.keys(terraform.resource_schemas));
  expect(Object.keys(mapping.dataSources)).toEqual(Object.keys(terraform.data_source_schemas));
  expect(Object.keys(mapping.config)).toEqual(Object.keys(terraform.provider.block.attributes));
  expect(Object.keys(mapping.provider.resources)).toEqual(Object.keys(mapping.resources));
  expect(Object.keys(mapping.provider.dataSources)).toEqual(Object.keys(mapping.dataSources));
});

test("every setting has the name that the package's configuration has", () => {
  const names = Object.values(mapping.config).map(({ name }) => name);
  expect(names.toSorted()).toEqual(Object.keys(pulumi.config.variables).toSorted());
});

/** What Pulumi has in an object, so that the form of the mapping cannot express it. */
const inObjects = /^(?:aws|azure|cca|google|ibm)_/;
const withoutProperty = /^(?:id|secret_digests)$/;

describe.each(Object.entries(mapping.resources))("%s", (type, { tok, fields }) => {
  const resource = pulumi.resources[tok];
  const shim = mapping.provider.resources[type] ?? {};

  test("has a property of the package for every flat attribute, with the same need", () => {
    for (const [attribute, { name }] of Object.entries(fields)) {
      expect(Object.keys({ ...resource?.properties, ...resource?.inputProperties }), attribute).toContain(name);
      expect(shim[attribute]?.required === true, attribute).toBe(resource?.requiredInputs?.includes(name) === true);
    }
    const left = Object.keys(terraform.resource_schemas[type]?.block.attributes ?? {}).filter(
      (attribute) => fields[attribute] === undefined && !withoutProperty.test(attribute),
    );
    expect(left.filter((attribute) => !inObjects.test(attribute))).toEqual([]);
  });
});

test.each(Object.entries(mapping.dataSources))("%s has the arguments and results of its function", (_type, mapped) => {
  const asked = pulumi.functions[mapped.tok];
  const known = Object.keys({ ...asked?.inputs?.properties, ...asked?.outputs.properties });
  for (const { name } of Object.values(mapped.fields)) expect(known).toContain(name);
});
