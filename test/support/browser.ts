/** Chromium of the system, driven by playwright-core, and axe-core; narrowed to what the tests of pages use. */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

export interface Locator {
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  textContent(): Promise<string | null>;
  waitFor(): Promise<void>;
  count(): Promise<number>;
}

export interface Page {
  goto(url: string): Promise<unknown>;
  url(): string;
  waitForURL(url: RegExp): Promise<void>;
  title(): Promise<string>;
  reload(): Promise<unknown>;
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  getByLabel(text: string): Locator;
  getByText(text: string | RegExp): Locator;
  locator(selector: string): Locator;
  evaluate<T>(script: string): Promise<T>;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  screenshot(options: { readonly path: string; readonly fullPage: boolean }): Promise<unknown>;
  on(event: "console", listen: (message: { type(): string; text(): string }) => void): void;
  keyboard: { press(key: string): Promise<void> };
}

export interface Context {
  newPage(): Promise<Page>;
  cookies(): Promise<readonly { name: string; httpOnly: boolean; sameSite: string }[]>;
  close(): Promise<void>;
}

export interface ContextOptions {
  readonly colorScheme?: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
}

export interface Browser {
  newContext(options?: ContextOptions): Promise<Context>;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);

const names = ["chromium", "chromium-browser", "google-chrome"];

/** Throws with the command that installs Chromium. */
export async function launchBrowser(): Promise<Browser> {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const found = folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(existsSync);
  if (found === undefined) {
    throw new Error(
      "No Chromium is installed, so the pages were not tested. Install it with `apt-get install chromium`, or leave these tests out with UKO_SKIP_BROWSER=1.",
    );
  }
  const { chromium } = require("playwright-core") as {
    chromium: { launch(options: { readonly executablePath: string }): Promise<Browser> };
  };
  return chromium.launch({ executablePath: found });
}

/** What axe-core finds wrong with the page, one line for each rule. */
export async function barriersOn(page: Page): Promise<readonly string[]> {
  const { AxeBuilder } = require("@axe-core/playwright") as {
    AxeBuilder: new (options: {
      readonly page: Page;
    }) => {
      analyze(): Promise<{
        readonly violations: readonly { id: string; help: string; nodes: readonly { html: string }[] }[];
      }>;
    };
  };
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
}
