/** Chromium, driven by playwright-core, and axe-core; narrowed to what the tests of pages use. */

import { createRequire } from "node:module";
import { type Chromium, findChromium } from "../engines/find-chromium.ts";

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
  getByLabel(text: string | RegExp): Locator;
  getByText(text: string | RegExp): Locator;
  locator(selector: string): Locator;
  evaluate<T>(script: string): Promise<T>;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  screenshot(options: { readonly path: string; readonly fullPage: boolean }): Promise<unknown>;
  on(event: "console", listen: (message: { type(): string; text(): string }) => void): void;
  keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
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

/** Throws with the command that installs Chromium if neither this system nor a package has one for it. */
export async function launchBrowser(): Promise<Browser> {
  const { chromium } = require("playwright-core") as {
    chromium: { launch(options: Chromium): Promise<Browser> };
  };
  return chromium.launch(await findChromium((line) => console.error(line)));
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
