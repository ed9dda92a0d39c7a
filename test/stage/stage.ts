/**
 * Where the demo and the examples are told: a local UKO, one stack, people with their own HOME and credential, and a real
 * engine. Each run prints what was typed and what came of it; one that goes differently ends the story.
 */

import { styleText } from "node:util";
import { auditTable, deedsIn } from "./audit-table.ts";
import type { EngineResult } from "./engine-run.ts";
import type { LocalUko } from "./local-uko.ts";

export type Name = "alice" | "bob" | "carol";

/** What a run must come to; anything else ends the story. */
export interface Expected {
  readonly exitCode: number;
  readonly says: string | RegExp;
}

export type Write = (text: string) => void;

/** A run that did not come to what the story says. */
export class StoryError extends Error {}

/** What every engine's stage has: words, time, and what the service kept of it all. */
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
      throw new StoryError(`The story was meant to be\n${expected.join("\n")}`);
  }

  /** What a person has in their shell. */
  protected environmentOf(name: Name): Readonly<Record<string, string>> {
    return { ...this.uko.settings, UKO_API_KEY: `${name}-demo-key` };
  }

  /** Prints what a person types, who names these records if there are any. */
  protected async prompt(name: Name, typed: string, consent?: string): Promise<void> {
    const who = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const time = sayMinute(await this.uko.now());
    const variable = consent === undefined ? "" : `UKO_CONSENT=${consent} `;
    this.#write(`\n${styled("cyan", `${who}, ${time}`)}\n${styled("cyan", `$ ${variable}${typed}`)}\n`);
  }

  /** Prints what was said; ends the story unless the run came to what was meant. */
  protected show(result: EngineResult, said: string, expected: Expected): string {
    if (said !== "") this.#write(`${said.replaceAll(/^(?=.)/gm, "  ")}\n`);
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
