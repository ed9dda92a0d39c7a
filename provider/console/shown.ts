/** Texts and times from outside, as a page shows them. */

import { html } from "hono/html";
import { sayTime } from "../compose-text.ts";

export type Html = ReturnType<typeof html>;

/** Control, format, private and unassigned characters, and line separators: they hide or reorder text. */
const unusual = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Shows each unusual character by its number, such as `\u{202e}`. */
export function escaped(text: string): string {
  return text.replace(unusual, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** `24 Nov 2026 14:22 UTC`, with the local time of this machine after it. */
export function moment(iso: string, timeZone: string): Html {
  const ms = Date.parse(iso);
  const local = sayLocal(ms, timeZone);
  return html`<time datetime="${iso}">${sayTime(ms)}${local === undefined ? "" : ` (${local})`}</time>`;
}

/** Undefined where local time is UTC. */
function sayLocal(ms: number, timeZone: string): string | undefined {
  if (timeZone === "UTC" || timeZone === "Etc/UTC") return undefined;
  const form = { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...form, timeZoneName: "short" }).format(ms);
}

/** `pending destruction`. */
export function words(word: string): string {
  return word.replaceAll("_", " ");
}
