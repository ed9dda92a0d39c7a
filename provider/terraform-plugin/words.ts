/** Messages are written once for every door and name properties as programs do; Terraform's users know them in snake_case. */

import { terraformDataSources, terraformProvider, terraformResources } from "../schema/terraform.ts";
import { snake } from "../schema/terraform-leaves.ts";

const blocks = [terraformProvider, ...terraformResources.values(), ...terraformDataSources.values()];
const names = new Set(
  blocks.flatMap(({ attributes }) => attributes.flatMap(({ path }) => path)).filter((name) => /[A-Z]/.test(name)),
);

/** Nothing but whole names of properties is changed. */
export function inTerraformsWords(message: string): string {
  return message.replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, (word) => (names.has(word) ? snake(word) : word));
}
