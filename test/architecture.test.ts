/** ARCHITECTURE.md agrees with this tree: its picture, the files that it names, and its reading list. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { childEnv } from "./support/child-env.ts";
import { codeLines } from "./support/code-lines.ts";

const repository = new URL("../", import.meta.url);
const text = readFileSync(new URL("ARCHITECTURE.md", repository), "utf8");

const sources = readdirSync(new URL("provider/", repository), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("docs/"))
  .map((file) => `provider/${file}`);

/** The source files that one file imports, types and lazy imports included. */
function importsOf(file: string): readonly string[] {
  const source = readFileSync(new URL(file, repository), "utf8");
  const found = Array.from(source.matchAll(/\b(?:from |import\()"(\.[^"]+\.ts)"/g), ([, place = ""]) => place);
  return found.map((place) => path.posix.join(path.posix.dirname(file), place));
}

/** The parts of provider/ and their imports, in alphabetical order, as Mermaid reads them. */
function drawParts(): string {
  const partOf = (file: string): string => file.split("/")[1] ?? "";
  const parts = [...new Set(sources.map(partOf))].toSorted();
  const signOf = (part: string): string => (parts.indexOf(part) + 1).toString(36).toUpperCase();
  const arrows = parts.flatMap((part) => {
    const own = sources.filter((file) => partOf(file) === part);
    const imported = new Set(
      own
        .flatMap(importsOf)
        .filter((file) => file.startsWith("provider/"))
        .map(partOf),
    );
    return parts
      .filter((each) => each !== part && imported.has(each))
      .map((each) => `${signOf(part)}-->${signOf(each)}`);
  });
  const boxes = parts.map((part) => `${signOf(part)}["${part}"]`);
  return ["flowchart LR", "", 'subgraph 0["provider"]', ...boxes, "end", ...arrows].join("\n");
}

test("the picture matches the imports; if not, insert the new picture", () => {
  const [, shown] = /```mermaid\n([\s\S]*?)```/.exec(text) ?? [];
  expect(shown?.trim()).toBe(drawParts());
});

test("no part imports a part of a higher layer of the table", () => {
  const picture = drawParts();
  const rows = Array.from(text.matchAll(/^\| (\d) \| `provider\/([\w.-]+)/gm), ([, layer, part = ""]) => [
    part,
    Number(layer),
  ]);
  const layers: Readonly<Record<string, number>> = Object.fromEntries(rows);
  const nameOf = (sign: string): string => new RegExp(`^${sign}\\["(.+)"\\]$`, "m").exec(picture)?.[1] ?? "";
  const arrows = Array.from(picture.matchAll(/^(\w+)-->(\w+)$/gm), ([, from = "", to = ""]) => [
    nameOf(from),
    nameOf(to),
  ]);
  expect(arrows.length).toBeGreaterThan(50);
  // The emulator stands apart: it has no layer, and imports only parts that know nothing of a service.
  const upward = arrows.filter(([from = "", to = ""]) => (layers[to] ?? 0) > (layers[from] ?? 0));
  expect(upward.map((arrow) => arrow.join(" imports "))).toEqual([]);
});

/** The files and folders that a page names; a pattern, a placeholder or a command is neither. */
function namedIn(page: string): readonly string[] {
  return Array.from(page.matchAll(/`((?:provider|examples|test|\.[a-z])[^`\s*<:]*)`/g), ([, file = ""]) => file);
}

const isMissing = (file: string): boolean => !existsSync(new URL(file, repository));

test("every file that CONTRIBUTING.md names exists", () => {
  const named = namedIn(readFileSync(new URL("CONTRIBUTING.md", repository), "utf8"));
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(isMissing)).toEqual([]);
});

test("every file that it names exists, and every part of provider/ is named", () => {
  const named = namedIn(text);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(isMissing)).toEqual([]);

  const parts = new Set(sources.map((file) => file.replace(/^(provider\/[^/]+\/).*/, "$1")));
  expect([...parts].filter((part) => !named.includes(part))).toEqual([]);
});

/** The part of the story about the files of one run: the reading list, and the table of the folders of all others. */
function readStory() {
  const [, list = "", lines = "", files = "", others = ""] =
    /^### The files of one run\n([\s\S]*?)^Together they have about ([\d,]+) lines of code\.\nThe seven runs use about (\d+) files[^\n]*\n([\s\S]*?)^### /m.exec(
      text,
    ) ?? [];
  const named = (table: string) =>
    Array.from(table.matchAll(/`(provider\/[^`]+)`(?=[^|\n]*\|[^|\n]*\|$)/gm), ([, name = ""]) => name);
  return { list: named(list), lines: Number(lines.replaceAll(",", "")), files: Number(files), others: named(others) };
}

test("the reading list is what one destroy by both people runs, and the table has the folders of everything else that ran", async () => {
  const script = fileURLToPath(new URL("test/support/one-destroy.ts", repository));
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env: childEnv, maxBuffer: 1 << 24 });
  const runs: readonly { ended: string; ran: Readonly<Record<string, number>> }[] = JSON.parse(
    stdout.trimEnd().split("\n").at(-1) ?? "",
  );
  expect(runs.map(({ ended }) => ended)).toEqual([
    expect.stringContaining("is waiting for a second person to approve its deactivation"),
    "exit code 0",
    expect.stringContaining("is waiting for a person to request its destruction"),
    "exit code 0",
    "exit code 0",
    expect.stringContaining("is destroyed; keystore"),
    "gone",
  ]);
  const ran = new Set(runs.flatMap((run) => Object.keys(run.ran)));
  const { list, lines, files, others } = readStory();
  const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/") + 1);

  expect(list.length).toBeGreaterThan(10);
  expect(list.length).toBeLessThanOrEqual(13);
  const measured = list.filter((file) => !file.startsWith("provider/pulumi-dynamic/"));
  expect(measured.filter((file) => !ran.has(file))).toEqual([]);
  const length = list.reduce((sum, file) => sum + codeLines(readFileSync(new URL(file, repository), "utf8")), 0);
  expect(Math.abs(lines - length)).toBeLessThan(length / 20);

  const rest = [...ran].filter((file) => !list.includes(file));
  expect(Math.abs(files - ran.size)).toBeLessThan(ran.size / 20);
  expect(new Set(rest.map(folderOf))).toEqual(new Set(others));
}, 60_000);
