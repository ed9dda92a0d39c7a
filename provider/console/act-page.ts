/** The page of one act on one key, and the pages of its result. */

import type { InspectedKey, InspectedRecord, Inspection } from "../engine/key/inspection.ts";
import type { KmsInspection } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { KeyAct } from "../engine/text/act.ts";
import { type Html, html } from "../html/markup.ts";
import { confirmingText } from "../text/printable.ts";
import { type ActProblem, actPage } from "./act-form.ts";
import { keyAddress } from "./key-page.ts";
import { layout, type Visitor } from "./layout.ts";
import { explained } from "./parts.ts";

/** What a page shows of the key on which an act is taken; a KMS key has no vault. */
export type ActSubject = Pick<Inspection, "report" | "basis" | "acts"> & {
  readonly record?: Pick<InspectedRecord, "id">;
  readonly key: Pick<InspectedKey, "state">;
};

export function subjectOf({ report, acts, basis, window }: KmsInspection): ActSubject {
  return {
    report,
    acts,
    basis,
    key: { state: report.keyState ?? "" },
    ...(window !== undefined && { record: { id: window } }),
  };
}

export function keyActPage(subject: ActSubject, act: KeyAct, visitor: Visitor, problem?: ActProblem): Html {
  const { report, basis, record, key } = subject;
  const label = report.label ?? "";
  const address = keyAddress(report);
  const page = {
    intro: html`<p class="lead">Key ${label}</p>
<p class="quiet"><code>${address.replace(/^\/(keys\/)?/, "")}</code></p>`,
    notes: html`<p>Current state: ${key.state}.</p>`,
    address: `${address}/${act.id}`,
    hidden: { basis, record: record?.id ?? "" },
    toType: confirmingText(label, report.keyId),
    back: html`<a href="${address}">Back to the key without a change</a>`,
  };
  return actPage(act, page, visitor, problem);
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
