/**
 * Builds the page of an act that is open to the caller: who asks, why, until when and for which keys, then what is
 * unusual about the keys, the effect, and a form with one button. Before a dangerous act, the person must type a text, so
 * that a habitual click destroys no key. What a person has to sign is a command for a terminal.
 */

import { maxReasonCharacters, sayRoles } from "../compose/text.ts";
import type { Act, ActField } from "../engine/text/act.ts";
import type { UkoError } from "../errors.ts";
import { escapedFieldText, type Html, html, type Shown } from "../html/markup.ts";
import { list } from "../html/report-parts.ts";
import { stepAndNumber } from "../text/phrase.ts";
import type { ActResult, ReadyAct, Tools } from "./act-run.ts";
import { type Page, token, type Visitor } from "./layout.ts";
import { commandsOf, problemOf, type TableQuery } from "./parts.ts";

/** The fields of a sent form. A field that the form does not have is empty. */
export interface ActForm {
  readonly typed: string;
  readonly reason: string;
}

/** An act that is open to the caller: what its page shows, what its form sends, and what the act then does. */
export interface OpenAct extends Omit<ReadyAct, "work"> {
  readonly act: Omit<Act, "id">;
  /** By default the title of the act. */
  readonly heading?: string;
  /** The effect, and whether it can be undone. By default the first two facts of the act. */
  readonly effects?: readonly string[];
  /** The facts who asks, why and until when. By default the remaining facts of the act. */
  readonly request?: readonly Shown[];
  /** The key or the keys that the act is about. */
  readonly subject: Html;
  /** What is unusual about the keys of an approval, and the keys that it leaves out. */
  readonly checks?: readonly string[];
  /** By default the person approves. */
  readonly verb?: "request";
  /** What few people need, such as the digest of a review. It is folded away. */
  readonly aside?: Html;
  readonly address: string;
  /** Values that name what the page shows. The form sends them back, and the act is refused if one has changed. */
  readonly hidden: Readonly<Record<string, string>>;
  readonly changed: UkoError;
  /** The text to type; required if a field confirms the act. */
  readonly toType?: string;
  /** How the text is composed, if it is a phrase. */
  readonly typed?: string;
  /** The text of the button; if absent, the title of the act. */
  readonly button?: string;
  /** The warning of an act that destroys or erases. An act that can be undone has none. */
  readonly final?: string | undefined;
  /** Links to the other acts on the same key or wave. */
  readonly others?: readonly Html[];
  /** The list of many keys. */
  readonly list?: (query: TableQuery) => Html;
  /** The link that leads back from the page without a change. */
  readonly leave: Html;
  readonly work: (form: ActForm, tools: Tools) => Promise<ActResult>;
}

/** A mistake in a form, and the form as the caller filled it in. */
export interface ActProblem {
  readonly says: string;
  readonly form: ActForm;
}

type Offered = Pick<Act, "id" | "title" | "facts" | "right" | "kmsRight">;

/** The acts that do not continue the deletion of a key; they are listed under "More". */
const aside = /^(store|withdraw|reactivate|rollback|halt)\b/;

export function actList(acts: readonly Offered[], address: string): Html {
  const itemOf = (act: Offered): Html => html`<li><a id="act-${act.id}" href="${address}/${act.id}">${act.title}</a>
<p>${act.facts[0] ?? ""}</p>${roleOf(act)}</li>`;
  const onward = acts.filter(({ id }) => !aside.test(id));
  const others = acts.filter(({ id }) => aside.test(id));
  if (onward.length === 0) return html`<ul class="offers">${others.map(itemOf)}</ul>`;
  return html`<ul class="offers">${onward.map(itemOf)}</ul>
${others.length === 0 ? "" : html`<details id="more"><summary>More</summary><ul class="offers">${others.map(itemOf)}</ul></details>`}`;
}

/** The page of one act. It never refreshes itself, because the caller decides about what it shows. */
export function actPage(open: OpenAct, visitor: Visitor, query: TableQuery, problem?: ActProblem): Page {
  const { act, final, checks = [], verb = "approve", others = [], leave } = open;
  const { title, facts, isConsequential, isSigned } = act;
  const { heading = title, effects = facts.slice(0, 2), request = facts.slice(2), subject } = open;
  const kind = isConsequential === true ? (final === undefined ? "cuts" : "final") : "calm";
  const body = html`<div class="decision">
<div>
${list(request)}
${subject}
</div>
<div>
${checks.length === 0 ? "" : html`<div class="notice"><h2>Check before you ${verb}</h2>${list(checks)}</div>`}
<div class="zone ${kind}">
${kind === "final" ? html`<p class="mark-final">${final ?? ""}</p>` : ""}
${effects.map((effect) => html`<p><strong>${effect}</strong></p>`)}
${problemOf(problem?.says)}
${isSigned ? html`<p role="note">${bySigning}</p><pre><code>${act.command}</code></pre>` : formOf(open, kind, visitor, problem?.form)}
<p>${leave}</p>
</div>
</div>
</div>
<details><summary>More</summary>
${list(others)}
${open.aside ?? ""}
${roleOf(act)}
${commandsOf([act])}
</details>
${open.list?.(query) ?? ""}`;
  return { title: heading, body, ...(problem !== undefined && { status: 422 }) };
}

function formOf(open: OpenAct, kind: string, visitor: Visitor, filled?: ActForm): Html {
  const { act, address, hidden, button = act.title } = open;
  return html`<form method="post" action="${address}" class="stack">
${token(visitor.csrfToken)}
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${act.fields?.map((field) => fieldForms[field](open, filled)) ?? ""}
<button class="${kind}">${button}</button>
</form>`;
}

const bySigning =
  "On this machine, both people sign a destruction with their SSH key. A browser cannot sign, so run the command at a terminal.";

function roleOf({ right, kmsRight }: Pick<Act, "right" | "kmsRight">): Html {
  return right === undefined ? html`` : html`<p class="quiet">Role: ${sayRoles(right, kmsRight)}</p>`;
}

/** Returns the mistake in the form; undefined if the caller filled it in as its page asked. */
export function mistakeIn({ act: { fields = [] }, toType = "" }: OpenAct, form: ActForm): ActProblem | undefined {
  const length = Array.from(form.reason).length;
  if (length > maxReasonCharacters) return { says: `The reason has ${length} characters.`, form };
  const isConfirmed = fields.includes("label") || fields.includes("phrase");
  return isConfirmed && form.typed.trim() !== toType ? { says: `You did not type "${toType}".`, form } : undefined;
}

const fieldForms = {
  reason: (_, filled) => html`<label for="reason">Reason for the other person</label>
<p class="quiet" id="reason-help">At most ${maxReasonCharacters} characters. You can leave it empty.</p>
<textarea id="reason" name="reason" rows="3" maxlength="${maxReasonCharacters}" aria-describedby="reason-help">${escapedFieldText(filled?.reason ?? "")}</textarea>`,
  label: ({ toType = "" }, filled) =>
    toBeTyped("Type the label of the key", html`The label is <code>${toType}</code>`, filled),
  phrase: ({ toType = "", typed = stepAndNumber }, filled) =>
    toBeTyped(`Type ${typed}`, html`Type <code>${toType}</code>`, filled),
} as const satisfies Record<ActField, (open: OpenAct, filled?: ActForm) => Html>;

/** The field for the text that confirms the act. After a mistake it has the focus. */
function toBeTyped(label: string, help: Html, filled?: ActForm): Html {
  return html`<label for="typed">${label}</label>
<p class="quiet" id="typed-help">${help}</p>
<input id="typed" name="typed" maxlength="300" required autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="typed-help"${filled === undefined ? "" : html` autofocus aria-invalid="true" aria-errormessage="problem"`}>`;
}
