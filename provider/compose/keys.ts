/**
 * The operations on keys, for every program that a person types a command to. The libraries of campaigns are not among
 * them, so that the plugin and the provider do not carry them (compose/operations.ts).
 */

import { createDirectory } from "../engine/commands/find-by-name.ts";
import { createOperations } from "../engine/key/commands.ts";
import { openSealedReview, sealReview, unsealReview } from "../engine/key/many/review-file.ts";
import { createKmsOperations } from "../engine/kms-key/commands.ts";
import { type Many, runMany } from "../engine/loop/many.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { readReviewFile } from "../services/review-file.ts";
import type { Environment } from "../settings.ts";
import { type Outputs, openWorld } from "./world.ts";

/** `run` is for commands, which have no stored settings; the rest is what more operations are made of. */
export function openKeyOperations(environment: Environment, outputs: Outputs) {
  const { settings, world, evidenceAt, close } = openWorld(environment, {}, outputs);
  const run = {
    operations: createOperations(world),
    kmsOperations: createKmsOperations(world),
    settings,
    /** A review with the seal of this caller, in one text for a file. Throws UKO_INPUT_INVALID without an API key. */
    sealReview: (text: string): string => sealReview(text, world.session.ownSeal),
    /** Throws UKO_REVIEW_INVALID unless a run with the same API key wrote the file. */
    openReview: (path: string) => openSealedReview(readReviewFile(path), path, world.session.ownSeal),
    /** The text of a review of a campaign, from a file that a run with the same API key wrote. */
    openCampaignReview: (path: string) =>
      unsealReview(readReviewFile(path), { path, again: "uko campaign next --review-only" }, world.session.ownSeal),
    directory: createDirectory(world),
    many: <Item, Result>(many: Many<Item, Result>, options: CallOptions) => runMany(world, many, options),
    close,
  };
  return { world, evidenceAt, run };
}
