/**
 * Opens a campaign for a command: its files, what the service shows of its keys, and the plan of each key: the dates
 * of its steps, and what keeps it from the next one. An edited manifest is refused before the service is asked. The
 * file also lets the command read campaign.yaml again before each key, so that an edit of campaign.yaml stops each key
 * that is left.
 */

import { withoutSteps } from "../../engine/loop/many.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import { approvedSteps } from "../../lifecycle/vocabulary/observation.ts";
import { createSharing } from "../../text/json.ts";
import { campaignFileName } from "../files/campaign-file.ts";
import { type CampaignFolder, mebibyte } from "../files/file-forms.ts";
import { type OpenCampaign, openCampaign, requireManifest } from "../files/folder.ts";
import { type Manifest, type ManifestKey, namedKey } from "../files/manifest.ts";
import { type CampaignSchedule, type KeyInSchedule, scheduleCampaign } from "./campaign-schedule.ts";
import { type CampaignInventory, readAgain, takeCampaignInventory } from "./inventory.ts";
import { type CampaignView, inventoryScope, type Reading, readCampaignView } from "./view.ts";

export interface CampaignContext {
  readonly world: World;
  readonly view: CampaignView;
  readonly plan: CampaignSchedule;
  readonly options: CallOptions;
  /** Whether campaign.yaml changed since this run read the file. The next run judges the change. */
  readonly areRulesNewer: () => Promise<boolean>;
}

export type OpenFolder = (path: string) => CampaignFolder;

/** Opens the campaign. Writes nothing to the folder. */
export async function openCampaignAt(
  world: World,
  openFolder: OpenFolder,
  path: string,
  { options, ...reading }: Reading & { readonly options: CallOptions },
): Promise<CampaignContext> {
  const opened = await openCampaign(openFolder(path), world.session);
  // An edited manifest is refused before the service is asked.
  const share = createSharing();
  const whole = share(await requireManifest(opened, world.sha256));
  const manifest = reading.key === undefined ? whole : { ...whole, keys: linesAround(reading.key, whole, opened) };
  const inventory = share(await takeCampaignInventory(world, inventoryScope(opened, manifest, reading), options));
  return contextOf(withoutSteps(world), { ...opened, manifest }, inventory, options);
}

/** The keys on which the dates and the wait of a key depend: those of its wave, and of the waves before it. */
function linesAround(
  name: string,
  { keys }: Manifest,
  { campaign: { waves } }: Pick<OpenCampaign, "campaign">,
): readonly ManifestKey[] {
  const around = new Set(keys.flatMap((line) => (namedKey(line) === name ? [line.wave] : [])));
  // A set also iterates over what is added meanwhile, so waves before waves are in it.
  for (const wave of around)
    for (const before of waves.find((each) => each.name === wave)?.after ?? []) around.add(before);
  return keys.filter(({ wave }) => around.has(wave));
}

/**
 * Reads the campaign again in the middle of a run: its files, and by their IDs the named keys and those on which the
 * evidence notes a step since. The list shows such a key as it was before the step, so the key would count as
 * reactivated, and stop its wave.
 */
export async function rereadKeys(
  { world, view, options }: CampaignContext,
  names: ReadonlySet<string>,
): Promise<CampaignContext> {
  const opened = await openCampaign(view.folder, world.session);
  const manifest = await requireManifest(opened, world.sha256);
  const isNoted = (name: string): boolean =>
    approvedSteps.some(
      (step) => opened.evidence.steps[step].get(name)?.atMs !== view.evidence.steps[step].get(name)?.atMs,
    );
  const lines = manifest.keys.filter((line) => names.has(namedKey(line)) || isNoted(namedKey(line)));
  return contextOf(world, { ...opened, manifest }, await readAgain(world, view.inventory, lines, options), options);
}

/**
 * The same campaign once a person has answered. The person may have read for an hour: a blackout may have begun since,
 * and another person may have edited the folder. One key, read again, has the time of the service.
 */
export function rereadAfterAnswer(context: CampaignContext, names: Iterable<string>): Promise<CampaignContext> {
  const [first = ""] = names;
  return rereadKeys(context, new Set([first]));
}

function contextOf(
  world: World,
  opened: Parameters<typeof readCampaignView>[0],
  inventory: CampaignInventory,
  options: CallOptions,
): CampaignContext {
  const view = readCampaignView(opened, inventory);
  world.texts?.learn(view);
  const { folder, text } = opened;
  const areRulesNewer = async () => (await folder.read(campaignFileName, mebibyte)) !== text;
  return { world, view, plan: scheduleCampaign(view, world), options, areRulesNewer };
}

export function keysOfWave({ plan }: CampaignContext, wave: string): readonly KeyInSchedule[] {
  return plan.keys.filter(({ line }) => line.wave === wave);
}
