/**
 * Builds the page of one act, such as the approval of a step, and the links that lead to it. The page first shows who
 * asks, why, until when and for which keys. Then follow the effect, whether it can be undone, and a form with one
 * button. Before a dangerous act, the person must type a text, so that a habitual click destroys no key. If the person
 * has to sign, the page shows a command for a terminal in place of the form. The file also finds mistakes in a sent
 * form, describes the result, and builds the page for a key that changed meanwhile.
 */

import { approvalMessages, maxReasonCharacters, sayRoles } from "../compose/text.ts";
import type { InspectedKey, InspectedRecord, Inspection } from "../engine/key/inspection.ts";
import type { VaultNames } from "../engine/key/text/approval-messages.ts";
import type { KmsInspection } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { Act, ActField, KeyAct } from "../engine/text/act.ts";
import { fieldText, type Html, html, type Shown } from "../html/markup.ts";
import { codeOf, definitions, linkTo, list } from "../html/report-parts.ts";
import { confirmingText } from "../text/printable.ts";
import { layout, token, type Visitor } from "./layout.ts";
import { commandsOf, explained, keyAddress, moment, problemOf } from "./parts.ts";

/** What the page of an act shows of the key or wave, and what its form sends in addition to the typed fields. */
export interface ActPage {
  readonly heading?: string;
  /** The effect, and whether it can be undone. By default the first two facts of the act. */
  readonly effects?: readonly string[];
  /** The facts who asks, why and until when. By default the remaining facts of the act. */
  readonly request?: readonly Shown[];
  /** The key or the keys that the act is about. */
  readonly subject: Html;
  readonly address: string;
  readonly hidden: Readonly<Record<string, string>>;
  /** The text to type; required if a field confirms the act. */
  readonly toType: string;
  /** How the text is composed, if it is a phrase. */
  readonly typed?: string;
  readonly fields?: readonly ActField[];
  /** The text of the button; if absent, the title of the act. */
  readonly button?: string;
  /** The warning of an act that destroys or erases. An act that can be undone has none. */
  readonly final?: string | undefined;
  /** Links to the other acts on the same key or wave. */
  readonly others?: readonly Html[];
  /** The list of many keys. */
  readonly list?: Html;
  readonly back: Html;
}

export interface ActProblem {
  readonly says: string;
  /** The reason as the caller wrote it, so that the form can show it again. */
  readonly reason: string;
  readonly requestsNext?: boolean;
}

type Offered = Pick<Act, "id" | "title" | "facts" | "right" | "kmsRight">;

/** The acts that do not continue the deletion of a key; they are listed under "More". */
const aside = /^(store|withdraw|reactivate|rollback|halt)\b/;

export function actList(acts: readonly Offered[], addressOf: (act: Offered) => string): Html {
  const itemOf = (act: Offered): Html => html`<li><a id="act-${act.id}" href="${addressOf(act)}">${act.title}</a>
<p>${act.facts[0] ?? ""}</p>${roleOf(act)}</li>`;
  const onward = acts.filter(({ id }) => !aside.test(id));
  const others = acts.filter(({ id }) => aside.test(id));
  return html`<ul class="offers">${onward.map(itemOf)}</ul>
${others.length === 0 ? "" : html`<details id="more"${onward.length === 0 ? html` open` : ""}><summary>More</summary><ul class="offers">${others.map(itemOf)}</ul></details>`}`;
}

/** The page of one act. It never refreshes itself, because the caller decides about what it shows. */
export function actPage(act: Omit<Act, "id">, page: ActPage, visitor: Visitor, problem?: ActProblem): Html {
  const { title, facts, isConsequential, isSigned } = act;
  const { heading = title, effects = facts.slice(0, 2), request = facts.slice(2), subject, others = [], back } = page;
  const kind = isConsequential === true ? (page.final === undefined ? "cuts" : "final") : "calm";
  const body = html`<h1>${heading}</h1>
<div class="decision">
<div>
${list(request)}
${subject}
</div>
<div class="zone ${kind}">
${kind === "final" ? html`<p class="mark-final">${page.final ?? ""}</p>` : ""}
${effects.map((effect) => html`<p><strong>${effect}</strong></p>`)}
${problemOf(problem?.says)}
${isSigned ? html`<p role="note">${bySigning}</p><pre><code>${act.command}</code></pre>` : formOf(act, page, { visitor, kind }, problem)}
<p>${back}</p>
</div>
</div>
<details><summary>More</summary>
${list(others)}
${roleOf(act)}
${commandsOf({ next: [act] })}
</details>
${page.list ?? ""}`;
  return layout({ title: heading, body, visitor });
}

function formOf(
  act: Pick<Act, "title" | "fields">,
  {
    address,
    hidden,
    toType,
    typed = "the step and the number of keys",
    fields = act.fields ?? [],
    button = act.title,
  }: ActPage,
  { visitor, kind }: { readonly visitor: Visitor; readonly kind: string },
  problem?: ActProblem,
): Html {
  const shown = { toType, typed, reason: problem?.reason ?? "", requestsNext: problem?.requestsNext ?? false };
  return html`<form method="post" action="${address}" class="stack">
${token(visitor.csrfToken)}
${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${fields.map((field) => fieldForms[field](shown))}
<button class="${kind}">${button}</button>
</form>`;
}

const bySigning =
  "On this machine, both people sign a destruction with their SSH key. A browser cannot sign, so run the command at a terminal.";

function roleOf({ right, kmsRight }: Pick<Act, "right" | "kmsRight">): Html {
  return right === undefined ? html`` : html`<p class="quiet">Role: ${sayRoles(right, kmsRight)}</p>`;
}

/** Returns the mistake in the form; undefined if the caller filled it in as its page asked. */
export function mistakeIn(
  fields: readonly ActField[] = [],
  { typed, reason, requestsNext = "" }: { typed: string; reason: string; requestsNext?: string },
  toType: string,
): ActProblem | undefined {
  const filled = { reason, requestsNext: requestsNext !== "" };
  const length = Array.from(reason).length;
  if (length > maxReasonCharacters) return { says: `The reason has ${length} characters.`, ...filled };
  const isConfirmed = fields.includes("label") || fields.includes("phrase");
  return isConfirmed && typed.trim() !== toType ? { says: `You did not type "${toType}".`, ...filled } : undefined;
}

interface Filled {
  readonly toType: string;
  readonly typed: string;
  readonly reason: string;
  readonly requestsNext: boolean;
}

const fieldForms = {
  reason: ({ reason }) => html`<label for="reason">Reason for the other person</label>
<p class="quiet" id="reason-help">At most ${maxReasonCharacters} characters. You can leave it empty.</p>
<textarea id="reason" name="reason" rows="3" maxlength="${maxReasonCharacters}" aria-describedby="reason-help">${fieldText(reason)}</textarea>`,
  label: ({ toType }) =>
    input({ name: "typed", label: "Type the label of the key", help: html`The label is <code>${toType}</code>` }),
  phrase: ({ toType, typed }) =>
    input({ name: "typed", label: `Type ${typed}`, help: html`Type <code>${toType}</code>` }),
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
} as const satisfies Record<ActField, (shown: Filled) => Html>;

interface Input {
  readonly name: string;
  readonly label: string;
  readonly help: string | Html;
}

/** A field of the form. The text that confirms an act is required. */
function input({ name, label, help }: Input): Html {
  return html`<label for="${name}">${label}</label>
<p class="quiet" id="${name}-help">${help}</p>
<input id="${name}" name="${name}" maxlength="300"${name === "typed" ? html` required` : ""} autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="${name}-help">`;
}

/** What a page shows of the key on which an act is taken; a KMS key has no vault, and KMS stores no reason. */
export interface ActSubject extends Pick<Inspection, "report" | "basis" | "acts"> {
  readonly record?: Pick<InspectedRecord, "id"> & Partial<InspectedRecord>;
  readonly key: Pick<InspectedKey, "state"> & Partial<InspectedKey>;
}

export function subjectOf({ report, acts, basis, window }: KmsInspection): ActSubject {
  return {
    report,
    acts,
    basis,
    key: { state: report.keyState ?? "" },
    ...(window !== undefined && { record: { id: window } }),
  };
}

interface Names {
  readonly vaults: VaultNames;
  readonly timeZone: string;
}

export function keyActPage(
  subject: ActSubject,
  act: KeyAct,
  { vaults, timeZone }: Names,
  visitor: Visitor,
  problem?: ActProblem,
): Html {
  const { report, basis, record, key, acts } = subject;
  const { vaultId, label = "", deletion } = report;
  const isInKms = vaultId === "";
  const address = keyAddress(report);
  const unnamed = isInKms && record !== undefined ? "an identity that KMS does not name" : undefined;
  const request: readonly (readonly [string, Shown | undefined])[] = [
    ["Asked by", record?.author ?? codeOf(deletion.requestedBy) ?? unnamed],
    ["Since", record?.writtenAt && moment(record.writtenAt, timeZone)],
    ["Reason", record?.reason],
    ["Expires", deletion.recordExpiresAt && moment(deletion.recordExpiresAt, timeZone)],
  ];
  // A stored approval takes no step, so its effect has one more sentence.
  const effects = act.facts.slice(0, act.id === "store" ? 3 : 2);
  const page: ActPage = {
    effects,
    // The text that KMS does not report the requester is not a fact of the act.
    request: isInKms ? report.explanation.facts : act.facts.slice(effects.length),
    subject: definitions([
      ["Key", label],
      // The other facts of an act already say who asks.
      ...(act.facts.length > 2 && !isInKms ? [] : request),
      ["Vault", isInKms ? "none: a key in KMS" : (vaults.get(vaultId) ?? vaultId)],
      ["State and use", key.state],
      ["Keystores", key.keystores?.map(({ name, says }) => `${name}: ${says}`).join("\n")],
      ["Description", key.description],
      ["ID", codeOf(address.replace(/^\/(keys\/)?/, ""))],
    ]),
    address: `${address}/${act.id}`,
    hidden: { basis, record: record?.id ?? "" },
    toType: confirmingText(label, report.keyId),
    final: finalMark(act.id, isInKms ? "kms" : record?.step),
    others: acts.filter(({ id }) => id !== act.id).map(({ id, title }) => linkTo(`${address}/${id}`, title)),
    back: linkTo(address, "Back to the key without a change"),
  };
  return actPage(act, page, visitor, problem);
}

function finalMark(id: KeyAct["id"], step: "deactivate" | "destroy" | "kms" | undefined): string | undefined {
  if (id === "remove") return "Erases the key";
  if (step === "kms") return "Destroys the key in KMS";
  return step === "destroy" ? pointOfNoReturn : undefined;
}

export const pointOfNoReturn = "Point of no return";

/** The result of an act as a sentence. Only an act that did nothing shows a code, which would be read as an error. */
export function resultOf(report: Report, timeZone: string): { readonly title: string; readonly body: Html } {
  const { explanation, taken, deletion, exitCode, code } = report;
  const isRequest = code === "UKO_APPROVAL_PENDING" && exitCode === 0;
  if (!isRequest) {
    const { summary, ...rest } = explanation;
    const isRefused = exitCode !== 0 && taken.length === 0;
    return { title: summary, body: html`<div role="status">${explained({ ...rest, summary: "" }, isRefused)}</div>` };
  }
  const { neededRoles = [], recordExpiresAt } = deletion;
  const until = recordExpiresAt === undefined ? "" : html` until ${moment(recordExpiresAt, timeZone)}`;
  const who = neededRoles.length === 0 ? "" : ` with the role ${neededRoles.join(" or ")}`;
  return {
    title: "Request sent",
    body: html`<p class="lead" role="status">Another person${who} can approve it${until}.</p>
${explained(explanation)}`,
  };
}

/** The page if the key changed after the person saw it, so nothing was done. */
export function changedPage({ report }: Pick<Inspection, "report">, visitor: Visitor): Html {
  const body = html`<h1>The key has changed</h1>
<p class="lead" role="alert">Another person or run changed the key after your page was shown. This console did nothing.</p>
${explained(report.explanation)}
<p><a href="${keyAddress(report)}">Show the key as it is now</a></p>`;
  return layout({ title: "The key has changed", body, visitor });
}
