/** One approval by two people in Chromium, with one page load each; the long story is in browser.e2e.test.ts. */

import { expect, it } from "vitest";
import { keys, startCliWorld } from "../cli/harness.ts";
import { isLeftOut, logIn, openHouse } from "./seats.ts";

it.skipIf(isLeftOut)("lets a second person approve a request in a browser", async () => {
  const world = await startCliWorld();
  await world.uko("bob", `request ${keys.vouchers}`);
  await world.advance("1m");
  const house = await openHouse(world);
  try {
    const alice = await house.seat("alice");
    await logIn(alice);
    await alice.page.goto(`${alice.url}keys/${keys.vouchers}/approve`);
    await alice.page.getByLabel("Type the label of the key").fill("vouchers");
    await alice.page.getByRole("button", { name: "Approve the deactivation and deactivate the key" }).click();
    await alice.page.getByText(/This run deactivated the key/).waitFor();
    expect(alice.mistakes).toEqual([]);
  } finally {
    await house.close();
    await world.close();
  }
});
