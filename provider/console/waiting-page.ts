/**
 * Builds the page "Waiting for you": the acts that the caller can take, the waves of campaigns, the caller's own
 * records, and what waits for others or a time. Many keys that wait alike share one line, so that the page stays short.
 */

import type { WaveOffers } from "../campaign/reports/inspect.ts";
import { mayBeOfCampaign, sayFirst, sayPerson, sayRoles, surveyMessages } from "../compose/text.ts";
import type { VaultNames } from "../engine/key/sets/approval-messages.ts";
import type { PendingKey, PendingSurvey } from "../engine/key/sets/survey.ts";
import type { PendingKmsKeys } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { KnownCampaign } from "../engine/ports/known-campaign.ts";
import type { KeyActId } from "../engine/text/act.ts";
import { type Html, html, type Shown } from "../html/markup.ts";
import { codeOf, linkTo, list, tableOf, words } from "../html/report-parts.ts";
import { type Page, refreshSeconds, token, type Visitor } from "./layout.ts";
import { campaignKeysPart, leaderOf } from "./led-keys.ts";
import { keyAddress, keyPath, moment, placeOf, sayKeys, waveAddress } from "./parts.ts";

export interface Waiting {
  readonly survey: PendingSurvey;
  readonly kms: PendingKmsKeys;
  readonly vaults: VaultNames;
  readonly campaign: KnownCampaign | undefined;
}

/** Keys for which the caller can take the same act, at the request of one person. */
export interface Group {
  readonly act: KeyActId;
  /** The address of the page on which the keys are reviewed together. */
  readonly address: string;
  readonly vaultId: string;
  readonly requester: string;
  readonly step: "deactivate" | "destroy";
  /** The oldest request first. */
  readonly keys: readonly PendingKey[];
}

/**
 * The acts that the caller can take on waiting keys: on the request of another person, or on a key that waits only for
 * its removal.
 */
export const actsOnWaitingKeys: readonly KeyActId[] = ["approve", "store", "continue", "remove"];

/**
 * Groups the keys by the first of the acts that each one offers, with the group of the oldest request first. A request
 * of a campaign is in no group.
 */
export function groupsOf(
  pending: readonly PendingKey[],
  campaign: KnownCampaign | undefined,
  offered = actsOnWaitingKeys,
): readonly Group[] {
  const timeOf = ({ requestedAt = "" }: PendingKey): string => requestedAt;
  const groups = new Map<string, Group & { readonly keys: PendingKey[] }>();
  for (const key of pending.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)))) {
    const act = key.acts.find(({ id }) => offered.includes(id))?.id;
    if (act === undefined || leaderOf(key, campaign) !== undefined) continue;
    const { vaultId, keyState = "", deletion } = key.report;
    const { requestedBy = "", requestedByName } = deletion;
    const by = act === "approve" || act === "store" ? requestedBy : "";
    const requester = by === "" ? "" : sayPerson(requestedBy, requestedByName);
    // Another person may have written that the caller made this request, so the caller confirms it on the page of the key.
    const address = deletion.isUnconfirmed
      ? `${keyAddress(key.report)}/${act}`
      : `/requests/${[act, vaultId, keyState, by || "-"].map(encodeURIComponent).join("/")}`;
    // The step follows from the state, because the next step in a report can also be the removal.
    const step = vaultId !== "" && keyState === "active" ? "deactivate" : "destroy";
    const group = groups.get(address) ?? { act, address, vaultId, requester, step, keys: [] };
    group.keys.push(key);
    groups.set(address, group);
  }
  return [...groups.values()];
}

/** The page, whose waves come with the list of the campaign, and the rest with the lists of the vaults. */
export function waitingPage(waiting: Promise<Waiting>, waves: Promise<readonly WaveOffers[]>, visitor: Visitor): Page {
  const requests = waiting.then((each) => requestParts(each, visitor));
  const parts = [requests.then(({ cards }) => cards), waves.then(waveCards), requests.then(({ tables }) => tables)];
  return { title: "Waiting for you", body: html``, parts, refresh: { address: "/waiting", refreshSeconds } };
}

/** One card a wave, with what the caller can do in it. The page of the wave does it. */
function waveCards(waves: readonly WaveOffers[]): Html {
  return html`${waves.map(
    ({ wave, keys, acts, removals, command, waitsFor }) => html`<article class="card">
<h2>${linkTo(waveAddress(wave), `Wave ${wave}`)}: ${sayKeys(keys)}</h2>
${list([
  ...acts.map(({ id, title }) => linkTo(`${waveAddress(wave)}/${id}`, title)),
  ...(removals === 0 ? [] : [html`Remove the metadata of ${sayKeys(removals)}: <code>${command}</code>`]),
])}
<p class="quiet">Waits for: ${waitsFor}</p>
</article>`,
  )}`;
}

function requestParts({ survey, kms, vaults, campaign }: Waiting, visitor: Visitor) {
  const pending = [...survey.pending, ...kms.keys];
  const groups = groupsOf(pending, campaign);
  const grouped = new Set(groups.flatMap(({ keys }) => keys));
  const led = new Set(pending.filter((each) => leaderOf(each, campaign) !== undefined));
  // The card of its wave stands for a key that a manifest known here deletes; a request can name any wave.
  const ledElsewhere = [...led].filter(({ report }) => {
    const mark = campaign?.markOf(keyPath(report));
    return mark === undefined || mark.isLeft === true;
  });
  const others = pending.filter((each) => !grouped.has(each) && !led.has(each));
  // A request whose step was taken, or that expired, leaves a key that waits for a request.
  const own = others.filter(({ report: { deletion } }) => deletion.isOwn === true && deletion.awaits !== "request");
  const rest = others.filter((each) => !own.includes(each));
  const at = { vaults, visitor, campaign };
  const none = `No request${campaign === undefined ? "" : ` outside of campaign ${campaign.name}`} is waiting for you.`;
  const cards = html`${groups.length === 0 ? html`<p>${none}</p>` : groups.map((group, index) => card(group, index, at))}`;
  const tables = html`${campaignKeysPart(ledElsewhere, campaign)}
${pendingPart("Your requests and approvals", own, ownRow, at)}
${pendingPart("Waiting for others, or for time", rest, otherRow, at)}
${survey.unreadable.length === 0 ? "" : html`<h2>Not readable</h2>`}
${list(survey.unreadable.map(({ vaultId, error }) => `Vault ${placeOf(vaultId, vaults)}: ${error.summary}`))}
${kms.unread === undefined ? "" : html`<p class="quiet">${surveyMessages.kmsKeysNotListed(kms.unread)}</p>`}`;
  return { cards, tables };
}

interface At extends Pick<Waiting, "campaign"> {
  readonly vaults: VaultNames;
  readonly visitor: Visitor;
}

/** A card such as "Bob asks to deactivate 181 keys in payments", with the button that leads to the act. */
function card(
  { act, address, requester, step, vaultId, keys }: Group,
  index: number,
  { vaults, visitor, campaign }: At,
): Html {
  const where = placeOf(vaultId, vaults);
  const [first] = keys;
  if (first === undefined) return html``;
  const { report, acts, requestedAt } = first;
  const what = keys.length === 1 ? `${report.label ?? ""} in ${where}` : `${sayKeys(keys.length, vaultId)} in ${where}`;
  const who = requester === "" ? "An identity that KMS does not name" : requester;
  const title = {
    remove: `You can remove ${what}`,
    continue: report.deletion.isUnconfirmed
      ? `Did you request to ${step} ${what}?`
      : `Your request to ${step} ${what} is approved`,
  };
  const heading = act === "remove" || act === "continue" ? title[act] : `${who} asks to ${step} ${what}`;
  const expires = keys.flatMap(({ report: { deletion } }) => deletion.recordExpiresAt ?? []).toSorted()[0];
  const isUntold = vaultId === "" && act === "approve" && campaign === undefined;
  const soonest = act === "store" ? report.deletion.notBefore : undefined;
  const id = `group-${index}`;
  const canStore = acts.some(({ id }) => id === "store");
  const reviewForm = html`<form method="post" action="${address}">${token(visitor.csrfToken)}<button id="review-${index}">Review</button>
${act === "approve" && canStore ? html`<button class="plain" formaction="${address.replace("approve", "store")}">${verbs.store ?? ""}</button>` : ""}</form>`;
  const offered = acts.find((each) => each.id === act);
  return html`<article class="card" aria-labelledby="${id}">
<h2 id="${id}">${heading}</h2>
${keys.length === 1 ? list(report.explanation.facts) : html`<p>${sayFirst(keys.map((key) => key.report.label ?? ""))}</p>`}
<p class="quiet">${requestedAt === undefined ? "" : html`Since ${moment(requestedAt, visitor)}. `}
${expires === undefined ? "" : html`${keys.length === 1 ? "Expires" : "The first expires"} on ${moment(expires, visitor)}. `}
${offered === undefined ? "" : `Role: ${sayRoles(offered.right, offered.kmsRight)}`}</p>
${isUntold ? html`<p>${mayBeOfCampaign}</p>` : ""}
${soonest === undefined ? "" : html`<p>You can approve after ${moment(soonest, visitor)}.</p>`}
${keys.length === 1 ? oneKey(report, act) : vaultId === "" ? manyKeys(keys) : reviewForm}
</article>`;
}

const verbs: Readonly<Partial<Record<KeyActId, string>>> = {
  approve: "Review",
  store: "Store your approval",
  continue: "Go on",
  remove: "Remove",
};

function oneKey(report: Report, act: KeyActId): Html {
  const address = keyAddress(report);
  return html`<p class="row"><a class="button" id="key-${report.keyId}" href="${address}/${act}">${verbs[act] ?? "Open"}</a>
<a href="${address}">${report.label ?? report.keyId}</a></p>`;
}

const maxLinks = 50;

/** KMS keys have no form for many keys: each has its own page. */
function manyKeys(keys: readonly PendingKey[]): Html {
  const links = keys
    .slice(0, maxLinks)
    .map(({ report }) => linkTo(`${keyAddress(report)}/approve`, report.label ?? ""));
  const more = keys.length > maxLinks ? [linkTo("/kms", `and ${keys.length - maxLinks} more`)] : [];
  return html`<details><summary>Review: one key at a time</summary>${list([...links, ...more])}</details>`;
}

/** The cells of one key, or of many keys that wait alike: then without the command for one key. */
type RowOf = (key: PendingKey, isOne: boolean, at: At) => Readonly<Record<string, Shown>>;

/** This many keys that wait alike have a row each; more of them share one. */
const maxAlike = 5;
const maxRows = 50;

function pendingPart(heading: string, keys: readonly PendingKey[], rowOf: RowOf, at: At): Html {
  if (keys.length === 0) return html``;
  const waitOf = ({ report: { vaultId, lifecycleState, deletion } }: PendingKey): string =>
    JSON.stringify([vaultId, lifecycleState, deletion.awaits, deletion.nextStep, deletion.cannotActBecause]);
  const rows = Array.from(Map.groupBy(keys, waitOf).values()).flatMap((alike) => {
    const isOne = alike.length <= maxAlike;
    return alike.slice(0, isOne ? maxAlike : 1).map((key): Record<string, Shown> => {
      const { vaultId, lifecycleState, label = "" } = key.report;
      const all = vaultId === "" ? "/kms" : `/keys?state=${lifecycleState}`;
      const first = isOne ? linkTo(keyAddress(key.report), label) : linkTo(all, sayKeys(alike.length));
      return { key: first, ...rowOf(key, isOne, at) };
    });
  });
  const columns = Object.keys(rows[0] ?? {}).filter((column) => rows.some((row) => row[column] !== ""));
  const shown = rows.slice(0, maxRows).map((row) => columns.map((column) => row[column] ?? ""));
  return html`<h2>${heading}</h2>
<p role="status">${sayKeys(keys.length)}</p>
${tableOf({ columns, rows: shown }, heading)}
${rows.length > maxRows ? html`<p>And ${rows.length - maxRows} more rows. See <a href="/keys">Keys</a></p>` : ""}`;
}

/** The command is for the person who approves. */
const ownRow: RowOf = ({ report, acts }, isOne, { vaults, visitor }) => {
  const { deletion, explanation, vaultId } = report;
  const canWithdraw = isOne && acts.some(({ id }) => id === "withdraw");
  return {
    step: deletion.nextStep ?? "",
    vault: placeOf(vaultId, vaults),
    expires: deletion.recordExpiresAt === undefined ? "" : moment(deletion.recordExpiresAt, visitor),
    "another person runs": (isOne && codeOf(explanation.next[0]?.commands[0])) || "",
    "you can": canWithdraw ? linkTo(`${keyAddress(report)}/withdraw`, "Withdraw") : "",
  };
};

const otherRow: RowOf = ({ report: { deletion, explanation, lifecycleState, vaultId } }, isOne, { vaults }) => ({
  state: html`<span class="state ${lifecycleState}">${words(lifecycleState)}</span>`,
  vault: placeOf(vaultId, vaults),
  "waits because": deletion.cannotActBecause ?? explanation.summary,
  "next command": (isOne && codeOf(explanation.next[0]?.commands[0])) || "",
});
