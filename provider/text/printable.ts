/**
 * Makes text from outside safe to show. The file removes terminal control sequences and invisible characters, and
 * limits the length if a text is not one of uko's own. Otherwise a key's label could rewrite what an approver reads at
 * the terminal. It also removes a secret from a message. For the confirmation of an act, it chooses the text that a
 * person types: the name of the object, or its ID if the name has no visible character.
 */

const maxShownCharacters = 500;
const escapeCharacter = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
const eightBitControl = String.fromCharCode(0x9b);
/** ECMA-48 control sequences, and operating system commands such as a window title or a link. */
const terminalSequences = new RegExp(
  `(?:${escapeCharacter}\\[|${eightBitControl})[0-?]*[ -/]*[@-~]|${escapeCharacter}(?:\\][^${bell}${escapeCharacter}]*(?:${bell}|${escapeCharacter}\\\\)?|[@-Z\\\\^_])`,
  "g",
);
const blanks = /[\s\p{Zl}\p{Zp}]+/gu;
/** Control characters, and format characters, which reverse or hide text. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

/** Strips terminal sequences and invisible characters, folds white space, and truncates. */
export function printable(text: string, maxCharacters: number = maxShownCharacters): string {
  const clean = text.replace(terminalSequences, "").replace(blanks, " ").replace(invisible, "").trim();
  const characters = Array.from(clean);
  return characters.length <= maxCharacters ? clean : `${characters.slice(0, maxCharacters - 1).join("")}…`;
}

/**
 * The text that a person types to confirm an act on an object: its name, or its ID if the name has no visible character.
 * With such a name, Enter alone would confirm.
 */
export function confirmingText(name: string, id: string): string {
  const visible = printable(name, 1_000);
  return visible === "" ? id : visible;
}

/** Sanitizes a text of uko that quotes other texts: its lines, their indentation and its length stay. */
export function printableLines(text: string): string {
  const lines = text.replace(terminalSequences, "").split("\n");
  return lines.map((line) => line.replace(/[\t\p{Zl}\p{Zp}]+/gu, " ").replace(invisible, "")).join("\n");
}

export function capital<Text extends string>(text: Text): Capitalize<Text> {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}` as Capitalize<Text>;
}

/** Removes the period from a service's message, so that a sentence of uko can contain it. */
export function unended(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

/** Replaces every occurrence of a secret, plain or encoded as in a URL or a form, by a word. */
export function withoutSecret(text: string, secret: string): string {
  if (secret === "") return text;
  const inForm = new URLSearchParams({ secret }).toString().slice("secret=".length);
  const forms = new Set([secret, encodeURIComponent(secret), inForm]);
  return [...forms].reduce((safe, form) => safe.replaceAll(form, "[redacted]"), text);
}
