/**
 * Writes the report of a review in a campaign. The page of its approval shows most of the same texts. They say what
 * the approval does, whether that can be undone, and which holds people released before the review. They list the keys
 * with counts, and the keys to check first, such as a key that got new resources since the manifest was written. For a
 * KMS key they say until when KMS accepts its destruction.
 */

import type { KeyAmongMany, NotedKey, SummarizedKey } from "../../engine/key/exceptions.ts";
import { listKeys, sayCounts, sayEachApart, sayExceptions, sayLast } from "../../engine/key/sets/approval-messages.ts";
import type { ReviewFile } from "../../engine/key/sets/review-set.ts";
import { keysOfKind, reviewLimits, reviewTitle } from "../../engine/key/sets/set-messages.ts";
import { kmsWayBack } from "../../engine/kms-key/words.ts";
import { linesByReason, plain, sayTimeAndDistance, stepNouns } from "../../engine/text/words.ts";
import { keyPathOf, type ReviewedWave, type ReviewLine } from "../../lifecycle/consent/review.ts";
import { findUnapprovedStep } from "../../lifecycle/key/unapproved-step.ts";
import { type AnyReview, isKmsReview, type KmsReviewLine } from "../../lifecycle/kms-key/kms-review.ts";
import { setPhrase } from "../../text/phrase.ts";
import { keyOfLine, type LineOfKey, noteOf } from "../files/line-among-many.ts";
import type { ManifestKey } from "../files/manifest.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import { dayOf } from "../view/classify.ts";
import type { CampaignContext } from "../view/context.ts";
import { factsOf, rulesLine } from "../view/rule-changes.ts";
import type { CampaignView } from "../view/view.ts";
import {
  type CampaignReport,
  type NextCommand,
  nextCommand,
  type ReportPart,
  type ReportSection,
  reportOf,
  section,
  tableOf,
} from "./report.ts";
import type { ReviewOfStep } from "./wave-state.ts";

/** The first thing to read: what the approval does, and whether it can be undone. */
export function titleOf(review: AnyReview, keys: readonly unknown[]): string {
  if (!isKmsReview(review)) return reviewTitle(keys, review);
  return `Destroy ${keysOfKind("kms", keys.length)}. KMS ${kmsWayBack}.`;
}

/** The result of a review, for managed keys and for KMS keys alike. */
export interface FoundReview extends Pick<ReviewOfStep, "wave" | "step" | "kind"> {
  /** Absent if no key can be approved. */
  readonly file: ReviewFile<AnyReview> | undefined;
  readonly campaign: ReviewedWave;
  readonly keys: readonly unknown[];
  /** The parts about the keys that the review does not cover. */
  readonly apart: readonly (ReportPart | readonly ReportSection[])[];
  /** Why the requests are not those of this wave. */
  readonly origin?: readonly ReportSection[];
  /** Keys of the wave that the review does not cover, with the reasons. */
  readonly left: readonly { readonly label: string; readonly why: string }[];
  /** The same keys, as the approver reads them among many. */
  readonly toCheck: readonly KeyAmongMany[];
  readonly list: Pick<ReportSection, "lines" | "table">;
  /** Who requested the step; absent for KMS keys, because KMS does not report the requester. */
  readonly requested?: readonly string[];
  /** The next command if no key can be approved. */
  readonly instead: NextCommand;
}

export function reportReview({ view }: CampaignContext, found: FoundReview): CampaignReport {
  const { wave, step, kind, file, keys, apart, left, origin = [], toCheck, requested = [] } = found;
  const data = { wave, step, keys: keys.length };
  if (file === undefined) {
    return reportOf({
      summary: `No ${kind === "kms" ? "KMS key" : "key"} of wave "${wave}" can be approved for ${stepNouns[step]}`,
      parts: [...apart, leftSection(left), { data, exitCode: 12 }],
      next: [found.instead],
    });
  }
  const { review, digest } = file;
  return reportOf({
    summary: titleOf(review, keys),
    parts: [
      ...apart,
      origin,
      section("To approve", { ...found.list, isWhole: true }),
      ...unusualSections(toCheck, left),
      section("Review", {
        isWhole: true,
        lines: [
          ...requested,
          reviewLimits(review.header, view.nowMs),
          rulesLine(view, wave),
          `SHA-256 of this list: ${digest}`,
        ],
      }),
      {
        data: {
          ...data,
          review: digest,
          phrase: setPhrase(review.header.step, keys.length, review.header.exceptions),
        },
      },
      section("Check before you approve", { lines: sayLast(toCheck, left), isWhole: true }),
    ],
    next: [{ command: nextCommand({ wave, path: view.folder.path }) }],
  });
}

/** Every unusual key and every key that is left out, by name, if the lines before the question leave out names. */
export function unusualSections(
  keys: readonly KeyAmongMany[],
  left: FoundReview["left"],
  act = "approve",
): readonly (readonly ReportSection[])[] {
  return [
    section("Every unusual key", { lines: sayExceptions(keys), isWhole: true }),
    section(`Every key that you cannot ${act} now`, { lines: sayEachApart(left).map(trimmed), isWhole: true }),
  ];
}

function leftSection(left: FoundReview["left"]): readonly ReportSection[] {
  const note = sayEachApart(left).length === 0 ? [] : ["--json lists each key"];
  return section("Not in the review", { lines: [...linesByReason(left).map(trimmed), ...note] });
}

const trimmed = (line: string): string => line.trim();

/** What the manifest notes of a key that a person reviews, and which resources it got since. */
export function notesOf({ plan, view }: CampaignContext): (line: ReviewLine) => NotedKey | undefined {
  const lines = new Map(plan.keys.map(({ name, line }) => [name, line]));
  return (reviewed) => {
    const line = lines.get(keyPathOf(reviewed));
    return line && noteOf(line, plannedAtMs(view, line.wave), reviewed.resources.length);
  };
}

/** When the manifest first had the wave as it is. */
export function plannedAtMs({ manifest, nowMs }: Pick<CampaignView, "manifest" | "nowMs">, wave: string): number {
  const { plannedAt } = manifest.waves.find((each) => each.wave === wave) ?? {};
  return plannedAt === undefined ? nowMs : Date.parse(plannedAt);
}

type ViewOfPlan = Pick<CampaignView, "manifest" | "warningWords" | "nowMs">;

/** The key of a line of the manifest, as a person reads it among many. */
export function keyAsPlanned(view: ViewOfPlan, line: LineOfKey & Pick<ManifestKey, "wave">): KeyAmongMany {
  return keyOfLine(line, plannedAtMs(view, line.wave), view.warningWords);
}

/**
 * The key as the service lists it now, with what the manifest notes. A person may have edited the texts in the manifest,
 * so they count only for a key that no list shows.
 */
export function keyAsListed(view: ViewOfPlan, { line, listed }: Pick<KeyInSchedule, "line" | "listed">): KeyAmongMany {
  const now = listed && { ...factsOf(listed), createdAt: dayOf(listed.traits.createdAtMs) };
  const key = keyAsPlanned(view, { ...line, ...now });
  const { observation } = listed ?? {};
  if (observation === undefined) return key;
  const { releasedHolds = [] } = observation;
  return { ...key, releasedHolds, unapproved: findUnapprovedStep(observation) };
}

/** The list of the KMS keys, with the time until which KMS accepts the destruction. */
export function listOfKmsKeys(keys: readonly KmsReviewLine[], nowMs: number) {
  const endOf = ({ kmsKeyId, window }: KmsReviewLine) => Date.parse(window.slice(kmsKeyId.length + 1));
  const table = tableOf(keys, {
    name: ({ name }) => plain(name, 90),
    "KMS key": "kmsKeyId",
    "window ends": (line) => sayTimeAndDistance(endOf(line), nowMs),
  });
  const sentence =
    "An identity set each key for deletion. KMS does not report that identity, and does not let it destroy the key.";
  return { lines: [sentence], table };
}

/** The list of the keys, and the counts to read before it. */
export function listToApprove(keys: readonly SummarizedKey[], planned: readonly KeyInSchedule[]) {
  const vaults = new Map(planned.map(({ line }) => [line.vault, line.vaultName]));
  const { heads, rows } = listKeys(keys, vaults);
  return { lines: sayCounts(keys, vaults), table: { columns: heads.map((head) => head.toLowerCase()), rows } };
}
