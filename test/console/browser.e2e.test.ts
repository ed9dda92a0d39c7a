/** The console in Chromium: two people with a browser each, from the request to the removal of one key. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliTestWorld, keys, type Person, startCliWorld } from "../cli/harness.ts";
import { barriersOn, type ContextOptions } from "../support/browser.ts";
import { explainVerdict } from "../support/oracle.ts";
import { type House, inspectPage, isLeftOut, logIn, openHouse, type Seat, screenshots } from "./seats.ts";

let world: CliTestWorld;
let house: House;
const seat = (who: Person, options?: ContextOptions): Promise<Seat> => house.seat(who, options);

beforeAll(async () => {
  if (isLeftOut) return;
  world = await startCliWorld();
  house = await openHouse(world);
});
afterAll(async () => {
  await house?.close();
  await world?.close();
});

describe.skipIf(isLeftOut)("the console in a browser", () => {
  it("takes one key of two people from the request to its removal", async () => {
    const [alice, bob] = [await seat("alice"), await seat("bob")];
    await bob.page.goto(bob.url);
    await inspectPage(bob.page, "log-in");
    await logIn(bob);
    expect(await bob.context.cookies()).toMatchObject([{ httpOnly: true, sameSite: "Strict" }]);

    await bob.page.getByRole("link", { name: "Keys" }).click();
    await inspectPage(bob.page, "keys");
    await bob.page.getByLabel("Label contains").fill("vouch");
    await bob.page.getByRole("button", { name: "Search" }).click();
    await bob.page.getByRole("link", { name: "vouchers" }).click();
    await bob.page.getByRole("link", { name: "Request the deactivation" }).click();
    await bob.page.getByLabel("Reason for the other person").fill("Vouchers moved to the new shop");
    await inspectPage(bob.page, "request");
    await bob.page.getByRole("button", { name: "Request the deactivation" }).click();
    await bob.page.getByText(/is waiting for a second person to approve its deactivation/).waitFor();
    await inspectPage(bob.page, "result");
    await world.advance("1m");

    await logIn(alice);
    await inspectPage(alice.page, "waiting");
    await alice.page.getByRole("link", { name: "vouchers" }).click();
    await inspectPage(alice.page, "key");
    await alice.page.getByRole("link", { name: "Approve the deactivation and deactivate the key" }).click();
    await inspectPage(alice.page, "approve");
    await alice.page.getByLabel("Type the label of the key").fill("vouchers");
    await alice.page.getByLabel("Type the label of the key").press("Enter");
    await alice.page.getByText(/This run deactivated the key/).waitFor();
    await alice.page.goto(`${alice.url}keys/${keys.vouchers}`);
    await alice.page.getByRole("link", { name: "Request the destruction" }).click();
    await inspectPage(alice.page, "request-destruction");
    await alice.page.getByLabel("Type the label of the key").fill("vouchers");
    await alice.page.getByRole("button", { name: "Request the destruction" }).click();
    await alice.page.getByText(/is waiting for a second person to approve its destruction/).waitFor();
    await world.advance("5h");

    await bob.page.goto(`${bob.url}keys/${keys.vouchers}/approve`);
    await bob.page.getByLabel("Type the label of the key").fill("voucher");
    await bob.page.getByRole("button", { name: /destroy the key/ }).click();
    await bob.page.getByRole("alert").waitFor();
    await bob.page.getByLabel("Type the label of the key").fill("vouchers");
    await bob.page.getByRole("button", { name: /destroy the key/ }).click();
    await bob.page.getByText(/This run destroyed the key/).waitFor();
    await world.advance("31d");

    await bob.page.getByRole("link", { name: "Who am I" }).click();
    await inspectPage(bob.page, "who");
    await bob.page.getByRole("link", { name: "Waiting for you" }).click();
    await bob.page.getByRole("link", { name: "vouchers" }).click();
    await inspectPage(bob.page, "removable");
    await bob.page.getByRole("link", { name: "Remove the key from its vault" }).click();
    await bob.page.getByLabel("Type the label of the key").fill("vouchers");
    await bob.page.getByRole("button", { name: "Remove the key from its vault" }).click();
    await bob.page.getByText(/this run removed it from its vault/).waitFor();

    await bob.page.getByRole("button", { name: "Log out" }).click();
    await bob.page.getByRole("heading", { name: "Log in" }).waitFor();
    expect(await bob.context.cookies()).toEqual([]);
    expect([...alice.mistakes, ...bob.mistakes.filter((text) => !/status of 422/.test(text))]).toEqual([]);
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  });

  it("shows a request of another person without a reload, and keeps the focus", async () => {
    const alice = await seat("alice");
    await logIn(alice);
    await world.uko("bob", `request ${keys.cards}`);
    // The request that the page makes every 30 seconds.
    const refresh =
      "htmx.ajax('GET', '/waiting', { source: '#main', select: '#main', target: '#main', swap: 'outerHTML' })";
    await alice.page.evaluate(refresh);
    await alice.page.getByRole("link", { name: "cards" }).waitFor();
    await alice.page.evaluate(`document.querySelector(".card a").focus(); ${refresh}`);
    expect(await alice.page.evaluate("document.activeElement.id")).toBe(`key-${keys.cards.split("/")[1]}`);
    await alice.page.goto(`${alice.url}keys/${keys.cards}`);
    await alice.page.getByText("Consent record on the key").click();
    await alice.page.evaluate(
      `document.querySelector("h1").textContent = "old"; ${refresh.replace("/waiting", `/keys/${keys.cards}`)}`,
    );
    await alice.page.getByRole("heading", { name: "Key cards" }).waitFor();
    await alice.page.locator("details[open] > summary:focus").waitFor();
    expect(alice.mistakes).toEqual([]);
  });

  it("says what a slow page reads, and no longer once the page is whole", async () => {
    const alice = await seat("alice");
    await logIn(alice);
    await world.control("faults", { operation: "listManagedKeys", latencyMs: 3_000 });
    void alice.page.goto(`${alice.url}waiting`);
    const shown = () => alice.page.evaluate<string>("document.body.innerText");
    await expect.poll(shown, { interval: 100, timeout: 2_900 }).toContain("Reading from the service …");
    await expect.poll(shown, { interval: 100, timeout: 20_000 }).toMatch(/waiting for you\.|asks to/);
    await alice.page.getByRole("link", { name: "Who am I" }).waitFor();
    await expect.poll(() => alice.page.evaluate("document.readyState"), { timeout: 20_000 }).toBe("complete");
    expect(await shown()).not.toContain("Reading from the service …");
    await fetch(`${world.url}/_emulator/faults`, { method: "DELETE" });
  });

  it("works in the dark, without JavaScript and with the keyboard alone", async () => {
    const erin = await seat("carol", { colorScheme: "dark", javaScriptEnabled: false });
    await erin.page.goto(erin.url);
    await erin.page.getByLabel("Code").fill(erin.code());
    await erin.page.keyboard.press("Enter");
    await erin.page.getByRole("heading", { name: "Waiting for you" }).waitFor();
    await erin.page.keyboard.press("Tab");
    await erin.page.keyboard.press("Enter");
    await erin.page.waitForURL(/#main$/);
    expect(await barriersInDark()).toEqual([]);
  });

  it("cannot be framed, or read, by a page of another origin", async () => {
    const bob = await seat("bob");
    await logIn(bob);
    const attacker = await bob.context.newPage();
    await attacker.goto(`${world.url}/`);
    const outcome = await attacker.evaluate<string>(
      `fetch(${JSON.stringify(`${bob.url}waiting`)}, { credentials: "include" }).then(() => "read", () => "refused")`,
    );
    expect(outcome).toBe("refused");
  });
});

/** axe-core needs JavaScript, so another seat looks at the colors of the dark theme. */
async function barriersInDark(): Promise<readonly string[]> {
  const dark = await seat("bob", { colorScheme: "dark" });
  await logIn(dark);
  const found = [...(await barriersOn(dark.page))];
  for (const address of ["keys", "me", `keys/${keys.payroll}`, `keys/${keys.payroll}/request`]) {
    await dark.page.goto(dark.url + address);
    found.push(...(await barriersOn(dark.page)));
  }
  if (screenshots !== undefined) await inspectPage(dark.page, "dark");
  return found;
}
