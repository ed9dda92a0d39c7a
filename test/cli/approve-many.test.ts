/**
 * Forty keys, of which a few are not like the others. Each of these is named in the last 25 lines before the question,
 * where a person still sees it, and by a field of the JSON that a pipeline reads.
 */

import { expect, test } from "vitest";
import type { Report } from "../../provider/engine/loop/report.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { useCliStage } from "./cli-stage.ts";
import { seed, startTime, vaultId } from "./harness.ts";

const idOf = (at: number): string => `9b2d0000-0000-4000-8000-00000000${String(1000 + at)}`;
const like = { ...seed.keys?.[4], resources: [] };
const database = { crn: "crn:v1:db", name: "orders-db", serviceName: "databases-for-postgresql" };
const usual = Array.from({ length: 40 }, (_, at) => ({ ...like, id: idOf(at), label: `app-${at}` }));
const odd: Readonly<Record<number, object>> = {
  3: { label: "production" },
  7: { resources: [database] },
  11: { description: "Nicht löschen" },
  15: { createdAt: new Date(Date.parse(startTime) - 24 * 60 * 60 * 1000).toISOString() },
};
const { world } = useCliStage({
  seed: { ...seed, keys: usual.map((key, at) => ({ ...key, ...odd[at] })) } as unknown as typeof seed,
});
const pathOf = (at: number): string => `${vaultId}/${idOf(at)}`;
const tags = (name: string, value: string) => async (at: number) => {
  expect(await withOtherTool(world, "carol", pathOf(at), { method: "PATCH", tag: { name, value } })).toBe(200);
};

test("names each unusual key in the last 25 lines before the question, and in JSON", async () => {
  await world.uko("alice", `request ${pathOf(3)}`);
  await world.uko("alice", `withdraw ${pathOf(3)}`);
  await world.advance("1h");
  await withOtherTool(world, "carol", pathOf(3), { method: "PATCH", body: { label: "app-3" } });
  await world.uko("bob", `request ${usual.map((_, at) => pathOf(at)).join(" ")}`);
  await world.advance("1m");
  await tags("hold", "legal ticket L_7")(19);
  await tags("team", "other")(23);
  await world.advance("1m");
  const { out, questions } = await world.type("alice", `approve --vault payments --requested-by IBMid-550000BOB`, [
    "no",
  ]);
  expect(questions).toEqual([expect.stringContaining('"deactivate 38"')]);
  const last = out.trimEnd().split("\n").slice(-25).join("\n");
  expect(last).toContain('1 renamed, known here under another label: app-3 (was "production").');
  expect(last).toContain('1 in use, by resources that UKO knows: app-7 (by "orders-db" (databases-for-postgresql)).');
  expect(last).toContain('1 with a warning, in the description: app-11 ("Nicht löschen").');
  expect(last).toContain("1 recent, created in the last 30 days: app-15.");
  expect(last).toMatch(/You cannot approve 2 keys now:\n(.*\n)?.*app-19: the key is held: legal, ticket L_7/);
  expect(last).toMatch(/app-23: .*wrote to the key/);

  const { out: json } = await world.uko("alice", "requests --json");
  const reports = json
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Report);
  const named = (label: string) => reports.find((report) => report.label === label);
  expect(named("app-3")?.key?.pastLabels).toMatchObject([{ label: "production" }]);
  expect(named("app-7")?.key?.usedBy).toMatchObject([{ name: "orders-db" }]);
  expect(named("app-11")?.key?.said.description).toBe("Nicht löschen");
  expect(named("app-15")?.key?.createdAt).toBe("2026-11-23T14:22:00Z");
  expect(named("app-19")?.key?.holds).toEqual(["legal, ticket L_7, without an end"]);
  expect(named("app-23")?.deletion.voidBecause).toBe("edited");
});
