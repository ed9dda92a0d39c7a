/**
 * Defines what a run knows of a campaign whose folder it has: which keys are the campaign's, and which keys its rules
 * leave alone. The folder proposes and narrows, and never grants a step.
 */

import type { ExpectedMark } from "../../lifecycle/consent/membership.ts";
import type { KmsKeyRef } from "./kms-keys.ts";
import type { PastLabels } from "./shown-key.ts";
import type { CallOptions, KeyRef } from "./world.ts";

export interface KnownCampaign {
  readonly name: string;
  /** The folder, as a command names it. */
  readonly path: string;
  /**
   * The mark of a request that is made for the key with this name, `<vaultId>/<keyId>` or `kms/<keyId>`. Undefined if
   * the manifest does not list the key, or lists it only because no rule names it.
   */
  readonly markOf: (name: string) => ExpectedMark | undefined;
  /** The label under which the manifest lists the key. */
  readonly pastLabels: PastLabels;
  /** Words that warn of a deletion. A word counts until both campaign.yaml and the manifest no longer have it. */
  readonly warningWords: readonly string[];
  /**
   * Reads the key, because rules can name its label, tags and state. Throws UKO_KEY_LEFT if a rule leaves it alone.
   * Returns a warning if no rule names the key.
   */
  readonly requireNotLeft: (ref: KeyRef | KmsKeyRef, options: CallOptions) => Promise<string | undefined>;
}
