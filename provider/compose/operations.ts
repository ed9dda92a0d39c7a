/**
 * Joins all operations for `uko` and the console: those on single keys, those of campaigns, the log-in of a person, and
 * the list of a vault's contents for `uko import`.
 */

import type { NamedText } from "../campaign/files/joined-files.ts";
import type { AnyDefinition, Inventory } from "../engine/commands/inventory.ts";
import type { KnownCampaign } from "../engine/ports/known-campaign.ts";
import type { CallOptions, Progress } from "../engine/ports/world.ts";
import { createCampaignFolder, findCampaignFolder } from "../services/campaign-folder.ts";
import { requireAllowedHost } from "../services/http/allowed-hosts.ts";
import type { Tokens } from "../services/iam.ts";
import { findPasscodePage, logIn, type PasscodeInput } from "../services/iam-login.ts";
import { type Environment, readIamSettings } from "../settings.ts";
import { openKeyOperations } from "./keys.ts";
import { monotonicMs, type Outputs, openHttp, sayUndocumentedHosts, sha256 } from "./world.ts";

export { auditEvidence } from "../engine/commands/audit.ts";
export { selectRequests } from "../engine/key/sets/survey.ts";

/** Operations for the command line, which has no stored settings. */
export function openOperations(environment: Environment, outputs: Outputs) {
  const { world, evidenceAt, run } = openKeyOperations(environment, outputs);
  const campaignAt = async (folder: string): Promise<KnownCampaign> => {
    const { openKnownCampaign } = await import("../campaign/view/known.ts");
    const known = await openKnownCampaign(world, createCampaignFolder(folder));
    world.texts?.learn(known);
    return known;
  };
  return {
    ...run,
    /** What the folder of a campaign says of keys. Throws UKO_INPUT_INVALID. */
    campaignAt,
    async campaignHere(): Promise<KnownCampaign | undefined> {
      const folder = findCampaignFolder(process.cwd());
      return folder === undefined ? undefined : campaignAt(folder);
    },
    inventory: async (vaultId: string, options: CallOptions): Promise<Inventory> => {
      const { takeInventory } = await import("../engine/commands/inventory.ts");
      const { resources } = await import("../resources/registry.ts");
      const all: readonly AnyDefinition[] = Object.values(resources);
      // A vault and what it contains, in the order of creation.
      const adoptable = all.filter(({ idForm }) => idForm.startsWith("<vaultId>"));
      return takeInventory(world, adoptable, vaultId, options);
    },
    /** Imported lazily, because no other run needs the libraries of a campaign. */
    campaign: async () =>
      (await import("../campaign/reports/reading.ts")).createCampaignReading(world, createCampaignFolder),
    campaignActs: async (progress: Progress = world.progress) => {
      const { createCampaignActing } = await import("../campaign/acts/acting.ts");
      return createCampaignActing({ ...world, progress }, createCampaignFolder, evidenceAt);
    },
    campaignPages: async (progress: Progress = world.progress) => {
      const { createCampaignInspection } = await import("../campaign/reports/inspect.ts");
      return createCampaignInspection({ ...world, progress }, createCampaignFolder);
    },
  };
}

/** The managed keys that states of engines declare, by `<vaultId>/<keyId>`. */
export async function declarationsIn(states: readonly NamedText[]): Promise<ReadonlyMap<string, unknown>> {
  return (await import("../campaign/files/joined-files.ts")).declarationsIn(states);
}

/** Opens a log-in of a person, without a credential in the environment. Makes no call yet. Throws UKO_HOST_NOT_ALLOWED. */
export function openLogin(environment: Environment, outputs: Outputs): OpenLogin {
  const settings = readIamSettings(environment);
  const { iamEndpoint: endpoint, allowedHosts } = settings;
  requireAllowedHost(endpoint, allowedHosts);
  sayUndocumentedHosts([endpoint], outputs);
  const http = openHttp(settings, outputs);
  const options = { http, endpoint, allowedHosts, sha256, monotonicMs };
  return {
    findPasscodePage: (signal) => findPasscodePage(options, signal),
    logIn: (answer, signal) => logIn(options, answer, signal),
    close: () => http.close(),
  };
}

export interface OpenLogin {
  findPasscodePage(signal: AbortSignal): Promise<string>;
  /** Exchanges the passcode for the person's tokens, which this process renews. */
  logIn(answer: PasscodeInput, signal: AbortSignal): Promise<Tokens>;
  close(): Promise<void>;
}
