/**
 * Decides to whom a request on a key belongs: to the wave of a campaign, or to nobody but its two people. A wave is a
 * group of keys that take their steps together, with its own days without steps, and with a first run on a few keys. An
 * approval outside of the wave skips all of that, and the campaign can then not undo it.
 *
 * A request that was made in a campaign has a mark: the campaign, the wave, and a digest of the key's line in the
 * manifest. Every person who may write tags can write or drop a mark, so it leads people to the campaign and proves
 * nothing: a forged mark keeps a request out of a group of other requests, and a person can still approve the request
 * by its name. A run that knows the folder of the campaign asks its manifest instead: the manifest alone decides which
 * keys are the campaign's, whatever a request says. Two people who leave the folder have the rule of two people alone.
 */

import type { CampaignMark } from "../vocabulary/observation.ts";

/** Why a request on a key of the manifest was not made for this wave and line. */
export type MarkDifference = "no_mark" | "other_campaign" | "other_wave" | "other_line";

/** The campaign and the wave in which a request is approved. */
export interface Leader extends Pick<CampaignMark, "name" | "wave"> {
  /** A rule of the campaign leaves the key, so that nobody approves a step on it. */
  readonly isLeft?: true;
}

/** The mark of a request that is made for the key's line of a manifest. */
export type ExpectedMark = CampaignMark & Pick<Leader, "isLeft">;

/** Only a free request may be approved together with others outside of a campaign. */
export type Membership =
  /** No campaign is known to own the key. */
  | { readonly kind: "free" }
  /** The request names a campaign, and no manifest that is known here lists the key. */
  | { readonly kind: "led"; readonly to: Leader }
  /** The manifest lists the key, and the request was made for this wave and line. */
  | { readonly kind: "own"; readonly to: Leader }
  /** The manifest lists the key, and the request was made for something else. */
  | { readonly kind: "other"; readonly to: Leader; readonly difference: MarkDifference };

/** To whom a request belongs. `expected` is the mark by the manifest; undefined without a folder, or without a line. */
export function membershipOf(mark: CampaignMark | undefined, expected: ExpectedMark | undefined): Membership {
  if (expected === undefined) return mark === undefined ? { kind: "free" } : { kind: "led", to: leaderIn(mark) };
  const to = leaderIn(expected);
  if (mark === undefined) return { kind: "other", to, difference: "no_mark" };
  if (mark.name !== expected.name) return { kind: "other", to, difference: "other_campaign" };
  if (mark.wave !== expected.wave) return { kind: "other", to, difference: "other_wave" };
  return mark.line === expected.line ? { kind: "own", to } : { kind: "other", to, difference: "other_line" };
}

export function leaderIn({ name, wave, isLeft }: ExpectedMark): Leader {
  return { name, wave, ...(isLeft !== undefined && { isLeft }) };
}
