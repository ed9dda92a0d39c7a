/** The common structure of the registries' pages: front matter, a heading, sections. */

import { terraformResources } from "../../../../provider/resources/schema/terraform.ts";

/**
 * Both registries show a page at an address of their own, where relative links break: every link is
 * absolute.
 */
export const repositoryAddress = "https://github.com/pulumi-uko/pulumi-uko/blob/main";
const docsAddress = `${repositoryAddress}/sdk/terraform/docs`;

/** A sentence for each page with commands: both registries show the same pages. */
export const eitherEngine = "With OpenTofu, write `tofu` in place of `terraform`.";

export interface Page {
  readonly title: string;
  /** One sentence, which is also shown under the heading. */
  readonly description: string;
  /** The type that the page is about; absent for the index, which must not have a subcategory. */
  readonly typeName?: string;
  readonly heading: string;
  readonly sections: readonly string[];
}

/** Returns the whole text of a file. */
export function pageText({ title, description, typeName, heading, sections }: Page): string {
  const matter = [
    "---",
    `page_title: "${title}"`,
    ...(typeName === undefined ? [] : [`subcategory: "${subcategoryOf(typeName)}"`]),
    "description: |-",
    `  ${description}`,
    "---",
  ];
  return `${[matter.join("\n"), `# ${heading}`, ...sections].join("\n\n")}\n`;
}

/** The group in a registry's menu. */
function subcategoryOf(typeName: string): string {
  if (/^uko_(?:managed|kms)_keys?$/.test(typeName)) return "Keys";
  return terraformResources.has(typeName.replace(/s$/, "")) ? "Vaults, keystores and templates" : "Deletion";
}

export function code(language: "terraform" | "shell", text: string): string {
  return `\`\`\`${language}\n${text.trim()}\n\`\`\``;
}

export function linkToPage(text: string, file: string): string {
  return `[${text}](${docsAddress}/${file})`;
}

export function linkToGuide(text: string, file: string): string {
  return `[${text}](${repositoryAddress}/provider/docs/${file})`;
}
