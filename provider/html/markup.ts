/**
 * Makes markup that is safe by construction: `html` escapes each text, and shows each character that misleads a reader
 * as its number. Otherwise the label of a key could add a script to a page, or read differently on the page than in the
 * service.
 */

import { html as escapedHtml, raw } from "hono/html";
import { numberMisleadingCharacters } from "../text/printable.ts";

export type Html = ReturnType<typeof raw>;

export type Shown = string | number | Html | readonly Shown[];

/** Creates markup. The type of its values keeps a page from showing an object as `[object Object]`. */
export function html(parts: TemplateStringsArray, ...values: readonly Shown[]): Html {
  return escapedHtml(parts, ...values.map(visible)) as Html;
}

function visible(value: Shown): Shown {
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value !== "string") return value;
  return numberMisleadingCharacters(value);
}

/** A text in a field of a form. Its characters stay as they are, because the browser sends the text back. */
export function escapedFieldText(text: string): Html {
  return escapedHtml`${text}` as Html;
}

/** For a style sheet of ours, never for a text from outside. */
export function trustedStyle(css: string): Html {
  return raw(`<style>${css}</style>`);
}
