/** `uko certificate` for a key that one person destroyed with another tool: its evidence has no destruction. */

import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { useStory } from "../certificate/use-story.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { keys } from "./harness.ts";

const story = useStory();
beforeAll(async () => {
  await story.destroy("payroll");
  await story.remove("payroll");
  await story.uko("bob", `request ${keys.vouchers} --reason "Vouchers moved"`);
  await story.world.advance("1m");
  await story.world.type("alice", `approve ${keys.vouchers}`, undefined, {
    UKO_EVIDENCE: story.file("evidence.jsonl"),
  });
  await story.world.advance("5h");
  expect(await withOtherTool(story.world, "bob", keys.vouchers, { method: "POST", below: "/destroy" })).toBe(200);
  await story.world.advance("31d");
  await story.world.type("bob", `continue ${keys.vouchers}`, undefined, {
    UKO_EVIDENCE: story.file("evidence.jsonl"),
  });
  expect(await story.uko("bob", "certificate create --sign-key @bob.key --out @c.json")).toMatchObject({ err: "" });
});

it("counts the key apart in the title and the totals of the page, and shows it first", async () => {
  await story.uko("erin", "certificate show @c.json --html @c.html");
  const page = readFileSync(story.file("c.html"), "utf8");
  expect(page).toContain("<title>Certificate of key destruction: 1 of 2 keys destroyed</title>");
  expect(page).toMatch(/<dd>1 destruction: not recorded\n1 destroyed, removed<\/dd>/);
  expect(page.indexOf(">vouchers</th>")).toBeLessThan(page.indexOf(">payroll</th>"));
});
