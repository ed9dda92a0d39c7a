/**
 * The stage of the demo and the examples: an emulator, one stack, people with their own HOME and credential, and a real
 * engine. Each run prints its command and its output; an unexpected result ends the story.
 */

import { styleText } from "node:util";
import { auditTable, deedsIn } from "./audit-table.ts";
import type { EngineResult } from "./engine-run.ts";
import type { LocalUko } from "./local-uko.ts";
import { typeUko } from "./typing.ts";

export type Name = "alice" | "bob" | "carol";

/** The expected result of a run; any other result ends the story. */
export interface Expected {
  readonly exitCode: number;
  readonly says: string | RegExp;
}

/** Says where a run sends its credential or writes its evidence, which is the same for each run of a story. */
const placeLine = /^(This run sends its credential to|Evidence of this run:) .*\r?\n/gm;

export type Write = (text: string) => void;

/** A run whose result the story does not expect. */
export class StoryError extends Error {}

/** The part that all engines share: narration, time and the audit trail. */
export abstract class Stage {
  readonly uko: LocalUko;
  readonly #write: Write;

  constructor(uko: LocalUko, write: Write) {
    this.uko = uko;
    this.#write = write;
  }

  /** A paragraph of narration. */
  say(...lines: readonly string[]): void {
    this.#write(`\n${lines.map((line) => styled("bold", line)).join("\n")}\n`);
  }

  async timePasses(duration: string, words: string): Promise<void> {
    await this.uko.advance(duration);
    this.say(words);
  }

  /**
   * Prints who changed what and when, from the service's own audit trail; ends the story unless it is exactly this. Engines work
   * on several resources at once, so with more than one the order within a run is open.
   */
  async printAudit(expected: readonly string[], order: "as told" | "any" = "as told"): Promise<void> {
    const audit = await this.uko.audit();
    this.#write(`\n${auditTable(audit)}\n`);
    const ordered = (deeds: readonly string[]) => (order === "any" ? deeds.toSorted() : deeds).join("\n");
    if (ordered(deedsIn(audit)) !== ordered(expected))
      throw new StoryError(`Expected these changes in the audit trail:\n${expected.join("\n")}`);
  }

  /** What a person has in their shell. */
  protected environmentOf(name: Name): Readonly<Record<string, string>> {
    return { ...this.uko.settings, UKO_API_KEY: `${name}-demo-key` };
  }

  /** A person approves these keys at a terminal. */
  approve(name: Name, args: readonly string[], expected: Expected): Promise<string> {
    return this.#type(name, ["approve", ...args], expected);
  }

  /** A person requests the next step of these keys at a terminal. */
  request(name: Name, args: readonly string[], expected: Expected): Promise<string> {
    return this.#type(name, ["request", ...args], expected);
  }

  /** A person takes the step of these keys that both people agreed to, at a terminal. */
  continue(name: Name, args: readonly string[], expected: Expected): Promise<string> {
    return this.#type(name, ["continue", ...args], expected);
  }

  async #type(name: Name, args: readonly string[], expected: Expected): Promise<string> {
    await this.prompt(name, `uko ${args.join(" ")}`);
    const result = await typeUko(args, this.environmentOf(name));
    return this.show(result, result.output.replaceAll(placeLine, "").trimEnd(), expected);
  }

  /** Prints what a person types. */
  protected async prompt(name: Name, typed: string): Promise<void> {
    const who = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const time = sayMinute(await this.uko.now());
    this.#write(`\n${styled("cyan", `${who}, ${time}`)}\n${styled("cyan", `$ ${typed}`)}\n`);
  }

  /** Prints the output; ends the story unless the result is the expected one. */
  protected show(result: EngineResult, said: string, expected: Expected): string {
    if (said !== "") this.#write(`${said.replaceAll(/^(?=.)/gm, "  ")}\n`);
    const isAsTold = typeof expected.says === "string" ? said.includes(expected.says) : expected.says.test(said);
    if (result.exitCode === expected.exitCode && isAsTold) return said;
    throw new StoryError(
      `Expected exit code ${expected.exitCode} and the text "${expected.says}", but the exit code was ${result.exitCode}:\n${result.output}`,
    );
  }
}

/** `24 Nov 2026 14:22 UTC`, as messages have it. */
function sayMinute(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(" ");
  return `${Number(day)} ${month} ${year} ${clock?.slice(0, 5)} UTC`;
}

function styled(format: "bold" | "cyan", text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(format, text) : text;
}
