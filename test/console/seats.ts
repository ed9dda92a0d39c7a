/** People at real consoles, each with a Chromium of their own, against one emulator. */

import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { openOperations } from "../../provider/compose/operations.ts";
import type { ConsoleApp } from "../../provider/console/console-context.ts";
import { startConsole } from "../../provider/console/start-console.ts";
import type { CliTestWorld, Person } from "../cli/harness.ts";
import { barriersOn, type Context, type ContextOptions, launchBrowser, type Page } from "../support/browser.ts";

export const isLeftOut = process.env.UKO_SKIP_BROWSER === "1";
/** Folder for screenshots of each page in four widths. */
export const screenshots = process.env.UKO_SCREENSHOTS;

export interface Seat {
  readonly context: Context;
  readonly page: Page;
  readonly url: string;
  readonly code: () => string;
  readonly mistakes: string[];
}

export interface House {
  seat(who: Person, options?: ContextOptions & Pick<ConsoleApp, "campaign">): Promise<Seat>;
  close(): Promise<void>;
}

export async function openHouse(world: CliTestWorld): Promise<House> {
  const browser = await launchBrowser();
  const closers: (() => unknown)[] = [];
  return {
    async seat(who, { campaign, ...options } = {}) {
      const run = openOperations(world.environmentOf(who), { progress: { report: () => {} } });
      const codes: string[] = [];
      const console = await startConsole({
        run,
        signal: new AbortController().signal,
        nowMs: () => performance.now(),
        random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
        timeZone: "Europe/Berlin",
        onCode: (code) => void codes.push(code),
        onLocked: () => {},
        onRefused: () => {},
        ...(campaign !== undefined && { campaign }),
      });
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const mistakes: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") mistakes.push(message.text());
      });
      closers.push(
        () => context.close(),
        () => console.close(),
        () => run.close(),
      );
      return { context, page, url: console.url, code: () => codes.at(-1) ?? "", mistakes };
    },
    async close() {
      for (const close of closers) await close();
      await browser.close();
    },
  };
}

export async function logIn({ page, url, code }: Seat): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Code").fill(code());
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Waiting for you" }).waitFor();
}

/** No barrier, nothing wider than the window, a header that leaves room for the page, and a picture of each width. */
export async function inspectPage(page: Page, name: string): Promise<void> {
  expect(await barriersOn(page), name).toEqual([]);
  for (const width of [320, 390, 768, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
    expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
    const header = await page.evaluate<number>("document.querySelector('header').offsetHeight");
    expect(header, `the header of ${name} at ${width} px`).toBeLessThan(120);
    if (screenshots === undefined) continue;
    mkdirSync(screenshots, { recursive: true });
    await page.screenshot({ path: path.join(screenshots, `${name}-${width}.png`), fullPage: true });
  }
}
