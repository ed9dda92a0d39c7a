/**
 * Writes what people see of one key before they decide about it (engine/key/shown-key.ts). Every terminal, page and
 * list shows these lines.
 */

import type { SaidOfKey, ShownKey } from "../../ports/shown-key.ts";
import type { Explanation } from "../../text/explanation.ts";
import { ibmDates } from "../../text/ibm-dates.ts";
import {
  capital,
  count,
  maxNamed,
  plain,
  quotedName,
  sayCheckValue,
  sayFirst,
  sayList,
  sayPerson,
  sayTimeAndDistance,
} from "../../text/words.ts";
import { type NotedKey, ruleOf } from "../exceptions.ts";

/** The lines about one key. Those that the requester chose are indented. */
export function sayShownKey(shown: ShownKey, nowMs: number): readonly string[] {
  const { facts, heading, said } = sayShownKeyInParts(shown, nowMs);
  return [...facts, heading, ...said.map((line) => `  ${line}`)];
}

/** The same for a page, whose layout keeps apart what the requester chose. */
export function sayShownKeyInParts(shown: ShownKey, nowMs: number) {
  return { facts: sayServiceFacts(shown, nowMs), ...saySaid(shown.said, nowMs) };
}

/** The explanation of a read with the lines about the key. */
export function withShownKey(explanation: Explanation, shown: ShownKey, nowMs: number): Explanation {
  return { ...explanation, facts: [...explanation.facts, ...sayShownKey(beside(shown), nowMs)] };
}

/**
 * The key next to an explanation. A hold stands in the first line of the explanation already, and so does a reason next
 * to the sentence that names its author.
 */
export function beside(shown: ShownKey): ShownKey {
  return { ...shown, holds: [], said: { ...shown.said, reasons: [] } };
}

/** What a person who may write to the key cannot choose. */
function sayServiceFacts(shown: ShownKey, nowMs: number): readonly string[] {
  const { holds, algorithm, size, template, keyCheckValues, keystores, pastLabels } = shown;
  const places = keystores.map(({ name, type, keyId, status }) => {
    const id = keyId === "" ? "" : `, there ${plain(keyId, 100)}`;
    return `Keystore ${quotedName(name)} (${plain(type, 40)}${id}): ${status}.`;
  });
  const used = sayUsedBy(shown);
  return [
    ...holds.map((hold) => `Held: ${hold}.`),
    ...sayCreated(shown, nowMs),
    `Algorithm: ${plain(algorithm, 40)} ${plain(size, 40)}. Template: ${plain(template, 60)}.`,
    ...keyCheckValues.map((each) => `Key check value: ${sayCheckValue(each)}.`),
    ...places.slice(0, maxNamed),
    ...(places.length > maxNamed ? [`And ${count(places.length - maxNamed, "more keystore")}.`] : []),
    ...(used === undefined ? [] : [`Used by: ${used}.`]),
    ...sayOutliving(shown, nowMs),
    ...sayPastLabels(pastLabels, nowMs),
  ];
}

function sayCreated({ createdAt, createdBy }: ShownKey, nowMs: number): readonly string[] {
  if (createdAt === undefined && createdBy === undefined) return [];
  const when = createdAt === undefined ? "" : ` on ${sayTimeAndDistance(Date.parse(createdAt), nowMs)},`;
  const who = createdBy === undefined ? " by a person whom the service does not name" : ` by ${plain(createdBy, 100)}`;
  return [`Created${when}${who}.`];
}

/** What uses the key: five names, then a count. Undefined if the read did not ask. UKO never knows that nothing does. */
export function sayUsedBy({ usedBy, useUnreadable, useUnseenIn }: ShownKey): string | undefined {
  if (useUnreadable !== undefined) return `not known, because ${plain(useUnreadable, 200)}`;
  if (usedBy === undefined) return undefined;
  const unseen = useUnseenIn.length === 0 ? "" : "; UKO does not see who uses the copies in other clouds";
  return `${usedBy.length === 0 ? "nothing that UKO knows" : sayResources(usedBy)}${unseen}`;
}

function sayResources(usedBy: NonNullable<ShownKey["usedBy"]>): string {
  return sayFirst(
    usedBy.map(({ name, service }) =>
      service === "" ? quotedName(name) : `${quotedName(name)} (${plain(service, 100)})`,
    ),
  );
}

function sayOutliving({ outlivesServiceUntil: until }: ShownKey, nowMs: number): readonly string[] {
  if (until === undefined) return [];
  const end = sayTimeAndDistance(Date.parse(until), nowMs);
  const support = sayTimeAndDistance(Date.parse(ibmDates.endOfSupport), nowMs);
  return [`The keystores would hold the material until at least ${end}. IBM ends its support on ${support}.`];
}

const maxPastLabels = 3;

/**
 * The labels to show, and how many more the evidence of this machine has. The oldest of the evidence is always shown: a
 * person who renames a key again and again, or who forges a manifest, could otherwise push the real label out. So the
 * one label of a manifest takes the place of a newer label.
 */
function firstPastLabels(pastLabels: ShownKey["pastLabels"]) {
  const evidence = pastLabels.filter(({ source }) => source === "evidence");
  const most = pastLabels.length > evidence.length ? maxPastLabels - 1 : maxPastLabels;
  const hidden = new Set(evidence.slice(most - 1, -1));
  return { labels: pastLabels.filter((past) => !hidden.has(past)), more: hidden.size };
}

function sayPastLabels(pastLabels: ShownKey["pastLabels"], nowMs: number): readonly string[] {
  const { labels, more } = firstPastLabels(pastLabels);
  const lines = labels.map(({ label, seenAt, source }) => {
    const by = source === "evidence" ? "the evidence of this machine" : "the manifest of the campaign";
    return `Was called ${quotedName(label)} until at least ${sayTimeAndDistance(Date.parse(seenAt), nowMs)}, says ${by}.`;
  });
  return [...lines, ...(more > 0 ? [`And ${count(more, "more former label")}, in the evidence of this machine.`] : [])];
}

/** What is unusual about the key by itself: the lines just before the question, and before the form of a page. */
export function sayUnusual(shown: ShownKey): readonly string[] {
  return shown.exceptions.map((word) => `${capital(word)}, ${ruleOf.get(word) ?? ""}${sayDetail(word, shown)}.`);
}

/** What a class of exceptions says of one key, in parentheses. */
export function sayDetail(
  word: string,
  {
    usedBy = [],
    pastLabels,
    said,
    template,
    createdAt,
  }: Pick<ShownKey, "usedBy" | "pastLabels" | "template" | "createdAt"> & {
    readonly said: Pick<SaidOfKey, "description" | "warnings">;
  },
  noted?: NotedKey,
): string {
  switch (word) {
    case "renamed": {
      const { labels, more } = firstPastLabels(pastLabels);
      const others = more > 0 ? `, and ${more} more in the evidence of this machine` : "";
      return ` (was ${sayList(labels.map(({ label }) => quotedName(label)))}${others})`;
    }
    case "in use":
      return usedBy.length === 0 ? sayNoted(noted?.usage) : ` (by ${sayResources(usedBy)})`;
    case "overridden":
      return sayNoted(`${noted?.usage ?? ""}; its reason: ${quotedName(noted?.override ?? "", 200)}`);
    case "newly used":
      return ` (${noted?.addedResources ?? 0})`;
    case "disputed":
      return sayNoted(noted?.discounted);
    case "changed":
      return sayNoted(noted?.changes, 600);
    case "written":
    case "odd in writer":
      return sayNoted(noted?.written);
    case "rare":
      return ` (${quotedName(template, 60)})`;
    case "odd in age":
      return sayNoted(createdAt?.slice(0, 10));
    case "with a warning":
      return ` (${said.warnings.map((warning) => quotedName(warning, 200)).join(", ")})`;
    case "described":
      return ` (${quotedName(said.description, 200)})`;
    default:
      return "";
  }
}

const sayNoted = (text = "", most = 300): string => (text === "" ? "" : ` (${plain(text, most)})`);

function saySaid({ requester, label, description, reasons, activationDate, wroteBeforeAt }: SaidOfKey, nowMs: number) {
  const by = requester === undefined ? "people who may write to the key" : `the requester, ${plain(requester, 100)}`;
  const wrote =
    wroteBeforeAt === undefined
      ? []
      : [`Last write before the request: by the requester, on ${sayTimeAndDistance(Date.parse(wroteBeforeAt), nowMs)}`];
  const said = [
    `Label: ${plain(label, 200)}`,
    ...(description === "" ? [] : [`Description: ${plain(description, 500)}`]),
    ...reasons.map(({ author, name, reason }) =>
      author === requester
        ? `Reason: ${plain(reason, 500)}`
        : `Earlier reason of ${sayPerson(author, name)}, as repeated: ${plain(reason, 500)}`,
    ),
    ...(activationDate === "" ? [] : [`Activation date: ${plain(activationDate, 40)}`]),
    ...wrote,
  ];
  return { heading: `Said by ${by}:`, said };
}
