/**
 * Forty keys, of which a few are not like the others. Each of these is named in the last 25 lines before the question,
 * where a person still sees it, before the form of the console, and by a field of the JSON that a pipeline reads.
 */

import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Report } from "../../provider/engine/loop/report.ts";
import { hiddenIn, openConsole } from "../console/console-world.ts";
import { classLines, everyPath, fortySeed, holdAndEdit, inUse, rename } from "../support/forty-keys.ts";
import { jsonLines } from "../support/json-lines.ts";
import { campaignSeed } from "./campaign-seed.ts";
import { useCliStage } from "./cli-stage.ts";
import { reportOf, vaultId } from "./harness.ts";

const { world, folder } = useCliStage({ seed: fortySeed });
const lastLines = (out: string): string => out.trimEnd().split("\n").slice(-25).join("\n");
const exceptions = [
  ["app-3", "renamed"],
  ["app-7", "in use"],
  ["app-11", "with a warning"],
  ["app-15", "recent"],
] as const;
const oneLines = [
  ["app-3", 'Renamed, known here under another label (was "production").'],
  ["app-7", 'In use, by resources that UKO knows (by "orders-db" (databases-for-postgresql)).'],
  ["app-11", 'With a warning, in the description or a tag ("Nicht löschen").'],
  ["app-15", "Recent, created in the last 30 days."],
] as const;
const heldKey = /app-19: (the key is )?held: legal, ticket L_7/;

async function requestAll(): Promise<void> {
  await rename(world);
  await world.uko("bob", `request ${everyPath}`);
  await holdAndEdit(world);
}

test("names each unusual key in the last 25 lines before the question, and in JSON", async () => {
  await requestAll();
  const typed = await world.type("alice", "approve --vault payments --requested-by IBMid-550000BOB", ["no"]);
  expect(typed.questions).toEqual([expect.stringContaining('"deactivate 38"')]);
  // As people count: app-9 stands before app-10.
  expect(typed.out.match(/^app-\d+(?= )/gm)?.slice(9, 11)).toEqual(["app-9", "app-10"]);
  const last = lastLines(typed.out);
  for (const line of classLines) expect(last).toContain(line);
  expect(last).toContain("You cannot approve 2 keys now:");
  expect(last).toMatch(heldKey);
  expect(last).toMatch(/app-23: .*wrote to the key/);

  const reports = jsonLines<Report>((await world.uko("alice", "requests --json")).out);
  const named = (label: string) => reports.find((report) => report.label === label);
  for (const [label, exception] of exceptions) expect(named(label)?.key?.exceptions).toContain(exception);
  expect(named("app-0")?.key?.exceptions).toEqual([]);
  expect(named("app-3")?.key?.pastLabels).toMatchObject([{ label: "production" }]);
  expect(named("app-7")?.key?.usedBy).toMatchObject([{ name: "orders-db" }]);
  expect(named("app-11")?.key?.said.description).toBe("Nicht löschen");
  expect(named("app-15")?.key?.createdAt).toBe("2026-11-23T14:22:00Z");
  expect(named("app-19")?.key?.holds).toEqual(["legal, ticket L_7, without an end"]);
  expect(named("app-23")?.deletion.voidBecause).toBe("edited");
});

test("says what is unusual about one key just before the question, and just before the form", async () => {
  await requestAll();
  const console = openConsole(world, "alice");
  await console.logIn();
  for (const [label, line] of oneLines) {
    const typed = await world.type("alice", `approve ${label}`, ["no"]);
    expect(typed.out.trimEnd().split("\n").at(-1)).toBe(`  ${line}`);
    const { keyId = "" } = reportOf(await world.uko("alice", `status ${label} --json`));
    const [before = ""] = (await console.open(`/keys/${vaultId}/${keyId}/approve`)).text.split('<div class="zone');
    const [, check = ""] = before.split("<h2>Check before you approve</h2>");
    expect(check).toMatch(/^<ul><li>[^\n]*<\/li><\/ul><\/div>\n$/);
    expect(check).toContain(line.replaceAll('"', "&quot;"));
  }
  // A key like any other has no such line.
  const { out } = await world.type("alice", "approve app-0", ["no"]);
  expect(out.trimEnd()).toMatch(/\n {4}Activation date: 2026-01-01$/);
  await console.close();
});

test("names each unusual key before the form of the console", async () => {
  await requestAll();
  const console = openConsole(world, "alice");
  await console.logIn();
  const waiting = (await console.open("/waiting")).text;
  const [, address = ""] = /action="(\/requests\/[^"]+)"/.exec(waiting) ?? [];
  const [before = ""] = (await console.submit(address)).text.split('<form method="post" action="/requests/approve"');
  for (const line of classLines) expect(before).toContain(line.replaceAll('"', "&quot;"));
  const [, check = ""] = before.split("<h2>Check before you approve</h2>");
  expect(check).toMatch(/You cannot approve 2 keys now:<ul><li> {2}app-23: .*wrote to the key/);
  expect(check).toMatch(heldKey);
  await console.close();
});

test("names each unusual key of a wave just before the question, again after the sample, and before the form", async () => {
  // The key is renamed before the campaign lists it.
  await rename(world);
  writeFileSync(
    `${folder}/campaign.yaml`,
    `format: uko-campaign-1
name: eol
instance: ${campaignSeed.instance.id}
deadline: 2027-03-20
scope: {kmsKeys: false}
waves:
  - {name: main, soak: 5d}
rules:
  - {match: {id: [${inUse}]}, class: destroy, wave: main, owner: platform, reason: Moved, override: no longer needed}
  - {match: {}, class: destroy, wave: main, owner: platform, reason: Moved}
`,
  );
  const planned = await world.uko("bob", `campaign plan --write --yes --folder ${folder}`);
  expect(planned.exitCode, planned.err).toBe(0);
  await world.uko("bob", `campaign next --yes --folder ${folder}`);
  await holdAndEdit(world);

  const first = await world.type("alice", `campaign next --folder ${folder}`, ["no"]);
  const last = lastLines(first.out);
  for (const line of classLines) expect(last).toContain(line);
  expect(last).toContain("You cannot approve 2 keys now:");
  expect(last).toMatch(heldKey);
  expect(last).toContain("app-23: changed since the manifest: ");

  const console = openConsole(world, "alice", { campaign: { folder, name: "eol" } });
  await console.logIn();
  const wave = (await console.open("/campaign/waves/main")).text;
  const [, review = ""] = /href="([^"]*review[^"]*)"/.exec(wave) ?? [];
  const { text } = await console.submit(review, hiddenIn((await console.open(review)).text));
  const [, approve = ""] = /<a class="button" href="([^"]+)">Approve this review/.exec(text) ?? [];
  const [before = ""] = (await console.open(approve)).text.split(`<form method="post" action="${approve}"`);
  for (const line of classLines) expect(before).toContain(line.replaceAll('"', "&quot;"));
  // Between these lines and the form stand no counts, no rules and no digest.
  const [, check = ""] = before.split("<h2>Check before you approve</h2>");
  expect(check).toMatch(heldKey);
  expect(check).toContain("app-23: changed since the manifest");
  expect(check).not.toMatch(/Templates:|Rules of the wave|SHA-256/);
  await console.close();

  const whole = await world.type("alice", `campaign next --folder ${folder}`, ["deactivate 1", "deactivate 37"]);
  // The second question stands under the report of the sample, so the same lines come again.
  for (const line of classLines) expect(whole.err).toContain(line);
  expect(whole.err).toMatch(heldKey);
});
