/** Explanations of the engine, and errors, as parts of a page. The sentences are the engine's. */

import { html } from "hono/html";
import type { Explanation, NextStep } from "../engine/text/explanation.ts";
import type { UkoError } from "../errors.ts";
import { printableLines } from "../printable.ts";
import type { Html } from "./shown.ts";

export function explained({ summary, facts, state, isUnchanged, next, code }: Explanation): Html {
  const all = [
    ...facts,
    ...(isUnchanged === true ? ["Nothing was changed."] : []),
    ...(state === undefined ? [] : [`Current state: ${state}.`]),
  ];
  return html`<p class="lead">${summary}</p>
${list(all)}
${next.length === 0 ? "" : onCommandLine(next)}
${code === undefined ? "" : html`<p class="quiet">Code: <code>${code}</code></p>`}`;
}

export function list(facts: readonly string[]): Html {
  if (facts.length === 0) return html``;
  return html`<ul>${facts.map((fact) => html`<li>${fact}</li>`)}</ul>`;
}

function onCommandLine(next: readonly NextStep[]): Html {
  const items = next.map(
    ({ who, commands }) =>
      html`<li>${who}:${commands.map((command) => html`<pre tabindex="0"><code>${command}</code></pre>`)}</li>`,
  );
  return html`<details><summary>The same on the command line</summary><ul>${items}</ul></details>`;
}

export function failed({ summary, detail, code }: UkoError): Html {
  return html`<h1>${summary}</h1>
${detail === "" ? "" : html`<p class="lines">${printableLines(detail)}</p>`}
<p class="quiet">Code: <code>${code}</code></p>
<p><a href="/waiting">Waiting for you</a></p>`;
}
