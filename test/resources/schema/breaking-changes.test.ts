/** What today's schema may not remove from programs of earlier releases. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { breakingChanges, type Schema } from "../../../sdk/make/breaking-changes.ts";
import type { PropertySpec } from "../../../sdk/make/pulumi/package-spec.ts";
import { pulumiSchema } from "../../../sdk/make/pulumi/schema.ts";
import { releasedFolder, releasedSchemas } from "../../../sdk/make/released-schemas.ts";
import { packageVersion } from "../../../sdk/make/schema-file.ts";

const text: PropertySpec = { type: "string" };

function aSchema(change: Partial<Schema> = {}): Schema {
  return {
    config: { variables: { region: text } },
    provider: { properties: {}, inputProperties: { region: text, apiKey: { type: "string", secret: true } } },
    resources: {
      Key: {
        properties: { label: text, id: text, payload: { type: "string", secret: true } },
        required: ["id"],
        inputProperties: { label: text, gate: { $ref: "#/types/Gate", default: "both" } },
        requiredInputs: ["label"],
        listInputs: { properties: {} },
        aliases: [{ type: "old:Key" }],
      },
    },
    types: {
      Gate: {
        type: "string",
        description: "Gate.",
        enum: [
          { name: "Both", value: "both" },
          { name: "One", value: "one" },
        ],
      },
      Cloud: {
        type: "object",
        properties: { region: text, password: { type: "string", secret: true } },
        required: ["region"],
      },
    },
    functions: {
      getKey: {
        description: "A key.",
        inputs: { properties: { id: text }, required: ["id"] },
        outputs: { properties: { label: text }, required: ["label"] },
      },
    },
    ...change,
  };
}

function aKey(change: Partial<Schema["resources"][string]>): Partial<Schema> {
  const { Key } = aSchema().resources;
  return { resources: { Key: { ...Key, ...change } as Schema["resources"][string] } };
}

function breaks(change: Partial<Schema>): readonly string[] {
  return breakingChanges(aSchema(), aSchema(change));
}

describe("allows a schema that only grows", () => {
  test.each<[string, Partial<Schema>]>([
    ["the same", {}],
    ["a further resource", { resources: { ...aSchema().resources, Vault: { properties: {}, inputProperties: {} } } }],
    [
      "a further input that may be left out",
      aKey({ inputProperties: { ...aSchema().resources.Key?.inputProperties, tags: text } }),
    ],
    ["an input that may be left out by now", aKey({ requiredInputs: [] })],
    ["an output that is always there by now", aKey({ required: ["id", "label"] })],
    ["a further alias", aKey({ aliases: [{ type: "older:Key" }, { type: "old:Key" }] })],
    [
      "a secret more",
      aKey({ properties: { ...aSchema().resources.Key?.properties, label: { type: "string", secret: true } } }),
    ],
    [
      "a further value",
      {
        types: {
          ...aSchema().types,
          Gate: {
            type: "string",
            description: "Gate.",
            enum: [
              { name: "Both", value: "both" },
              { name: "One", value: "one" },
              { name: "None", value: "none" },
            ],
          },
        },
      },
    ],
  ])("%s", (_what, change) => {
    expect(breaks(change)).toEqual([]);
  });
});

describe("reports the removal of what programs rely on", () => {
  test.each<[string, Partial<Schema>, string]>([
    ["a resource", { resources: {} }, "the resource Key is gone"],
    ["a function", { functions: {} }, "the function getKey is gone"],
    ["a type", { types: { Cloud: aSchema().types.Cloud as never } }, "the type Gate is gone"],
    ["a setting", { config: { variables: {} } }, "config.region: is gone"],
    ["an input", aKey({ inputProperties: { label: text } }), "Key.gate: is gone"],
    ["an output", aKey({ properties: { label: text, id: text } }), "Key.payload: is gone"],
    [
      "an alias",
      aKey({ aliases: [] }),
      "Key: stacks with the type old:Key would lose their resources, since the alias is gone",
    ],
    [
      "a value",
      {
        types: {
          ...aSchema().types,
          Gate: { type: "string", description: "Gate.", enum: [{ name: "Both", value: "both" }] },
        },
      },
      "Gate: the value one (One) is gone",
    ],
    [
      "the name of a value",
      {
        types: {
          ...aSchema().types,
          Gate: {
            type: "string",
            description: "Gate.",
            enum: [
              { name: "Both", value: "both" },
              { name: "Single", value: "one" },
            ],
          },
        },
      },
      "Gate: the value one (One) is gone",
    ],
    [
      "an enum that becomes an object",
      { types: { ...aSchema().types, Gate: { type: "object", properties: {} } } },
      "Gate: is of another kind",
    ],
    [
      "a type of a property",
      aKey({ properties: { ...aSchema().resources.Key?.properties, id: { type: "array", items: text } } }),
      "Key.id: was string, is a list of string",
    ],
    [
      "an input that has to be given",
      aKey({ requiredInputs: ["label", "gate"] }),
      "Key.gate: has to be given from now on",
    ],
    ["an output that may be absent", aKey({ required: [] }), "Key.id: may be absent from now on"],
    [
      "a default",
      aKey({ inputProperties: { label: text, gate: { $ref: "#/types/Gate", default: "one" } } }),
      "Key.gate: what leaving it out means was both, is one",
    ],
    [
      "a secret",
      aKey({ properties: { ...aSchema().resources.Key?.properties, payload: text } }),
      "Key.payload: is no secret any more",
    ],
    [
      "a secret inside a type",
      {
        types: {
          ...aSchema().types,
          Cloud: { type: "object", properties: { region: text, password: text }, required: ["region"] },
        },
      },
      "Cloud.password: is no secret any more",
    ],
    [
      "a property of a type that may be absent",
      { types: { ...aSchema().types, Cloud: { ...aSchema().types.Cloud, required: [] } as never } },
      "Cloud.region: may be absent from now on",
    ],
    [
      "an argument that has to be given",
      {
        functions: {
          getKey: {
            description: "",
            inputs: { properties: { id: text, at: text }, required: ["id", "at"] },
            outputs: { properties: { label: text }, required: ["label"] },
          },
        },
      },
      "getKey.at: has to be given from now on",
    ],
  ])("%s", (_what, change, finding) => {
    expect(breaks(change)).toEqual([finding]);
  });

  test("including a resource that can no longer be listed", () => {
    const { listInputs: _listInputs, ...unlisted } = aSchema().resources.Key as Schema["resources"][string];
    expect(breaks({ resources: { Key: unlisted } })).toEqual(["Key: can be listed no longer"]);
  });
});

/** `## [1.2.0] - 2027-03-01`; a version without a date is not released yet. */
const releases = [
  ...readFileSync(new URL("../../../CHANGELOG.md", import.meta.url), "utf8").matchAll(/^## \[([0-9.]+)\] - [0-9]/gm),
].map(([, version]) => `schema-${version}.json`);

test("has a schema for each release of the changelog, and no other", () => {
  const kept = readdirSync(releasedFolder).filter((file) => file !== "README.md");
  expect(kept.toSorted()).toEqual(releases.toSorted());
});

test(`today's schema breaks no release of its major version (releases so far: ${releases.length})`, () => {
  for (const { version, schema } of releasedSchemas(packageVersion())) {
    expect([version, breakingChanges(schema, pulumiSchema())]).toEqual([version, []]);
  }
});

test("compares releases of the same major version alone", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "uko-released-"));
  try {
    for (const version of ["0.9.0", "1.0.0", "1.10.0"]) {
      writeFileSync(path.join(folder, `schema-${version}.json`), JSON.stringify(aSchema()));
    }
    const found = releasedSchemas("1.11.0", pathToFileURL(`${folder}/`));
    expect(found.map(({ version }) => version)).toEqual(["1.0.0", "1.10.0"]);
    expect(found[0]?.schema).toEqual(aSchema());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a vault that vanishes from the schema is found", () => {
  const today = pulumiSchema();
  const { "uko:index:Vault": _gone, ...resources } = today.resources;
  expect(breakingChanges(today, { ...today, resources })).toEqual(["the resource uko:index:Vault is gone"]);
});
