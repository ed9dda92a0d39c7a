/** The pages that are one file, in Chromium: the certificate, and the reports of a campaign of many keys. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { renderCertificatePage } from "../../provider/certificate/html.ts";
import { readCertificate } from "../../provider/compose/certificates.ts";
import { demoInstanceId } from "../../provider/emulator/store/demo-seed.ts";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import { manyKeys } from "../certificate/many-keys.ts";
import { startCliWorld } from "../cli/harness.ts";
import { isLeftOut } from "../console/seats.ts";
import { type Browser, barriersOn, launchBrowser } from "../support/browser.ts";
import { runInCampaign } from "../support/campaign-acts.ts";
import { hostileCertificate } from "../support/hostile-certificate.ts";

const documented = new URL("../../provider/docs/how-to/certificate/certificate.json", import.meta.url).pathname;
const screenshots = process.env.UKO_SCREENSHOTS;

let folder: string;
let browser: Browser;
beforeAll(async () => {
  if (isLeftOut) return;
  folder = mkdtempSync(path.join(tmpdir(), "uko-html-"));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** Fits a phone and a screen, in both themes, without a barrier. */
async function inspectFile(name: string, html: string): Promise<void> {
  const file = path.join(folder, `${name}.html`);
  writeFileSync(file, html);
  for (const colorScheme of ["light", "dark"] as const) {
    const context = await browser.newContext({ colorScheme });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 844 });
      const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth");
      expect(overflow, `${name} at ${width} px`).toBeLessThanOrEqual(0);
      expect(await barriersOn(page), `${name}, ${colorScheme}, at ${width} px`).toEqual([]);
      if (screenshots !== undefined) {
        await page.screenshot({ path: path.join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
    await context.close();
  }
}

it.skipIf(isLeftOut)("shows a certificate on a phone, with its totals", async () => {
  const { certificate, ...facts } = await readCertificate(documented);
  const html = renderCertificatePage(certificate, { ...facts, keyIds: ["a".repeat(64)] });
  expect(html).toMatch(/<dt>Keys<\/dt><dd>\d+<\/dd>\s*<dt>Outcomes<\/dt><dd>[^<]*\d+/);
  await inspectFile("certificate", html);
  const long = await hostileCertificate("a text of others that is longer than a line of a phone ".repeat(3));
  await inspectFile("certificate-long", renderCertificatePage(long.certificate, { ...long.facts, keyIds: [] }));
});

it.skipIf(isLeftOut)(
  "opens a certificate of 5,000 keys on a few screens, also on a phone, and unfolds all of it",
  { timeout: 120_000 },
  async () => {
    const facts = { sha256: "a".repeat(64), keyIds: ["a".repeat(64)] };
    // axe needs a minute for each look at 5,000 keys, and a page of 20 keys folds the same parts.
    await inspectFile("certificate-20", renderCertificatePage(await manyKeys(20, 2), facts));
    writeFileSync(path.join(folder, "certificate-5000.html"), renderCertificatePage(await manyKeys(5_000, 3), facts));
    const context = await browser.newContext({ colorScheme: "light" });
    const page = await context.newPage();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(pathToFileURL(path.join(folder, "certificate-5000.html")).href);
    const heightOf = () => page.evaluate<number>("document.documentElement.scrollHeight");
    expect(await heightOf()).toBeLessThan(5 * 844);
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
    expect(await heightOf()).toBeGreaterThan(100_000);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth - window.innerWidth")).toBeLessThanOrEqual(
      0,
    );
    await context.close();
  },
);

it.skipIf(isLeftOut)(
  "shows the reports of a campaign on a phone, with their totals",
  { timeout: 120_000 },
  async () => {
    const clock = { start: "2026-10-01T09:00:00Z", frozen: true };
    const world = await startCliWorld({
      seed: { ...generateSeed({ keys: 120, vaults: 3, kms: 4, blocked: 12 }), clock },
    });
    const campaign = path.join(folder, "campaign");
    const lines = ["format: uko-campaign-1", "name: eol", `instance: ${demoInstanceId}`, "deadline: 2027-03-20"];
    const rules = [
      "waves:",
      "  - {name: pilot, soak: 7d}",
      "  - {name: main, after: [pilot]}",
      "rules:",
      "  - {match: {label: 'cards*'}, class: destroy, wave: main, owner: platform, reason: Moved}",
      "  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}",
      "",
    ];
    mkdirSync(campaign);
    writeFileSync(path.join(campaign, "campaign.yaml"), [...lines, ...rules].join("\n"));
    try {
      await runInCampaign(world, "bob", { command: "plan --write --yes", folder: campaign });
      for (const name of ["plan", "status"]) {
        const { out } = await runInCampaign(world, "bob", { command: `${name} --html`, folder: campaign });
        expect(out, name).toMatch(/<h1>[^<]*\d+ keys/);
        await inspectFile(`campaign-${name}`, out);
      }
    } finally {
      await world.close();
    }
  },
);
