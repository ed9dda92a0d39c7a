/**
 * Counts the resources of one run that stop for the same reason, and shortens the messages after the first ones. A run
 * of hundreds of keys would otherwise print one explanation hundreds of times. The file also writes what such a run
 * says at its end.
 */

import { type ErrorCode, errorCatalog, type UkoError } from "../../errors.ts";
import type { LimitedStep } from "../../lifecycle/vocabulary/plan-limit.ts";
import { withoutPeriod } from "../../text/printable.ts";
import { runnable } from "../text/own-commands.ts";
import type { ResourceLabel } from "../text/resource-messages.ts";
import { capital, count, nameOrPath, plain } from "../text/words.ts";
import type { Unfinished, UnrequestedKey } from "./delete.ts";

/** Numbers, for each reason, the resources of a run in the order of their first report. The first one has number 1. */
export function createTally(): (reason: string, resource: string) => number {
  const reported = new Map<string, Map<string, number>>();
  return (reason, resource) => {
    const resources = reported.get(reason) ?? new Map<string, number>();
    reported.set(reason, resources);
    const number = resources.get(resource) ?? resources.size + 1;
    resources.set(resource, number);
    return number;
  };
}

/**
 * Returns how to go on with everything that stopped alike. The keys of a run that wait for a request are collected, so
 * that one command requests all of them.
 */
export function createForAll(): (outcome: Pick<Unfinished, "forAll" | "unrequested">) => string {
  const groups = new Map<string, UnrequestedGroup>();
  return ({ forAll, unrequested }) => {
    if (unrequested === undefined) return forAll;
    const { vaultId, keyId, keyState, label } = unrequested;
    const kind = vaultId === "" ? "KMS" : keyState;
    const { keys, vaults, begin } = groups.get(kind) ?? { keys: new Map(), vaults: new Set(), begin: undefined };
    const group = {
      keys: keys.set(`${vaultId}/${keyId}`, unrequested),
      vaults: vaults.add(vaultId),
      begin: commonBegin(begin, label),
    };
    groups.set(kind, group);
    return sayRequest(group);
  };
}

/** The keys of one state, or KMS keys. A run has thousands of them, so no message goes through all of them again. */
interface UnrequestedGroup {
  readonly keys: Map<string, UnrequestedKey>;
  readonly vaults: Set<string>;
  /** The text with which every label begins, as far as a shell and a glob take each of its characters as written. */
  readonly begin: string | undefined;
}

/** The most keys that a command names one by one. */
const maxInCommand = 12;

/**
 * The command that requests the keys of one state, or KMS keys. More than a few keys are chosen by vault and label, if
 * their labels begin with one whole word. Even this choice may match a key of another program, so the person has to look
 * at the list that the command shows.
 */
function sayRequest({ keys, vaults, begin = "" }: UnrequestedGroup): string {
  const [first] = keys.values();
  if (first === undefined) return "";
  const { vaultId, keyState, out, program } = first;
  const isKms = vaultId === "";
  const request = runnable("uko request", program);
  if (keys.size <= maxInCommand) {
    const names = Array.from(keys.values(), (key) => (isKms ? `kms/${key.keyId}` : nameOrPath(key)));
    return `To request them, a person runs: ${[request, ...names, ...(out === undefined ? [] : ["--out", out])].join(" ")}`;
  }
  if (isKms || !wholeWords.test(begin)) {
    return `To request them, a person writes the ID of each key on a line of a file, and runs: ${request} --keys <file>`;
  }
  const where = Array.from(vaults, (vault) => `--vault ${vault}`).join(" ");
  return `To request them, a person runs this command and checks its list: ${request} ${where} --state ${keyState} --label '${begin}*'`;
}

/** What labels of one purpose have in common. A shorter text, or a part of a word, begins labels of other programs. */
const wholeWords = /^.{3,}[-_.]$/;

/** What the labels so far and one more have in common. */
function commonBegin(begin: string | undefined, label: string): string {
  const [plainBegin = ""] = /^[A-Za-z0-9][\w.-]*/.exec(label) ?? [];
  if (begin === undefined) return plainBegin;
  let end = 0;
  while (end < begin.length && begin[end] === plainBegin[end]) end += 1;
  return begin.slice(0, end);
}

/** The codes of faults that each resource of a run meets alike, because they are about the run and not the resource. */
const faultsOfRuns: readonly ErrorCode[] = [
  "UKO_CREDENTIAL_REFUSED",
  "UKO_ACCESS_DENIED",
  "UKO_SETTINGS_INVALID",
  "UKO_HOST_NOT_ALLOWED",
  "UKO_INSTANCE_MISMATCH",
  "UKO_SERVICE_UNAVAILABLE",
  "UKO_RESPONSE_INVALID",
  "UKO_RESPONSE_LOST",
  "UKO_DEADLINE",
  "UKO_CLOCK_SKEW",
  "UKO_CANCELED",
];

export function createReported() {
  const faults = new Set<string>();
  return {
    /** Returns the number of the resource among those that this run has reported for this reason. */
    noteReported: createTally(),
    /** Records a fault of the run, and returns whether an earlier call has failed with it. */
    isRepeated({ code, summary }: Pick<UkoError, "code" | "summary">): boolean {
      if (!faultsOfRuns.includes(code)) return false;
      const fault = `${code} ${summary}`;
      const isKnown = faults.has(fault);
      faults.add(fault);
      return isKnown;
    },
  };
}

/**
 * The reason of a message about one object: the summary of its code, or else its first line without the object's name
 * and without the facts after a colon. It is the same for all objects to which the same happens.
 */
export function reasonOf(message: string, { noun, name }: Pick<ResourceLabel, "noun" | "name">): string {
  const code = /\[(\w+)\]$/.exec(message)?.[1] ?? "";
  if (Object.hasOwn(errorCatalog, code)) return errorCatalog[code as ErrorCode].summary;
  const [summary = ""] = message.split("\n");
  if (typeof name !== "string") return summary;
  const called = `${noun} "${plain(name, 100)}"`;
  // "KMS key" begins with a capital anywhere, so only the place says which article is meant.
  const begun = summary.startsWith(capital(called)) ? `A ${noun}${summary.slice(called.length)}` : summary;
  const [reason = ""] = begun.replaceAll(called, `a ${noun}`).split(": ");
  return reason;
}

/** The most resources of a run that explain the same reason with facts. The others take one line each. */
const maxExplained = 3;

/**
 * The message of the resource that is the `number`th of its run to stop for this reason. Hosts show each message, so only
 * the first one has everything. No message has a count, because hosts show one of several in any order. With `ends`, the
 * run ends with `sayStopped`, which says how to go on with all of them.
 */
export function messageAmong(
  { code, message, brief, summary, unapproved, forAll }: Unfinished,
  number: number,
  ends = false,
): string {
  if (number === 1) return message;
  const all = ends ? "" : forAll;
  if (number > maxExplained) {
    const facts = unapproved === undefined ? [] : [withoutPeriod(unapproved)];
    return `${[summary, ...facts, ...(all === "" ? [] : [all])].join(". ")} [${code}]`;
  }
  return [brief, ...(all === "" ? [] : [`  ${all}`]), `  [${code}]`].join("\n");
}

/** The first line of a message without the names in it, by which the messages of a run that are alike are found. */
export function withoutNames(message: string): string {
  return (message.split("\n")[0] ?? "").replaceAll(/"[^"]*"/g, "");
}

/** The message of the `number`th resource of a run with the same warning: the first line names the resource. */
export function warningAmong(message: string, number: number): string {
  return number === 1 ? message : (message.split("\n")[0] ?? "");
}

/** The resources of one type that stopped for one reason. */
export interface Stopped extends Pick<Unfinished, "code" | "forAll"> {
  readonly type: string;
  readonly count: number;
}

/** Ends a run in which several resources stopped for one reason. */
export function sayStopped({ code, forAll, type, count }: Stopped): string {
  const all = forAll === "" ? [] : [`  ${forAll}`];
  return [`${count} resources of type ${type} stopped: ${errorCatalog[code].summary} [${code}]`, ...all].join("\n");
}

/** What a run would do to one resource that it deletes, as a read of this run shows. */
export interface Ahead {
  readonly type: string;
  readonly name: string;
  readonly message: string;
  /** The step that the run takes; absent if a request is pending, because the step then depends on the caller. */
  readonly step?: LimitedStep | undefined;
}

const doneToKeys: { readonly [Step in LimitedStep]?: string } = {
  request: "requests the deactivation of",
  deactivate: "deactivates",
  destroy: "destroys",
};

/**
 * Ends a preview, or a run that only read. An engine does not pass the command, so the text is about this run only if the
 * run `isCertain` to delete: otherwise it may be a refresh. Under one of the conditions in `unless` it deletes nothing.
 * The preview is the last text before the person confirms, so it names every resource.
 */
export function sayAhead(
  ahead: readonly Ahead[],
  isCertain: boolean,
  unless: readonly string[] = [],
): readonly string[] {
  const run = unless.length === 0 ? "This run" : `Unless ${unless.join(", or ")}, this run`;
  const groups = Map.groupBy(ahead, ({ type, message, step }) => `${type} ${step} ${withoutNames(message)}`);
  return [...groups.values()].map((group) => {
    const [first, ...others] = group;
    const message = (first?.message ?? "").split("\n").map((line) => `  ${line}`);
    const act = isCertain && first?.step !== undefined ? doneToKeys[first.step] : undefined;
    if (act !== undefined) {
      return [`${run} ${act} ${count(group.length, "key")}: ${names(group)}`, ...message].join("\n");
    }
    const more = `  The same applies to ${others.length} more: ${names(others)}.`;
    return [
      `What ${isCertain ? "this run" : "a destroy"} does now, resources of type ${first?.type}: ${group.length}`,
      ...message,
      ...(others.length === 0 ? [] : [more]),
    ].join("\n");
  });
}

const names = (group: readonly Ahead[]): string => group.map(({ name }) => plain(name, 100)).join(", ");
