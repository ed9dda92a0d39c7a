/**
 * The Pulumi package schema, generated from the definitions: a program's inputs and results in any
 * language.
 */

import type * as z from "zod";
import { functions } from "../../../provider/resources/functions.ts";
import {
  argumentAttributes,
  inputAttributes,
  outputAttributes,
} from "../../../provider/resources/schema/attributes.ts";
import { environmentDefaults, providerAttributes } from "../../../provider/resources/schema/provider-attributes.ts";
import { described, describedNames, type FunctionName, type ResourceName, resultOf } from "../described.ts";
import { describeExamples, describeResource } from "../docs/documentation.ts";
import { functionPrograms } from "../docs/function-programs.ts";
import { languages } from "./languages.ts";
import type { FunctionSpec, PackageSpec, ResourceSpec } from "./package-spec.ts";
import { collectTypes, type NamedTypes } from "./types.ts";

type Properties = ReturnType<NamedTypes["properties"]>;

/** Returns the schema. The committed one has no version; the plugin and the SDKs add their own. */
export function pulumiSchema(version?: string): PackageSpec {
  const types = collectTypes();
  const inputs = new Map(describedNames.map((name) => [name, types.properties(inputAttributes(described[name]))]));
  const { properties: settings } = types.properties(providerAttributes);
  const inputProperties = withEnvironment(settings);
  return {
    name: "uko",
    displayName: "Unified Key Orchestrator",
    ...(version !== undefined && { version }),
    description:
      "Encryption keys of IBM Unified Key Orchestrator as infrastructure code. Deleting a key requires the approval of two people.",
    keywords: ["pulumi", "uko", "ibm-cloud", "hpcs", "key-management", "kind/native", "category/cloud"],
    homepage: "https://github.com/pulumi-uko/pulumi-uko",
    logoUrl: "https://raw.githubusercontent.com/pulumi-uko/pulumi-uko/main/sdk/logo.svg",
    license: "Apache-2.0",
    repository: "https://github.com/pulumi-uko/pulumi-uko",
    publisher: "pulumi-uko",
    pluginDownloadURL: "github://api.github.com/pulumi-uko/pulumi-uko",
    config: { variables: asTexts(inputProperties) },
    provider: {
      description:
        "Location of the service, and the caller. The environment of a run takes precedence over these settings.",
      properties: settings,
      inputProperties,
    },
    resources: Object.fromEntries(
      describedNames.map((name) => [`uko:index:${name}`, resourceSpec(name, inputs.get(name), types)]),
    ),
    functions: Object.fromEntries(
      (Object.keys(functions) as FunctionName[]).map((name) => [`uko:index:${name}`, functionSpec(name, types)]),
    ),
    types: types.all(),
    language: languages,
  };
}

function resourceSpec(name: ResourceName, inputs: Properties | undefined, types: NamedTypes): ResourceSpec {
  const definition = described[name];
  const list = functions[`list${name}s`];
  return {
    description: describeResource(name, definition.summary, definition.idForm),
    ...types.properties(outputAttributes(definition)),
    inputProperties: inputs?.properties ?? {},
    requiredInputs: inputs?.required ?? [],
    listInputs: types.properties(argumentAttributes(list)),
    // A stack that began with the dynamic provider keeps its keys.
    aliases: [{ type: `pulumi-nodejs:dynamic/uko:${name}` }],
  };
}

function functionSpec(name: FunctionName, types: NamedTypes): FunctionSpec {
  const { summary, args } = functions[name];
  const inputs = types.properties(argumentAttributes({ args: args as z.ZodType<object> }));
  return {
    description: `${summary}\n\n${describeExamples([{ title: "In a program", programs: functionPrograms(name) }])}`,
    ...(Object.keys(inputs.properties).length > 0 && { inputs }),
    outputs: types.properties(resultOf(name)),
  };
}

function withEnvironment(settings: Properties["properties"]): Properties["properties"] {
  return Object.fromEntries(
    Object.entries(settings).map(([name, property]) => {
      const variable = environmentDefaults[name];
      return [name, variable === undefined ? property : { ...property, defaultInfo: { environment: [variable] } }];
    }),
  );
}

/**
 * A variable of a stack's configuration is text; the Node SDK would parse an enum as JSON
 * (nodejs/gen.go, genConfig).
 */
function asTexts(variables: Properties["properties"]): Properties["properties"] {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { description, secret, defaultInfo }]) => [
      name,
      {
        type: "string",
        ...(description !== undefined && { description }),
        ...(defaultInfo !== undefined && { defaultInfo }),
        ...(secret !== undefined && { secret }),
      },
    ]),
  );
}
