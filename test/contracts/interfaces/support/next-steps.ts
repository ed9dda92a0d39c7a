/** Reads a message as a person does: its sentences, and the commands after "Next:". */

import { hostLine } from "../../../support/emulator-addresses.ts";

export interface PrintedNext {
  /** The words after `Next:`, `then:` or `or:`. */
  readonly who: string;
  /** As printed; each is meant to work when pasted. */
  readonly commands: readonly string[];
}

/** Every way on that an output offers, in order. */
export function nextSteps(output: string): readonly PrintedNext[] {
  const found: { readonly who: string; readonly commands: string[] }[] = [];
  let commandIndent = Number.POSITIVE_INFINITY;
  for (const line of messageOf(output).split("\n")) {
    const [, indent = "", word, who = ""] = /^(\s*)(Next|then|or): (.*)$/.exec(line) ?? [];
    if (word === "Next") commandIndent = indent.length + 2;
    if (word !== undefined) found.push({ who, commands: [] });
    else if (line.startsWith(" ".repeat(Math.min(commandIndent, 80)))) found.at(-1)?.commands.push(line.trim());
    else commandIndent = Number.POSITIVE_INFINITY;
  }
  return found;
}

/** All commands that an output offers. */
export function nextCommands(output: string): readonly string[] {
  return nextSteps(output).flatMap(({ commands }) => commands);
}

/** Answers a run that ended as it should; throws with all that it printed otherwise. */
export function ended<Result extends { readonly exitCode: number; readonly output: string }>(
  result: Result,
  exitCode: number,
  firstLine?: string | RegExp,
): Result {
  const first = firstLineOf(result.output);
  const isRight =
    firstLine === undefined || (typeof firstLine === "string" ? first === firstLine : firstLine.test(first));
  if (result.exitCode === exitCode && isRight) return result;
  const wanted = firstLine === undefined ? "" : ` and first line ${firstLine}`;
  throw new Error(`Wanted exit code ${exitCode}${wanted}, got ${result.exitCode} and:\n${result.output}`);
}

/** The printed approval that takes the step; the other one stores it for the requester's next run. */
export const approveNow = /^uko approve (?!.*--store)/;

/** The printed command that ends what it is about, and the one that goes on with a program, whatever the engine. */
export const endAgain = /\b(?:pulumi|tofu|terraform) destroy\b/;
export const runAgain = /\b(?:pulumi up(?: --stack \S+)?|(?:tofu|terraform) apply)$/;

/**
 * What the provider said, without the engine's own lines, progress and indent: the same text whether it was an error, a
 * warning, or printed by `uko`. With `resource` only the messages about that resource, and without those of the refresh
 * with which a run began (`lookOf`). Of the outputs of `uko`, only the host of the emulator is left out.
 */
export function messageOf(output: string, resource?: string): string {
  if (!hasDiagnostics(output)) return /^Resources:$/m.test(output) ? "" : withoutHostLine(output).trimEnd();
  const looks = looksIn(output);
  return saidIn(output)
    .filter((said) => resource === undefined || said.resource === resource)
    .filter((said) => !said.isBefore && !looks.has(firstLineIn(said)))
    .map(({ text }) => text)
    .join("\n");
}

/** The first lines about the refresh with which a run began. A run that only refreshes has none. */
export function lookOf(output: string, resource?: string): readonly string[] {
  const looks = looksIn(output);
  return saidIn(output)
    .filter(
      (said) =>
        (said.isBefore || looks.has(firstLineIn(said))) && (resource === undefined || said.resource === resource),
    )
    .map(({ text }) => text.split("\n")[0] ?? "");
}

/** The output of `uko` begins with the host of the emulator, which is about no key. */
const withoutHostLine = (output: string): string => {
  const lines = output.split("\n");
  return lines.filter((line) => !hostLine.test(line)).join("\n");
};

interface Said {
  /** The name of the resource, or of the stack, under which it stands. */
  readonly resource: string;
  readonly text: string;
  /** Whether it came with the plan of a run, before any step. */
  readonly isBefore: boolean;
}

const hasDiagnostics = (output: string): boolean => /^Diagnostics:$/m.test(output);
const firstLineIn = ({ resource, text }: Said): string => `${resource} ${text.split("\n")[0]}`;

/** Resource and first line of each warning that came while the engine refreshed before it did what the run is for. */
function looksIn(output: string): ReadonlySet<string> {
  if (/^Refreshing \(/m.test(output)) return new Set();
  const told = output.matchAll(/^ ~ {2}\S+ (\S+) refresh(?:ing)?(?: \(\S+\))? warning: (.*)$/gm);
  return new Set(Array.from(told, ([, resource, line]) => `${resource} ${line}`));
}

function saidIn(output: string): readonly Said[] {
  const [, diagnostics = ""] = output.split(/^Diagnostics:$/m);
  const lines = (diagnostics.split(/^(?:Outputs|Resources|Policies|Duration):/m)[0] ?? "").split("\n");
  const all: { readonly resource: string; readonly isBefore: boolean; readonly lines: string[] }[] = [];
  let [resource, isBefore] = ["", false];
  for (const line of lines) {
    const [, kind, heading] = /^ {2}(\S+) \((.*)\):$/.exec(line) ?? [];
    const [label] = /^ {4}(?:error|warning): (?:\[runtime\] )?/.exec(line) ?? [];
    if (heading !== undefined) [resource, isBefore] = [heading, kind === "looked"];
    if (heading !== undefined || label !== undefined) all.push({ resource, isBefore, lines: [] });
    if (heading === undefined) all.at(-1)?.lines.push(line.slice(label?.length ?? 4));
  }
  return all
    .map(({ resource, isBefore, lines }) => ({
      ...{ resource, isBefore },
      text: lines
        .filter((line) => !otherLines.some((form) => form.test(line)))
        .join("\n")
        .trim(),
    }))
    .filter(({ text }) => text !== "");
}

/**
 * The closing line, the one line by which the dynamic provider repeats a thrown error, the path of the evidence, and the
 * host of the emulator.
 */
const otherLines = [
  /^(?:update|destroy|preview|refresh) failed$/,
  /^UKO_[A-Z_]+: /,
  /^Evidence of this run: /,
  hostLine,
];

/** The first line of what the provider said: what people see first. */
export function firstLineOf(output: string): string {
  return messageOf(output).split("\n")[0] ?? "";
}

/** The code that closes what was said, or its first line, of this resource or of the only one. */
export function codeOf(output: string, resource?: string): string | undefined {
  return /\[(UKO_[A-Z_]+)\]$/m.exec(messageOf(output, resource))?.[1];
}
