/**
 * Where the demo and the examples are told: a local UKO, one stack, people with their own HOME and credential, and the
 * real Pulumi CLI. Each run prints what was typed and what Pulumi said; one that goes differently ends the story.
 */

import { styleText } from "node:util";
import { auditTable, deedsIn } from "./audit-table.ts";
import { type AuditEntry, LocalUko } from "./local-uko.ts";
import { type PulumiPerson, type PulumiResult, PulumiWorkspace } from "./pulumi.ts";
import { essenceOf } from "./pulumi-output.ts";

export type Name = "alice" | "bob" | "carol";

/** What a run must come to; anything else ends the story. */
export interface Expected {
  readonly exitCode: number;
  readonly says: string | RegExp;
}

export interface Story {
  /** The folder with the Pulumi project that everybody has checked out. */
  readonly project: string;
  /** What is there before anybody comes, as a seed file of the local UKO; its demo world when absent. */
  readonly seedFile?: string;
  readonly tell: (stage: Stage) => Promise<void>;
}

export type Write = (text: string) => void;

/** A run that did not come to what the story says. */
export class StoryError extends Error {}

export class Stage {
  readonly uko: LocalUko;
  readonly #workspace: PulumiWorkspace;
  readonly #people = new Map<Name, Promise<PulumiPerson>>();
  readonly #write: Write;

  constructor(uko: LocalUko, workspace: PulumiWorkspace, write: Write) {
    this.uko = uko;
    this.#workspace = workspace;
    this.#write = write;
  }

  /** A paragraph of narration. */
  say(...lines: readonly string[]): void {
    this.#write(`\n${lines.map((line) => styled("bold", line)).join("\n")}\n`);
  }

  /** One run of Pulumi by a person, who names these records if there are any. Answers what Pulumi said. */
  async pulumi(
    name: Name,
    command: "up" | "destroy" | "destroy --continue-on-error" | `destroy --target '${string}'`,
    expected: Expected,
    consent?: string,
  ): Promise<string> {
    const person = await this.#person(name);
    const typed = `${command} --yes --skip-preview`;
    const variable = consent === undefined ? "" : `UKO_CONSENT=${consent} `;
    await this.#prompt(name, `${variable}pulumi ${typed}`);
    const args = typed.replaceAll("'", "").split(" ");
    const result = await person.run(args, consent === undefined ? {} : { env: { UKO_CONSENT: consent } });
    return this.#show(result, essenceOf(result.output), expected);
  }

  /** One call of the command line, which needs no stack. */
  async command(name: Name, args: readonly string[], expected: Expected): Promise<string> {
    const person = await this.#person(name);
    await this.#prompt(name, `uko ${args.join(" ")}`);
    const result = await person.uko(args);
    return this.#show(result, result.output.trimEnd(), expected);
  }

  async timePasses(duration: string, words: string): Promise<void> {
    await this.uko.advance(duration);
    this.say(words);
  }

  /** Ends the story unless nothing is left in the stack's state. */
  async expectEmptyStack(name: Name): Promise<void> {
    const { resources } = await (await this.#person(name)).exportState();
    if (resources.length > 0)
      throw new StoryError(`The stack still holds ${resources.map(({ urn }) => urn).join(", ")}`);
  }

  /**
   * Prints who changed what and when, from the service's own audit trail; ends the story unless it is exactly this. Pulumi works
   * on several resources at once, so with more than one the order within a run is open.
   */
  async printAudit(expected: readonly string[], order: "as told" | "any" = "as told"): Promise<void> {
    const audit = await this.uko.audit();
    this.#write(`\n${auditTable(audit)}\n`);
    const ordered = (deeds: readonly string[]) => (order === "any" ? deeds.toSorted() : deeds).join("\n");
    if (ordered(deedsIn(audit)) !== ordered(expected))
      throw new StoryError(`The story was meant to be\n${expected.join("\n")}`);
  }

  #person(name: Name): Promise<PulumiPerson> {
    const env = { ...this.uko.settings, UKO_API_KEY: `${name}-demo-key` };
    const person = this.#people.get(name) ?? this.#workspace.person(name, { env });
    this.#people.set(name, person);
    return person;
  }

  async #prompt(name: Name, typed: string): Promise<void> {
    const who = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const time = sayMinute(await this.uko.now());
    this.#write(`\n${styled("cyan", `${who}, ${time}`)}\n${styled("cyan", `$ ${typed}`)}\n`);
  }

  #show(result: PulumiResult, said: string, expected: Expected): string {
    this.#write(`${said.replaceAll(/^(?=.)/gm, "  ")}\n`);
    const isAsTold = typeof expected.says === "string" ? said.includes(expected.says) : expected.says.test(said);
    if (result.exitCode === expected.exitCode && isAsTold) return said;
    throw new StoryError(
      `This run was meant to end with ${expected.exitCode} and say "${expected.says}"; it ended with ${result.exitCode}:\n${result.output}`,
    );
  }
}

/** The id of the record that a message tells people to name. */
export function recordIn(said: string): string {
  const ids = new Set(Array.from(said.matchAll(/\b[0-9a-f]{32}\b/g), ([id]) => id));
  const [id] = ids;
  if (id === undefined || ids.size > 1) throw new StoryError(`No single record to name in:\n${said}`);
  return id;
}

/** Everything that the messages of a run tell a second person to name, as `UKO_CONSENT` takes it. */
export function consentsIn(said: string): string {
  const ids = new Set(Array.from(said.matchAll(/--consent (\S+)/g), ([, id]) => id));
  if (ids.size === 0) throw new StoryError(`Nothing to name in:\n${said}`);
  return [...ids].join(",");
}

/** `<vaultId>/<keyId>`, as a message names the key. */
export function keyIn(said: string): string {
  const key = /\b[0-9a-f-]{36}\/[0-9a-f-]{36}\b/.exec(said)?.[0];
  if (key === undefined) throw new StoryError(`No key is named in:\n${said}`);
  return key;
}

/** `24 Nov 2026 14:22 UTC`, as messages have it. */
function sayMinute(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(" ");
  return `${Number(day)} ${month} ${year} ${clock?.slice(0, 5)} UTC`;
}

function styled(format: "bold" | "cyan", text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(format, text) : text;
}

/** Sets the stage, tells the story, clears everything away; answers the audit trail. */
export async function perform(
  { project, seedFile, tell }: Story,
  write: Write,
  signal = new AbortController().signal,
): Promise<readonly AuditEntry[]> {
  const uko = await LocalUko.start(seedFile);
  let workspace: PulumiWorkspace | undefined;
  let cleared: Promise<unknown> | undefined;
  const clear = (): Promise<unknown> => {
    cleared ??= Promise.allSettled([workspace?.dispose(), uko.stop()]);
    return cleared;
  };
  try {
    workspace = await PulumiWorkspace.create(project);
    signal.throwIfAborted();
    // What is under way then fails, which ends the story.
    signal.addEventListener("abort", () => void clear(), { once: true });
    await tell(new Stage(uko, workspace, write));
    return await uko.audit();
  } finally {
    await clear();
  }
}
