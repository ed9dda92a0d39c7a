/**
 * Writes configurations for OpenTofu or Terraform that adopt existing objects: an `import` block and a resource for
 * each. They contain no secret, because the service returns none.
 */

import type { InventoryItem, SecretBlock } from "../engine/commands/inventory.ts";
import { providerAddress, type TerraformResource, terraformResources } from "../resources/schema/terraform.ts";
import { attribute, blankLine, block, comment, type HclEntry, hclFile, hclLiteral, hclObject, hclText } from "./hcl.ts";
import { keystoresOf, type ProgramFile, referenceFrom, unique } from "./named-resources.ts";

/** The command of the engine, the only difference between the two. */
export type TerraformCommand = "tofu" | "terraform";

export interface Surroundings {
  readonly command: TerraformCommand;
  readonly version: string;
  readonly instanceId: string;
  readonly region?: string;
}

interface Named {
  readonly item: InventoryItem;
  readonly resource: TerraformResource;
  readonly name: string;
}

export function writeConfiguration(
  items: readonly InventoryItem[],
  surroundings: Surroundings,
): readonly ProgramFile[] {
  const named = nameEach(items);
  return [
    { name: "main.tf", text: mainFile(named, surroundings) },
    { name: "imports.tf", text: importsFile(named, surroundings) },
  ];
}

function mainFile(named: readonly Named[], { command, version, instanceId, region }: Surroundings): string {
  const provider = hclObject([
    attribute("source", hclText(providerAddress.slice(providerAddress.indexOf("/") + 1))),
    attribute("version", hclText(isPreRelease(version) ? version : `~> ${version}`)),
  ]);
  return hclFile([
    comment(
      `Adopts existing resources: the first \`${command} apply\` imports them (imports.tf) and marks each key without a marker as requiring two people.`,
    ),
    blankLine,
    block("terraform", [block("required_providers", [attribute("uko", provider)])]),
    blankLine,
    comment("There is no credential here, because two people share this file: UKO_API_KEY decides who runs it."),
    block('provider "uko"', [
      attribute("instance_id", hclText(instanceId)),
      ...(region === undefined ? [] : [attribute("region", hclText(region))]),
    ]),
    ...named.flatMap((each) => [blankLine, resourceBlock(each, named)]),
  ]);
}

/** Writes the `import` blocks. They use IDs, which engines without support for identities also understand. */
function importsFile(named: readonly Named[], { command }: Surroundings): string {
  return hclFile([
    comment(`After the first \`${command} apply\` you can delete this file.`),
    ...named.flatMap((each) => [
      blankLine,
      block("import", [attribute("to", addressOf(each)), attribute("id", hclText(each.item.id))]),
    ]),
  ]);
}

function resourceBlock(each: Named, named: readonly Named[]): HclEntry {
  const { item, resource, name } = each;
  const dependsOn = keystoresOf(item, named).map(addressOf);
  return block(`resource ${hclText(resource.typeName)} ${hclText(name)}`, [
    ...Object.entries(item.inputs).flatMap(([property, value]) => argumentsFor(each, property, value, named)),
    ...item.secretBlocks.flatMap((secrets) => secretHint(secrets, each)),
    ...(dependsOn.length === 0 ? [] : [blankLine, attribute("depends_on", `[${dependsOn.join(", ")}]`)]),
  ]);
}

/**
 * Writes a property as arguments; an object becomes several. The input that adopts a resource is left out, because an
 * `import` block does that. But the definition gets it, so that a connection may omit its secrets.
 */
function argumentsFor(
  { item, resource }: Named,
  property: string,
  value: unknown,
  named: readonly Named[],
): readonly HclEntry[] {
  if (property.startsWith("existing") && item.secretBlocks.length === 0) return [];
  const found = referenceFrom(item, property, value, named);
  if (found !== undefined) {
    const output = nameAt(found.to.resource, [found.output]);
    return [attribute(nameAt(resource, [property]), `${addressOf(found.to)}.${output}`)];
  }
  return resource.attributes.flatMap(({ name, path: [first, ...below] }) => {
    const each = first === property ? valueBelow(value, below) : undefined;
    return each === undefined ? [] : [attribute(name, hclLiteral(each))];
  });
}

function valueBelow(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((above, name) => (above as Readonly<Record<string, unknown>> | undefined)?.[name], value);
}

function nameAt({ attributes, typeName }: TerraformResource, path: readonly string[]): string {
  const found = attributes.find((each) => each.path.join(".") === path.join("."));
  if (found === undefined) throw new Error(`A ${typeName} has no ${path.join(".")}`);
  return found.name;
}

/** The comment in place of a secret, because the service never returns one. An import without it keeps the connection. */
function secretHint({ name: outer, known, secrets }: SecretBlock, { resource, name }: Named): readonly HclEntry[] {
  const shown = [
    ...Object.entries(known).map(([field, value]) => attribute(nameAt(resource, [outer, field]), hclLiteral(value))),
    ...secrets.map((field) => {
      const secret = nameAt(resource, [outer, field]);
      return attribute(secret, `var.${name}_${secret}`);
    }),
  ];
  const lines = hclFile(shown).trimEnd().split("\n");
  return [
    blankLine,
    comment("The connection stays unchanged. To change its secrets, declare a variable for each, with"),
    comment("sensitive = true and ephemeral = true, and add:"),
    ...lines.map((line) => comment(`  ${line}`)),
  ];
}

function addressOf({ resource, name }: Named): string {
  return `${resource.typeName}.${name}`;
}

/** Gives each object a name that is valid, unique for its type, and close to its own name. */
function nameEach(items: readonly InventoryItem[]): readonly Named[] {
  const addresses = new Set<string>();
  return items.map((item) => {
    const resource = resourceOf(item);
    const address = unique(`${resource.typeName}.${nameFor(item)}`, addresses, (n) => `_${n}`);
    return { item, resource, name: address.slice(resource.typeName.length + 1) };
  });
}

function resourceOf({ resource: name }: InventoryItem): TerraformResource {
  const handlers = name.charAt(0).toLowerCase() + name.slice(1);
  const found = [...terraformResources.values()].find((each) => each.handlers === handlers);
  if (found === undefined) throw new Error(`There is no resource for a ${name}`);
  return found;
}

function nameFor({ noun, name, id }: InventoryItem): string {
  const words = wordsIn(name) || wordsIn(id.slice(id.lastIndexOf("/") + 1));
  return /^[a-z]/.test(words) ? words : `${noun}_${words}`;
}

/**
 * Reduces a text to ASCII letters and digits after accents are removed, because engines differ in which other letters
 * they accept.
 */
function wordsIn(text: string): string {
  const plain = text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return plain
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .join("_");
}

function isPreRelease(version: string): boolean {
  return version.includes("-");
}
