/** A wave of 200 keys in Chromium: one person requests, a second person reviews and approves. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateSeed } from "../../provider/emulator/store/generate.ts";
import { useCampaignStage } from "../cli/campaign-stage.ts";
import type { Page } from "../support/browser.ts";
import { explainVerdict } from "../support/oracle.ts";
import { type House, inspectPage, isLeftOut, logIn, openHouse } from "./seats.ts";

const seed = {
  ...generateSeed({ keys: 230, vaults: 2, kms: 0, blocked: 8 }),
  clock: { start: "2026-10-01T09:00:00Z", frozen: true },
};

const stage = useCampaignStage(seed, { isKept: true });
const { world, folder } = stage;
let house: House;
beforeAll(async () => {
  if (isLeftOut) return;
  house = await openHouse(world);
  await stage.begin(`format: uko-campaign-1
name: eol
instance: ${seed.instance.id}
deadline: 2027-03-20
lastDeadline: 2027-03-28
waves:
  - {name: pilot, soak: 4h}
  - {name: main, after: [pilot], soak: 4h}
rules:
  - {match: {label: '*-0022*'}, class: destroy, wave: main, owner: platform, reason: Moved}
  - {match: {}, class: destroy, wave: pilot, owner: platform, reason: Moved}
`);
});
afterAll(() => house?.close());

/** Each page that the run redirects to shows its progress until its result is there. */
const resultOf = async (page: Page, says: RegExp): Promise<void> => page.getByText(says).waitFor();
const deactivations = () => world.effects("deactivateManagedKey");

describe.skipIf(isLeftOut)("a wave in a browser", () => {
  it("is approved by a second person, who types the step and the count", { timeout: 240_000 }, async () => {
    const campaign = { folder, name: "eol" };
    const bob = await house.seat("bob", { campaign, javaScriptEnabled: false });
    const alice = await house.seat("alice", { campaign });

    await logIn(bob);
    await bob.page.getByRole("link", { name: "Campaign", exact: true }).click();
    await bob.page.locator("main table a >> nth=0").click();
    await bob.page.getByRole("link", { name: /^Request the deactivation/ }).click();
    await bob.page.getByLabel("Reason for the other person").fill("Moved to the new platform");
    await bob.page.getByRole("button", { name: /^Request the deactivation/ }).click();
    // The request goes on without this page.
    await bob.page.getByText("Stop after the calls in progress").waitFor();
    await bob.page.goto(`${bob.url}me`);

    await logIn(alice);
    await alice.page.getByRole("link", { name: "Campaign", exact: true }).click();
    await inspectPage(alice.page, "campaign");
    await bob.page.goto(`${bob.url}run`);
    await resultOf(bob.page, /^Requested the deactivation of \d{3} keys/);

    await alice.page.locator("main table a >> nth=0").click();
    await inspectPage(alice.page, "wave");
    await alice.page.getByRole("link", { name: /^Review the deactivation/ }).click();
    await alice.page.getByRole("button", { name: /^Review the deactivation/ }).click();
    await alice.page.getByRole("link", { name: /^Approve this review and deactivate/ }).click();
    await inspectPage(alice.page, "wave-approve");
    const approve = alice.page.url();

    // The first run acts on a few keys, the second on all others.
    for (const isFirst of [true, false]) {
      await alice.page.goto(approve);
      const phrase = await alice.page.locator("#typed-help code").textContent();
      await alice.page.getByLabel("Type the step and the number of keys").fill(phrase ?? "");
      await alice.page.getByRole("button", { name: /^Deactivate \d+ keys?$/ }).click();
      if (!isFirst) await inspectPage(alice.page, "wave-run");
      await resultOf(alice.page, /^Deactivated \d+ keys? of wave/);
    }
    await inspectPage(alice.page, "wave-result");
    await alice.page.goto(`${alice.url}campaign/waves/pilot/rollback`);
    await inspectPage(alice.page, "wave-rollback");
    await alice.page.getByLabel("Only keys with this ID or label").fill("no such key");
    await alice.page.getByRole("button", { name: "Filter" }).click();
    await alice.page.waitForURL(/\?only=no\+such\+key$/);
    expect(await alice.page.locator("#typed-help code").textContent()).toBe("reactivate 0");
    expect(await deactivations()).toBeGreaterThanOrEqual(180);
    await alice.page.goto(`${alice.url}campaign/waves/pilot/rollback`);
    await alice.page
      .getByLabel(/^Type the act/)
      .fill((await alice.page.locator("#typed-help code").textContent()) ?? "");
    await alice.page.getByRole("button", { name: /^Reactivate/ }).click();
    await resultOf(alice.page, /^Reactivated \d{3} keys/);
    // The rollback stops the wave, and the page lists only the first keys of the stop.
    await alice.page.goto(`${alice.url}campaign`);
    await inspectPage(alice.page, "campaign-stopped");
    expect(await alice.page.locator("tbody tr").count()).toBeLessThan(100);
    expect([alice.mistakes, bob.mistakes]).toEqual([[], []]);
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  });
});
