/** Commands in README and guides are real: `uko` parses them, npm has the script, Pulumi knows the flags that we name, the local UKO answers. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../provider/cli/program.ts";
import { checkSeed } from "../provider/emulator/seed.ts";
import { type Emulator, startEmulator } from "../provider/emulator/start.ts";
import { UkoError } from "../provider/errors.ts";
import { doorNames } from "./contracts/doors/door-names.ts";

const repository = fileURLToPath(new URL("../", import.meta.url));
const documents = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: repository,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(path.join(repository, file)));
const read = (file: string): string => readFileSync(path.join(repository, file), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

interface DocumentedCommand {
  readonly file: string;
  /** Without variables in front and comment behind. */
  readonly line: string;
}

const variables: Readonly<Record<string, string>> = {
  $KEY: "5c1e0000-0000-4000-8000-000000000001/9b2d0000-0000-4000-8000-000000000002",
};

function commandsIn(file: string): readonly DocumentedCommand[] {
  const blocks = Array.from(read(file).matchAll(/^```sh\n([\s\S]*?)^```/gm), ([, block = ""]) => block);
  return blocks
    .flatMap((block) => block.split("\n"))
    .map((line) => line.replace(/\s+#.*$/, "").replace(/^(?:[A-Z_]+=\S+\s*)+/, ""))
    .filter((line) => line !== "")
    .map((line) => ({ file, line: line.replaceAll(/\$[A-Z]+/g, (name) => variables[name] ?? name) }));
}

const commands = documents.flatMap(commandsIn);

/** Words as a shell makes them of what we write: blanks divide, quotes hold together. */
function wordsOf(line: string): readonly string[] {
  return Array.from(
    line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
}

/** What the command line does with these words, up to the first thing that it would open. */
async function parses(words: readonly string[]): Promise<string> {
  const opened = new UkoError("UKO_SETTINGS_INVALID", { summary: "opened" });
  let said = "";
  const write = (text: string): void => {
    said += text;
  };
  const output = { write };
  const open = (): never => {
    throw opened;
  };
  await runCli(words, {
    version: "0.0.0",
    environment: {},
    out: output,
    err: output,
    signal: AbortSignal.abort(),
    openOperations: open,
    startLocalUko: open,
  });
  // `audit`, `doctor` and `completion` open no operations: they come as far as their file, the settings, their script.
  return /\bopened\b|evidence file .* could not be read|No instance is named|^complete -F _uko/m.test(said)
    ? "opened"
    : said;
}

let uko: Emulator;
beforeAll(async () => {
  uko = await startEmulator();
});
afterAll(() => uko.close());

/** What a local UKO answers to a curl of ours, whose file can only be a snapshot. */
async function statusOf(words: readonly string[]): Promise<number> {
  const argumentOf = (flag: string): string | undefined =>
    words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined;
  const place = words.map((word) => /^https?:\/\/127\.0\.0\.1:7600(\/.*)$/.exec(word)?.[1]).find(Boolean);
  const snapshot =
    argumentOf("--data-binary") === "@snapshot.json" ? await fetch(`${uko.url}/_emulator/snapshot`) : undefined;
  const body = (await snapshot?.text()) ?? argumentOf("-d");
  const method = argumentOf("-X") ?? (body === undefined ? "GET" : "POST");
  return (await fetch(`${uko.url}${place}`, { method, ...(body !== undefined && { body }) })).status;
}

const pulumi: Readonly<Record<string, readonly string[]>> = {
  up: [],
  destroy: ["--yes", "--continue-on-error"],
  refresh: [],
};

/** What is wrong with `npx vitest run …`: a project that is none of a door, a file that is not there. */
function faultOfVitest([tool, command, ...words]: readonly string[]): string {
  if (tool !== "vitest" || command !== "run") return `npx ${tool} ${command}`;
  const [flag, project, file = ""] = words[0] === "--project" ? words : [undefined, undefined, ...words];
  if (flag === undefined) return existsSync(path.join(repository, file)) ? "" : file;
  if (!doorNames.some((name) => project === `door: ${name}`)) return `${project}`;
  return existsSync(path.join(repository, "test", "contracts", "doors", file && `${file}.test.ts`)) ? "" : file;
}

describe.each(commands)("$file: $line", ({ line }) => {
  test("works as it stands", async () => {
    const [program = "", ...words] = wordsOf(line.replace(/^npx uko\b/, "uko"));
    if (program === "uko") return expect(await parses(words)).toBe("opened");
    if (program === "pulumi") {
      const [command = "", ...flags] = words;
      return expect(flags.filter((flag) => !pulumi[command]?.includes(flag))).toEqual([]);
    }
    if (program === "npx") return expect(faultOfVitest(words)).toBe("");
    if (program === "curl") return expect(await statusOf(words)).toBeLessThan(300);
    expect(program).toBe("npm");
    if (words[0] === "run") return expect(Object.keys(scripts)).toContain(words[1]);
    return expect(words[0]).toMatch(/^(install|test)$/);
  });
});

test("there are commands, and a wrong one is found", async () => {
  expect(commands.length).toBeGreaterThan(15);
  expect(await parses(["stauts"])).toContain("stauts");
  expect(await parses(["continue", "no-key"])).not.toBe("opened");
  expect(faultOfVitest(["vitest", "run", "--project", "door: front"])).toBe("door: front");
  expect(faultOfVitest(["vitest", "run", "--project", "door: dynamic", "00-none"])).toBe("00-none");
});

test("the seed file of the local UKO's guide is one", () => {
  const [, seed = "?"] = /```json\n([\s\S]*?)```/.exec(read("provider/docs/emulator.md")) ?? [];
  expect(checkSeed(JSON.parse(seed)).keys).toHaveLength(1);
});

test("the README's program is the one of examples/02-two-people", () => {
  const [, program = "?"] = /```ts\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
  expect(read("examples/02-two-people/index.ts")).toContain(program);
});

test.each(documents)("%s: links lead somewhere", (file) => {
  const targets = Array.from(
    read(file).matchAll(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g),
    ([, target = ""]) => target,
  );
  const folder = path.dirname(path.join(repository, file));
  expect(targets.filter((target) => !existsSync(path.join(folder, target)))).toEqual([]);
});
