/**
 * Asks the person at the terminal. An approval, and the request of a destruction, take a *hand*: a person types what the
 * question names. No option, file or variable answers such a question, so that no line in a script approves, and none
 * begins what cannot be undone. A hand needs a terminal for input and for errors, and is refused where `CI` is set. uko
 * never opens the terminal behind redirected streams, such as `/dev/tty`.
 *
 * A program that has a person's credential and pretends to be a terminal (`script`, `expect`) can type like the person.
 */

import { runnable, shellWord } from "../compose/text.ts";
import { UkoError } from "../errors.ts";
import { printableLines } from "../text/printable.ts";
import { invalidInput, usageError } from "./arguments.ts";
import type { CliWorld } from "./cli-world.ts";

type Asking = Pick<CliWorld, "ask" | "environment" | "typed" | "program">;

export function canPersonType({ ask, environment }: Asking): boolean {
  return ask !== undefined && !environment.CI;
}

/** Throws UKO_INPUT_INVALID if no person can type here. The message names the way where a person is there. */
export function requireHand(world: Asking, command: string): void {
  refusePipeline(world, command);
  if (world.ask !== undefined) return;
  throw invalidInput(
    `${command} asks a person, and there is no terminal to ask at`,
    "Input and errors both have to be at a terminal. Nothing was changed.\nNext: run the command at a terminal; in Git Bash on Windows, put winpty before it.",
  );
}

/** Throws UKO_INPUT_INVALID if `CI` is set, as it is in a pipeline. */
export function refusePipeline({ environment, typed, program }: Omit<Asking, "ask">, command: string): void {
  if (!environment.CI) return;
  const whole = typed === undefined ? command : ["uko", ...typed().map(shellWord)].join(" ");
  throw invalidInput(
    `${command} asks a person, and the variable CI says that this is a pipeline`,
    `Nothing was changed.\nNext: if a person is there, run:\n  env -u CI ${runnable(whole, program)}`,
  );
}

/** Asks the person at the terminal; only `y` and `yes` count as yes. */
export async function isConfirmed(world: CliWorld, question: string): Promise<boolean> {
  return isYes(await askPerson(world, question));
}

export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer);
}

export async function isTyped(world: CliWorld, question: string, phrase: string): Promise<boolean> {
  return (await askPerson(world, question)) === phrase;
}

/** Throws UKO_CANCELED unless the person at the terminal types exactly this text. */
export async function requireTyped(
  world: CliWorld,
  question: string,
  phrase: string,
  summary: string,
  detail = "Nothing was changed.",
): Promise<void> {
  if (await isTyped(world, question, phrase)) return;
  throw new UkoError("UKO_CANCELED", { summary, detail: `What was typed is not "${phrase}". ${detail}` });
}

/** Returns what the person at the terminal types; empty without a terminal. */
export async function askPerson({ ask }: CliWorld, question: string): Promise<string> {
  return ((await ask?.(question)) ?? "").trim();
}

/** Asks the person at the terminal to type these words. In a run without a terminal, `--yes` takes their place. */
export async function confirmSet(
  world: CliWorld,
  { json, yes }: { readonly json?: boolean; readonly yes?: boolean },
  phrase: string,
  lines: readonly string[] = [],
  detail?: string,
): Promise<void> {
  if (world.ask !== undefined && json !== true) {
    if (lines.length > 0) world.err.write(`${printableLines(lines.join("\n"))}\n`);
    return requireTyped(world, `Type "${phrase}" to go on: `, phrase, "The command was not confirmed", detail);
  }
  if (yes === true) return;
  throw usageError(
    "This command needs a confirmation, and there is no terminal to ask at",
    `Add --yes to run it without a question: ${phrase}.`,
  );
}
