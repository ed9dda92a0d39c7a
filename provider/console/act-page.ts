/** The page of one act on one key, which states its effect, and the page of its result. */

import type { InspectedKey, InspectedRecord, Inspection } from "../engine/key/inspection.ts";
import type { KmsInspection } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { Offer } from "../engine/text/explanation.ts";
import { printable } from "../printable.ts";
import { keyAddress } from "./key-page.ts";
import { layout, token, type Visitor } from "./layout.ts";
import { confirmField, escaped, explained, type Html, html, list, problemOf, reasonField } from "./parts.ts";

export interface ActProblem {
  readonly says: string;
  /** What the caller typed, to be corrected. */
  readonly reason?: string;
}

/** What a page shows of the key on which an act is taken; a KMS key has no vault. */
export type ActSubject = Pick<Inspection, "report" | "basis" | "offers"> & {
  readonly record?: Pick<InspectedRecord, "id">;
  readonly key: Pick<InspectedKey, "state">;
};

export function subjectOf({ report, offers, basis, window }: KmsInspection): ActSubject {
  return {
    report,
    offers,
    basis,
    key: { state: report.keyState ?? "" },
    ...(window !== undefined && { record: { id: window } }),
  };
}

/** This page never reads itself again: the caller decides about what it shows. */
export function actPage(inspection: ActSubject, offer: Offer, visitor: Visitor, problem?: ActProblem): Html {
  const { report, basis, record, key } = inspection;
  const label = report.label ?? "";
  const address = keyAddress(report);
  const body = html`<h1>${offer.title}</h1>
<div class="${offer.isConsequential ? "danger-zone" : ""}">
<p class="lead">Key ${escaped(label)}</p>
<p class="quiet"><code>${keyAddress(report).replace(/^\/(keys\/)?/, "")}</code></p>
${list(offer.facts)}
<p>Current state: ${key.state}.</p>
<p>Role: ${offer.roles}</p>
</div>
${problemOf(problem?.says)}
<form method="post" action="${address}/${offer.operation}" class="stack">
${token(visitor.csrfToken)}
<input type="hidden" name="basis" value="${basis}">
<input type="hidden" name="record" value="${record?.id ?? ""}">
${offer.operation === "request" && report.vaultId !== "" ? reasonField("", problem?.reason) : ""}
${offer.isConsequential ? confirmField("label", "Type the label of the key", html`The label is <code>${typedForm(label)}</code>`) : ""}
<button${offer.isConsequential ? html` class="danger"` : ""}>${offer.title}</button>
</form>
<p><a href="${address}">Back to the key without a change</a></p>`;
  return layout({ title: offer.title, body, visitor });
}

/** The label as a person can type it: without characters that nobody sees. */
export function typedForm(label: string): string {
  return printable(label, 1_000);
}

export function resultPage(report: Report, visitor: Visitor): Html {
  const body = html`<h1>Result</h1>
<div role="status">${explained(report.explanation)}</div>
<p>${
    report.lifecycleState === "gone"
      ? html`<a href="/keys">Keys</a>`
      : html`<a href="${keyAddress(report)}">Back to the key</a>`
  }</p>
<p><a href="/waiting">Waiting for you</a></p>`;
  return layout({ title: "Result", body, visitor });
}

/** The key is no longer what the page showed, so nothing was done. */
export function changedPage({ report }: Pick<Inspection, "report">, visitor: Visitor): Html {
  const body = html`<h1>The key has changed</h1>
<p class="lead" role="alert">Another person or run changed the key after your page was shown. This console did nothing.</p>
${explained(report.explanation)}
<p><a href="${keyAddress(report)}">Show the key as it is now</a></p>`;
  return layout({ title: "The key has changed", body, visitor });
}
