/**
 * Replaces everything in a recording that is not a word of the protocol. A list of what is secret could miss something,
 * such as an account in a message. So the rule is turned around. A piece of text stays only if each of its words is in
 * the vocabulary (vocabulary.ts). A short number, a duration or a version stays, too. Every other piece of text becomes
 * a placeholder, such as `<key-1>` or `<host-2>`. The same piece has the same placeholder in the whole recording, so a
 * reader sees which values are equal. A text that a person typed, such as a label, is replaced as a whole, even if it
 * consists of words of the protocol. A time becomes its distance to the start of the recording, with its own form and
 * resolution. Of a list, only the first three items are kept.
 *
 * An answer stays: a code or a state that is one word, also an unknown word, unless it occurs in a text of this instance
 * that a person typed. Where only the protocol has a word, the word stays, although a key may have it as its name. A
 * message with such a name is replaced as a whole, because the sentence around a placeholder would show the name.
 *
 * Numbers are decided one by one. A number of up to four digits stays, because statuses, sizes and limits are numbers.
 * Numbers in a row, such as a telephone number in groups of four, are replaced together, and so is an IPv6 address. A
 * count above 20 is replaced, because it says how much a customer has.
 */

import { answers, counted, enumerated, identifiers, typed } from "./members.ts";
import { createAddresses, decodedUri, type TextRules } from "./redact-address.ts";
import { vocabulary } from "./vocabulary.ts";

export interface Redactor {
  /** Takes note of the texts in it that people typed, so that none of them stays in a request or counts as an answer. */
  learn(value: unknown): void;
  /** A JSON value; `member` is the name of the member that holds it. */
  redact(value: unknown, member?: string): unknown;
  text(text: string, member?: string): string;
  /** An address of the API, with its query. */
  address(text: string): string;
}

/** `resource_missing`, `NOT_FOUND`, `BXNIM0060E` or `keyRotated`; no name with a blank, number, ID, token or digest. */
const answerForm =
  /^(?=.{2,64}$)(?:(?:[a-z]{1,20}|[A-Z]{1,20})\d{0,4}[A-Z]?(?:[_-](?=.)|$))+$|^[A-Za-z]?[a-z]{2,}(?:[A-Z][a-z]{2,})*$/;
/** A count up to this number stays: it says that a list is short, and no more. */
const maxPlainCount = 20;
const partsOfRequests: readonly string[] = ["field", "parameter", "header", "query_param"];
/** Lists in a recording end after this many items. */
const maxItems = 3;
const maxPlainNumber = 9_999;
const iso = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/;
const httpDate = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/;
const ipv6 = /(?<![\w-])(?=:*[0-9a-f])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w-])/i;
/** Numbers in groups, such as `4711 0815` or `10.20.30.40`. Alone, each of them would stay. */
const groups = /(?<![\w-])\d{2,}(?:[\s.,:;/_()\p{Pd}]{1,3}\d{2,})+(?![\w-])/u;
/** `crn:v1:bluemix:public:kms:eu-de:a/account:instance:key:id`. The ID of a person can begin with one more `crn-`. */
const crn = /(?:crn-)?crn:v\d+:[^\s"'<>`,;()[\]{}?&=]*/;
/** A time, an address, numbers in groups, or a piece between separators that never belong to a value. */
const pieces = new RegExp(
  `${iso.source}|${httpDate.source}|${crn.source}|${ipv6.source}|${groups.source}|[^\\s/?&=,;:"'()\\[\\]{}<>\`]+`,
  "giu",
);
const wholeGroups = new RegExp(`^(${ipv6.source}|${groups.source})$`, "iu");
const addressForm = /^(https?:\/\/|\/|\?)\S*$/;
const wholeCrn = new RegExp(`^${crn.source}$`);
const plain = /^(\d{1,4}|[REHP]S\d{3}|v\d|v?\d{1,2}(\.\d{1,2}){1,2}|P(T?\d{1,4}[YMWDHS])+)$/;
const words = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Times further away than this say nothing about the run. */
const farMs = { past: 3_600_000, future: 400 * 86_400_000 } as const;

/** The kind of a placeholder, such as `key` in `<key-1>`, and its number among those of this kind. */
interface Placed {
  readonly kind: string;
  readonly number: number;
}

/** The placeholders of a recording, which a recording over several runs keeps from run to run. */
export interface Placeholders {
  get(text: string): Placed | undefined;
  add(text: string, kind: string): Placed;
  /** Remembers a word of a text that a person typed, in lower case. */
  noteName(word: string): void;
  isName(word: string): boolean;
}

/**
 * Placeholders that live as long as the run. `keyOf` makes the key under which a text is remembered. `made` has the key
 * and the kind of each placeholder in the order of their numbers, and gets the new ones; `names` gets the words.
 */
export function createPlaceholders(
  keyOf: (text: string) => string = (text) => text,
  made: (readonly [key: string, kind: string])[] = [],
  names: Set<string> = new Set(),
): Placeholders {
  const placed = new Map<string, Placed>();
  const counts = new Map<string, number>();
  const place = (key: string, kind: string): Placed => {
    const number = (counts.get(kind) ?? 0) + 1;
    const each = { kind, number };
    counts.set(kind, number);
    placed.set(key, each);
    return each;
  };
  for (const [key, kind] of made) place(key, kind);
  return {
    noteName: (word) => void names.add(keyOf(word)),
    isName: (word) => names.has(keyOf(word)),
    get: (text) => placed.get(keyOf(text)),
    add(text, kind) {
      made.push([keyOf(text), kind]);
      return place(keyOf(text), kind);
    },
  };
}

/** Whether a placeholder can have this kind, which stands in the recording: a word of the protocol, or `mail`. */
export const isKind = (kind: string): boolean => kind === "mail" || isProtocol(kind);

/** `known` has values of this run with their kind, such as the ID of its vault. */
export function createRedactor(
  startMs: number,
  known: readonly (readonly [kind: string, text: string | undefined])[] = [],
  placeholders: Placeholders = createPlaceholders(),
): Redactor {
  const names = createNames(placeholders);
  const shown = (text: string, { kind, number }: Placed): string =>
    `<${kind}-${number}${kind === "time" && isTime(text) ? distanceOf(text, startMs) : ""}>`;
  const foundFor = (text: string): string | undefined => {
    const placed = placeholders.get(text);
    return placed && shown(text, placed);
  };
  const placeholder = (text: string, kind: string): string =>
    foundFor(text) ?? shown(text, placeholders.add(text, kind));
  const nameOf = (text: string, member: string): string => {
    names.note(text);
    return placeholder(text, isProtocol(member) ? member : "text");
  };
  for (const [kind, text = ""] of known) {
    if (text === "") continue;
    placeholder(text, kind);
    if (!uuid.test(text)) names.note(text);
  }

  /** Apart from other texts, because a size or a status may be the same number. */
  const countOf = (digits: string): string =>
    Number(digits) > maxPlainCount ? placeholder(`count ${digits}`, "count") : digits;
  /** A value of which no word stays. */
  const replaced = (text: string, member: string): string => placeholder(text, kindOf(text, member));
  const pieceOf = (text: string, member: string): string => {
    const decoded = text.includes("%") ? decodedUri(text) : text;
    if (decoded !== text) return textOf(decoded, member);
    if (wholeCrn.test(text)) return identifiers.includes(member) ? replaced(text, member) : crnOf(text);
    if (isTime(text)) return placeholder(text, "time");
    if (wholeGroups.test(text)) return placeholder(text, kindOfGroups(text));
    const stays = !identifiers.includes(member) && isPlain(text);
    if (stays && enumerated.includes(member)) return text;
    const found = foundFor(text);
    if (found !== undefined) return found;
    // A sign at the end of a sentence does not belong to the word.
    const [, body = "", end = ""] = /^(.*?)([.!…]*)$/s.exec(text) ?? [];
    if (body !== text) return `${body === "" ? "" : pieceOf(body, member)}${end}`;
    return stays ? text : placeholder(text, kindOf(text, member));
  };
  const piecesOf = (text: string, member: string): string => text.replace(pieces, (piece) => pieceOf(piece, member));
  const textOf = (text: string, member: string): string => {
    if (text === "" || text === "***" || (answers.includes(member) && names.isAnswer(text))) return text;
    if (enumerated.includes(member) && isPlain(text)) return text;
    if (typed.includes(member)) return nameOf(text, member);
    if (member === "href" || addressForm.test(text)) return addressOf(text);
    const found = foundFor(text);
    if (found !== undefined) return found;
    if (identifiers.includes(member)) return piecesOf(text, member);
    // With the word replaced, the sentence would show which word it is.
    if (!enumerated.includes(member) && names.isWordIn(text)) return placeholder(text, kindOf(text, member));
    // A person's text inside a message is replaced before its words are.
    const longest = names.longestIn(text);
    if (longest !== undefined && !isProtocol(text)) {
      return text
        .split(longest)
        .map((part) => textOf(part, member))
        .join(foundFor(longest) ?? "<text>");
    }
    return piecesOf(text, member);
  };
  const { addressOf, crnOf } = createAddresses({ isProtocol, replaced, nameOf, countOf, pieceOf, piecesOf });
  return {
    learn: (value) => learn(value, nameOf),
    redact: (value, member = "text") => redactValue(value, member, { textOf, pieceOf, countOf, replaced }),
    text: (text, member = "text") => textOf(text, member),
    address: addressOf,
  };
}

interface ValueRules extends Pick<TextRules, "countOf" | "pieceOf" | "replaced"> {
  readonly textOf: (text: string, member: string) => string;
}

function redactValue(value: unknown, member: string, rules: ValueRules): unknown {
  const { textOf, pieceOf, countOf, replaced } = rules;
  if (typeof value === "string")
    return counted.includes(member) && isDigits(value) ? countOf(value) : textOf(value, member);
  if (typeof value === "number") {
    if (counted.includes(member) && value > maxPlainCount) return countOf(String(value));
    return Number.isInteger(value) && Math.abs(value) <= maxPlainNumber ? value : replaced(String(value), "number");
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, maxItems).map((item) => redactValue(item, member, rules));
    return value.length > maxItems ? [...shown, `<${value.length - maxItems} more>`] : shown;
  }
  if (typeof value !== "object" || value === null) return value;
  // The target of a refusal is a part of the request, and no name that a person typed.
  const isTarget = partsOfRequests.includes(String(Object(value).type));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      isProtocol(name) ? name : pieceOf(name, "member"),
      redactValue(each, isTarget && name === "name" ? "target" : name, rules),
    ]),
  );
}

const isDigits = (text: string): boolean => /^\d+$/.test(text);
const isTime = (text: string): boolean => iso.test(text) || httpDate.test(text);

/** The distance of a time to the start of the recording, with its own form and resolution. */
function distanceOf(text: string, startMs: number): string {
  const ms = Date.parse(text) - startMs;
  const isNear = ms >= -farMs.past && ms <= farMs.future;
  const fraction = /\.\d+/.exec(text)?.[0].length ?? 0;
  const digits = fraction === 0 ? 0 : fraction - 1;
  // IBM's documents show times in UTC with `Z`. Another form is an answer, too.
  const zone = /[+-]\d\d:?\d\d$/.test(text) ? " with an offset" : "";
  const far = ` earlier or later${digits > 0 ? " with a fraction" : ""}`;
  return `${isNear ? ` ${(ms / 1000).toFixed(digits)}s` : far}${zone}`;
}

/** The texts of this instance that people typed. */
function createNames({ noteName, isName }: Placeholders) {
  const typedTexts = new Set<string>();
  /** Those that are one word of the protocol, such as `active`. They never count as a part of another text. */
  const ownWords = new Set<string>();
  return {
    note(text: string): void {
      (isProtocol(text) ? ownWords : typedTexts).add(text);
      for (const word of wordsIn(text)) noteName(word);
    },
    /** Whether a code or a state is a word of the service's own, which no text that a person typed has in it. */
    isAnswer(text: string): boolean {
      if (isProtocol(text)) return true;
      // A run that finds the key gone reads no name, so the words of earlier runs count, too.
      if (!answerForm.test(text) || wordsIn(text).some(isName)) return false;
      const word = text.toLowerCase();
      const own = [...typedTexts].map((each) => each.toLowerCase());
      return !own.some((each) => each.includes(word) || (each.length > 2 && word.includes(each)));
    },
    isWordIn: (text: string): boolean => [...ownWords].some((each) => holds(text, each)),
    /** The longest of the texts that is a part of this one. */
    longestIn(text: string): string | undefined {
      const inside = [...typedTexts].filter((each) => text !== each && each.length > 2 && holds(text, each));
      return inside.sort((one, two) => two.length - one.length)[0];
    },
  };
}

/** Names the texts in it that people typed, before a request that has one of them in its query. */
function learn(value: unknown, nameOf: (text: string, member: string) => void, member = ""): void {
  if (typeof value === "string" && value !== "" && typed.includes(member)) nameOf(value, member);
  if (typeof value !== "object" || value === null || partsOfRequests.includes(String(Object(value).type))) return;
  for (const [name, each] of Object.entries(value)) learn(each, nameOf, Array.isArray(value) ? member : name);
}

/** The words of a name, in lower case, which are no words of the protocol. */
function wordsIn(text: string): readonly string[] {
  const found = text.toLowerCase().match(/[\p{L}\d]{3,}/gu) ?? [];
  return found.filter((word) => !vocabulary.has(word));
}

const isPlain = (text: string): boolean => plain.test(text) || isProtocol(text);

/** Whether a text consists of words of the vocabulary, joined by `_`, `-`, `.`, `+` or capital letters. */
function isProtocol(text: string): boolean {
  const found = text.match(words) ?? [];
  return (
    found.length > 0 &&
    /^[A-Za-z][A-Za-z_.+*-]*$/.test(text) &&
    found.every((word) => vocabulary.has(word.toLowerCase()))
  );
}

function holds(text: string, part: string): boolean {
  const at = text.indexOf(part);
  if (at < 0) return false;
  const before = text.at(at - 1) ?? "";
  const after = text.at(at + part.length) ?? "";
  return (at === 0 || !/[\w-]/.test(before)) && !/[\w-]/.test(after);
}

function kindOfGroups(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return "date";
  return ipv6.test(text) ? "address" : "number";
}

/** The kind of a value by its form, otherwise by its member. */
function kindOf(text: string, member: string): string {
  if (uuid.test(text)) return ["id", "text", "href"].includes(member) || !isProtocol(member) ? "id" : member;
  if (text.includes("@")) return "mail";
  if (/^(IBMid|iam|crn)-/.test(text)) return "person";
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/i.test(text)) return "host";
  return isProtocol(member) ? member : "text";
}
