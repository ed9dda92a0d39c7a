/**
 * A reader who types what a page shows, from an empty home folder: the blocks of the page in order, in the terminals that
 * its sentences name.
 */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { expect, onTestFinished } from "vitest";
import type { LocalUko } from "../stage/local-uko.ts";
import { read, repository } from "./documents.ts";
import { runAtTerminal, type Typed } from "./terminal.ts";

export const limitMs = 500_000;
const documentedAddress = "127.0.0.1:7600";

export interface Part {
  readonly kind: "commands" | "file" | "output";
  /** The terminal of commands, the name of a file. */
  readonly where: string;
  readonly text: string;
  /** The tool for which the block is, if the page shows the step for several ones. */
  readonly tab: string | undefined;
}

/** The terminal of a page that names none: its reader's own. */
export const ownTerminal = "in your terminal";

/** The blocks of a page, or of one section, in order. The paragraph before a block names its terminal or its file. */
export function partsOf(page: string, heading?: string): readonly Part[] {
  const blocks = (heading === undefined ? read(page) : sectionOf(page, heading)).matchAll(
    /((?:^.+\n)*)\n```(\w+)(?: \[(.+)\])?\n([\s\S]*?)^```/gm,
  );
  let paragraph = "";
  return Array.from(blocks, ([, above = "", language = "", tab, text = ""]) => {
    // The tabs of one step stand below one paragraph.
    if (above !== "" || tab === undefined) paragraph = above;
    if (language === "text") return { kind: "output", where: "", text, tab };
    const [, file] = /^`([\w.]+)`:$/m.exec(paragraph) ?? [];
    if (file !== undefined) return { kind: "file", where: file, text, tab };
    const [where] = /In (?:the checkout|a terminal of its own|your terminal|\w+'s terminal)/i.exec(paragraph) ?? [];
    if (where === undefined && heading === undefined)
      throw new Error(`${page}: no terminal is named before these commands:\n${text}`);
    return { kind: "commands", where: where?.toLowerCase() ?? ownTerminal, text, tab };
  });
}

/** The part of a page before its first section. */
export const opening = "";

function sectionOf(page: string, heading: string): string {
  const [first, section = heading === opening ? first : undefined] = read(page).split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`${page} has no section ${heading}`);
  return section.split("\n## ")[0] ?? "";
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
export class Reader {
  readonly #home: string;
  readonly #uko: LocalUko;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #terminals = new Map<string, Terminal>();
  #output = "";
  /** How many commands the reader has typed. */
  commands = 0;

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
    else if (kind === "file") await writeFile(path.join(this.#writer.folder, where), text);
    else for (const line of text.trim().split("\n")) await this.#type(this.#terminal(where), line);
  }

  /** Gives a terminal its own folder and variables, as a person who has set them before. */
  async prepare(name: string, folder: string, env: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(path.join(this.#home, folder), { recursive: true });
    const terminal = this.#terminal(name);
    terminal.folder = path.join(this.#home, folder);
    Object.assign(terminal.env, env);
  }

  #terminal(name: string): Terminal {
    const folder = path.join(this.#home, name === "in the checkout" ? "pulumi-uko" : "");
    const terminal = this.#terminals.get(name) ?? { folder, env: { ...this.#env } };
    this.#terminals.set(name, terminal);
    return terminal;
  }

  /** The terminal in whose folder the reader writes files. */
  get #writer(): Terminal {
    return this.#terminals.get(ownTerminal) ?? this.#terminal("in bob's terminal");
  }

  async #type(terminal: Terminal, documented: string): Promise<void> {
    // A person with an API key needs no log-in, which asks for a one-time code.
    if (documented === "uko login") return;
    // These are done already: the emulator has a port of its own, and the others would build everything again.
    if (/^(?:uko emulator(?: --.*)?|npm pack|npm run build)$/.test(documented)) return;
    const address = new URL(this.#uko.url).host;
    const line = documented
      .replaceAll(documentedAddress, address)
      // Pulumi reads the home folder of the account, not the variable.
      .replace("file://~", `file://${this.#home}`);
    const [command, ...words] = line.split(" ");
    if (command === "cd") terminal.folder = path.join(terminal.folder, words[0] ?? "");
    else if (command === "export")
      Object.assign(terminal.env, Object.fromEntries(words.map((word) => word.split("="))));
    else {
      this.commands += 1;
      await this.#run(terminal, line);
    }
  }

  async #run({ folder, env }: Terminal, line: string): Promise<void> {
    const isAsking = /^uko (?:request|approve|continue|decline|campaign (?:plan|next)\b)/.test(line);
    const { exitCode, output } = isAsking
      ? await runAtTerminal(line, { cwd: folder, env, timeoutMs: limitMs })
      : await new Promise<Typed>((resolve) => {
          execFile("/bin/sh", ["-c", line], { cwd: folder, env, timeout: limitMs }, (error, stdout, stderr) => {
            resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
          });
        });
    if (process.env.UKO_SHOW_TUTORIAL === "1") console.log(`$ ${line}\n${output}`);
    // A wait has an exit code of its own; the output after it in the tutorial says for what.
    if (!/ destroy |^uko continue /.test(line)) expect(exitCode, `${line}\n${output}`).toBe(0);
    this.#output = output;
  }
}

/** A home folder with nothing but a checkout, of which the reader uses what was built: the packed package, the plugin and its library. */
export async function newHome(): Promise<string> {
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-tutorial-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const checkout = path.join(home, "pulumi-uko");
  await mkdir(checkout);
  const words = ["pack", "--ignore-scripts", "--loglevel=error", "--pack-destination", checkout];
  await promisify(execFile)("npm", words, { cwd: repository, timeout: limitMs });
  const isWanted = (file: string): boolean => !file.includes("node_modules");
  for (const built of ["build/plugin", "sdk/nodejs"])
    await cp(path.join(repository, built), path.join(checkout, built), { recursive: true, filter: isWanted });
  return home;
}
