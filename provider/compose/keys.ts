/**
 * Joins the operations on single keys for every executable that has commands. The operations of campaigns are in
 * compose/operations.ts, so the plugin and the provider do not load the libraries of campaigns.
 */

import { createDirectory } from "../engine/commands/find-by-name.ts";
import { createOperations } from "../engine/key/commands.ts";
import { createKmsOperations } from "../engine/kms-key/commands.ts";
import { type Many, runMany } from "../engine/loop/many.ts";
import type { KnownCampaign } from "../engine/ports/known-campaign.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import type { Environment } from "../settings.ts";
import { type Outputs, openWorld } from "./world.ts";

export { kmsRolesRule, kmsWayBack } from "../engine/kms-key/words.ts";

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
    directory: createDirectory(world),
    /** Who the service takes the caller for. */
    caller: (options: CallOptions) => world.session.actor(options),
    /** The campaign in whose folder the command runs. Only `uko` looks for one: compose/operations.ts. */
    campaignHere: async (): Promise<KnownCampaign | undefined> => undefined,
    many: <Item, Result>(many: Many<Item, Result>, options: CallOptions) => runMany(world, many, options),
    close,
  };
  return { world, evidenceAt, run };
}
