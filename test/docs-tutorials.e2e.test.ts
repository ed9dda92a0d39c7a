/** Each tutorial, typed as it stands by two people who begin with an empty home folder, against an emulator. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { locatePulumi } from "./engines/find-pulumi.ts";
import { locateTofu } from "./engines/find-tofu.ts";
import { deedsIn } from "./stage/audit-table.ts";
import { LocalUko } from "./stage/local-uko.ts";
import { read, repository } from "./support/documents.ts";
import { runAtTerminal, type Typed } from "./support/terminal.ts";

const limitMs = 500_000;
const documentedAddress = "127.0.0.1:7600";

interface Part {
  readonly kind: "commands" | "file" | "output";
  /** The terminal of commands, the name of a file. */
  readonly where: string;
  readonly text: string;
}

/** The blocks of a tutorial in order. The paragraph before a block names its terminal or its file. */
function partsOf(page: string): readonly Part[] {
  const blocks = read(page).matchAll(/((?:^.+\n)*)\n```(\w+)\n([\s\S]*?)^```/gm);
  return Array.from(blocks, ([, paragraph = "", language = "", text = ""]) => {
    if (language === "text") return { kind: "output", where: "", text };
    const [, file] = /^`([\w.]+)`:$/m.exec(paragraph) ?? [];
    if (file !== undefined) return { kind: "file", where: file, text };
    const [where] = /In (?:the checkout|a terminal of its own|\w+'s terminal)/i.exec(paragraph) ?? [];
    if (where === undefined) throw new Error(`${page}: no terminal is named before these commands:\n${text}`);
    return { kind: "commands", where: where.toLowerCase(), text };
  });
}

/** IDs, times and ports differ between two runs. */
function withoutChance(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\b[0-9a-f]{32}\b/g, "<record>")
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<id>")
    .replaceAll(/\d+ \w{3} 20\d\d \d\d:\d\d/g, "<time>")
    .replaceAll(/127\.0\.0\.1:\d+/g, documentedAddress);
}

const wordsIn = (text: string): string => withoutChance(text).replaceAll(/[\s│╷╵]+/g, " ");

interface Terminal {
  folder: string;
  readonly env: Record<string, string | undefined>;
}

/** What each terminal of one reader has in common: a home folder, npm's global packages, the engines. */
class Reader {
  readonly #home: string;
  readonly #uko: LocalUko;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #terminals = new Map<string, Terminal>();
  #output = "";

  constructor(home: string, uko: LocalUko, engineFolders: readonly string[]) {
    this.#home = home;
    this.#uko = uko;
    const prefix = path.join(home, "global");
    const inherited = Object.entries(process.env).filter(([name]) => !/^(?:npm|uko|pulumi|tf|vitest)_/i.test(name));
    this.#env = {
      ...Object.fromEntries(inherited),
      ...{ HOME: home, PULUMI_HOME: path.join(home, ".pulumi"), NO_COLOR: "1", PULUMI_SKIP_UPDATE_CHECK: "true" },
      ...{ npm_config_prefix: prefix, npm_config_prefer_offline: "true", npm_config_loglevel: "error" },
      // A registry and a cache of the real home folder save downloads.
      npm_config_userconfig: path.join(os.homedir(), ".npmrc"),
      npm_config_cache: path.join(os.homedir(), ".npm"),
      PATH: [path.join(prefix, "bin"), ...engineFolders, path.dirname(process.execPath), process.env.PATH].join(
        path.delimiter,
      ),
    };
  }

  async follow({ kind, where, text }: Part): Promise<void> {
    if (kind === "output") expect(wordsIn(this.#output)).toContain(wordsIn(text));
    else if (kind === "file") await writeFile(path.join(this.#terminal("in bob's terminal").folder, where), text);
    else for (const line of text.trim().split("\n")) await this.#type(this.#terminal(where), line);
  }

  #terminal(name: string): Terminal {
    const folder = path.join(this.#home, name === "in the checkout" ? "pulumi-uko" : "");
    const terminal = this.#terminals.get(name) ?? { folder, env: { ...this.#env } };
    this.#terminals.set(name, terminal);
    return terminal;
  }

  async #type(terminal: Terminal, documented: string): Promise<void> {
    // Both are done already: the emulator has a port of its own, and packing would build everything again.
    if (documented === "uko emulator" || documented === "npm pack") return;
    const address = new URL(this.#uko.url).host;
    const line = documented
      .replaceAll(documentedAddress, address)
      // Pulumi reads the home folder of the account, not the variable.
      .replace("file://~", `file://${this.#home}`);
    const [command, ...words] = line.split(" ");
    if (command === "cd") terminal.folder = path.join(terminal.folder, words[0] ?? "");
    else if (command === "export")
      Object.assign(terminal.env, Object.fromEntries(words.map((word) => word.split("="))));
    else await this.#run(terminal, line);
  }

  async #run({ folder, env }: Terminal, line: string): Promise<void> {
    const isAsking = /^uko (?:request|approve|continue|campaign (?:plan|signoff|next)\b)/.test(line);
    const { exitCode, output } = isAsking
      ? await runAtTerminal(line, { cwd: folder, env, timeoutMs: limitMs })
      : await new Promise<Typed>((resolve) => {
          execFile("/bin/sh", ["-c", line], { cwd: folder, env, timeout: limitMs }, (error, stdout, stderr) => {
            resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
          });
        });
    if (process.env.UKO_SHOW_TUTORIAL === "1") console.log(`$ ${line}\n${output}`);
    // A wait has an exit code of its own; the output after it in the tutorial says for what.
    if (!/ destroy /.test(line)) expect(exitCode, `${line}\n${output}`).toBe(0);
    this.#output = output;
  }
}

/** A home folder with nothing but a checkout, of which the reader uses only the packed package. */
async function newHome(): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-tutorial-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const checkout = path.join(home, "pulumi-uko");
  await mkdir(checkout);
  const words = ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", checkout];
  await promisify(execFile)("npm", words, { cwd: repository, timeout: limitMs });
  return home;
}

async function follow(page: string, engineFolders: readonly string[]): Promise<readonly string[]> {
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  const reader = new Reader(await newHome(), uko, engineFolders);
  for (const part of partsOf(page)) await reader.follow(part);
  return deedsIn(await uko.audit());
}

const deletion = [
  "Bob Example requested its deactivation",
  "Alice Example deactivated the key",
  "Alice Example requested its destruction",
  "Bob Example destroyed the key",
  "Bob Example removed the key's metadata",
];
const creationAndDeletion = ["Bob Example created the key", ...deletion];

test("two people delete a key with Pulumi, from an empty folder", { timeout: limitMs }, async () => {
  const pulumi = await locatePulumi();
  const deeds = await follow("provider/docs/tutorials/two-people-with-pulumi.md", pulumi?.pathEntries ?? []);
  expect(deeds).toEqual(creationAndDeletion);
});

test("two people delete a key with OpenTofu, from an empty folder", { timeout: limitMs }, async () => {
  const tofu = await locateTofu();
  const folders = tofu ? [path.dirname(tofu.tofuBin)] : [];
  const deeds = await follow("provider/docs/tutorials/two-people-with-opentofu.md", folders);
  expect(deeds).toEqual(creationAndDeletion);
});

test("two people delete a key with the command line, from an empty folder", { timeout: limitMs }, async () => {
  expect(await follow("provider/docs/tutorials/two-people-with-the-command-line.md", [])).toEqual(deletion);
});

test("two people retire a key as a campaign, from an empty folder", { timeout: limitMs }, async () => {
  expect(await follow("provider/docs/tutorials/your-first-campaign.md", [])).toEqual(deletion);
});
