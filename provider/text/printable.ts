/** Sanitizing of text from outside: no terminal control, no invisible characters, no secrets, limited length. */

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

/** What a person types to confirm an act on an object. A name without a visible character would let Enter confirm. */
export function confirmingText(name: string, id: string): string {
  const visible = printable(name, 1_000);
  return visible === "" ? id : visible;
}

/** Text of our own that quotes other texts: keeps its lines, their indentation and its length. */
export function printableLines(text: string): string {
  const lines = text.replace(terminalSequences, "").split("\n");
  return lines.map((line) => line.replace(/[\t\p{Zl}\p{Zp}]+/gu, " ").replace(invisible, "")).join("\n");
}

export function capital<Text extends string>(text: Text): Capitalize<Text> {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}` as Capitalize<Text>;
}

/** A service's sentence without its period, to be embedded in one of our sentences. */
export function unended(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

/** Replaces every occurrence of a secret, plain or form-encoded, by a word. */
export function withoutSecret(text: string, secret: string): string {
  if (secret === "") return text;
  const redacted = text.replaceAll(secret, "[redacted]");
  // A form that differs from the plain one has an escape.
  return redacted.includes("%") ? redacted.replaceAll(encodeURIComponent(secret), "[redacted]") : redacted;
}
