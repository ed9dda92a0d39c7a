/** One act on many keys in the console: each card leads to a page with the list, and to one confirmation. */

import { beforeEach, describe, expect, it } from "vitest";
import { type CliTestWorld, keys, reportOf } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { hiddenIn, type TestConsole, useTwoPeople } from "./console-world.ts";

let world: CliTestWorld;
let alice: TestConsole;
let bob: TestConsole;
useTwoPeople(["alice", "bob"], (opened, consoles) => {
  world = opened;
  [alice, bob] = consoles;
});

describe("many requests of one person", () => {
  const together = [keys.vouchers, keys.cards, keys.payroll] as const;

  beforeEach(async () => {
    for (const each of together) await world.uko("bob", `request ${each} --reason Moved`);
    await world.advance("1m");
  });

  const review = async (who: TestConsole): Promise<string> => {
    const waiting = (await who.open("/waiting")).text;
    const [, address = "/requests/none"] = /action="(\/requests\/[^"]+)"/.exec(waiting) ?? [];
    return (await who.submit(address)).text;
  };
  const deactivations = () => world.effects("deactivateManagedKey");

  it("are one card, and are approved by typing the step and the number of keys", async () => {
    const waiting = (await alice.open("/waiting")).text;
    expect(waiting.match(/<article/g)).toHaveLength(1);
    expect(waiting).toContain("(&quot;Bob Example&quot;) asks to deactivate 3 keys in payments");
    const page = await review(alice);
    for (const part of [
      "<h1>Deactivate 3 keys</h1>",
      "Reason of each request: Moved",
      "Type <code>deactivate 3</code>",
    ])
      expect(page).toContain(part);
    expect(page).toContain(`<a href="/keys/${together[0]}">vouchers</a>`);
    const vault = together[0].split("/")[0];
    expect(page).toContain(
      `<code>uko approve --vault ${vault} --step deactivate --requested-by IBMid-550000BOB</code>`,
    );
    const mistyped = await alice.submit("/requests/approve", { ...hiddenIn(page), typed: "deactivate 2" });
    expect([mistyped.status, mistyped.text.includes("You did not type")]).toEqual([422, true]);
    expect(await deactivations()).toBe(0);
    const done = await alice.submit("/requests/approve", { ...hiddenIn(page), typed: "deactivate 3" });
    expect(done.text).toContain("<h1>3 keys deactivated</h1>");
    expect(await deactivations()).toBe(3);
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  });

  it("show how many are done, the rate and the time left, in the words of the command line", async () => {
    const page = await review(alice);
    await world.control("faults", { operation: "deactivateManagedKey", latencyMs: 1_100 });
    const sent = alice.post("/requests/approve", { ...hiddenIn(page), typed: "deactivate 3" });
    const says = new Set<string>();
    // The clock of this world stands still, and the rate counts by it.
    const ended = async () => {
      await world.advance("1s");
      const { text } = await alice.open("/run");
      says.add(/<p class="lead" role="status">([^<]*)</.exec(text)?.[1] ?? "");
      return text;
    };
    await expect.poll(ended, { interval: 200, timeout: 20_000 }).toContain("<h1>3 keys deactivated</h1>");
    expect((await sent).status).toBe(303);
    expect(Array.from(says).join("\n")).toMatch(/^Approving: [12] of 3, \d\.\d per second, \d+ s left$/m);
  });

  it("show what is unusual before the form, also a key whose request no longer counts", async () => {
    expect(
      await withOtherTool(world, "carol", together[1], { method: "PATCH", tag: { name: "team", value: "other" } }),
    ).toBe(200);
    const [before = "", form = ""] = (await review(alice)).split('<form method="post" action="/requests/approve"');
    expect(before).toContain("1 in use, by resources that UKO knows: payroll (by &quot;bucket-1&quot; ");
    expect(before).toContain("You cannot approve 1 key now:");
    expect(before).toMatch(/cards: The record that names IBMid-550000BOB [^<]* wrote to the key on /);
    expect(form).toContain("deactivate 2");
  });

  it("leave out a key whose request was replaced after the review", async () => {
    const page = await review(alice);
    await world.uko("bob", `withdraw ${together[1]}`);
    await world.advance("1m");
    await world.uko("carol", `request ${together[1]}`);
    await world.advance("1m");
    const { text } = await alice.submit("/requests/approve", { ...hiddenIn(page), typed: "deactivate 3" });
    expect(text).toContain("<h1>2 keys deactivated, 1 left</h1>");
    expect(reportOf(await world.uko("bob", `status ${together[1]} --json`)).keyState).toBe("active");
  });

  it("are not approved without a review, with another review, or twice with one", async () => {
    const typed = "deactivate 3";
    await alice.open("/me");
    for (const form of [{}, { review: "" }, { review: "0".repeat(64) }]) {
      expect((await alice.submit("/requests/approve", { ...form, typed })).status).toBe(409);
    }
    const page = await review(alice);
    expect((await alice.submit("/requests/approve", { review: "0".repeat(64), typed })).status).toBe(409);
    expect((await bob.submit("/requests/approve", { ...hiddenIn(page), csrf: "", typed })).status).toBe(403);
    expect(await deactivations()).toBe(0);
    await alice.submit("/requests/approve", { ...hiddenIn(page), typed });
    expect((await alice.submit("/requests/approve", { ...hiddenIn(page), typed })).status).toBe(409);
    expect(await deactivations()).toBe(3);
  });

  it("are not approved after a new log-in with the review of the last one", async () => {
    const page = await review(alice);
    await alice.post("/logout");
    await alice.logIn();
    await alice.open("/me");
    const { csrf: _old, ...form } = hiddenIn(page);
    expect((await alice.submit("/requests/approve", { ...form, typed: "deactivate 3" })).status).toBe(409);
    expect(await deactivations()).toBe(0);
  });

  it("are not offered to the requester", async () => {
    expect((await bob.open("/waiting")).text).not.toContain('action="/requests/');
    expect(await review(bob)).toContain("This console has no such page");
    const address = `/requests/approve/${together[0].split("/")[0]}/active/IBMid-550000BOB`;
    expect((await bob.submit(address)).text).toContain("These keys are no longer waiting for you");
  });

  it("have a stored approval, the approved step and the removal as one act each", async () => {
    const take = async (who: TestConsole, typed: string) => {
      const page = await review(who);
      const other = await who.submit("/requests/approve", { ...hiddenIn(page), typed: typed.replace("3", "2") });
      expect(other.status).toBe(422);
      return (await who.submit("/requests/approve", { ...hiddenIn(page), typed })).text;
    };
    await take(alice, "deactivate 3");
    for (const each of together) await world.uko("bob", `request ${each}`);
    await world.advance("1m");
    expect(await take(alice, "store 3")).toContain("<h1>3 keys approved</h1>");
    await world.advance("5h");
    expect((await bob.open("/waiting")).text).toContain("Your request to destroy 3 keys in payments is approved");
    expect(await take(bob, "destroy 3")).toContain("<h1>3 keys destroyed</h1>");
    await world.advance("91d");
    expect((await bob.open("/waiting")).text).toContain("You can remove 3 keys in payments");
    expect(await take(bob, "remove 3")).toContain("<h1>3 keys removed</h1>");
    const verdict = await world.verdict();
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  });
});
