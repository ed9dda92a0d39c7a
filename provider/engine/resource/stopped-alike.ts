/**
 * Counts the resources of one run that stop for the same reason, and shortens the messages after the first ones.
 * Otherwise a run of hundreds of keys would print the same explanation hundreds of times. The file also writes what
 * such a run says at its end. At the end of a run that only read, it says what a destroy would do now.
 */

import { errorCatalog } from "../../errors.ts";
import { runnable } from "../text/own-commands.ts";
import { nameOrPath, sayFirst } from "../text/words.ts";
import type { Unfinished, UnrequestedKey } from "./delete.ts";

/** Counts, for each reason, the resources of a run that were reported for it, this one included. */
export function createTally(): (reason: string, resource: string) => number {
  const reported = new Map<string, Set<string>>();
  return (reason, resource) => {
    const resources = reported.get(reason) ?? new Set();
    reported.set(reason, resources.add(resource));
    return resources.size;
  };
}

/**
 * Returns how to go on with everything that stopped alike. The keys of a run that wait for a request are collected, so
 * that one command requests all of them.
 */
export function createForAll(): (outcome: Pick<Unfinished, "forAll" | "unrequested">) => string {
  const groups = new Map<string, Map<string, UnrequestedKey>>();
  return ({ forAll, unrequested }) => {
    if (unrequested === undefined) return forAll;
    const { vaultId, keyId, keyState } = unrequested;
    const kind = vaultId === "" ? "KMS" : keyState;
    const keys = groups.get(kind) ?? new Map();
    groups.set(kind, keys.set(`${vaultId}/${keyId}`, unrequested));
    return sayRequest([...keys.values()]);
  };
}

/** The most keys that a command names one by one. */
const maxInCommand = 12;

/**
 * The command that requests the keys of one state, or KMS keys. More than a few keys are chosen by vault and label. The
 * choice may match a key of another program, so the person has to look at the list that the command shows.
 */
function sayRequest(keys: readonly UnrequestedKey[]): string {
  const [first] = keys;
  if (first === undefined) return "";
  const { keyState, out, program } = first;
  const isKms = first.vaultId === "";
  const request = runnable("uko request", program);
  const begin = longestBegin(keys.map(({ label }) => label));
  const names = keys.map((key) => (isKms ? `kms/${key.keyId}` : nameOrPath(key)));
  if (names.length <= maxInCommand) {
    return `To request them, a person runs: ${[request, ...names, ...(out === undefined ? [] : ["--out", out])].join(" ")}`;
  }
  if (isKms || begin === "") {
    return `To request them, a person writes the ID of each key on a line of a file, and runs: ${request} --keys <file>`;
  }
  const vaults = [...new Set(keys.map(({ vaultId }) => `--vault ${vaultId}`))].join(" ");
  return `To request them, a person runs this command and checks its list: ${request} ${vaults} --state ${keyState} --label '${begin}*'`;
}

/** The text with which every label begins, as far as a shell and a glob take each of its characters as written. */
function longestBegin(labels: readonly string[]): string {
  const [first = "", ...others] = labels.map((label) => /^[A-Za-z0-9][\w.-]*/.exec(label)?.[0] ?? "");
  return others.reduce((begin, label) => {
    let end = 0;
    while (end < begin.length && begin[end] === label[end]) end += 1;
    return begin.slice(0, end);
  }, first);
}

/** The most resources of a run that explain the same reason with facts. The others take one line each. */
const maxExplained = 3;

/**
 * The message of the resource that is the `count`th of its run to stop for this reason. Hosts show each message, so only
 * the first one has everything. With `ends`, the run ends with `sayStopped`. Otherwise each message has the count so far.
 */
export function messageAmong(
  { code, message, brief, summary, forAll }: Unfinished,
  count: number,
  ends = false,
): string {
  if (count === 1) return message;
  if (ends) return count > maxExplained ? `${summary} [${code}]` : `${brief}\n  [${code}]`;
  const all = forAll === "" ? "" : ` ${forAll}`;
  if (count > maxExplained) return `${summary} (${count} so far).${all} [${code}]`;
  return `${brief}\n  ${count} resources of this run have stopped for this reason so far.${all}\n  [${code}]`;
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

/** What a destroy would do to one resource, as a read of this run shows. */
export interface Ahead {
  readonly type: string;
  readonly name: string;
  readonly message: string;
}

/**
 * Ends a run that only read: a refresh, or the preview of a destroy. An engine passes neither the command nor the caller,
 * and the preview is the last text before the person confirms.
 */
export function sayAhead(ahead: readonly Ahead[]): readonly string[] {
  const groups = Map.groupBy(ahead, ({ type, message }) => `${type} ${message.split("\n")[0]?.replace(/"[^"]*"/, "")}`);
  return [...groups.values()].map(([first, ...others]) => {
    const message = (first?.message ?? "").split("\n").map((line) => `  ${line}`);
    const more = `  The same applies to ${others.length} more: ${sayFirst(others.map(({ name }) => name))}.`;
    return [
      `What a destroy does now, resources of type ${first?.type}: ${others.length + 1}`,
      ...message,
      ...(others.length === 0 ? [] : [more]),
    ].join("\n");
  });
}
