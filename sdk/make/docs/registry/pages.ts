/**
 * The generated pages for the registries of OpenTofu and Terraform, by their path below `docs`;
 * guides are written by hand.
 */

import { functions } from "../../../../provider/resources/functions.ts";
import {
  type TerraformDataSource,
  type TerraformResource,
  terraformDataSources,
  terraformResources,
} from "../../../../provider/resources/schema/terraform.ts";
import { dataSourceProgram } from "../documentation.ts";
import { listProgram } from "./example-programs.ts";
import { indexPage } from "./index-page.ts";
import { code, linkToPage, pageText } from "./page.ts";
import { resourcePage } from "./resource-page.ts";
import { escaped, schemaSection } from "./schema-section.ts";

/** Folders that contain only generated pages. */
export const generatedFolders = ["resources", "data-sources", "list-resources"] as const;

export function registryPages(): ReadonlyMap<string, string> {
  const place = (folder: (typeof generatedFolders)[number], typeName: string): string =>
    `${folder}/${typeName.replace(/^uko_/, "")}.md`;
  const resources = [...terraformResources.values()];
  return new Map([
    ["index.md", indexPage()],
    ...resources.map((each) => [place("resources", each.typeName), resourcePage(each)] as const),
    ...[...terraformDataSources.values()].map(
      (each) => [place("data-sources", each.typeName), dataSourcePage(each)] as const,
    ),
    ...resources.map((each) => [place("list-resources", each.typeName), listResourcePage(each)] as const),
  ]);
}

function dataSourcePage({ typeName, question, attributes }: TerraformDataSource): string {
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
      `A data source changes nothing. Each run reads it, also a destroy.${isByName(attributes) ? atDestroy : ""}`,
      schemaSection(attributes),
    ],
  });
}

/** Whether the configuration sets the ID or the name. */
function isByName(attributes: TerraformDataSource["attributes"]): boolean {
  return attributes.some(({ role }) => role === "service");
}

const atDestroy =
  " If the destroy deletes the object itself, use an attribute of its resource instead: a name that nothing has is an error.";

/** For `terraform query`. */
function listResourcePage(resource: TerraformResource): string {
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
