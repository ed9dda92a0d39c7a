/** Each report about keys in each form: a terminal, JSON, one HTML page and the console show the same keys and values. */

import { expect, it } from "vitest";
import { type KeyRow, keyRow } from "../../provider/campaign/reports/key-row.ts";
import { type KeyTable, keyTables } from "../../provider/campaign/reports/key-views.ts";
import { openConsole } from "../console/console-world.ts";
import { dataOf, useCampaignStage } from "./campaign-stage.ts";

type Row = Readonly<Record<string, string>>;

const stage = useCampaignStage();
const { campaign, planned, keyNamed, remove, takeStep } = stage;

/** Keys that are late, blocked, held, destroyed, removed, reviewed, and in the cloud only. */
async function manyStates(): Promise<void> {
  await planned((text) => text.replace(", after: [pilot]", ""));
  await takeStep("draft-1", "carol");
  await remove("draft-1");
  await stage.world.uko("bob", `request ${keyNamed("cards-1")}`);
  await stage.world.advance("1m");
  expect(await campaign("review main deactivate --other", "alice")).toMatchObject({ exitCode: 0 });
}

/** A value of JSON as tables show it. */
function shown(value: unknown): string {
  if (value === null) return "";
  if (typeof value === "object" && "sentence" in value) return String(value.sentence);
  if (!Array.isArray(value)) return String(value);
  const parts = value as readonly (string | KeyRow["cloudIds"][number] | KeyRow["steps"][number])[];
  const texts = parts.map((part) => {
    if (typeof part === "string") return part;
    return "id" in part ? part.id : `${part.step} by ${part.by} at ${part.at}`;
  });
  return texts.join("; ");
}

/** `cloudIds` from `CLOUD IDS`. */
const factOf = (head: string): string =>
  Object.keys(keyRow.shape).find((fact) => fact.replaceAll(/[A-Z]/g, " $&").toUpperCase() === head.toUpperCase()) ??
  head;

/** The table under a title in a terminal. */
function tableInText(out: string, title: string): readonly Row[] {
  // A table with days says that they are in UTC: here after its title, and on a page in the heads.
  const [, rest = ""] = out.split(new RegExp(`\n${title}(?: \\(dates in UTC\\))?\n`));
  const [heads = "", ...lines] = (rest.split("\n\n")[0] ?? "").trimEnd().split("\n");
  const facts = heads.split(/ {2,}/).map(factOf);
  const rows = lines.filter((line) => !line.startsWith("  "));
  return rows.map((line) => Object.fromEntries(line.split(/ {2,}/).map((cell, at) => [facts[at], cell])));
}

/** The table under a title on a page. */
function tableInPage(page: string, title: string): readonly Row[] {
  const [, table = ""] =
    page.match(new RegExp(`<h2[^>]*>${title}</h2>[\\s\\S]*?<tbody[^>]*>([\\s\\S]*?)</tbody>`)) ?? [];
  const plain = (text: string): string =>
    text
      .replaceAll(/<[^>]*>/g, "")
      .replaceAll("&quot;", '"')
      .replaceAll("&#39;", "'")
      .replaceAll("&amp;", "&");
  return [...table.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = ""]) =>
    Object.fromEntries(
      [...row.matchAll(/<t[hd][^>]*data-label="([^"]*)"[^>]*>([\s\S]*?)<\/t[hd]>/g)].map(
        ([, label = "", cell = ""]) => [factOf(label.replace(" (UTC)", "")), plain(cell)],
      ),
    ),
  );
}

/** What a table has to show: the rows of the JSON that belong in it, with those of its facts that a row has. */
function expectedIn({ facts, isShown = () => true }: KeyTable, rows: readonly KeyRow[]): readonly Row[] {
  const own = rows.filter(isShown);
  const known = facts.filter((fact) => own.some((row) => shown(row[fact]) !== ""));
  return own.map((row) => Object.fromEntries(known.map((fact) => [fact, shown(row[fact]) || "-"])));
}

const byKey = (rows: readonly Row[]): readonly Row[] =>
  rows.toSorted((one, other) => (one.label ?? "").localeCompare(other.label ?? ""));

it.each([
  ["plan", "late"],
  ["plan", "blocked"],
  ["plan", "livesOn"],
] as const)("shows of %s, in the table %s, what its JSON lists", async (command, name) => {
  await manyStates();
  const { title }: KeyTable = keyTables[name];
  const rows = dataOf(await campaign(`${command} --json`)).keys as readonly KeyRow[];
  const table = tableInText((await campaign(command)).out, title);
  expect(table.length).toBeGreaterThan(0);
  expect(byKey(table)).toEqual(byKey(expectedIn(keyTables[name], rows)));
  expect(tableInPage((await campaign("plan --html")).out, title)).toEqual(table);
});

it("shows of a wave in the console what the JSON of status and plan lists", async () => {
  await manyStates();
  const rows = dataOf(await campaign("status --json")).keys as readonly KeyRow[];
  const late = tableInText((await campaign("plan")).out, "Late");
  const bob = openConsole(stage.world, "bob", { campaign: { folder: stage.folder, name: "eol" } });
  try {
    await bob.logIn();
    const table = tableInPage((await bob.open("/campaign/waves/main")).text, "Keys");
    expect(byKey(table)).toEqual(
      byKey(
        expectedIn(
          keyTables.wave,
          rows.filter(({ wave }) => wave === "main"),
        ),
      ),
    );
    expect(tableInPage((await bob.open("/campaign")).text, "Late")).toEqual(late);
  } finally {
    await bob.close();
  }
});

it("finds a key with the facts that the status lists about it", async () => {
  await manyStates();
  const [found] = dataOf(await campaign("status cards-1 --json")).found as readonly KeyRow[];
  const rows = dataOf(await campaign("status --json")).keys as readonly KeyRow[];
  expect(found).toEqual(rows.find(({ label }) => label === "cards-1"));
  expect(found).toMatchObject({ step: "deactivate", who: "approver" });
  expect(found?.undo).toMatchObject({ command: `uko withdraw ${keyNamed("cards-1")}` });
});

it("shows what the keystores report live the same in tables and as JSON", async () => {
  await manyStates();
  await stage.world.control("keystores/ce110000-0000-4000-8000-000000000002", { statusResponse: "error" });
  const { keystores, keys } = dataOf(await campaign("status --live --json")).live;
  const { out } = await campaign("status --live");
  const tables = ["Keystores", "Keys whose live status is out of order"];
  const rows = tables.flatMap((title) => tableInText(out, title).map((row) => Object.values(row)));
  expect(rows).toEqual([...keystores, ...keys].map((row: Row) => Object.values(row)));
});
