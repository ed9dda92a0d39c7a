/**
 * Commands in README and guides are real: `uko` parses them, npm has the script, Pulumi has the flags, the
 * emulator answers.
 */

import { existsSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { withProgress } from "../../provider/cli/run.ts";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { checkSeed } from "../../provider/emulator/store/seed.ts";
import { UkoError } from "../../provider/errors.ts";
import { interfaceNames } from "../contracts/interfaces/interface-names.ts";
import { blocksIn, commandsIn, documents, read, repository, wordsOf } from "../support/documents.ts";
import { foreignFlags } from "../support/pulumi-flags.ts";

const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
/** Other people's tools, whose flags the documents do not show. */
const foreignTools = /^(?:pip|go|export|node|tofu|terraform|conftest|opa|cp|cd|ln|mkdir|openssl) /;
/** Generated from the examples of the help, which test/cli/program.test.ts runs. */
const generated = /^provider\/docs\/reference\/cli(-[a-z-]+)?\.md$/;
const commands = documents
  .filter((file) => !generated.test(file))
  .flatMap(commandsIn)
  .filter(({ line }) => !foreignTools.test(line));

/** The result of the command line for these words at a terminal, up to the first file, connection or question that it would open. */
async function parses(words: readonly string[]): Promise<string> {
  const stop = new UkoError("UKO_SETTINGS_INVALID", { summary: "opened" });
  let printed = "";
  const write = (text: string): void => {
    printed += text;
  };
  const output = { write };
  const open = (): never => {
    throw stop;
  };
  await runCli(words, {
    version: "0.0.0",
    environment: {},
    ...withProgress(output, output),
    readInput: () => Promise.resolve(""),
    ask: open,
    signal: AbortSignal.abort(),
    openOperations: open,
    openLogin: open,
    runProgram: open,
    startEmulator: open,
    startConsole: open,
    advanceEmulator: open,
    readErrorPage: open,
    machine: { system: "linux", processor: "x64", home: "/nowhere", providerFolder: "/nowhere" },
  });
  // `audit`, `install`, `doctor`, `probe` and `completion` open no operations: they stop at their file, the provider, the settings,
  // their script.
  const asFarAs =
    /\bopened\b|[^ ]+ could not be read|evidence file is not set|^uko login needs a terminal|(is not|^Nothing of .* is) in \/nowhere|^There is no file|^provider_installation|The instance ID is not set|Could not read the state|This is not a state|^complete -F _uko/m;
  return asFarAs.test(printed) ? "opened" : printed;
}

let uko: Emulator;
beforeAll(async () => {
  uko = await startEmulator();
});
afterAll(() => uko.close());

/** The emulator's answer to a documented curl. */
async function statusOf(words: readonly string[]): Promise<number> {
  const argumentOf = (flag: string): string | undefined =>
    words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined;
  const place = words.map((word) => /^https?:\/\/127\.0\.0\.1:7600(\/.*)$/.exec(word)?.[1]).find(Boolean);
  const body = argumentOf("-d");
  const method = argumentOf("-X") ?? (body === undefined ? "GET" : "POST");
  return (await fetch(`${uko.url}${place}`, { method, ...(body !== undefined && { body }) })).status;
}

/** The faults of `npx vitest run …`: a project that is not an interface, a file that does not exist. */
function faultOfVitest([tool, command, ...words]: readonly string[]): string {
  if (tool !== "vitest" || command !== "run") return `npx ${tool} ${command}`;
  const [flag, project, file = ""] = words[0] === "--project" ? words : [undefined, undefined, ...words];
  if (flag === undefined || project === "unit") return existsSync(path.join(repository, file)) ? "" : file;
  if (!interfaceNames.some((name) => project === `interface: ${name}`)) return `${project}`;
  return existsSync(path.join(repository, "test", "contracts", "interfaces", file && `${file}.test.ts`)) ? "" : file;
}

describe.each(commands)("$file: $line", ({ line }) => {
  test("works unchanged", async () => {
    const [program = "", ...words] = wordsOf(line.replace(/^npx uko\b/, "uko"));
    if (program === "uko") return expect(await parses(words)).toBe("opened");
    if (program === "pulumi") return expect(foreignFlags(words)).toEqual([]);
    if (program === "npx") return expect(faultOfVitest(words)).toBe("");
    if (program === "curl") return expect(await statusOf(words)).toBeLessThan(300);
    expect(program).toBe("npm");
    if (words[0] === "run") return expect(Object.keys(scripts)).toContain(words[1]);
    return expect(words[0]).toMatch(/^(install|uninstall|test|pack)$/);
  });
});

test("the documents have commands, and an invalid one is found", async () => {
  expect(commands.length).toBeGreaterThan(15);
  expect(await parses(["stauts"])).toContain("stauts");
  expect(await parses(["continue", "no-key", "--json"])).not.toBe("opened");
  expect(faultOfVitest(["vitest", "run", "--project", "interface: front"])).toBe("interface: front");
  expect(faultOfVitest(["vitest", "run", "--project", "interface: dynamic", "00-none"])).toBe("00-none");
  expect(foreignFlags(["destroy", "--force"])).toEqual(["--force"]);
  expect(foreignFlags(["plugin", "uninstall"])).toEqual(["plugin", "uninstall"]);
});

test.each(documents)("%s: defines $KEY before its use", (file) => {
  const typed = blocksIn(file, "sh").join("");
  const used = typed.indexOf("$KEY");
  if (used !== -1) expect(typed.slice(0, used)).toMatch(/^KEY=/m);
});

test("the seed file in the emulator's guide is valid", () => {
  const [, seed = "?"] = /```json\n([\s\S]*?)```/.exec(read("sdk/release/emulator/README.md")) ?? [];
  expect(checkSeed(JSON.parse(seed)).keys).toHaveLength(1);
});

test("the README's program is the one of examples/pulumi-typescript", () => {
  const [, program = "?"] = /```ts\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
  expect(read("examples/pulumi-typescript/index.ts")).toContain(program);
});

/** The target of a document's link within this repository: a file, and the heading in it. */
interface Target {
  readonly file: string;
  readonly anchor: string | undefined;
}

const home = "https://github.com/pulumi-uko/pulumi-uko/blob/main/";

/** Links to other sites are not checked; those to the repository's own address are to its own files. */
function targetsIn(file: string): readonly Target[] {
  const links = Array.from(read(file).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link);
  return links.flatMap((link) => {
    if (/^https?:/.test(link) && !link.startsWith(home)) return [];
    const [place = "", anchor] = link.split("#");
    const inside = place.startsWith(home) ? place.slice(home.length) : path.join(path.dirname(file), place);
    return [{ file: place === "" ? file : inside, anchor }];
  });
}

/** Headings as GitHub makes anchors of them, and those that are written out. */
function anchorsIn(file: string): readonly string[] {
  const headings = Array.from(read(file).matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => heading);
  const written = Array.from(read(file).matchAll(/^<a id="(.+?)">/gm), ([, anchor = ""]) => anchor);
  const made = headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
  return [...made, ...written];
}

function isBroken({ file, anchor }: Target): boolean {
  if (!existsSync(path.join(repository, file))) return true;
  return anchor !== undefined && !anchorsIn(file).includes(anchor);
}

test.each(documents)("%s: links have a target", (file) => {
  expect(targetsIn(file).filter(isBroken)).toEqual([]);
});

test("a link to a missing file or heading is found", () => {
  expect(isBroken({ file: "README.md", anchor: undefined })).toBe(false);
  expect(isBroken({ file: "READ.md", anchor: undefined })).toBe(true);
  expect(isBroken({ file: "README.md", anchor: "no-such-heading" })).toBe(true);
});
