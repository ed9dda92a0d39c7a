/** The acts on a key or a wave as links, and the page of one act: its effect, its form, and its command. */

import { approvalMessages, maxReasonCharacters, sayRoles } from "../compose/text.ts";
import type { Act, ActField } from "../engine/text/act.ts";
import { fieldText, type Html, html } from "../html/markup.ts";
import { list } from "../html/report-parts.ts";
import { layout, token, type Visitor } from "./layout.ts";
import { commandsOf, problemOf } from "./parts.ts";

/** What the page of an act shows of the key or wave, and what its form sends in addition to the fields. */
export interface ActPage {
  readonly intro: Html;
  readonly notes?: Html;
  /** What the caller checks before the form. */
  readonly checks?: Html;
  readonly address: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** The text to type if a field of the act confirms it. */
  readonly toType: string;
  /** The title of the act by default. */
  readonly button?: string;
  readonly back: Html;
}

export interface ActProblem {
  readonly says: string;
  /** What the caller filled in, to be corrected. */
  readonly reason: string;
  readonly requestsNext?: boolean;
}

export function actList(acts: readonly Act[], addressOf: (act: Act) => string): Html {
  const items = acts.map(
    (act) => html`<li><a id="act-${act.id}" href="${addressOf(act)}">${act.title}</a>
<p>${act.facts[0] ?? ""}</p>${roleOf(act)}</li>`,
  );
  return html`<ul class="offers">${items}</ul>`;
}

/** This page never reads itself again: the caller decides about what it shows. */
export function actPage(act: Act, page: ActPage, visitor: Visitor, problem?: ActProblem): Html {
  const { title, facts, fields = [], isConsequential, isSigned } = act;
  const { intro, notes = "", checks = "", address, hidden, toType, button = title, back } = page;
  const shown = { toType, reason: problem?.reason ?? "", requestsNext: problem?.requestsNext ?? false };
  const form = html`<form method="post" action="${address}" class="stack">
${token(visitor.csrfToken)}
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields.map((field) => fieldForms[field](shown))}
<button${isConsequential ? html` class="danger"` : ""}>${button}</button>
</form>`;
  const body = html`<h1>${title}</h1>
<div class="${isConsequential ? "danger-zone" : ""}">
${intro}
${list(facts)}
${notes}
${roleOf(act)}
</div>
${checks}
${problemOf(problem?.says)}
${isSigned ? html`<p role="note">${bySigning}</p>` : form}
${commandsOf({ next: [act] })}
<p>${back}</p>`;
  return layout({ title, body, visitor });
}

const bySigning =
  "On this machine, both people sign a destruction with their SSH key. A browser cannot sign, so run the command at a terminal.";

function roleOf({ right, kmsRight }: Act): Html {
  return right === undefined ? html`` : html`<p class="quiet">Role: ${sayRoles(right, kmsRight)}</p>`;
}

/** Undefined if the caller filled in the form of the act as its page asked. */
export function mistakeIn(
  { fields = [] }: Act,
  { typed, reason, requestsNext = "" }: { typed: string; reason: string; requestsNext?: string },
  toType: string,
): ActProblem | undefined {
  const filled = { reason, requestsNext: requestsNext !== "" };
  const length = Array.from(reason).length;
  if (length > maxReasonCharacters) return { says: `The reason has ${length} characters.`, ...filled };
  const isConfirmed = fields.includes("label") || fields.includes("phrase");
  return isConfirmed && typed.trim() !== toType ? { says: `You did not type "${toType}".`, ...filled } : undefined;
}

interface Shown {
  readonly toType: string;
  readonly reason: string;
  readonly requestsNext: boolean;
}

const fieldForms = {
  reason: ({ reason }) => html`<label for="reason">Reason for the second person</label>
<p class="quiet" id="reason-help">At most ${maxReasonCharacters} characters. You can leave it empty.</p>
<textarea id="reason" name="reason" rows="3" maxlength="${maxReasonCharacters}" aria-describedby="reason-help">${fieldText(reason)}</textarea>`,
  label: ({ toType }) =>
    input({ name: "typed", label: "Type the label of the key", help: html`The label is <code>${toType}</code>` }),
  phrase: ({ toType }) =>
    input({ name: "typed", label: "Type the step and the number of keys", help: html`Type <code>${toType}</code>` }),
  key: () =>
    input({
      name: "key",
      label: "Only this key",
      help: "ID in UKO or a cloud, or label. Leave it empty for the whole wave.",
    }),
  application: () =>
    input({
      name: "application",
      label: "Only this application",
      help: "As in the manifest. Leave it empty for the whole wave.",
    }),
  requestsNext: ({ requestsNext }) =>
    html`<p class="check"><input type="checkbox" id="requestsNext" name="requestsNext"${requestsNext ? html` checked` : ""}>
<label for="requestsNext">${approvalMessages.secondQuestion}</label></p>`,
} as const satisfies Record<ActField, (shown: Shown) => Html>;

interface Input {
  readonly name: string;
  readonly label: string;
  readonly help: string | Html;
}

/** The text that confirms an act is required. */
function input({ name, label, help }: Input): Html {
  return html`<label for="${name}">${label}</label>
<p class="quiet" id="${name}-help">${help}</p>
<input id="${name}" name="${name}" maxlength="300"${name === "typed" ? html` required` : ""} autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="${name}-help">`;
}
