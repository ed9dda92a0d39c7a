/**
 * The pictures of the console in provider/docs/images. Each has the text of its page beside it: the
 * test compares the texts, which fonts do not change. `npm run pictures` writes both.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import { type CliTestWorld, keys, startCliWorld } from "../cli/harness.ts";
import type { Page } from "../support/browser.ts";
import { runInCampaign } from "../support/campaign-acts.ts";
import { type House, isLeftOut, logIn, openHouse } from "./seats.ts";

const images = fileURLToPath(new URL("../../provider/docs/images/", import.meta.url));
const isWritten = process.env.UKO_WRITE_PICTURES === "1";
/** A phone, a tablet and a desk. */
const widths = [390, 768, 1440] as const;

const worlds: CliTestWorld[] = [];
const houses: House[] = [];
let folder = "";
async function enter(seed?: Parameters<typeof startCliWorld>[0]): Promise<{ world: CliTestWorld; house: House }> {
  const world = await startCliWorld(seed);
  const house = await openHouse(world);
  worlds.push(world);
  houses.push(house);
  return { world, house };
}
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "uko-pictures-"));
});
afterAll(async () => {
  for (const house of houses) await house.close();
  for (const world of worlds) await world.close();
  rmSync(folder, { recursive: true });
});

/** IDs of records and digests differ from run to run. */
const masked = (text: string): string => text.replaceAll(/\b[0-9a-f]{32,64}\b/g, "…").replaceAll(folder, "retire-2027");

/** Writes the pictures of the page as it is now, or compares its text. */
async function picture(page: Page, name: string, shownWidths: readonly number[] = widths): Promise<void> {
  const text = `${masked(await page.evaluate<string>('document.querySelector("main").innerText'))}\n`;
  const file = path.join(images, `console-${name}.txt`);
  if (!isWritten) {
    expect(text, `${name} has changed. Next: npm run pictures`).toBe(readFileSync(file, "utf8"));
    return;
  }
  writeFileSync(file, text);
  const shown = JSON.stringify(folder);
  await page.evaluate(`document.body.innerHTML = document.body.innerHTML.replaceAll(${shown}, "retire-2027")`);
  for (const width of shownWidths) {
    await page.setViewportSize({ width, height: width < 700 ? 800 : 900 });
    // The whole page: a picture that ends at the window cuts the path of the deletion, and the form on a phone.
    await page.screenshot({ path: path.join(images, `console-${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

describe.skipIf(isLeftOut)("the pictures of the documentation", () => {
  it("show keys as they are", { timeout: 120_000 }, async () => {
    const { world, house } = await enter();
    await world.uko("bob", `request ${keys.payroll} --reason "Payroll moved to the new ledger"`);
    await world.advance("1m");
    const alice = await house.seat("alice");
    const { page, url } = alice;
    await page.setViewportSize({ width: 1440, height: 900 });
    await logIn(alice);
    await picture(page, "waiting");
    await page.goto(`${url}keys/${keys.payroll}`);
    await picture(page, "key");
    await page.goto(`${url}keys/${keys.payroll}/approve`);
    await picture(page, "approve");
    const dark = await house.seat("alice", { colorScheme: "dark" });
    await dark.page.setViewportSize({ width: 1440, height: 900 });
    await logIn(dark);
    await dark.page.goto(`${dark.url}keys/${keys.payroll}`);
    await picture(dark.page, "key-dark", [1440]);
  });

  it("show a campaign as it is", { timeout: 120_000 }, async () => {
    const clock = { start: "2026-10-01T09:00:00Z", frozen: true };
    const seed = { ...generateSeed({ keys: 60, vaults: 2, kms: 0, blocked: 4 }), clock };
    const { world, house } = await enter({ seed });
    writeFileSync(
      path.join(folder, "campaign.yaml"),
      [
        "format: uko-campaign-1",
        "name: retire-2027",
        `instance: ${demoInstanceId}`,
        "deadline: 2027-03-20",
        "lastDeadline: 2027-03-28",
        "waves:",
        "  - {name: pilot, soak: 7d}",
        "  - {name: main, after: [pilot]}",
        "rules:",
        "  - {match: {label: '*-0000*'}, class: destroy, wave: pilot, owner: platform, reason: Moved}",
        "  - {match: {}, class: destroy, wave: main, owner: platform, reason: Moved}",
        "",
      ].join("\n"),
    );
    const run = (who: "alice" | "bob", command: string) => runInCampaign(world, who, { command, folder });
    await run("bob", "plan --write --yes");
    await run("bob", "request pilot deactivate --reason Moved");
    await world.advance("1m");
    const alice = await house.seat("alice", { campaign: { folder, name: "retire-2027" } });
    const { page, url } = alice;
    await page.setViewportSize({ width: 1440, height: 900 });
    await logIn(alice);
    await page.goto(`${url}campaign`);
    await picture(page, "campaign");
    await page.goto(`${url}campaign/waves/pilot/review-deactivate`);
    await page.getByRole("button", { name: /^Review the deactivation/ }).click();
    await page.getByRole("link", { name: /^Approve this review and deactivate/ }).waitFor();
    await page.goto(`${url}campaign/waves/pilot`);
    await picture(page, "wave");
    await page.getByRole("link", { name: /^Approve your review and deactivate/ }).click();
    await page.waitForURL(/approve-deactivate-/);
    await picture(page, "wave-approve");
    const dark = await house.seat("alice", { colorScheme: "dark", campaign: { folder, name: "retire-2027" } });
    await dark.page.setViewportSize({ width: 1440, height: 900 });
    await logIn(dark);
    await dark.page.goto(`${dark.url}campaign`);
    await picture(dark.page, "campaign-dark", [1440]);
  });
});
