/**
 * The generated pages for the registries of OpenTofu and Terraform, by their path below `docs`;
 * guides are written by hand.
 */

import { terraformDataSources, terraformResources } from "../../../../provider/schema/terraform.ts";
import { indexPage } from "./index-page.ts";
import { dataSourcePage, listResourcePage } from "./question-pages.ts";
import { resourcePage } from "./resource-page.ts";

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
