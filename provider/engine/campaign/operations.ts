/** The reading commands of a campaign. They change nothing in the service. */

import { UkoError } from "../../errors.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { makeBaseline, requireEarlier } from "./baseline.ts";
import { campaignFileName, parseCampaign } from "./campaign-file.ts";
import { type CampaignFolder, findManifest, openCampaign, requireWave } from "./folder.ts";
import { firstCampaignFile, type InitRequest, reportInit } from "./init.ts";
import { takeCampaignInventory } from "./inventory.ts";
import { manifestFileName } from "./manifest.ts";
import { ownersFileName, readOwners } from "./owners.ts";
import type { CampaignReport } from "./report.ts";

const mebibyte = 1_048_576;

export interface CampaignReading {
  /** Writes a first `campaign.yaml`; never overwrites one. */
  init(folder: string, request: InitRequest, options: CallOptions): Promise<CampaignReport>;
  /** Writes the manifest, unless a key blocks it. */
  baseline(
    folder: string,
    request: { readonly wave?: string | undefined },
    options: CallOptions,
  ): Promise<CampaignReport>;
}

export function createCampaignReading(world: World, openFolder: (path: string) => CampaignFolder): CampaignReading {
  const { instanceId } = world.session;
  return {
    async init(path, request, options) {
      const folder = openFolder(path);
      if ((await folder.read(campaignFileName, mebibyte)) !== undefined) throw alreadyStarted(folder.path);
      const inventory = await takeCampaignInventory(world, { kmsKeys: true }, options);
      const text = firstCampaignFile(request, instanceId, inventory);
      parseCampaign(text);
      await folder.create(campaignFileName, text);
      return reportInit(folder.path, request, inventory);
    },

    async baseline(path, { wave }, options) {
      const opened = await openCampaign(openFolder(path), instanceId);
      if (wave !== undefined) requireWave(opened.campaign, wave);
      const earlier = await findManifest(opened, world.sha256);
      requireEarlier(earlier, wave);
      const owners = readOwners((await opened.folder.read(ownersFileName, 64 * mebibyte)) ?? "key,owner\n");
      const inventory = await takeCampaignInventory(world, opened.campaign.scope, options);
      const { report, manifest } = makeBaseline(
        opened,
        inventory,
        earlier,
        { wave, owners, joinedTo: () => ({ declaredBy: [], usage: [] }), blindSpots: [] },
        world.sha256,
      );
      if (manifest !== undefined) await opened.folder.write(manifestFileName, manifest);
      return report;
    },
  };
}

function alreadyStarted(path: string): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${path} already has a ${campaignFileName}`,
    detail: `Nothing was changed. Next: uko campaign baseline --folder ${path}`,
  });
}
