/** Runs a transcript: the commands of a text file, against an emulator. `README.md` describes the format. */

import { createPrivateKey, createPublicKey, hash } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { advanceEmulator, startEmulator } from "../../provider/bin/machine.ts";
import { runCli } from "../../provider/cli/program.ts";
import type { Clock } from "../../provider/engine/ports/world.ts";
import { takeApart } from "../support/command-line.ts";
import { isHostLine } from "../support/emulator-addresses.ts";
import { explainVerdict } from "../support/oracle.ts";
import { withOtherTool } from "../support/other-tool.ts";
import {
  apiKeys,
  type CliTestWorld,
  openWithoutPause,
  type Person,
  quietWorld,
  startCliWorld,
  unsigned,
} from "./harness.ts";
import { type WorldName, worlds } from "./worlds.ts";

/** One line that a person types, or a step of the clock, with the prose above it. */
interface Step {
  readonly prose: readonly string[];
  readonly line: string;
  /** What the person types after the command: answers, or the lines of a file. */
  readonly typed: readonly string[];
}

interface Story {
  readonly heading: readonly string[];
  readonly world: WorldName;
  readonly steps: readonly Step[];
  /** The prose after the last step. */
  readonly end: readonly string[];
}

const stepForm = /^(?:(?<who>[a-z]+)\$ (?<command>.+)|\.\.\. (?<time>\S+) later)$/;
const isStep = (line: string): boolean => stepForm.test(line);
const isProse = (line: string): boolean => line === "" || line === "#" || line.startsWith("# ");
/** The port of an emulator in a transcript, as `uko emulator` takes it. */
const shownPort = "7600";

/** Runs the stories of a file, and returns the file as it has to be. */
export async function runTranscript(text: string): Promise<string> {
  const shown: string[] = [];
  for (const story of storiesIn(text)) shown.push(await runStory(story));
  return `${shown.join("\n\n")}\n`;
}

function storiesIn(text: string): readonly Story[] {
  return text.split(/^(?==== )/m).map((part) => {
    const lines = part.trimEnd().split("\n");
    const first = lines.findIndex(isStep);
    const top = first < 0 ? lines : lines.slice(0, first);
    const named = top.find((line) => line.startsWith("world: "))?.slice("world: ".length) ?? "standard";
    if (!isWorld(named)) throw new Error(`There is no world "${named}": ${Object.keys(worlds).join(", ")}`);
    return { heading: top, world: named, ...stepsIn(first < 0 ? [] : lines.slice(first)) };
  });
}

const isWorld = (name: string): name is WorldName => Object.hasOwn(worlds, name);

/** The prose above a step is what stands between it and the output before it. */
function stepsIn(lines: readonly string[]): Pick<Story, "steps" | "end"> {
  const steps: Step[] = [];
  let prose: string[] = [];
  let rest = [...lines];
  while (rest.length > 0) {
    const [line = "", ...after] = rest;
    const next = after.findIndex(isStep);
    const output = next < 0 ? after : after.slice(0, next);
    const beyond = output.findLastIndex((each) => !isProse(each)) + 1;
    const typed = output.filter((each) => /^>( |$)/.test(each)).map((each) => each.slice(2));
    steps.push({ prose, line, typed });
    prose = output.slice(beyond);
    rest = next < 0 ? [] : after.slice(next);
  }
  return { steps, end: prose };
}

async function runStory({ heading, world: name, steps, end }: Story): Promise<string> {
  if (steps.length === 0) return heading.join("\n").trimEnd();
  const { judged, ...options } = { judged: {}, ...worlds[name] };
  const world = await startCliWorld(options);
  const folder = mkdtempSync(path.join(tmpdir(), "uko-home-"));
  const before = process.cwd();
  try {
    process.chdir(folder);
    const shown = [...heading];
    const shell = new Shell(world, folder);
    for (const { prose, ...step } of steps) shown.push(...prose, step.line, ...(await outputOf(step, shell)));
    const verdict = await world.verdict({ isOutsider: ({ operation }) => operation === "control", ...judged });
    if (!verdict.ok) throw new Error(`${heading.join("\n")}\n${explainVerdict(verdict)}`);
    return [...shown, ...end].join("\n").trimEnd();
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
    await world.close();
  }
}

async function outputOf({ line, typed }: Omit<Step, "prose">, shell: Shell): Promise<readonly string[]> {
  const { who, command = "", time } = stepForm.exec(line)?.groups ?? {};
  if (time !== undefined) {
    await shell.world.advance(time);
    return [];
  }
  if (!isPerson(who)) throw new Error(`${line}: the people are ${Object.keys(apiKeys).join(", ")}`);
  const exitCode = await shell.run(who, command, typed);
  const output = shell.takeOutput().trimEnd();
  return [...(output === "" ? [] : output.split("\n")), ...(exitCode === 0 ? [] : [`(exit ${exitCode})`])];
}

const isPerson = (name: string | undefined): name is Person => name !== undefined && Object.hasOwn(apiKeys, name);

interface Streams {
  /** What the person types at questions, from which each question takes one. */
  readonly answers: string[];
  readonly input: string | undefined;
  readonly out: (text: string) => void;
}

/** The terminal of a story: what it shows, and a few programs of a shell. */
class Shell {
  readonly world: CliTestWorld;
  readonly #folder: string;
  readonly #port: string;
  readonly #records: string[] = [];
  #text = "";

  constructor(world: CliTestWorld, folder: string) {
    this.world = world;
    this.#folder = folder;
    this.#port = new URL(world.url).port;
  }

  /**
   * The output since the last command, as it stands in a transcript. That knows neither the port nor the folder of this
   * run, nor what follows from the port: the ID of a record, which is `record-1` there.
   */
  takeOutput(): string {
    const text = this.#text
      .replaceAll(this.#folder, "~")
      .replaceAll(new RegExp(`\\b${this.#port}\\b`, "g"), shownPort)
      .replaceAll(/(?<=Correlation ID: )[-0-9a-f]{36}/g, "…")
      .replaceAll(/(?<=responded with \d{3} in )\d+ ms/g, "3 ms")
      .replaceAll(/(?<=this machine is )(\d+ (s|min|h|d) )+(behind|ahead of)/g, "9 s behind")
      .replaceAll(/(?<="correlationId": ?")[-0-9a-f]{36}/g, "…")
      .replaceAll(/\b[0-9a-f]{64}\b/g, "<digest>")
      .replaceAll(/(?<=\/evidence\/\S+)-[0-9a-f]{8}-[0-9a-f]{4}(?=\.jsonl)/g, "-…")
      .replaceAll(/\b[0-9a-f]{32}\b/g, (id) => this.#nameOf(id))
      .replaceAll(/[ \t]+$/gm, "");
    this.#text = "";
    return text;
  }

  #nameOf(id: string): string {
    if (/^0+$/.test(id)) return id;
    if (!this.#records.includes(id)) this.#records.push(id);
    return `record-${this.#records.indexOf(id) + 1}`;
  }

  #write(text: string): void {
    this.#text += text;
  }

  async run(who: Person, line: string, typed: readonly string[]): Promise<number> {
    const [, start = "", sign, file = ""] = /^(.*?)(?: ([<>]|\| jq) (\S+))?$/.exec(line) ?? [];
    const { command = "", args = [], variables = {} } = takeApart(this.#asTyped(start)) ?? {};
    if (sign === ">") return this.#writeFile(file, typed);
    const program = command === "uko" ? undefined : this.#programs[command];
    if (program !== undefined) return program(args, who);
    const environment = { ...this.#environmentOf(who), ...variables };
    const left = command === "env" ? afterEnv(args, environment) : args;
    if (command !== "uko" && left === args) throw new Error(`${line}: not a command of a transcript`);
    const input = sign === "<" ? readFileSync(file, "utf8") : undefined;
    const answers = [...typed];
    const lines: string[] = [];
    const out = (text: string): void => void (sign === "| jq" ? lines.push(text) : this.#write(text));
    const exitCode = await runCli(left, this.#cliWorld(environment, { answers, input, out }));
    this.#write(lines.join("").replaceAll(/.+/g, (each) => selected(each, file)));
    // This line never is in a file for long, because no later run types the answer again.
    if (answers.length > 0) this.#write(`(nothing asked for: ${answers.join(", ")})\n`);
    return exitCode;
  }

  /** With the port and the folder of this run. */
  #asTyped(line: string): string {
    return line
      .replaceAll(/\brecord-(\d+)\b/g, (name, number: string) => this.#records[Number(number) - 1] ?? name)
      .replaceAll(/(?<=^|[\s=])~\//g, `${this.#folder}/`)
      .replaceAll(new RegExp(`(?<=:|--port )${shownPort}\\b`, "g"), this.#port);
  }

  #writeFile(name: string, lines: readonly string[]): number {
    writeFileSync(name, lines.map((each) => `${each}\n`).join(""));
    return this.#print(lines.map((each) => `> ${each}\n`).join(""));
  }

  #environmentOf(who: Person): Record<string, string> {
    const { XDG_STATE_HOME: _, ...environment } = this.world.environmentOf(who);
    return { ...environment, HOME: this.#folder };
  }

  /** Without input from a file, the person is at a terminal, where the line of progress is erased. */
  #cliWorld(environment: Readonly<Record<string, string>>, { answers, input, out }: Streams) {
    const err = { write: (text: string) => (isHostLine(text) ? undefined : this.#write(text)) };
    const answer = async (question: string): Promise<string> => {
      const typed = answers.shift() ?? "";
      this.#write(`${question.trimEnd()}\n${`> ${typed}`.trimEnd()}\n`);
      const person = /^the code of (.+)$/.exec(typed)?.[1];
      return person === undefined ? typed : this.#codeOf(person);
    };
    return quietWorld({
      environment,
      out: { write: out },
      err,
      progress: { report: (line) => input !== undefined && err.write(`${line}\n`), clear: () => {} },
      readInput: async () => input ?? "",
      openOperations: openWithoutPause(unsigned, clockOfSleeps()),
      startEmulator,
      advanceEmulator: (url, duration) => advanceEmulator(url, duration, new AbortController().signal),
      machine: { system: "linux", processor: "x64", home: this.#folder, providerFolder: this.#folder },
      ...(input === undefined && { ask: answer, readLine: answer }),
    });
  }

  /** The one-time code that IAM's page shows to a person. */
  async #codeOf(person: string): Promise<string> {
    const answer = await fetch(`${this.world.url}/identity/passcode?person=${encodeURIComponent(person)}`);
    return ((await answer.json()) as { passcode: string }).passcode;
  }

  readonly #programs: Readonly<Record<string, (args: readonly string[], who: Person) => Promise<number>>> = {
    cat: async ([file = ""]) => this.#print(readFileSync(file, "utf8")),
    chmod: async ([mode = "", file = ""]) => this.#quietly(() => chmodSync(file, Number.parseInt(mode, 8))),
    ls: async () =>
      this.#print(
        readdirSync(".")
          .map((name) => `${modeOf(name)} ${name}\n`)
          .join(""),
      ),
    rm: async ([file = ""]) => this.#quietly(() => rmSync(file)),
    openssl: async (args) => this.#quietly(() => keyPair(args)),
    /** A step in IBM's own console, which asks for no second person. */
    "ibm-console": async ([step = "", key = ""], who) => {
      const status = await withOtherTool(this.world, who, key, { method: "POST", below: `/${step}` });
      return this.#print(status < 300 ? "" : `${status}\n`);
    },
    /** `curl -d BODY URL` of the emulator: an edit by another program, or a fault. */
    curl: async ([, body = "", url = ""]) => {
      const answer = await fetch(url, { method: "POST", body });
      return this.#print(answer.ok ? "" : await answer.text());
    },
  };

  #print(text: string): number {
    this.#write(text);
    return 0;
  }

  #quietly(act: () => void): number {
    act();
    return 0;
  }
}

/** A clock on which time passes by sleeping alone, so that the ID of a record does not depend on how fast a run is. */
function clockOfSleeps(): Clock {
  let nowMs = 0;
  return {
    monotonicMs: () => nowMs,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      nowMs += ms;
    },
  };
}

/** What `jq` prints of a line of JSON for a filter such as `.` or `.deletion.recordId`. */
function selected(line: string, filter: string): string {
  const value = filter
    .split(".")
    .filter((name) => name !== "")
    .reduce<unknown>((within, name) => Reflect.get(Object(within), name), JSON.parse(line));
  return JSON.stringify(value, null, 2) ?? "null";
}

/** `openssl genpkey`, whose key follows from the name of its file, and `openssl pkey -pubout`. */
function keyPair([command, ...options]: readonly string[]): void {
  const after = (name: string): string => options[options.indexOf(name) + 1] ?? "";
  const ed25519 = Buffer.from("302e020100300506032b657004220420", "hex");
  const der = (name: string): Buffer => Buffer.concat([ed25519, hash("sha256", name, "buffer")]);
  const key = createPrivateKey({ key: der(after(command === "pkey" ? "-in" : "-out")), format: "der", type: "pkcs8" });
  const text =
    command === "pkey"
      ? createPublicKey(key).export({ type: "spki", format: "pem" })
      : key.export({ type: "pkcs8", format: "pem" });
  writeFileSync(after("-out"), text, { mode: 0o600 });
}

const modeOf = (name: string): string => (statSync(name).mode & 0o777).toString(8);

/** Changes the environment as `env` does, and returns the arguments of `uko` in `env -u NAME NAME=VALUE uko ARGUMENTS`. */
function afterEnv(words: readonly string[], environment: Record<string, string>): readonly string[] {
  const at = words.indexOf("uko");
  for (const word of words.slice(0, at)) {
    const [name = "", value] = word.split(/=(.*)/s);
    if (value === undefined) delete environment[name];
    else environment[name] = value;
  }
  return words.slice(at + 1);
}
