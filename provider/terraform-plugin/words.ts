/**
 * Translation of messages to Terraform's terms. They are written once for every door with the names
 * of programs, but Terraform's users know properties in snake_case.
 */

import { terraformDataSources, terraformProvider, terraformResources } from "../schema/terraform.ts";
import { snake } from "../schema/terraform-leaves.ts";

const blocks = [terraformProvider, ...terraformResources.values(), ...terraformDataSources.values()];
const attributes = blocks.flatMap((block) => block.attributes);
const names = new Set(attributes.flatMap(({ path }) => path));
/** `aws.accessKeyId` is `aws_access_key_id`: members of an object in a program are flat here. */
const flat = new Map(attributes.filter(({ path }) => path.length > 1).map(({ path, name }) => [path.join("."), name]));
/**
 * `ManagedKey` is `uko_managed_key`. A single word, such as Vault, is ambiguous and stays as it is.
 */
const types = new Map(
  [...terraformResources.values()]
    .map(({ handlers, typeName }) => [`${handlers.slice(0, 1).toUpperCase()}${handlers.slice(1)}`, typeName] as const)
    .filter(([type]) => /[a-z][A-Z]/.test(type)),
);
const nouns = new Map([
  ["program", "configuration"],
  ["stack", "state"],
]);

/** A property with its value, quoted text, a setting of Pulumi, and whole words with dots. */
const parts =
  /\b([a-z][A-Za-z]*): (?=true\b|false\b|")|"[^"\n]*"|\buko:([a-z][A-Za-z]*)\b|\b[A-Za-z]+(?:\.[A-Za-z]+)*\b/g;

/**
 * Replaces only whole words for properties, types and their containers; quoted text belongs to the
 * user and stays unchanged.
 */
export function toHclTerms(message: string): string {
  return message.replace(parts, (all, given?: string, setting?: string) => {
    if (given !== undefined) return names.has(given) ? `${snake(given)} = ` : all;
    return setting === undefined ? wordFor(all) : snake(setting);
  });
}

function wordFor(word: string): string {
  const other = flat.get(word) ?? types.get(word) ?? nouns.get(word);
  if (other !== undefined) return other;
  return word
    .split(".")
    .map((part) => (names.has(part) ? snake(part) : part))
    .join(".");
}
