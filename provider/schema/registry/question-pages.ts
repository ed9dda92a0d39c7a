/**
 * The pages of read-only features: a data source, and a list of one resource for `terraform query`.
 */

import { functions } from "../../resources/functions.ts";
import { terraformQuestions } from "../examples/terraform-questions.ts";
import type { TerraformDataSource, TerraformResource } from "../terraform.ts";
import { code, linkToPage, pageText } from "./page.ts";
import { escaped, schemaSection } from "./schema-section.ts";

export function dataSourcePage({ typeName, question, attributes }: TerraformDataSource): string {
  const { summary } = functions[question];
  const hcl = terraformQuestions[typeName];
  if (hcl === undefined) throw new Error(`There is no program that shows ${typeName}`);
  return pageText({
    title: `${typeName} Data Source - uko`,
    description: summary,
    heading: `${typeName} (Data Source)`,
    sections: [
      escaped(summary),
      "It changes nothing, and is read anew in each run.",
      "## Example Usage",
      code("terraform", hcl),
      schemaSection(attributes),
    ],
  });
}

export function listResourcePage({ typeName, listQuestion, listed }: TerraformResource): string {
  const { summary } = functions[listQuestion];
  const config = listed.some(({ name }) => name === "vault_id")
    ? `\n\n  config {\n    vault_id = "5c1e0000-0000-4000-8000-000000000001"\n  }`
    : "";
  return pageText({
    title: `${typeName} List Resource - uko`,
    description: summary,
    heading: `${typeName} (List Resource)`,
    sections: [
      escaped(summary),
      `For \`terraform query\` of Terraform 1.14 and newer, in a file that ends in \`.tfquery.hcl\`; with \`-generate-config-out\` it writes an \`import\` block and a resource for each.`,
      `OpenTofu has no such command: there the data source ${linkToPage(`\`${typeName}s\``, `data-sources/${typeName.replace("uko_", "")}s.md`)} answers the same.`,
      "## Example Usage",
      code("terraform", `list "${typeName}" "all" {\n  provider = uko${config}\n}`),
      schemaSection(listed),
    ],
  });
}
