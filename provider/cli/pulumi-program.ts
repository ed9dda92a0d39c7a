/**
 * Writes Pulumi programs that adopt existing objects by their IDs, and `import.json` for people who keep a program of
 * their own. They contain no secret, because the service returns none.
 */

import type { InventoryItem, SecretBlock } from "../engine/commands/inventory.ts";
import { keystoresOf, type ProgramFile, referenceFrom, unique } from "./named-resources.ts";

interface Named {
  readonly item: InventoryItem;
  readonly variable: string;
  readonly logicalName: string;
}

/** Returns the files of the program; `version` is the release that the program is written for. */
export function writeProgram(items: readonly InventoryItem[], version: string): readonly ProgramFile[] {
  const named = nameEach(items);
  return [
    { name: "Pulumi.yaml", text: projectFile(named) },
    { name: "package.json", text: packageFile(version) },
    { name: "index.ts", text: program(named) },
    { name: "import.json", text: importFile(named) },
  ];
}

function program(named: readonly Named[]): string {
  const classes = [...new Set(named.map(({ item }) => item.resource))].toSorted();
  const used = new Set(named.flatMap(({ item }) => variablesUsedBy(item, named)));
  return [
    "/** Adopts existing resources: the first `pulumi up` changes nothing, except that it marks each key without a marker as requiring two people. */",
    "",
    `import { ${classes.join(", ")} } from "@uko/pulumi";`,
    ...named.flatMap((each) => ["", ...resource(each, named, used.has(each.variable))]),
    "",
  ].join("\n");
}

/**
 * The lines of a resource. It is not exported, because Pulumi prints exports, and it has a variable only if another
 * resource refers to it.
 */
function resource({ item, variable, logicalName }: Named, named: readonly Named[], isUsed: boolean): readonly string[] {
  const lines = Object.entries(item.inputs).map(
    ([property, value]) =>
      `  ${keyText(property)}: ${reference(item, property, value, named) ?? literal(value, "  ")},`,
  );
  const dependsOn = keystoresOf(item, named).map((keystore) => keystore.variable);
  const options = dependsOn.length === 0 ? "" : `, { dependsOn: [${dependsOn.join(", ")}] }`;
  return [
    ...item.secretBlocks.flatMap((block) => secretHint(block, variable)),
    `${isUsed ? `const ${variable} = ` : ""}new ${item.resource}(${JSON.stringify(logicalName)}, {`,
    ...lines,
    `}${options});`,
  ];
}

function variablesUsedBy(item: InventoryItem, named: readonly Named[]): readonly string[] {
  const inInputs = Object.entries(item.inputs).flatMap(([property, value]) => {
    const { to } = referenceFrom(item, property, value, named) ?? {};
    return to === undefined ? [] : [to];
  });
  return [...inInputs, ...keystoresOf(item, named)].map(({ variable }) => variable);
}

function reference(item: InventoryItem, property: string, value: unknown, named: readonly Named[]): string | undefined {
  const found = referenceFrom(item, property, value, named);
  return found === undefined ? undefined : `${found.to.variable}.${found.output}`;
}

/**
 * The comment in place of a secret block, because the service never returns a secret. An adoption without the block keeps
 * the connection.
 */
function secretHint({ name, known, secrets }: SecretBlock, variable: string): readonly string[] {
  const fields = [
    ...Object.entries(known).map(([field, value]) => `${field}: ${literal(value, "")}`),
    ...secrets.map((field) => `${field}: config.requireSecret(${JSON.stringify(`${variable}.${field}`)})`),
  ];
  return [
    `// The connection stays unchanged. To change its secrets, set them with pulumi config set --secret, and add`,
    `// (with const config = new Config() of @pulumi/pulumi):`,
    `//   ${name}: { ${fields.join(", ")} },`,
  ];
}

/** Gives each object names that are valid, unique, and close to its own name. */
function nameEach(items: readonly InventoryItem[]): readonly Named[] {
  const variables = new Set<string>();
  const logicalNames = new Set<string>();
  return items.map((item) => {
    const base = item.name === "" ? item.id : item.name;
    const variable = unique(variableName(base, item.noun), variables, (n) => String(n));
    const logical = base.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/^-+|-+$/g, "") || item.id;
    const inResource = unique(`${item.resource}/${logical}`, logicalNames, (n) => `-${n}`);
    return { item, variable, logicalName: inResource.slice(item.resource.length + 1) };
  });
}

/** The name of a variable. With the noun as its suffix it cannot be a keyword or a class. */
function variableName(name: string, noun: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const camel = words
    .map((word, index) => (index === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
    .join("");
  const whole = `${camel}${noun.charAt(0).toUpperCase()}${noun.slice(1)}`;
  return /^[a-z]/.test(whole) ? whole : `resource${whole}`;
}

/** Writes a value as JSON, which is valid TypeScript, but without quotes around the names of properties. */
function literal(value: unknown, indent: string): string {
  if (Array.isArray(value)) return `[${value.map((each) => literal(each, indent)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return scalar(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  if (entries.length === 0) return "{}";
  const inner = `${indent}  `;
  return `{\n${entries.map(([name, each]) => `${inner}${keyText(name)}: ${literal(each, inner)},\n`).join("")}${indent}}`;
}

/**
 * Writes a simple value. Two line terminators, which JSON allows in texts, are escaped, because they would end a comment
 * of the program.
 */
function scalar(value: unknown): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function keyText(name: string): string {
  // A plain property with this name would set the prototype of the object.
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : scalar(name);
}

/** The longest name of a project. Pulumi accepts 100 characters, of which `adopted-` takes some. */
const maxProjectName = 90;

function projectFile(named: readonly Named[]): string {
  const vault = named.find(({ item }) => item.resource === "Vault");
  const name = (vault?.logicalName ?? "keys").toLowerCase().slice(0, maxProjectName);
  return [
    `name: ${JSON.stringify(`adopted-${name}`)}`,
    `description: ${JSON.stringify(`The contents of vault ${vault?.item.name ?? ""}, adopted`)}`,
    "runtime:",
    "  name: nodejs",
    "  options:",
    "    typescript: false",
    "main: index.ts",
    "",
  ].join("\n");
}

/**
 * The file that `npm pack ./sdk/nodejs` creates. A package of this name in a registry would not be uko's, because uko
 * publishes none.
 */
export const packedPackage = (version: string): string => `uko-pulumi-${version}.tgz`;

function packageFile(version: string): string {
  const dependencies = { "@pulumi/pulumi": "^3.249.0", "@uko/pulumi": `file:${packedPackage(version)}` };
  return `${JSON.stringify({ private: true, type: "module", dependencies }, null, 2)}\n`;
}

/**
 * The file for `pulumi import --file`, for people who keep a program of their own.
 */
function importFile(named: readonly Named[]): string {
  const resources = named.map(({ item, logicalName }) => ({
    type: `uko:index:${item.resource}`,
    name: logicalName,
    id: item.id,
  }));
  return `${JSON.stringify({ resources }, null, 2)}\n`;
}
