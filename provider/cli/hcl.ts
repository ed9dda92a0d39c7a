/**
 * Writes HCL in the layout of `tofu fmt`. Texts and invisible characters are escaped, so that a label can neither
 * become an expression of the configuration nor mislead a reviewer.
 */

export type HclEntry =
  | { readonly kind: "attribute"; readonly name: string; readonly expression: string }
  | { readonly kind: "block"; readonly head: string; readonly entries: readonly HclEntry[] }
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "gap" };

export const blankLine: HclEntry = { kind: "gap" };

export function attribute(name: string, expression: string): HclEntry {
  return { kind: "attribute", name, expression };
}

export function block(head: string, entries: readonly HclEntry[]): HclEntry {
  return { kind: "block", head, entries };
}

/** The text has to be one line. */
export function comment(text: string): HclEntry {
  return { kind: "comment", text };
}

export function hclFile(entries: readonly HclEntry[]): string {
  return linesOf(entries)
    .map((line) => `${line}\n`)
    .join("");
}

/** Writes texts, numbers, booleans, lists of them, and maps. Undefined members of a map are omitted. */
export function hclLiteral(value: unknown): string {
  if (typeof value === "string") return hclText(value);
  if (Array.isArray(value)) return `[${value.map(hclLiteral).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return hclObject(
    Object.entries(value).flatMap(([name, each]) =>
      // The name is always in quotes, because an unquoted `for` would begin another construct.
      each === undefined ? [] : [attribute(hclText(name), hclLiteral(each))],
    ),
  );
}

export function hclObject(entries: readonly HclEntry[]): string {
  return entries.length === 0 ? "{}" : ["{", ...indented(linesOf(entries)), "}"].join("\n");
}

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\" };

const special = /["\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|[$%](?=\{)|(?<=^|[^\p{L}\p{N}\p{M}])\p{M}/gu;

/**
 * Writes a text in quotes. Invisible characters, and marks without a base letter, are escaped, because they could reverse
 * or hide what a reviewer reads.
 */
export function hclText(text: string): string {
  const inside = text.replaceAll(special, (found) => {
    if (found === "$" || found === "%") return `${found}${found}`;
    return short[found] ?? numbered(found.codePointAt(0) ?? 0);
  });
  return `"${inside}"`;
}

function numbered(codePoint: number): string {
  const digits = codePoint.toString(16);
  return codePoint > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

function linesOf(entries: readonly HclEntry[]): readonly string[] {
  return entries.flatMap((entry, index) => linesOfOne(entry, () => columnOf(entries, index)));
}

function linesOfOne(entry: HclEntry, column: () => number): readonly string[] {
  switch (entry.kind) {
    case "gap":
      return [""];
    case "comment":
      return [`# ${entry.text}`];
    case "block":
      return [`${entry.head} {`, ...indented(linesOf(entry.entries)), "}"];
    case "attribute": {
      const room = " ".repeat(column() - widthOf(entry.name));
      return `${entry.name}${room} = ${entry.expression}`.split("\n");
    }
  }
}

/** A text never contains a line break, so every line can be indented. */
function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === "" ? "" : `  ${line}`));
}

/** The column where the longest name ends among the adjacent one-line attributes. */
function columnOf(entries: readonly HclEntry[], index: number): number {
  let from = index;
  let to = index;
  while (isOneLine(entries[from - 1]) && isOneLine(entries[from])) from -= 1;
  while (isOneLine(entries[to]) && isOneLine(entries[to + 1])) to += 1;
  const names = entries.slice(from, to + 1).map((entry) => (entry.kind === "attribute" ? entry.name : ""));
  return Math.max(...names.map(widthOf));
}

function isOneLine(entry: HclEntry | undefined): boolean {
  return entry?.kind === "attribute" && !entry.expression.includes("\n");
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The width of a name in visible characters; each quote counts as one. */
function widthOf(name: string): number {
  const quotes = name.startsWith('"') ? 2 : 0;
  return [...segmenter.segment(quotes > 0 ? name.slice(1, -1) : name)].length + quotes;
}
