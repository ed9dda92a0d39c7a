/**
 * Joins the operations on single keys for every executable that has commands, such as the Pulumi plugin and the
 * provider for OpenTofu and Terraform. It also seals reviews with the caller's API key, and opens only reviews with
 * this seal. The operations of campaigns, which delete many keys, are in compose/operations.ts. So the plugin and the
 * provider do not load the libraries of campaigns.
 */

import { createDirectory } from "../engine/commands/find-by-name.ts";
import { createOperations } from "../engine/key/commands.ts";
import { openSealedReview, sealReview, unsealReview } from "../engine/key/many/review-file.ts";
import { createKmsOperations } from "../engine/kms-key/commands.ts";
import { type Many, runMany } from "../engine/loop/many.ts";
import type { KnownCampaign } from "../engine/ports/known-campaign.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { readReviewFile } from "../services/review-file.ts";
import type { Environment } from "../settings.ts";
import { type Outputs, openWorld } from "./world.ts";

/**
 * Opens the operations on keys. `run` is what commands use, which have no stored settings. The other parts are for
 * compose/operations.ts, which adds operations.
 */
export function openKeyOperations(environment: Environment, outputs: Outputs) {
  const { settings, world, evidenceAt, close } = openWorld(environment, {}, outputs);
  const run = {
    operations: createOperations(world),
    kmsOperations: createKmsOperations(world),
    settings,
    /**
     * Adds the seal of this caller to a review, which makes the text of a file. Throws UKO_INPUT_INVALID without an API
     * key.
     */
    sealReview: (text: string): string => sealReview(text, world.session.ownSeal),
    /** Throws UKO_REVIEW_INVALID unless a run with the same API key wrote the file. */
    openReview: (path: string) => openSealedReview(readReviewFile(path), path, world.session.ownSeal),
    /** Returns the text of a review of a campaign, if a run with the same API key wrote the file. */
    openCampaignReview: (path: string) =>
      unsealReview(readReviewFile(path), { path, again: "uko campaign next --review-only" }, world.session.ownSeal),
    directory: createDirectory(world),
    /** The campaign in whose folder the command runs. Only `uko` looks for one: compose/operations.ts. */
    campaignHere: async (): Promise<KnownCampaign | undefined> => undefined,
    many: <Item, Result>(many: Many<Item, Result>, options: CallOptions) => runMany(world, many, options),
    close,
  };
  return { world, evidenceAt, run };
}
