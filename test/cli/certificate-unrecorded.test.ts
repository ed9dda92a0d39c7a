/** `uko certificate` for a key that one person destroyed with another tool: its evidence has no destruction. */

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Story, startStory, trustAll } from "../certificate/story.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { keys } from "./harness.ts";

let story: Story;
beforeAll(async () => {
  story = await startStory();
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
afterAll(() => story.close());

const verify = (options = "") =>
  story.uko("erin", `certificate verify @c.json --allow-emulator ${trustAll} ${options}`);

it("shows the destruction as not recorded, and never the people or the time of the deactivation", async () => {
  const { out } = await story.uko("erin", "certificate show @c.json");
  expect(out).toMatch(/^vouchers +destruction: not recorded +not recorded$/m);
  expect(out).toMatch(/^payroll +destroyed, removed +2026-/m);
});

it("counts the key apart in the title and the totals of the page, and shows it first", async () => {
  await story.uko("erin", "certificate show @c.json --html @c.html");
  const page = readFileSync(story.file("c.html"), "utf8");
  expect(page).toContain("<title>Certificate of key destruction: 1 of 2 keys destroyed</title>");
  expect(page).toMatch(/<dd>1 destruction: not recorded\n1 destroyed, removed<\/dd>/);
  expect(page.indexOf(">vouchers</th>")).toBeLessThan(page.indexOf(">payroll</th>"));
});

it("is not valid unless --allow-unrecorded names the key, which then stands before the result and does not count as valid", async () => {
  const refused = await verify();
  expect(refused).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining("The destruction of key"),
  });
  expect(refused.err).toContain(`--allow-unrecorded ${keys.vouchers}`);
  expect(await verify(`--allow-unrecorded ${keys.payroll}`)).toMatchObject({ exitCode: 1 });
  const allowed = await verify(`--allow-unrecorded ${keys.vouchers}`);
  expect(allowed).toMatchObject({ exitCode: 0, err: "" });
  const [gaps = "", valid = ""] = allowed.out.split(/^(?=Valid)/m);
  expect(gaps).toMatch(
    /^Not recorded, for 1 of 2 keys:\nvouchers, key [\da-f-]+: destruction: not recorded, accepted by --allow-unrecorded\n {2}Key check value: [\dA-F]{6} \(ENC-ZERO\)\n {2}2026/,
  );
  expect(valid).toMatch(/^Valid: 1 of 2 keys destroyed, of instance /);
  expect(valid).toMatch(/^payroll, key/m);
  expect(valid).not.toMatch(/^vouchers/m);
  expect(allowed.out).toContain("Outcomes: 1 removed, 1 destruction not recorded\n");
});
