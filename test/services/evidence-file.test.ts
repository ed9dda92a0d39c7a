import { createHash } from "node:crypto";
import { appendFile, readFile, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { explainChain } from "../../provider/certificate/messages.ts";
import { checkEvidenceChain } from "../../provider/compose/certificates.ts";
import type { EvidenceEntry, EvidenceRun } from "../../provider/engine/ports/evidence.ts";
import { createEvidenceFile, sha256 } from "../../provider/services/evidence-file.ts";
import { type HashedLine, lineAt, readEvidenceFile } from "../../provider/services/evidence-lines.ts";
import { withFileLock } from "../../provider/services/file-lock.ts";
import { useFolder } from "../support/use-folder.ts";

const folder = useFolder();
const path = join(folder, "evidence.jsonl");

const entry = (label: string): EvidenceEntry => ({
  v: 1,
  time: "2026-11-24T14:22:00Z",
  instanceId: "i",
  vaultId: "v",
  keyId: "k",
  label,
  step: "destroy",
  phase: "before",
  from: "deactivated",
  to: "destroyed",
  actor: { iamId: "IBMid-A", name: "Alice Example" },
  keystores: [],
});
const facts: EvidenceRun = {
  instanceId: "i",
  endpoint: "https://uko.example",
  tool: { name: "uko", version: "1.2.3", build: "b" },
  credential: "api_key",
};

async function write(...labels: readonly string[]): Promise<void> {
  const file = createEvidenceFile({ path, run: async () => facts });
  for (const label of labels) await file.append(entry(label));
}
const lines = async (): Promise<string[]> => (await readFile(path, "utf8")).trimEnd().split("\n");
const replace = async (change: (all: string[]) => readonly string[]): Promise<void> =>
  writeFile(path, `${change(await lines()).join("\n")}\n`);
const breaksOf = () => checkEvidenceChain(path).breaks;

const labels = async (): Promise<string[]> =>
  (await lines()).map((line) => (line.startsWith("{") && line.endsWith("}") ? JSON.parse(line).label : line));

test("each entry is one line, in order, even from several writers", async () => {
  const [a, b] = [createEvidenceFile({ path }), createEvidenceFile({ path })];
  await Promise.all([a.append(entry("a1")), a.append(entry("a2\n")), b.append(entry("b1"))]);
  const found = await labels();
  expect(found.toSorted()).toEqual(["a1", "a2\n", "b1"]);
  expect(found.indexOf("a1")).toBeLessThan(found.indexOf("a2\n"));
});

test("a new file is readable by its owner alone", async () => {
  await createEvidenceFile({ path }).append(entry("a"));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("a partial line that a crash left is not joined to the next entry", async () => {
  await appendFile(path, '{"v":1,"ti');
  await createEvidenceFile({ path }).append(entry("a"));
  expect(await labels()).toEqual(['{"v":1,"ti', "a"]);
  expect(checkEvidenceChain(path)).toMatchObject({ breaks: [], torn: [1], head: { count: 1 } });
});

test("a failed write is an error, and the next entry is tried again", async () => {
  const evidence = createEvidenceFile({ path: join(folder, "absent", "evidence.jsonl") });
  for (const label of ["a", "b"]) {
    await expect(evidence.append(entry(label))).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
      message: expect.stringContaining("ENOENT"),
    });
  }
});

test("open refuses what an append would refuse, before a step without a line before it", async () => {
  const noted: string[] = [];
  const evidence = createEvidenceFile({ path, note: (line) => noted.push(line) });
  await symlink("nowhere", `${path}.lock`);
  await expect(evidence.open()).rejects.toMatchObject({ code: "UKO_EVIDENCE_UNWRITABLE" });
  expect(noted).toEqual([]);
  await unlink(`${path}.lock`);
  await evidence.open();
  await evidence.append(entry("a"));
  expect(noted).toEqual([`Evidence of this run: ${path}`]);
});

test("an error states whether the step was taken", async () => {
  const evidence = createEvidenceFile({ path: join(folder, "absent", "evidence.jsonl") });
  await expect(evidence.append(entry("a"))).rejects.toThrow("The step was not taken");
  await expect(evidence.append({ ...entry("a"), phase: "after" })).rejects.toThrow("The step was taken");
});

describe("a chained file", () => {
  test("numbers its lines, links each to the one before, and describes the run on its first line", async () => {
    await write("a", "b");
    await write("c");
    const all = (await lines()).map((line) => JSON.parse(line));
    expect(all.map(({ label, seq }) => [label, seq])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 3],
    ]);
    expect(all.map(({ run }) => run)).toEqual([facts, undefined, facts]);
    const report = checkEvidenceChain(path);
    expect(report).toMatchObject({ lines: 3, breaks: [], torn: [], beyondHead: 0, head: { count: 3 } });
    expect(JSON.parse(await readFile(`${path}.head`, "utf8"))).toEqual({
      v: 1,
      count: 3,
      head: report.head?.sha256,
    });
  });

  test("stays whole with writers in parallel", async () => {
    const writers = ["a", "b", "c", "d"].map((name) => ({ name, file: createEvidenceFile({ path }) }));
    const rounds = [1, 2, 3, 4, 5];
    await Promise.all(writers.flatMap(({ name, file }) => rounds.map((round) => file.append(entry(name + round)))));
    expect(checkEvidenceChain(path)).toMatchObject({ lines: 20, breaks: [], head: { count: 20 } });
  });

  test("takes no lock if only one run writes to it, so an interrupted run leaves none", async () => {
    const lock = `${path}.lock`;
    await writeFile(lock, "1 1\n");
    const file = createEvidenceFile({ path, isOnlyWriter: true });
    await file.open();
    await Promise.all(["a", "b", "c"].map((name) => file.append(entry(name))));
    expect(checkEvidenceChain(path)).toMatchObject({ lines: 3, breaks: [], head: { count: 3 } });
    expect(await readFile(lock, "utf8")).toBe("1 1\n");
  });

  test("a lock that an interrupted run left is taken over, and one that changes hands is not", async () => {
    const lock = `${path}.lock`;
    await writeFile(lock, "1 1\n");
    expect(await withFileLock(lock, async () => readFile(lock, "utf8"), 5)).not.toBe("1 1\n");
    let turn = 0;
    const others = setInterval(() => {
      turn += 1;
      return writeFile(lock, `1 ${turn}\n`);
    }, 5);
    await delay(20);
    const taken = withFileLock(lock, async () => turn, 20);
    await delay(400);
    expect(turn).toBeGreaterThan(20);
    clearInterval(others);
    expect(await taken).toBe(turn);
  });
});

describe("a change shows", () => {
  test.each<[string, (all: string[]) => readonly string[], string]>([
    ["an edited line", ([a = "", b = "", ...rest]) => [a, b.replace("Alice", "Malice"), ...rest], "line_changed"],
    ["an edited first line", ([a = "", ...rest]) => [a.replace("Alice", "Malice"), ...rest], "line_changed"],
    [
      "an edited last line",
      (all) => [...all.slice(0, 3), all[3]?.replace("Alice", "Malice") ?? ""],
      "last_line_changed",
    ],
    ["a dropped line", ([a = "", , ...rest]) => [a, ...rest], "sequence_broken"],
    ["a dropped first line", ([, ...rest]) => rest, "sequence_broken"],
    ["a changed order", ([a = "", b = "", c = "", d = ""]) => [a, c, b, d], "sequence_broken"],
    ["a cut end", (all) => all.slice(0, 3), "end_missing"],
    ["a repeated line", ([a = "", ...rest]) => [a, a, ...rest], "sequence_broken"],
    ["a line of another program", ([a = "", ...rest]) => [a, JSON.stringify(entry("x")), ...rest], "line_not_chained"],
  ])("%s", async (_, change, kind) => {
    await write("a", "b", "c", "d");
    await replace(change);
    const report = checkEvidenceChain(path);
    expect(report.breaks.map((each) => each.kind)).toContain(kind);
    expect(explainChain("e", report)).toContain("the chain is broken");
  });

  test.each<[string, () => Promise<void>, string]>([
    ["a cut end", () => replace((all) => all.slice(0, 2)), "sequence_broken"],
    ["a cut last line", async () => writeFile(path, (await readFile(path, "utf8")).slice(0, -40)), "sequence_broken"],
    [
      "an edited last line",
      () => replace((all) => all.map((line) => line.replace('"label":"d"', '"label":"x"'))),
      "line_changed",
    ],
    ["a deleted file", () => unlink(path), "sequence_broken"],
  ])("%s, also after the next run", async (_, change, kind) => {
    await write("a", "b", "c", "d");
    await change();
    await write("e", "f");
    expect(breaksOf().map((each) => each.kind)).toContain(kind);
  });

  test("a lost end, which the next run warns of", async () => {
    await write("a", "b");
    await replace((all) => all.slice(0, 1));
    const warnings: string[] = [];
    await createEvidenceFile({ path, warn: (line) => warnings.push(line) }).append(entry("c"));
    expect(warnings).toEqual([expect.stringContaining("has lost lines: it ends at line 1 of 2")]);
  });

  test("an unreadable head record", async () => {
    await write("a");
    await writeFile(`${path}.head`, "?");
    expect(breaksOf()).toEqual([{ kind: "head_unreadable" }]);
  });
});

describe("an incomplete line", () => {
  test("is named while it is the last one, and stays in the file when the next run continues", async () => {
    await write("a", "b");
    await appendFile(path, '{"v":1,"ti');
    const report = checkEvidenceChain(path);
    expect(report).toMatchObject({ breaks: [], torn: [3] });
    expect(explainChain("e", report)).toContain("Line 3 is incomplete");

    const warnings: string[] = [];
    await createEvidenceFile({ path, warn: (line) => warnings.push(line) }).append(entry("c"));
    expect(warnings).toEqual([expect.stringContaining("is incomplete")]);
    const [, , torn, last = ""] = await lines();
    expect(torn).toBe('{"v":1,"ti');
    expect(JSON.parse(last)).toMatchObject({ seq: 3, follows: "torn_line" });
    expect(checkEvidenceChain(path)).toMatchObject({ breaks: [], torn: [3], head: { count: 3 } });
    await replace((all) => all.map((line) => (line === torn ? `${torn}m` : line)));
    expect(breaksOf()).toEqual([{ kind: "line_changed", line: 3 }]);
  });

  test("does not hide a cut end", async () => {
    await write("a", "b");
    const [first = "", second = ""] = await lines();
    await writeFile(path, `${first}\n${second.slice(0, 40)}`);
    expect(breaksOf().map(({ kind }) => kind)).toEqual(["end_missing"]);
  });
});

describe("a file without a chain", () => {
  const foreign = `${JSON.stringify(entry("a"))}\n${JSON.stringify(entry("b"))}\n`;

  test("is broken, because every line of a run is chained", async () => {
    await writeFile(path, foreign);
    const report = checkEvidenceChain(path);
    expect(report.breaks).toEqual([1, 2].map((line) => ({ kind: "line_not_chained", line })));
    expect(report).not.toHaveProperty("head");
    expect(explainChain("e", report)).toContain("e: the chain is broken: 2 lines, no line is part of a chain");
  });

  test("is continued with a chain, and stays broken", async () => {
    await writeFile(path, foreign);
    await write("c", "d");
    expect(checkEvidenceChain(path)).toMatchObject({ breaks: [{ line: 1 }, { line: 2 }], head: { count: 2 } });
  });
});

describe("a file without a head record", () => {
  test("says that missing lines at its end cannot be detected", async () => {
    await write("a", "b");
    await unlink(`${path}.head`);
    const report = checkEvidenceChain(path);
    expect(report).not.toHaveProperty("beyondHead");
    expect(explainChain("e", report)).toContain("The head record is missing");
  });
});

test.each(["", "a", `x${"😀".repeat(100_000)}`, `${"x".repeat(65_535)}😀é`])(
  "a text of any length has its digest",
  (text) => {
    expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
  },
);

test("a line is the same when it is read again by its place, also if it is longer than one part of the file", async () => {
  await writeFile(path, ["ü".repeat(70_000), "", "b".repeat(65_536), "c"].join("\n"));
  const lines: HashedLine[] = [];
  readEvidenceFile(path, (line) => lines.push(line));
  expect(lines.map(({ length, isComplete }) => [length, isComplete])).toEqual([
    [140_000, true],
    [0, true],
    [65_536, true],
    [1, false],
  ]);
  for (const line of lines) expect(line).toMatchObject(lineAt(path, line));
});
