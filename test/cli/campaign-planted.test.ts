/**
 * Eleven wrong keys among 400, drawn by a fresh seed in each run: each of them is named, with its cause, to the lead, to the
 * owner, to the requester and to the approver, and few other keys are.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { recordTagName } from "../../provider/lifecycle/vocabulary/tag-names.ts";
import type { Body } from "../emulator/harness.ts";
import { tier } from "../support/tier.ts";
import { type EndedAtTerminal, startCliWorld } from "./harness.ts";
import { type Plant, plantedWorld, plants } from "./planted-world.ts";

const readers = ["lead", "owner", "requester", "approver"] as const;
type Reader = (typeof readers)[number];

/** What each reader has to read about a plant; absent where the reader has nothing to read it from. */
const causes: Readonly<Record<Plant, Readonly<Partial<Record<Reader, RegExp>>>>> = {
  master: all(/unlike its neighbors|of another template|age/),
  warningEnglish: all(/with a warning.*"do not delete/i),
  warningGerman: all(/with a warning.*nicht löschen/i),
  warningTag: all(/with a warning.*do-not-delete/),
  warningOfCampaign: all(/with a warning.*(nie usuwać|削除禁止)/i),
  used: all(/in use/),
  usedByFile: all(/in use.*usage\.csv/),
  relabelled: all(/label: "[^"]+" -> "/),
  retagged: all(/tags: /),
  secondResource: all(/newly used|resources that use it: 1 -> 2/),
  // The page of the owner and the plan show no requests.
  forgedRecord: { requester: /record that names/, approver: /record that names/ },
};

function all(cause: RegExp): Readonly<Record<Reader, RegExp>> {
  return { lead: cause, owner: cause, requester: cause, approver: cause };
}

interface Read {
  readonly lines: readonly string[];
  /** The last 25 lines before the question. */
  readonly last: readonly string[];
}

const read = ({ out, err }: Pick<EndedAtTerminal, "out" | "err">): Read => {
  const lines = `${out}${err}`.split("\n").filter((line) => line.trim() !== "");
  return { lines, last: lines.slice(-25) };
};

/** The page of the owner, without the tables of all keys. */
function pageIn(folder: string): Read {
  const lines = readFileSync(path.join(folder, "manifest", "platform.md"), "utf8")
    .replaceAll("\\", "")
    .split("\n");
  const checks = lines.slice(0, lines.indexOf("## Keys that end"));
  return { lines: checks, last: checks };
}

async function story(number: number) {
  const { seed, named, campaignFile, usageFile } = plantedWorld(number);
  const world = await startCliWorld({ seed });
  const folder = mkdtempSync(path.join(tmpdir(), "uko-planted-"));
  const usage = path.join(folder, "usage.csv");
  const patch = async (plant: Plant, body: (key: Body) => Record<string, unknown>): Promise<void> => {
    const { id } = named[plant];
    const carol = world.as("carol");
    expect((await carol.patch(id, body((await carol.key(id)).body))).status).toBe(200);
  };
  try {
    writeFileSync(path.join(folder, "campaign.yaml"), campaignFile);
    writeFileSync(usage, usageFile);
    /** What a person has read when uko asks; the person then agrees. */
    const ask = async (who: "alice" | "bob", command: string, before: readonly string[] = []): Promise<Read> => {
      const asked = await world.type(who, `${command} --folder ${folder}`, [...before, "no"]);
      return read(asked);
    };
    const agree = async (command: string): Promise<void> => {
      const { exitCode, err } = await world.type("bob", `${command} --folder ${folder}`);
      expect(exitCode, err).toBe(0);
    };
    const plan = `campaign plan --write --usage ${usage}`;
    const planned = await ask("bob", plan);
    await agree(plan);
    const page = pageIn(folder);
    await patch("relabelled", () => ({ label: `${named.relabelled.label}x` }));
    await patch("retagged", ({ tags }) => ({ tags: [...tags, { name: "stage", value: "production" }] }));
    await world.control(`keys/${named.secondResource.id}`, { addResource: { crn: "crn:v1:bucket-2" } });
    const requested = await ask("bob", "campaign next");
    await agree("campaign next");
    await patch("forgedRecord", ({ tags }) => ({
      tags: tags.map((tag) =>
        tag.name === recordTagName ? { ...tag, value: tag.value.replaceAll("550000BOB", "550000ERIN") } : tag,
      ),
    }));
    await world.advance("1m");
    const reviewed = await ask("alice", "campaign next", ["1"]);
    const requestedAgain = await ask("bob", "campaign next");
    // A new manifest hides no new label.
    const replanned = await ask("bob", plan);
    await agree(plan);
    const reads: Readonly<Record<Reader, readonly Read[]>> = {
      lead: [planned, replanned],
      owner: [page, pageIn(folder)],
      requester: [requested, requestedAgain],
      approver: [reviewed],
    };
    return { named, reads };
  } finally {
    rmSync(folder, { recursive: true });
    await world.close();
  }
}

type Cell = "last" | "named" | "missed" | "-";

/** Where each reader finds each plant. */
async function tableOf(number: number) {
  const { named, reads } = await story(number);
  const cellOf = (plant: Plant, reader: Reader): Cell => {
    const cause = causes[plant][reader];
    if (cause === undefined) return "-";
    const isNamed = (line: string): boolean => line.includes(named[plant].label) && cause.test(line);
    if (reads[reader].some(({ last }) => last.some(isNamed))) return "last";
    return reads[reader].some(({ lines }) => lines.some(isNamed)) ? "named" : "missed";
  };
  const rows = plants.map((plant) => ({
    plant,
    label: named[plant].label,
    ...(Object.fromEntries(readers.map((reader) => [reader, cellOf(plant, reader)])) as Record<Reader, Cell>),
  }));
  const wrong = new Set(plants.map((plant) => named[plant].label));
  const shown = reads.approver.flatMap(({ last }) => last.filter((line) => /^\d|^ {2}\S+: /.test(line)));
  const others = new Set(
    shown.flatMap((line) => line.match(/\b[a-z]+-\d{4}\b/g) ?? []).filter((label) => !wrong.has(label)),
  );
  return { rows, others: [...others] };
}

const seeds = tier === "all" ? Array.from({ length: 10 }, (_, at) => at + 1) : [Math.floor(Math.random() * 1_000_000)];

it.each(seeds)(
  "names each wrong key of world %i to four people, with its cause, just before they decide",
  { timeout: 120_000 },
  async (number) => {
    const { rows, others } = await tableOf(number);
    if (tier === "all") console.table(rows);
    console.log(`world ${number}: ${others.length} other keys are named to the approver`);
    const missed = rows.flatMap((row) =>
      readers.flatMap((reader) =>
        row[reader] === "last" || row[reader] === "-" ? [] : [`${row.plant} to the ${reader}: ${row[reader]}`],
      ),
    );
    expect(missed).toEqual([]);
    // A person who reads twenty harmless names does not see the wrong one.
    expect(others.length).toBeLessThan(20);
  },
);
