/** The site of the guides, built as the workflow builds it, and read in Chromium. */

import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pagesOfTheSite } from "../../provider/docs/site/.vitepress/sidebar.ts";
import { errorCatalog } from "../../provider/errors.ts";
import { type Browser, barriersOn, launchBrowser, type Page } from "../support/browser.ts";
import { repository } from "../support/documents.ts";

const isLeftOut = process.env.UKO_SKIP_BROWSER === "1";
/** Folder for a screenshot of each page that the test opens. */
const screenshots = process.env.UKO_SCREENSHOTS;
const buildLimitMs = 300_000;
const base = "/pulumi-uko/";
const site = path.join(repository, "build/site");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/** The file that GitHub Pages serves for an address: with `.html` if the address has no ending. */
function fileOf(address: string): string | undefined {
  const place = decodeURIComponent(address.slice(base.length).split(/[?#]/)[0] ?? "");
  const names = place === "" ? ["index.html"] : [place, `${place}.html`];
  return names.find((name) => globSync(name, { cwd: site }).length > 0);
}

let server: Server;
let home: string;
beforeAll(async () => {
  const env = { ...process.env, npm_config_prefer_offline: "true" };
  await promisify(execFile)("npm", ["run", "docs"], { cwd: repository, env, timeout: buildLimitMs });
  server = createServer(({ url = "" }, response) => {
    const file = fileOf(url);
    if (file === undefined) return response.writeHead(404).end();
    const type = types[path.extname(file)] ?? "application/octet-stream";
    return response.writeHead(200, { "content-type": type }).end(readFileSync(path.join(site, file)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  home = `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`;
}, buildLimitMs);
afterAll(() => server?.close());

const inRepository = "https://github.com/pulumi-uko/pulumi-uko/blob/main/";

test("every link leads to a page and a heading of the site, or to a file of the repository", () => {
  const pages = new Map(
    globSync("**/*.html", { cwd: site }).map((file) => [file, readFileSync(path.join(site, file), "utf8")]),
  );
  expect(pages.size).toBeGreaterThan(25);
  const broken: string[] = [];
  for (const [file, html] of pages) {
    for (const [, link = ""] of html.matchAll(/<a [^>]*href="([^"]+)"/g)) {
      if (link.startsWith(inRepository)) {
        const [place = ""] = link.slice(inRepository.length).split("#");
        if (!existsSync(path.join(repository, place))) broken.push(`${file}: ${link}`);
      }
      if (/^[a-z]+:/.test(link) || link === "#") continue;
      const target = link.startsWith("#") ? file : fileOf(link);
      const anchor = decodeURIComponent(link.split("#")[1] ?? "");
      const isFound = target !== undefined && (anchor === "" || pages.get(target)?.includes(`id="${anchor}"`));
      if (!isFound) broken.push(`${file}: ${link}`);
    }
  }
  expect(broken).toEqual([]);
});

test("the list for programs that read texts names each page of the menu", () => {
  const list = readFileSync(path.join(site, "llms.txt"), "utf8");
  const named = Array.from(
    list.matchAll(/\(https:\/\/pulumi-uko\.github\.io\/pulumi-uko\/(.+?)\): ./g),
    ([, page = ""]) => page,
  );
  expect(named).toEqual(pagesOfTheSite);
});

test("every page of the menu names the version that it describes, and is in the sitemap", () => {
  const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  const sitemap = readFileSync(path.join(site, "sitemap.xml"), "utf8");
  for (const page of pagesOfTheSite) {
    expect(readFileSync(path.join(site, `${page}.html`), "utf8"), page).toContain(`>v${version}<`);
    expect(sitemap, page).toContain(`${base}${page}</loc>`);
  }
});

test("every code of an error has a page at its own address", () => {
  for (const [code, { exitCode }] of Object.entries(errorCatalog)) {
    const page = fileOf(`${base}errors/${code}`);
    expect(page, code).toBeDefined();
    expect(readFileSync(path.join(site, page ?? ""), "utf8")).toContain(`Exit code ${exitCode}`);
  }
});

describe.skipIf(isLeftOut)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function open(place: string, colorScheme: "light" | "dark"): Promise<{ page: Page; mistakes: string[] }> {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    const mistakes: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") mistakes.push(message.text());
    });
    await page.goto(`${home}${place}`);
    return { page, mistakes };
  }

  const places = [
    ...["", "tutorials/two-people", "how-to/troubleshoot", "errors/UKO_COOLING_DOWN"],
    ...["registry/installation-configuration", "reference/resources/keystore", "reference/functions/plan-deletion"],
  ];
  test.each(["light", "dark"] as const)("the pages are readable in %s, without barriers and errors", async (scheme) => {
    for (const place of places) {
      const { page, mistakes } = await open(place, scheme);
      await page.locator("h1").waitFor();
      expect(await page.evaluate("document.documentElement.classList.contains('dark')")).toBe(scheme === "dark");
      if (screenshots !== undefined) {
        const name = `site-${place.replaceAll("/", "-") || "home"}-${scheme}.png`;
        await page.screenshot({ path: path.join(screenshots, name), fullPage: false });
      }
      expect(await barriersOn(page), `${place} in ${scheme}`).toEqual([]);
      expect(mistakes, place).toEqual([]);
    }
  });

  test("no page is wider than the window of a phone, a tablet or a desk", async () => {
    const { page } = await open("", "light");
    for (const width of [390, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      for (const place of [...places, "explanation/threat-model", "how-to/campaigns"]) {
        await page.goto(`${home}${place}`);
        const isWider = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth");
        expect(isWider, `${place} at ${width} px`).toBe(false);
      }
    }
  });

  test("the languages of an installation are tabs", async () => {
    const { page } = await open("registry/installation-configuration", "light");
    expect(await page.locator(".vp-code-group label").count()).toBe(5);
  });

  test("the languages of a resource are tabs, and a tab shows its program", async () => {
    const { page } = await open("reference/resources/vault", "light");
    const group = ".vp-code-group >> nth=0";
    expect(await page.locator(`${group} >> .tabs`).textContent()).toBe("TypeScriptPythonGoJavaYAMLHCL");
    await page.locator(`${group} >> label:text-is("Java")`).click();
    expect(await page.locator(`${group} >> .blocks > .active`).textContent()).toContain("Pulumi.run(");
  });

  test("the search finds a page by a word in its text", async () => {
    const { page } = await open("", "light");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator(".VPLocalSearchBox input").fill("UKO_PLAN_OUTDATED");
    await page.locator(".VPLocalSearchBox .result[data-index='0']").waitFor();
    const results = await page.locator(".VPLocalSearchBox .results").textContent();
    expect(results).toContain("Errors and waits");
    expect(results).toContain("Saved plans");
  });

  test.each([
    ["roles", "explanation/two-people#who-needs-which-role"],
    ["install", "registry/installation-configuration"],
    ["approve", "how-to/approve-a-request"],
    ["hold", "how-to/campaigns#hold-a-key"],
    ["campaign", "how-to/campaigns"],
    ["certificate", "how-to/check-a-certificate"],
  ])("the search for %s finds its page first", async (word, place) => {
    const { page } = await open("", "light");
    await page.getByRole("button", { name: "Search" }).click();
    await page.locator(".VPLocalSearchBox input").fill(word);
    await page.locator(`.VPLocalSearchBox .result[data-index='0'][href^='${base}${place}']`).waitFor();
  });

  test("the search finds the page of a resource by the name of an input in any language", async () => {
    const { page } = await open("", "light");
    await page.getByRole("button", { name: "Search" }).click();
    for (const name of ["deletionGate", "deletion_gate"]) {
      await page.locator(".VPLocalSearchBox input").fill(name);
      await page.locator(".VPLocalSearchBox .result:has-text('ManagedKey') >> nth=0").waitFor();
    }
  });
});
