/**
 * A scenario's resources as a configuration, in HCL or as the values that an engine makes of it: flat attributes in snake_case, as
 * the provider's schema has them.
 */

import { UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { type TerraformAttribute, terraformResources } from "../../../provider/resources/schema/terraform.ts";
import { snake } from "../../../provider/resources/schema/terraform-leaves.ts";
import type { Resource, ResourceKind, Resources } from "./user-interface.ts";

export function terraformTypeOf(kind: ResourceKind): string {
  return `uko_${snake(kind.slice(0, 1).toLowerCase() + kind.slice(1))}`;
}

export function hclProgram(resources: Resources): string {
  const variables = new Set(
    Array.from(JSON.stringify(resources).matchAll(/"\$env\.(\w+)"/g), ([, variable]) => variable ?? ""),
  );
  const declared = [...variables].map((name) => `variable "${name}" {\n  type      = string\n  sensitive = true\n}\n`);
  return [...declared, ...Object.entries(resources).map((entry) => blockOf(entry, resources))].join("\n");
}

function blockOf([name, { type, args, dependsOn }]: readonly [string, Resource], all: Resources): string {
  const typeName = terraformTypeOf(type);
  const attributes = terraformResources.get(typeName)?.attributes ?? [];
  const lines = attributes.flatMap((attribute) => {
    const value = argumentOf(args, attribute);
    return value === undefined ? [] : [`  ${attribute.name} = ${hclOf(value, all)}`];
  });
  const after = dependsOn === undefined ? [] : [`  depends_on = [${placeOf(dependsOn, all)}]`];
  return `resource "${typeName}" "${name}" {\n${[...lines, ...after].join("\n")}\n}\n`;
}

/** What a program refers to: outputs of other resources, if they have a value or a planned one, and variables of the person. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  valuesIn(name: string): Readonly<Record<string, unknown>> | undefined;
}

/** The attributes as an engine has them once it has read the configuration. */
export function configOf({ type, args }: Resource, surroundings: Surroundings): Readonly<Record<string, unknown>> {
  const attributes = terraformResources.get(terraformTypeOf(type))?.attributes ?? [];
  const configured = attributes.flatMap((attribute): [string, unknown][] => {
    const value = argumentOf(args, attribute);
    return value === undefined ? [] : [[attribute.name, configuredValue(value, surroundings)]];
  });
  return Object.fromEntries(configured);
}

function configuredValue(value: unknown, surroundings: Surroundings): unknown {
  if (typeof value === "string") {
    const [, variable] = /^\$env\.(\w+)$/.exec(value) ?? [];
    if (variable !== undefined) return surroundings.env[variable] ?? "";
    const [, name, output] = /^\$(\w+)\.(\w+)$/.exec(value) ?? [];
    if (name === undefined || output === undefined) return value;
    const values = surroundings.valuesIn(name);
    return values === undefined ? UNKNOWN : (values[snake(output)] ?? null);
  }
  if (Array.isArray(value)) return value.map((each) => configuredValue(each, surroundings));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, configuredValue(each, surroundings)]));
}

function argumentOf(args: unknown, { path }: TerraformAttribute): unknown {
  if (path.length === 0) return undefined;
  return path.reduce((value, part) => (value as Readonly<Record<string, unknown>> | undefined)?.[part], args);
}

function placeOf(name: string, all: Resources): string {
  const found = all[name];
  if (found === undefined) throw new Error(`The program has no resource ${name}.`);
  return `${terraformTypeOf(found.type)}.${name}`;
}

function hclOf(value: unknown, all: Resources): string {
  if (typeof value === "string") {
    const [, variable] = /^\$env\.(\w+)$/.exec(value) ?? [];
    if (variable !== undefined) return `var.${variable}`;
    const [, name, output] = /^\$(\w+)\.(\w+)$/.exec(value) ?? [];
    if (name !== undefined && output !== undefined) return `${placeOf(name, all)}.${snake(output)}`;
    return JSON.stringify(value).replaceAll(/[$%]\{/g, (opening) => `${opening[0]}${opening}`);
  }
  if (Array.isArray(value)) return `[${value.map((each) => hclOf(each, all)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)} = ${hclOf(each, all)}`);
    return `{ ${members.join(", ")} }`;
  }
  return JSON.stringify(value);
}
