/** The common structure of the registries' pages: front matter, a heading, sections. */

/**
 * Both registries show a page at an address of their own, where relative links break: every link is
 * absolute.
 */
export const repositoryAddress = "https://github.com/pulumi-uko/pulumi-uko/blob/main";
const docsAddress = `${repositoryAddress}/sdk/terraform/docs`;

export interface Page {
  readonly title: string;
  /** One sentence, which is also shown under the heading. */
  readonly description: string;
  /** The index must not have a subcategory; every other page has one, which may be empty. */
  readonly isIndex?: boolean;
  readonly heading: string;
  readonly sections: readonly string[];
}

/** Returns the whole text of a file. */
export function pageText({ title, description, isIndex = false, heading, sections }: Page): string {
  const matter = [
    "---",
    `page_title: "${title}"`,
    ...(isIndex ? [] : ['subcategory: ""']),
    "description: |-",
    `  ${description}`,
    "---",
  ];
  return `${[matter.join("\n"), `# ${heading}`, ...sections].join("\n\n")}\n`;
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
