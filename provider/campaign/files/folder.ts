/**
 * Opens the folder of a campaign: campaign.yaml, the manifest and evidence. It refuses files that belong
 * to another instance of the service. It also refuses a service whose clock is behind the time of the manifest, because
 * all dates would then be wrong. The service decides what is true: the folder only proposes steps and forbids steps.
 */

import type { World } from "../../engine/ports/world.ts";
import { shellWord } from "../../engine/text/explanation.ts";
import { sayTime } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { type Campaign, campaignFileName, parseCampaign } from "./campaign-file.ts";
import { summarizeEvidence } from "./evidence.ts";
import { type CampaignFolder, mebibyte } from "./file-forms.ts";
import { type Manifest, manifestFolder, readManifest } from "./manifest.ts";

/** A folder whose files fit together and belong to the instance of this run. */
export type OpenCampaign = Readonly<Awaited<ReturnType<typeof openCampaign>>>;

type Instance = Pick<World["session"], "instanceId" | "isKeyProtect">;

/** Throws UKO_INPUT_INVALID, and UKO_INSTANCE_MISMATCH for the folder of another instance. */
export async function openCampaign(folder: CampaignFolder, instance: Instance) {
  const { campaign, text } = await readCampaign(folder, instance);
  return {
    folder,
    campaign,
    /** The text of campaign.yaml. */
    text,
    evidence: await summarizeEvidence(folder),
  };
}

/** Reads campaign.yaml alone. Throws UKO_INPUT_INVALID, and UKO_INSTANCE_MISMATCH for the folder of another instance. */
export async function readCampaign(
  folder: CampaignFolder,
  { instanceId, isKeyProtect }: Instance,
): Promise<{ readonly campaign: Campaign; readonly text: string }> {
  const text = await folder.read(campaignFileName, mebibyte);
  if (text === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `${folder.path} has no ${campaignFileName}`,
      detail: "Next: name the folder of a campaign with --folder, or start one with uko campaign plan",
    });
  }
  const campaign = parseCampaign(text);
  requireInstance(campaign.instance, instanceId, campaignFileName);
  // Key Protect stays, so no key ends with its instance, whatever the file says.
  return { campaign: isKeyProtect ? { ...campaign, instanceEnds: false } : campaign, text };
}

/** Throws UKO_INPUT_INVALID if there is no manifest yet. */
export async function requireManifest(
  { folder, campaign }: OpenCampaign,
  sha256: (text: string) => string,
): Promise<Manifest> {
  const manifest = await findManifest({ folder, campaign }, sha256);
  if (manifest !== undefined) return manifest;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${folder.path} has no manifest yet`,
    detail: `The keys of this campaign are not listed yet. Next: uko campaign plan --write --folder ${shellWord(folder.path)}`,
  });
}

export async function findManifest(
  { folder, campaign }: Pick<OpenCampaign, "folder" | "campaign">,
  sha256: (text: string) => string,
): Promise<Manifest | undefined> {
  const manifest = await readManifest(folder, sha256);
  if (manifest !== undefined) requireInstance(manifest.instance, campaign.instance, manifestFolder);
  return manifest;
}

/** A service's clock may be this much behind the clock that stamped the manifest. */
const clockToleranceMs = 60_000;

/** Throws UKO_CLOCK_SKEW: with a clock that jumped back, every date of the campaign would be wrong. */
export function requireTimeAfter({ waves }: Manifest, nowMs: number): void {
  const latest = waves.toSorted((a, b) => Date.parse(b.plannedAt) - Date.parse(a.plannedAt))[0];
  if (latest === undefined || nowMs >= Date.parse(latest.plannedAt) - clockToleranceMs) return;
  throw new UkoError("UKO_CLOCK_SKEW", {
    summary: `The service's time, ${sayTime(nowMs)}, is before the manifest of wave "${latest.wave}"`,
    detail: [
      `uko wrote the manifest of this wave at ${sayTime(Date.parse(latest.plannedAt))} by the service's clock. Nothing was changed.`,
      "Next: check the time of the service or of a proxy in between, then run the command again",
    ].join("\n"),
  });
}

/** Throws UKO_INPUT_INVALID for a name that the campaign does not have. */
export function requireWave({ waves }: Pick<Campaign, "waves">, name: string): Campaign["waves"][number] {
  const wave = waves.find((each) => each.name === name);
  if (wave !== undefined) return wave;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The campaign has no wave "${name}"`,
    detail: `Its waves are ${waves.map((each) => each.name).join(", ")}. Nothing was changed.`,
  });
}

function requireInstance(found: string, instanceId: string, file: string): void {
  if (found === instanceId) return;
  throw new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `${file} belongs to another instance`,
    detail: [
      `The campaign is for instance ${found}, and this run uses instance ${instanceId}. Nothing was changed.`,
      "Next: set UKO_INSTANCE_ID to the instance of the campaign, or name another folder with --folder",
    ].join("\n"),
  });
}
