/** Makes text from outside fit to be shown to people: no terminal control, no invisible characters, no secrets, not too long. */

export const maxShownCharacters = 500;
const escapeCharacter = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);
/** ECMA-48 control sequences, and operating system commands such as a window title or a link. */
const terminalSequences = new RegExp(
  `${escapeCharacter}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${escapeCharacter}]*(?:${bell}|${escapeCharacter}\\\\)?|[@-Z\\\\^_])`,
  "g",
);
const blanks = /[\s\p{Zl}\p{Zp}]+/gu;
/** Controls, and format characters: these turn text around or hide it. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu;

/** Strips terminal sequences and invisible characters, folds white space, and cuts to a length. */
export function printable(text: string, maxCharacters: number = maxShownCharacters): string {
  const clean = text.replace(terminalSequences, "").replace(blanks, " ").replace(invisible, "").trim();
  return clean.length <= maxCharacters ? clean : `${clean.slice(0, maxCharacters - 1)}…`;
}

/** A service's sentence as a part of ours, which ends it. */
export function unended(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

/** Replaces every occurrence of a secret, plain or as it stands in a form, by a word. */
export function withoutSecret(text: string, secret: string): string {
  if (secret === "") return text;
  return text.replaceAll(secret, "[redacted]").replaceAll(encodeURIComponent(secret), "[redacted]");
}
