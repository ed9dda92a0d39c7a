/**
 * The operations on a wave that are open to one caller, for an interface that shows them as buttons.
 * An offer decides nothing: its operation reads each key and plans again.
 */

import type { CampaignStep } from "../../lifecycle/campaign/campaign.ts";
import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import { kmsWayBack } from "../kms-key/words.ts";
import { count, noWayBack, sayRoles, stillReversible } from "../text/words.ts";
import type { CampaignReport } from "./report.ts";
import type { OtherSet } from "./reviews.ts";

/** The command with the same name; `record` is `approve --record-only`. */
export type OfferedWaveAct = "request" | "review" | "approve" | "record" | "halt" | "rollback";

export interface WaveOffer {
  readonly act: OfferedWaveAct;
  readonly step?: CampaignStep;
  /** Keys that were never active, and KMS keys, have a review of their own. */
  readonly set?: OtherSet;
  /** The review that an approval names. */
  readonly review?: string;
  /** An imperative: `Withdraw every request of the wave`. */
  readonly title: string;
  /** The effect, and whether it can be undone. */
  readonly facts: readonly string[];
  /** The roles that the operation requires, of which one is enough; absent if reading is enough. */
  readonly roles?: string;
}

export interface WaveStep {
  readonly step: CampaignStep;
  /** Why the wave does not take the step now. */
  readonly closed?: CampaignReport;
  /** Keys that are ready and have no request. */
  readonly toRequest: number;
  /** Keys with a request of another person. */
  readonly toReview: number;
  /** The same, for keys that have a review of their own. */
  readonly toReviewApart: Readonly<Record<OtherSet, number>>;
  /** Keys with a request of the caller. */
  readonly own: number;
  /** The caller's reviews that still count, the newest first. */
  readonly reviews: readonly OwnReview[];
}

export interface OwnReview {
  readonly digest: string;
  /** Keys of the review that are still ready for the step. */
  readonly left: number;
  readonly set?: OtherSet;
  readonly reviewedAt: string;
}

export interface WaveSums {
  readonly steps: readonly WaveStep[];
  /** Requests that a halt withdraws. */
  readonly requests: number;
  /** Keys that a rollback reads. */
  readonly reversible: number;
}

export function waveOffers({ steps, requests, reversible }: WaveSums): readonly WaveOffer[] {
  return [
    ...steps.filter(({ closed }) => closed === undefined).flatMap(stepOffers),
    ...(reversible > 0 ? [rollback] : []),
    ...(requests > 0 ? [halt(requests)] : []),
  ];
}

const nouns = { deactivate: "deactivation", destroy: "destruction" } as const;

function stepOffers(wave: WaveStep): readonly WaveOffer[] {
  const { step, toRequest, toReview, toReviewApart, reviews } = wave;
  const sets = [undefined, "never_active", "kms"] as const;
  const newest = sets.flatMap((set) => reviews.find((each) => each.set === set) ?? []);
  return [
    ...newest.flatMap((review) => approvals(step, review)),
    ...(toReview > 0 ? [review(step, toReview)] : []),
    ...otherReviews(toReviewApart),
    ...(toRequest > 0 ? [request(step, toRequest)] : []),
  ];
}

function request(step: CampaignStep, keys: number): WaveOffer {
  return {
    act: "request",
    step,
    title: `Request the ${nouns[step]} of ${count(keys, "key")}`,
    facts: ["Nothing changes until another person approves the requests.", "You can withdraw the requests."],
    roles: sayRoles(rights.writeTags),
  };
}

function review(step: CampaignStep, keys: number): WaveOffer {
  return {
    act: "review",
    step,
    title: `Review the ${nouns[step]} of ${count(keys, "key")}`,
    facts: [
      "uko reads each key, and writes what you see to a review file in the folder of the campaign.",
      "No key changes. You then approve exactly this review.",
    ],
  };
}

function otherReviews(toReview: WaveStep["toReviewApart"]): readonly WaveOffer[] {
  return (["never_active", "kms"] as const)
    .filter((set) => toReview[set] > 0)
    .map((set) => {
      const title = `Review the destruction of ${keysIn(set, toReview[set])}`;
      return { act: "review", step: "destroy", set, title, facts: review("destroy", 0).facts };
    });
}

function keysIn(set: OtherSet | undefined, keys: number): string {
  if (set === "kms") return count(keys, "KMS key");
  return set === undefined
    ? count(keys, "key")
    : `${count(keys, "key")} that ${keys === 1 ? "was" : "were"} never active`;
}

const kmsEffect = ["The key material is destroyed.", `KMS ${kmsWayBack}.`];

function approvals(step: CampaignStep, { digest, left, set }: OwnReview): readonly WaveOffer[] {
  const keys = keysIn(set, left);
  const right = step === "deactivate" ? rights.deactivate : set === undefined ? rights.destroy : rights.destroyUnused;
  const effect =
    step === "deactivate"
      ? ["Everything that uses the keys stops working.", stillReversible]
      : ["The key material is destroyed.", noWayBack];
  const act: WaveOffer = {
    act: "approve",
    step,
    review: digest,
    title: `Approve your review and ${step} ${keys}`,
    facts: set === "kms" ? kmsEffect : effect,
    roles: sayRoles(set === "kms" ? kmsRights.destroy : right),
  };
  // In KMS, only the destroy itself approves a deletion window.
  if (set === "kms") return [act];
  const facts = ["Nothing changes until the requester uses your approvals.", "You can withdraw the approvals."];
  const title = `Approve the ${nouns[step]} of ${keys} only`;
  return [act, { act: "record", step, review: digest, title, facts, roles: sayRoles(rights.writeTags) }];
}

const rollback: WaveOffer = {
  act: "rollback",
  title: "Reactivate what this campaign deactivated",
  facts: [
    "The data that the keys protect becomes accessible again. Pending requests on them are withdrawn.",
    "KMS keys that this campaign destroyed are restored, if KMS still can.",
    "Keys that another person wrote to since, and keys on hold, stay as they are.",
  ],
  roles: sayRoles(rights.reactivate),
};

function halt(requests: number): WaveOffer {
  return {
    act: "halt",
    title: `Withdraw every request of the wave (${requests})`,
    facts: ["uko withdraws the requests, no matter who wrote them. Each key keeps its state."],
    roles: sayRoles(rights.writeTags),
  };
}
