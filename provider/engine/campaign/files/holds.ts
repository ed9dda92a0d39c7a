/**
 * Reads and writes `holds.jsonl`, the holds of a campaign. A hold is a line that forbids every step on one key. Each
 * person who can write to the folder may add one at any time, without a new list of the campaign's keys. A release ends
 * a hold, and a legal hold needs the releases of two people.
 *
 * The file only grows: a release is a new line. The folder's evidence repeats each line that uko wrote, and reviews
 * note how many lines there were. If a line is missing, uko stops, because the removed line may have been the legal
 * hold on the next key. It also stops at a line that it cannot read, and at a hold that names no key of the campaign.
 */

import * as z from "zod";
import { UkoError } from "../../../errors.ts";
import { dayMs } from "../../../lifecycle/campaign/campaign.ts";
import { holdsInForce } from "../../../lifecycle/campaign/holds.ts";
import { count, plain } from "../../text/words.ts";
import type { FolderEvidence } from "./evidence.ts";
import {
  type CampaignFolder,
  explainIssues,
  isoDate,
  isoDatetime,
  isoDay,
  jsonLinesIn,
  keyName,
  maxEvidenceBytes,
} from "./file-forms.ts";

export const holdsFileName = "holds.jsonl";

const key = keyName.meta({ description: "<vaultId>/<keyId>, or kms/<keyId>" });
const by = z.string().min(1).max(200);
const at = isoDatetime.optional();

const hold = z.strictObject({
  key,
  kind: z.enum(["legal", "owner", "incident"]),
  by,
  until: isoDay.optional().meta({ description: "The last day; a hold without it does not end" }),
  ticket: z.string().max(200).optional(),
  at: at.meta({ description: "Distinguishes the hold from an equal one that was released" }),
});
export type HoldLine = z.output<typeof hold>;

const release = z.strictObject({
  key,
  ends: z
    .array(hold)
    .min(1)
    .meta({ description: "The released lines. A legal hold ends once two people have released it" }),
  by,
  iamId: z.string().min(1).max(200).meta({ description: "IAM ID of the person who releases" }),
  reason: z.string().min(1).max(500),
  at,
});
export type ReleaseLine = z.output<typeof release>;

/** Both forms of a line, for the published JSON Schema. */
export const holdsLine = z.union([hold, release]);

export interface CampaignHold extends HoldLine {
  /** The end of the last day, in the service's time. */
  readonly untilMs?: number;
  /** The person who has released the legal hold already. Another person has to release the hold, too. */
  readonly releasedBy?: string;
}

export interface CampaignHolds {
  /** The holds in force. */
  readonly holds: readonly CampaignHold[];
  readonly releases: readonly ReleaseLine[];
  /** How many lines the file has. A review notes it, because the file only grows. */
  readonly lines: number;
}

export function encodeHold(line: HoldLine | ReleaseLine): string {
  return `${JSON.stringify(holdsLine.parse(line))}\n`;
}

/** Throws UKO_CAMPAIGN_INVALID: a hold that cannot be read must not be ignored. */
export function parseHolds(text: string): CampaignHolds {
  const seen = new Map<string, number>();
  const lines = Array.from(jsonLinesIn(text, holdsFileName), ({ at: number, value }) => {
    const parsed = holdsLine.safeParse(value);
    if (!parsed.success) throw invalidLine(number, explainIssues(hold.safeParse(value).error?.issues ?? []));
    const name = nameOf(parsed.data);
    const same = seen.get(name);
    if (same !== undefined) {
      throw invalidLine(number, [`It repeats line ${same}: an equal hold needs another time in "at"`]);
    }
    seen.set(name, number);
    return parsed.data;
  });
  const releases = lines.flatMap((line) => ("ends" in line ? [line] : []));
  const named = lines.flatMap((line) => ("ends" in line ? [] : [{ ...line, name: nameOf(line), ...endOf(line) }]));
  const inForce = holdsInForce(
    named,
    releases.map(({ ends, iamId }) => ({ iamId, ends: ends.map(nameOf) })),
  );
  return {
    holds: inForce.map(({ hold: { name: _, ...held }, releasedBy }) => ({
      ...held,
      ...(releasedBy && { releasedBy }),
    })),
    releases,
    lines: lines.length,
  };
}

/** The name of a hold or release: its line as uko writes it, whatever the order of its fields. */
function nameOf(line: HoldLine | ReleaseLine): string {
  return JSON.stringify(holdsLine.parse(line));
}

function endOf({ until }: HoldLine): { readonly untilMs?: number } {
  return until === undefined ? {} : { untilMs: isoDate.parse(until) + dayMs };
}

function invalidLine(number: number, faults: readonly string[]): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${holdsFileName}, line ${number} is not a hold`,
    detail: [...faults, "A hold that uko cannot read might forbid a step, so uko stops. Next: correct the line"].join(
      "\n",
    ),
  });
}

/** Throws UKO_CAMPAIGN_INVALID, also if a line is missing that the evidence of the folder has. */
export async function readHolds(
  folder: CampaignFolder,
  { holdLines }: Pick<FolderEvidence, "holdLines">,
): Promise<CampaignHolds> {
  const text = (await folder.read(holdsFileName, maxEvidenceBytes)) ?? "";
  const present = new Set(text.split("\n"));
  const lost = holdLines.find(({ line }) => !present.has(line));
  if (lost !== undefined) throw lineLost(`${lost.file} has: ${lost.line}`);
  return parseHolds(text);
}

/** Follows the file during a run, so that a new hold stops a run that is under way. Parses it after a change only. */
export function followHolds(folder: CampaignFolder, atStart: CampaignHolds): () => Promise<CampaignHolds> {
  let last: { readonly text?: string; readonly holds: CampaignHolds } = { holds: atStart };
  return async () => {
    const text = (await folder.read(holdsFileName, maxEvidenceBytes)) ?? "";
    if (text !== last.text) last = { text, holds: parseHolds(text) };
    requireLines(last.holds, atStart.lines, "this run started with");
    return last.holds;
  };
}

/** Requires at least as many lines as at an earlier time, because the file only grows. */
export function requireLines({ lines }: CampaignHolds, atLeast: number, seen: string): void {
  if (lines < atLeast) throw lineLost(`The file has ${count(lines, "line")}, but ${seen} ${atLeast}`);
}

function lineLost(why: string): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${holdsFileName} lost a line`,
    detail: [
      plain(why, 500),
      "A hold ends only by a release. Nothing was changed. Next: find out who removed the line, and restore the file with git checkout",
    ].join("\n"),
  });
}

/**
 * Requires that each hold names a key of the campaign. A hold with a mistyped key has no effect, so the key that was
 * meant might take its next step.
 */
export function requireKnownKeys(
  holds: readonly CampaignHold[],
  isKnown: (key: string) => boolean,
  ids: ReadonlyMap<string, string>,
): void {
  const strange = holds.find((each) => !isKnown(each.key));
  if (strange === undefined) return;
  const meant = ids.get(strange.key.split("/")[1] ?? "");
  throw new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${holdsFileName} holds ${strange.key}, which is not a key of this campaign`,
    detail: [
      ...(meant === undefined ? [] : [`The key with this ID is ${meant}.`]),
      "The hold might be meant for another key, so uko stops. Nothing was changed.",
      `Next: correct the line, or run uko hold ${strange.key} --release --reason REASON --campaign FOLDER`,
    ].join("\n"),
  });
}
