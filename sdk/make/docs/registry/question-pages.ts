/**
 * The pages of read-only features: a data source, and a list of one resource for `terraform query`.
 */

import { functions } from "../../../../provider/resources/functions.ts";
import type { TerraformDataSource, TerraformResource } from "../../../../provider/schema/terraform.ts";
import { dataSourceProgram } from "../documentation.ts";
import { listProgram } from "./example-programs.ts";
import { code, linkToPage, pageText } from "./page.ts";
import { escaped, schemaSection } from "./schema-section.ts";

export function dataSourcePage({ typeName, question, attributes }: TerraformDataSource): string {
  const { summary } = functions[question];
  return pageText({
    title: `${typeName} Data Source - uko`,
    description: summary,
    typeName,
    heading: `${typeName} (Data Source)`,
    sections: [
      escaped(summary),
      "## Example Usage",
      code("terraform", dataSourceProgram(typeName)),
      "A data source changes nothing. Each run reads it.",
      schemaSection(attributes),
    ],
  });
}

export function listResourcePage(resource: TerraformResource): string {
  const { typeName, listQuestion, listed } = resource;
  const { summary } = functions[listQuestion];
  return pageText({
    title: `${typeName} List Resource - uko`,
    description: summary,
    typeName,
    heading: `${typeName} (List Resource)`,
    sections: [
      escaped(summary),
      "## Example Usage",
      code("terraform", listProgram(resource)),
      `For \`terraform query\` of Terraform 1.14 or newer, in a file whose name ends in \`.tfquery.hcl\`. With \`-generate-config-out\`, the command writes an \`import\` block and a resource for each object.`,
      `OpenTofu has no such command. Use the data source ${linkToPage(`\`${typeName}s\``, `data-sources/${typeName.replace("uko_", "")}s.md`)} instead.`,
      schemaSection(listed),
    ],
  });
}
