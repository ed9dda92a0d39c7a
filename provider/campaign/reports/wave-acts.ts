/**
 * Lists the acts that uko offers to one caller on one wave: request, review, approve, rollback, halt. Each act
 * has its title, effect, role and command. The console renders the acts, and reports print the commands.
 */

import { keysOfKind } from "../../engine/key/sets/set-messages.ts";
import { kmsWayBack } from "../../engine/kms-key/words.ts";
import type { Act } from "../../engine/text/act.ts";
import { cannotBeUndone, count, stepNouns, stillReversible } from "../../engine/text/words.ts";
import { type ReviewKind, reviewKinds } from "../../lifecycle/consent/review.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import { setPhrase } from "../../text/phrase.ts";
import { folderFlag, type NextCommand, nextCommand, withRemark } from "./report.ts";

/** `name` is the act. */
export type WaveAct = Act &
  (
    | { readonly name: "request"; readonly step: ApprovedStep; readonly phrase: string }
    | {
        readonly name: "review";
        readonly step: ApprovedStep;
        readonly kind: ReviewKind;
        /** The requests that were not made for this wave (origins.ts). */
        readonly isOther: boolean;
      }
    | { readonly name: "approve"; readonly step: ApprovedStep; readonly review: string }
    /** What the person types: the act and the number of keys, such as `withdraw 181`. */
    | { readonly name: "halt" | "rollback"; readonly phrase: string }
  );

/** What the commands name: the wave, and the path of the campaign's folder. */
export interface WavePlace {
  readonly wave: string;
  readonly path: string;
}

/** A step that the wave takes now. */
export interface WaveStep {
  readonly step: ApprovedStep;
  /** Keys that are ready and have no request. */
  readonly toRequest: number;
  /** Keys with a request of another person for this wave. Each kind has a review of its own. */
  readonly toReview: Readonly<Record<ReviewKind, number>>;
  /** The same for requests that were not made for this wave. */
  readonly toReviewApart: Readonly<Record<ReviewKind, number>>;
  /** The caller's reviews that still count, the newest first. */
  readonly reviews: readonly OwnReview[];
}

export interface OwnReview {
  readonly digest: string;
  /** Keys of the review that are still ready for the step. */
  readonly left: number;
  readonly kind: ReviewKind;
}

export interface WaveSums {
  readonly steps: readonly WaveStep[];
  /** Requests that a halt withdraws. */
  readonly requests: number;
  /** How many of the keys that the caller chose a rollback starts with; undefined if the whole wave has none. */
  readonly reversible: number | undefined;
  /** Whether this machine demands that people sign destructions. */
  readonly areSigned: boolean;
}

export function waveActs({ steps, requests, reversible, areSigned }: WaveSums, place: WavePlace): readonly WaveAct[] {
  const isSigned = (act: WaveAct): boolean =>
    areSigned && "step" in act && act.step === "destroy" && act.name !== "review";
  return [
    ...steps
      .flatMap((step) => stepActs(step, place))
      .map((act) => (isSigned(act) ? { ...act, isSigned: true as const } : act)),
    ...(reversible === undefined ? [] : [rollbackAct(reversible, place)]),
    ...(requests > 0 ? [haltAct(requests, place)] : []),
  ];
}

function stepActs(
  { step, toRequest, toReview, toReviewApart, reviews }: WaveStep,
  place: WavePlace,
): readonly WaveAct[] {
  const newest = reviewKinds.flatMap((kind) => reviews.find((each) => each.kind === kind) ?? []);
  return [
    ...newest.map((review) => approvalAct(step, review, place)),
    // A review for each kind of key that has any.
    ...[toReview, toReviewApart].flatMap((sums) => {
      const isOther = sums === toReviewApart;
      const kinds = reviewKinds.filter((kind) => sums[kind] > 0);
      return kinds.map((kind) => reviewAct({ step, kind, isOther }, sums[kind], place));
    }),
    ...(toRequest > 0 ? [requestAct(step, toRequest, place)] : []),
  ];
}

function requestAct(step: ApprovedStep, keys: number, place: WavePlace): WaveAct {
  return {
    id: `request-${step}`,
    name: "request",
    step,
    title: `Request the ${stepNouns[step]} of ${count(keys, "key")}`,
    facts: ["Nothing changes until another person approves the requests.", "You can withdraw the requests."],
    right: rights.writeTags,
    // The request of a destruction is typed, as at a terminal.
    ...(step === "destroy"
      ? { fields: ["phrase", "reason"], phrase: setPhrase("request", keys) }
      : { fields: ["reason"], phrase: "" }),
    command: nextCommand(place),
    remark: count(keys, "key"),
  };
}

function reviewAct(
  { step, kind, isOther }: Pick<Extract<WaveAct, { name: "review" }>, "step" | "kind" | "isOther">,
  keys: number,
  place: WavePlace,
): WaveAct {
  const others = isOther ? ", not requested for this wave" : "";
  return {
    id: `review-${step}${kind === "managed" ? "" : `-${kind}`}${isOther ? "-other" : ""}`,
    name: "review",
    step,
    kind,
    isOther,
    title: `Review the ${stepNouns[step]} of ${keysOfKind(kind, keys)}${others}`,
    facts: ["uko reads each key, and shows what you approve.", "No key changes. You then approve exactly this review."],
    command: nextCommand(place),
    remark: "not the requester",
  };
}

function approvalAct(
  step: ApprovedStep,
  { digest, left, kind }: Pick<OwnReview, "digest" | "left" | "kind">,
  place: WavePlace,
): WaveAct {
  const keys = keysOfKind(kind, left);
  const right = kind === "never-active" ? rights.destroyUnused : rights[step];
  const effect =
    step === "deactivate"
      ? ["Everything that uses the keys stops working.", stillReversible]
      : ["The key material is destroyed.", kind === "kms" ? `KMS ${kmsWayBack}.` : cannotBeUndone];
  return {
    id: `approve-${step}-${digest}`,
    name: "approve",
    step,
    review: digest,
    title: `Approve your review and ${step} ${keys}`,
    facts: effect,
    right: kind === "kms" ? kmsRights.destroy : right,
    fields: ["phrase"],
    command: nextCommand(place),
    isConsequential: true,
  };
}

export function rollbackCommand({ wave, path }: WavePlace): NextCommand {
  return withRemark(`uko campaign rollback ${wave} ${folderFlag(path)}`, "reactivates what this campaign deactivated");
}

function rollbackAct(keys: number, place: WavePlace): WaveAct {
  return {
    id: "rollback",
    name: "rollback",
    title: `Reactivate what this campaign deactivated (${keys})`,
    facts: [
      "The data that the keys protect becomes accessible again. Pending requests on them are withdrawn.",
      "KMS keys, and keys that another person wrote to since, stay as they are: uko campaign rollback asks about them.",
    ],
    right: rights.reactivate,
    fields: ["phrase"],
    phrase: setPhrase("reactivate", keys),
    ...rollbackCommand(place),
  };
}

function haltAct(requests: number, { wave, path }: WavePlace): WaveAct {
  return {
    id: "halt",
    name: "halt",
    title: `Withdraw every request of the wave (${requests})`,
    facts: ["uko withdraws the requests, no matter who wrote them. Each key keeps its state."],
    right: rights.writeTags,
    fields: ["phrase"],
    phrase: setPhrase("withdraw", requests),
    command: `uko campaign halt ${wave} ${folderFlag(path)}`,
  };
}
