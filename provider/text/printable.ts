/**
 * Makes text from outside safe to show: a character that hides or reorders text, shows nothing, or imitates a Latin
 * letter, is shown as its number (`pay\u{200b}roll`). The label of a key could otherwise rewrite what an approver
 * reads, or look like the label of another key.
 */

const maxShownCharacters = 500;
const blanks = /[\p{Z}\t\n\v\f\r]+/gu;
/** Every text of only these characters is safe, and most texts are. */
const plainText = /^[\x20-\x7e\n]*$/;
/**
 * Control, format, private and unassigned characters; characters without a glyph of their own, such as variation
 * selectors and the Hangul filler; the empty Braille cell; and letters that only style a Latin letter.
 */
const unclear =
  /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}\u{1d400}-\u{1d7ff}]/gu;
const latin = /\p{sc=Latin}/u;
/**
 * Letters that can look like a Latin one. Chinese, Japanese and Korean letters cannot, and stand next to Latin ones every
 * day.
 */
const imitating =
  /[^\P{L}\p{sc=Latin}\p{sc=Common}\p{sc=Inherited}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Bopomofo}\p{sc=Hangul}]/gu;

/** The text with the number of each character that would mislead a reader. A line break stays as it is. */
export function numberMisleadingCharacters(text: string): string {
  if (plainText.test(text)) return text;
  const clear = text.replace(unclear, numberOf);
  return clear.replace(/\S+/gu, (word) => (latin.test(word) ? word.replace(imitating, numberOf) : word));
}

function numberOf(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** Folds white space, shows misleading characters as their numbers, and truncates. */
export function printable(text: string, maxCharacters: number = maxShownCharacters): string {
  const clean = numberMisleadingCharacters(text.replace(blanks, " ").replace(/^ | $/g, ""));
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
  return numberMisleadingCharacters(text.replace(/\r$/gm, "").replace(/[\t\p{Zl}\p{Zp}]+/gu, " "));
}

export function capital<Text extends string>(text: Text): Capitalize<Text> {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}` as Capitalize<Text>;
}

/** Removes the period from a service's message, so that a sentence of uko can contain it. */
export function withoutPeriod(sentence: string): string {
  return sentence.replace(/[.\s]+$/, "");
}

/** Replaces every occurrence of a secret, plain or encoded as in a URL or a form, by a word. */
export function withoutSecret(text: string, secret: string): string {
  if (secret === "") return text;
  const inForm = new URLSearchParams({ secret }).toString().slice("secret=".length);
  const forms = new Set([secret, encodeURIComponent(secret), inForm]);
  return [...forms].reduce((safe, form) => safe.replaceAll(form, "[redacted]"), text);
}
