/**
 * Opens each act on a key, such as `approve`: its page, the operation that the command for this act calls, and the
 * result.
 */

import { mayBeOfCampaign, sayOutsideCampaign } from "../compose/text.ts";
import type { InspectedKey, InspectedRecord, Inspection } from "../engine/key/inspection.ts";
import type { VaultNames } from "../engine/key/sets/approval-messages.ts";
import type { Report } from "../engine/loop/report.ts";
import type { KnownCampaign } from "../engine/ports/known-campaign.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import type { KeyActId } from "../engine/text/act.ts";
import { type Html, html, type Shown } from "../html/markup.ts";
import { codeOf, definitions, linkTo, words } from "../html/report-parts.ts";
import { confirmingText } from "../text/printable.ts";
import type { ActForm, OpenAct } from "./act-page.ts";
import { type ConsoleApp, notOfferedError, outdatedPageError } from "./console-context.ts";
import type { Visitor } from "./layout.ts";
import { explanationPart, keyAddress, keyPath, moment, placeOf, shownKey } from "./parts.ts";

/** A key with its acts. A KMS key has no vault, and KMS stores no reason. */
export interface ActSubject extends Pick<Inspection, "report" | "basis" | "acts"> {
  readonly record?: Pick<InspectedRecord, "id"> & Partial<InspectedRecord>;
  readonly key?: InspectedKey;
}

/** The act with this ID. Throws UKO_CHANGED_MEANWHILE if the key does not offer it. */
export function openKeyAct(
  { run }: Pick<ConsoleApp, "run">,
  subject: ActSubject,
  id: string,
  {
    vaults,
    visitor,
    campaign,
    warning,
  }: {
    readonly vaults: VaultNames;
    readonly visitor: Visitor;
    readonly campaign?: KnownCampaign | undefined;
    /** About a key that no rule of the campaign names. */
    readonly warning?: string | undefined;
  },
): OpenAct {
  const { report, basis, record, key, acts } = subject;
  const { vaultId, label = "", keyState, deletion, explanation } = report;
  const now = [explanation.summary, ...explanation.facts];
  const act = acts.find((each) => each.id === id);
  if (act === undefined) throw notOfferedError("The key does not offer this act now", now);
  const isInKms = vaultId === "";
  const isApproval = act.id === "approve" || act.id === "store";
  const address = keyAddress(report);
  const unnamed = isInKms && record !== undefined ? "an identity that KMS does not name" : undefined;
  const request: readonly (readonly [string, Shown | undefined])[] = [
    ["Asked by", record?.requester ?? codeOf(deletion.requestedBy) ?? unnamed],
    ["Since", record?.requestedAt && moment(record.requestedAt, visitor)],
    ["Approved by", record?.approver],
    ["Reason", record?.reason],
    ["Expires", deletion.recordExpiresAt && moment(deletion.recordExpiresAt, visitor)],
  ];
  // A record whose step was taken, or which expired, asks for nothing. It does not request what the person does now.
  const isAsked = isInKms || deletion.recordId !== undefined;
  // A stored approval takes no step, so its effect has one more sentence.
  const effects = act.facts.slice(0, act.id === "store" ? 3 : 2);
  return {
    ...{ act, effects, title: act.title },
    // The text that KMS does not report the requester is not a fact of the act.
    request: [
      ...(isInKms ? explanation.facts : act.facts.slice(effects.length)),
      ...(isApproval ? sayCampaign(subject, campaign) : []),
      ...(warning === undefined ? [] : [warning]),
    ],
    subject: html`${definitions([
      ["Key", label],
      // The other facts of an act already say who asks.
      ...(isAsked && (act.facts.length <= 2 || isInKms) ? request : []),
      ["Vault", isInKms ? "none: a key in KMS" : placeOf(vaultId, vaults)],
      ["State", keyState && words(keyState)],
      ["ID", codeOf(keyPath(report))],
    ])}
${shownKey(key)}`,
    checks: isApproval ? (key?.unusual ?? []) : [],
    address: `${address}/${act.id}`,
    hidden: { basis, record: record?.id ?? "" },
    changed: outdatedPageError("The key has changed", ["", ...now]),
    toType: confirmingText(label, report.keyId),
    final: isInKms ? "Destroys the key in KMS" : finalMark(act.id, record?.step),
    others: acts.filter((each) => each !== act).map((each) => linkTo(`${address}/${each.id}`, each.title)),
    leave: linkTo(address, "Back to the key without a change"),
    back: act.id === "remove" ? linkTo("/keys", "Keys") : linkTo(address, `Key ${label}`),
    work: async (form, { signal }) => resultOf(await operate(run, subject, act.id, form, { signal }), visitor),
  };
}

/** What the approver of one key reads if a campaign owns it, and the facts of the act do not say so. */
function sayCampaign({ report }: ActSubject, campaign: KnownCampaign | undefined): readonly string[] {
  if (report.vaultId === "" && campaign === undefined) return [mayBeOfCampaign];
  return report.deletion.campaign === undefined ? sayOutsideCampaign(campaign?.markOf(keyPath(report))) : [];
}

/** Calls the operation that the command of the act calls. KMS has only requests, approvals and withdrawals. */
function operate(
  { operations, kmsOperations }: ConsoleApp["run"],
  { report: { instanceId, vaultId, keyId, keyState }, record }: ActSubject,
  id: KeyActId,
  { reason }: ActForm,
  options: CallOptions,
): Promise<Report> {
  const recordId = record?.id ?? "";
  if (vaultId === "") {
    const ref = { instanceId, kmsKeyId: keyId };
    if (id === "approve") return kmsOperations.approve(ref, recordId, options);
    return id === "request" ? kmsOperations.request(ref, options) : kmsOperations.withdraw(ref, options);
  }
  const ref = { instanceId, vaultId, keyId };
  switch (id) {
    case "request":
      // The form names the state that its page showed, and only an active key is requested for deactivation.
      return operations.request(ref, reason || undefined, options, {
        step: keyState === "active" ? "deactivate" : "destroy",
      });
    case "approve":
      return operations.approveOne(ref, { recordId, stores: false }, options);
    case "store":
      return operations.approveOne(ref, { recordId, stores: true }, options);
    case "continue":
      return operations.takeApproved(ref, recordId, options);
    case "withdraw":
      return operations.withdraw(ref, { ...options, reason });
    case "reactivate":
      return operations.reactivate(ref, options);
    case "remove":
      return operations.remove(ref, options);
  }
}

function finalMark(id: KeyActId, step: InspectedRecord["step"] | undefined): string | undefined {
  if (id === "remove") return "Erases the key";
  return step === "destroy" ? pointOfNoReturn : undefined;
}

export const pointOfNoReturn = "Point of no return";

/** The result of an act as a sentence. Only an act that did nothing shows a code, which would be read as an error. */
export function resultOf(
  report: Report,
  visitor: Pick<Visitor, "timeZone">,
): { readonly title: string; readonly body: Html } {
  const { explanation, taken, deletion, exitCode, code } = report;
  const isRequest = code === "UKO_APPROVAL_PENDING" && exitCode === 0;
  if (!isRequest) {
    const { summary, ...rest } = explanation;
    const isRefused = exitCode !== 0 && taken.length === 0;
    return {
      title: summary,
      body: html`<div role="status">${explanationPart({ ...rest, summary: "" }, isRefused)}</div>`,
    };
  }
  const { neededRoles = [], recordExpiresAt } = deletion;
  const until = recordExpiresAt === undefined ? "" : html` until ${moment(recordExpiresAt, visitor)}`;
  const who = neededRoles.length === 0 ? "" : ` with the role ${neededRoles.join(" or ")}`;
  return {
    title: "Request sent",
    body: html`<p class="lead" role="status">Another person${who} can approve it${until}.</p>
${explanationPart(explanation)}`,
  };
}
