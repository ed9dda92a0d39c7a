/**
 * Configures the site of the guides, for VitePress. Links that leave the site go to the repository, tabs of the Pulumi
 * Registry become tabs of this theme, and llms.txt lists the pages for programs that read texts.
 */

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import errors from "../errors/[code].paths.ts";
import { installation, pagesOfTheSite, sections } from "./sidebar.ts";

/** The parts of a markdown-it token, and of its renderer, that the links need. */
interface Token {
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
}
type Rule = (
  tokens: Token[],
  at: number,
  options: unknown,
  env: { path: string; realPath?: string },
  self: unknown,
) => string;
interface Markdown {
  core: { ruler: { before(rule: string, name: string, change: (state: { src: string }) => void): void } };
  renderer: { rules: Record<string, Rule> };
}

const pages = fileURLToPath(new URL("../../", import.meta.url));
const repository = path.join(pages, "../..");
const home = "https://github.com/pulumi-uko/pulumi-uko";
const hostname = "https://pulumi-uko.github.io/pulumi-uko/";

function titleOf(page: string): string {
  const text = readFileSync(path.join(pages, `${page}.md`), "utf8");
  return page === installation ? "Install and configure" : (/^# (.+)$/m.exec(text)?.[1] ?? page).replaceAll("`", "");
}

const isOnTheSite = (page: string): boolean =>
  page.endsWith(".md") && pagesOfTheSite.includes(page.slice(0, -".md".length));

/** The address of a link: within the site if the page is on the site, otherwise in the repository. */
function addressOf(link: string, from: string): string {
  const file = link.startsWith(`${home}/blob/main/`)
    ? path.join(repository, link.slice(`${home}/blob/main/`.length))
    : "";
  if (file === "" && /^(?:[a-z]+:|#|\/)/.test(link)) return link;
  const [place = "", anchor] = (file || path.join(path.dirname(from), link)).split("#");
  const fragment = anchor === undefined ? "" : `#${anchor}`;
  const page = path.relative(pages, place);
  if (isOnTheSite(page)) return `/${page}${fragment}`;
  return `${home}/blob/main/${path.relative(repository, place)}${fragment}`;
}

/** The names of the tabs that the Pulumi Registry gives to its languages. */
const languages: Readonly<Record<string, string>> = {
  typescript: "TypeScript",
  python: "Python",
  go: "Go",
  java: "Java",
  yaml: "YAML",
};

/** The Pulumi Registry has tabs and titles of its own in the page about installation: here they are the tabs of the theme. */
function withoutRegistryMarks(source: string): string {
  if (!source.includes("{{< chooser")) return source;
  return source
    .replaceAll(/^\{\{< chooser .*$/gm, "::: code-group")
    .replaceAll(/^\{\{< \/chooser .*$/gm, ":::")
    .replaceAll(/^\{\{% choosable language (\w+) %\}\}\n+```(\w+)$/gm, (_, language: string, fence: string) => {
      return `\`\`\`${fence} [${languages[language] ?? language}]`;
    })
    .replaceAll(/^\{\{[<%].*[>%]\}\}$/gm, "")
    .replace(/^(---\n[\s\S]*?\n---\n)?/, "$1\n# Install and configure\n");
}

/** The first sentence of a page, for programs that choose pages by it. */
function opening(page: string): string {
  const text = readFileSync(path.join(pages, `${page}.md`), "utf8").replace(/^---\n[\s\S]*?\n---\n/, "");
  const line = text.split("\n").find((each) => /^[A-Z`*]/.test(each)) ?? "";
  return line.replaceAll(/\[([^\]]+)\]\([^)]*\)|\*\*/g, "$1");
}

/** The pages as a list for programs that read texts (llmstxt.org). */
function writeList(folder: string): void {
  const lists = sections.map(({ text, pages: own }) => {
    const links = own.map((page) => `- [${titleOf(page)}](${hostname}${page}): ${opening(page)}`);
    return `## ${text}\n\n${links.join("\n")}\n`;
  });
  const head = `# uko\n\n> ${description} For IBM Unified Key Orchestrator, with Pulumi, OpenTofu, Terraform or a command line.\n`;
  writeFileSync(path.join(folder, "llms.txt"), [head, ...lists].join("\n"));
}

/** Long names in a table can break between their words, so that the last column stays in view. */
function withBreaks(html: string): string {
  return html.replace(/>[^<]*</, (name) => name.replaceAll(/[_:/.](?=\w)|[a-z](?=[A-Z])/g, "$&<wbr>"));
}

/** Blocks of one step that name their tools, as `sh [Pulumi]`, are tabs of the theme; elsewhere they follow each other. */
function withTabs(source: string): string {
  // Generated pages have their groups already.
  if (source.includes("::: code-group")) return source;
  const blocks = /(?:^```\w+ \[.+\]\n[\s\S]*?^```\n\n?){2,}/gm;
  return source.replaceAll(blocks, (group) => `::: code-group\n\n${group.trimEnd()}\n\n:::\n\n`);
}

function configureMarkdown(markdown: Markdown): void {
  markdown.core.ruler.before("normalize", "registry-marks", (state) => {
    state.src = withTabs(withoutRegistryMarks(state.src));
  });
  const render = markdown.renderer.rules.link_open;
  markdown.renderer.rules.link_open = (tokens, at, options, env, self) => {
    const token = tokens[at];
    token?.attrSet("href", addressOf(token.attrGet("href") ?? "", env.realPath ?? env.path));
    return render?.(tokens, at, options, env, self) ?? "";
  };
  // Vue would take two braces outside a block of code for an expression.
  for (const name of ["text", "code_inline"]) {
    const original = markdown.renderer.rules[name];
    markdown.renderer.rules[name] = (...token) =>
      withBreaks(original?.(...token) ?? "").replaceAll("{{", "&#123;&#123;");
  }
}

/** Headings get the anchors that GitHub gives them, so that a link works in both places. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

interface Page {
  relativePath: string;
  title: string;
  frontmatter: Record<string, unknown>;
}

/** The Pulumi Registry's layout does not exist here. */
function withLayout(page: Page): void {
  if (page.relativePath !== `${installation}.md`) return;
  page.title = "Install and configure";
  page.frontmatter.layout = "doc";
}

/**
 * Ranks a found section: the opening of a page before its other sections, and tutorials and commands after the guides. The
 * theme sends this function to the browser as text, so it uses nothing outside itself.
 */
function boostDocument(address: string, _term: string, found: { readonly titles: readonly string[] }): number {
  return (found.titles.length === 0 ? 2 : 1) * (/\/(?:reference\/cli|tutorials)/.test(address) ? 0.4 : 1);
}

/** Themes for code with enough contrast. */
const theme = { light: "github-light-high-contrast", dark: "github-dark-high-contrast" };

/** Enough contrast for the button and the language of code, compact tables, and no key in the search button, which its name does not have. */
const style = `html:root { --vp-button-brand-bg: #3451b2; --vp-button-brand-hover-bg: #2a3f8f }
.vp-doc [class*="language-"] > span.lang { color: var(--vp-c-text-2) }
.vp-doc :is(th, td) { padding: 6px 10px; vertical-align: top }
.vp-doc td { font-size: 13px; line-height: 20px }
.vp-doc td code { padding: 2px 4px }
.vp-doc :is(p, li) wbr { display: none }
.DocSearch-Button-Keys { display: none !important }`;

interface Resolver {
  resolve(source: string, importer: string, options: { skipSelf: boolean }): unknown;
}

/** The pages are outside this folder, so without this plugin their compiled form would not find Vue. */
const vueOfThisFolder = {
  name: "vue-of-this-folder",
  enforce: "pre",
  resolveId(this: Resolver, source: string, _importer: unknown, { ssr }: { ssr?: boolean }): unknown {
    if (!/^vue(?:\/|$)/.test(source)) return undefined;
    return ssr === true
      ? { id: source, external: true }
      : this.resolve(source, fileURLToPath(import.meta.url), { skipSelf: true });
  },
};

const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
const description = "Delete encryption keys as code: two people, waiting periods, and proof.";

export default {
  title: "uko",
  description,
  lang: "en-US",
  base: "/pulumi-uko/",
  srcDir: "..",
  outDir: path.join(repository, "build/site"),
  cacheDir: path.join(repository, "build/site-cache"),
  srcExclude: ["README.md", "contract/**", "decisions/**", "internals/**", "registry/_index.md"],
  rewrites: { "site/index.md": "index.md", "site/errors/:code.md": "errors/:code.md" },
  cleanUrls: true,
  // The default, stated because the build is the check of links: a broken one fails it.
  ignoreDeadLinks: false,
  head: [["style", {}, style]],
  markdown: { config: configureMarkdown, anchor: { slugify: anchorOf }, theme },
  transformPageData: withLayout,
  sitemap: { hostname },
  buildEnd: ({ outDir }: { readonly outDir: string }) => writeList(outDir),
  // The home page of the theme has no main landmark.
  transformHtml: (html: string) =>
    html.replace('<div class="VPContent is-home"', '<div role="main" class="VPContent is-home"'),
  vite: { plugins: [vueOfThisFolder] },
  themeConfig: {
    nav: [
      { text: "Start", link: "/how-to/delete-an-existing-key" },
      { text: "Two people", link: "/explanation/two-people" },
      { text: "Reference", link: "/reference/cli" },
      { text: "Errors", link: "/reference/errors" },
      { text: `v${version}`, link: `${home}/blob/main/CHANGELOG.md` },
    ],
    sidebar: {
      "/errors/": [
        { text: "Errors and waits", link: "/reference/errors" },
        {
          text: "Codes",
          items: errors.paths().map(({ params: { code } }) => ({ text: code, link: `/errors/${code}` })),
        },
      ],
      // Not collapsible: the theme nests one button in another, which a screen reader cannot use.
      "/": sections.map(({ text, pages: own }) => ({
        text,
        items: own.map((page) => ({ text: titleOf(page), link: `/${page}` })),
      })),
    },
    outline: [2, 3],
    search: { provider: "local", options: { miniSearch: { searchOptions: { boostDocument } } } },
    socialLinks: [{ icon: "github", link: home }],
    editLink: { pattern: `${home}/edit/main/provider/docs/:path`, text: "Edit this page" },
    footer: { message: "Apache-2.0" },
  },
};
