/**
 * The stage of the demo and the examples: an emulator, one stack, people with their own HOME and credential, and a real
 * engine. Each run prints its command and its output; an unexpected result ends the story.
 */

import { styleText } from "node:util";
import { auditTable, deedsIn } from "./audit-table.ts";
import type { EngineResult } from "./engine-run.ts";
import type { LocalUko } from "./local-uko.ts";

export type Name = "alice" | "bob" | "carol";

/** The expected result of a run; any other result ends the story. */
export interface Expected {
  readonly exitCode: number;
  readonly says: string | RegExp;
}

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

  /** Prints what a person types, with the record IDs that they pass. */
  protected async prompt(name: Name, typed: string, consent?: string): Promise<void> {
    const who = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    const time = sayMinute(await this.uko.now());
    const variable = consent === undefined ? "" : `UKO_CONSENT=${consent} `;
    this.#write(`\n${styled("cyan", `${who}, ${time}`)}\n${styled("cyan", `$ ${variable}${typed}`)}\n`);
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

/** The ID of the one record that a message prints. */
export function recordIn(said: string): string {
  const ids = new Set(Array.from(said.matchAll(/\b[0-9a-f]{32}\b/g), ([id]) => id));
  const [id] = ids;
  if (id === undefined || ids.size > 1) throw new StoryError(`Expected exactly one record ID in:\n${said}`);
  return id;
}

/** The IDs that a run prints for a second person, as `UKO_CONSENT` takes them. */
export function consentsIn(said: string): string {
  const ids = new Set(Array.from(said.matchAll(/uko approve \S+ (\S+)/g), ([, id]) => id));
  if (ids.size === 0) throw new StoryError(`Expected at least one uko approve in:\n${said}`);
  return [...ids].join(",");
}

/** `<vaultId>/<keyId>` of the key in a message. */
export function keyIn(said: string): string {
  const key = /\b[0-9a-f-]{36}\/[0-9a-f-]{36}\b/.exec(said)?.[0];
  if (key === undefined) throw new StoryError(`Expected <vaultId>/<keyId> in:\n${said}`);
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
