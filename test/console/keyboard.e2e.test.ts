/** The console with the keyboard alone: Tab, Enter and letters, from the log-in to the acts on a key and on a wave. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoFile } from "../cli/campaign-seed.ts";
import { type CliTestWorld, keys, startCliWorld } from "../cli/harness.ts";
import type { Page } from "../support/browser.ts";
import { explainVerdict } from "../support/oracle.ts";
import { type House, isLeftOut, openHouse, type Seat } from "./seats.ts";

let world: CliTestWorld;
let house: House;
let folder: string;
beforeAll(async () => {
  if (isLeftOut) return;
  world = await startCliWorld();
  house = await openHouse(world);
  folder = mkdtempSync(path.join(tmpdir(), "uko-keyboard-"));
  writeFileSync(path.join(folder, "campaign.yaml"), demoFile("cards", "cards"));
  expect((await world.uko("bob", `campaign plan --write --yes --folder ${folder}`)).exitCode).toBe(0);
});
afterAll(async () => {
  await house?.close();
  await world?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

interface Focus {
  readonly name: string;
  readonly isVisible: boolean;
}

/** What has the focus: its label or its text, and whether a person sees that it has the focus. */
const focusOf = (page: Page): Promise<Focus> =>
  page.evaluate<Focus>(`(() => {
    const at = document.activeElement;
    const { top, bottom, width } = at.getBoundingClientRect();
    const isRinged = getComputedStyle(at).outlineStyle !== "none" && at.matches(":focus-visible");
    const isOnScreen = width > 0 && bottom > 0 && top < window.innerHeight;
    const name = at === document.body ? "" : (at.labels?.[0] ?? at).textContent.trim();
    return { name, isVisible: isRinged && isOnScreen };
  })()`);

/** Presses Tab until the element with this name has the focus. Each element on the way shows its focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press("Tab");
    const focus = await focusOf(page);
    // After its last element, the page has no focus once.
    if (focus.name !== "") expect(focus, `focus on "${focus.name}"`).toMatchObject({ isVisible: true });
    if (name.test(focus.name)) return;
    passed.push(focus.name);
  }
  throw new Error(`Tab does not reach ${name}, but ${passed.join(", ")}`);
}

/** Goes to each of these links or buttons, presses Enter, and waits for the page that it opens. */
async function enter(page: Page, ...names: readonly RegExp[]): Promise<void> {
  for (const name of names) {
    await tabTo(page, name);
    await submit(page);
  }
}

async function submit(page: Page): Promise<void> {
  await page.evaluate("window.isLeft = true");
  await page.keyboard.press("Enter");
  const isOpen = () =>
    page.evaluate("window.isLeft === undefined && document.readyState === 'complete'").catch(() => false);
  await expect.poll(isOpen, { timeout: 20_000 }).toBe(true);
}

async function type(page: Page, field: RegExp, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(text);
}

const heading = (page: Page, name: RegExp): Promise<void> => page.getByRole("heading", { name }).waitFor();

async function logInByKeyboard({ page, url, code }: Seat): Promise<void> {
  await page.goto(url);
  if (!/^Code/.test((await focusOf(page)).name)) await tabTo(page, /^Code/);
  await page.keyboard.type(code());
  await submit(page);
  await heading(page, /Waiting for you/);
}

/** Opens the page of a key from the list of all keys. */
async function openKey(page: Page, label: string): Promise<void> {
  await enter(page, /^Keys$/);
  await type(page, /^Label contains/, label);
  await submit(page);
  await enter(page, new RegExp(`^${label}$`));
  await heading(page, new RegExp(`Key ${label}`));
}

/** The request that each page with a refresh makes. */
const refresh = (page: Page): Promise<void> =>
  page.evaluate(
    "htmx.ajax('GET', location.pathname, { source: '#main', select: '#main', target: '#main', swap: 'outerHTML' })",
  );

describe.skipIf(isLeftOut)("the console with the keyboard alone", () => {
  it("requests, approves and declines an act on a key and on a wave", { timeout: 240_000 }, async () => {
    const campaign = { folder, name: "eol" };
    const [alice, bob] = [await house.seat("alice", { campaign }), await house.seat("bob", { campaign })];
    await logInByKeyboard(bob);
    const request = async (label: string): Promise<void> => {
      await openKey(bob.page, label);
      await enter(bob.page, /^Request the deactivation/);
      await type(bob.page, /^Reason for the other person/, "Moved to the new shop");
      await enter(bob.page, /^Request the deactivation/);
      await heading(bob.page, /Request sent/);
    };
    await request("vouchers");
    const ofWave = /^Request the deactivation of/;
    await enter(bob.page, /^Campaign$/, /^pilot$/, ofWave, ofWave);
    await bob.page.getByText(/^Requested the deactivation of 1 key/).waitFor();
    await world.advance("1m");

    await logInByKeyboard(alice);
    await tabTo(alice.page, /^vouchers$/);
    await refresh(alice.page);
    await expect.poll(() => focusOf(alice.page)).toEqual({ name: "vouchers", isVisible: true });
    await submit(alice.page);
    await heading(alice.page, /Key vouchers/);
    await enter(alice.page, /^Approve the deactivation and deactivate/);
    await type(alice.page, /^Type the label of the key/, "vouchers");
    await alice.page.keyboard.press("Enter");
    await alice.page.getByText(/This run deactivated the key/).waitFor();

    await request("payroll");
    await enter(alice.page, /^Waiting for you$/, /^payroll$/);
    await heading(alice.page, /Key payroll/);
    await tabTo(alice.page, /^More$/);
    await alice.page.keyboard.press("Enter");
    await enter(alice.page, /^Decline|^Withdraw/);
    await type(alice.page, /^Reason/, "Payroll is in use");
    await enter(alice.page, /^Decline|^Withdraw/);
    await alice.page.getByText(/declined the request for the deactivation.*Payroll is in use/).waitFor();

    // The link that has the focus goes away with its request. The content that replaces it has the focus then.
    await request("payroll");
    await enter(alice.page, /^Waiting for you$/);
    await tabTo(alice.page, /^payroll$/);
    await world.uko("bob", `withdraw ${keys.payroll}`);
    await refresh(alice.page);
    await expect.poll(() => alice.page.evaluate("document.activeElement.id")).toBe("main");
    await alice.page.keyboard.press("Tab");
    expect((await focusOf(alice.page)).name).toBe("Wave pilot");

    await enter(alice.page, /^Campaign$/, /^pilot$/);
    await heading(alice.page, /pilot/);
    await enter(alice.page, /^Review the deactivation/, /^Review the deactivation/, /^Approve this review/);
    await type(alice.page, /^Type the step and the number of keys/, "deactivate 1");
    await enter(alice.page, /^Deactivate 1 key/);
    await alice.page.getByText(/^Deactivated 1 key of wave/).waitFor();

    expect([alice.mistakes, bob.mistakes]).toEqual([[], []]);
    expect(await world.effects("deactivateManagedKey")).toBe(2);
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  });
});
