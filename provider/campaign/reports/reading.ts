/**
 * Runs the commands of a campaign that change no key: plan and status. The first `plan` writes a draft of
 * campaign.yaml and never overwrites one; later, after a confirmation, `plan` writes the manifest. `status` writes
 * nothing.
 */

import type { CallOptions, World } from "../../engine/ports/world.ts";
import { count, plain } from "../../engine/text/words.ts";
import { campaignFileName, parseCampaign } from "../files/campaign-file.ts";
import { type CampaignFolder, mebibyte } from "../files/file-forms.ts";
import { findManifest, type OpenCampaign, openCampaign, requireTimeAfter } from "../files/folder.ts";
import { declarationsIn, type NamedText } from "../files/joined-files.ts";
import { namedKey, parseManifest, writeManifest } from "../files/manifest.ts";
import { scheduleCampaign } from "../view/campaign-schedule.ts";
import type { Joined } from "../view/classify.ts";
import { type OpenFolder, openCampaignAt } from "../view/context.ts";
import { type ListedKey, namedListedKey, takeCampaignInventory } from "../view/inventory.ts";
import { readLive } from "../view/live.ts";
import { readUsage } from "../view/usage.ts";
import { inventoryScope, readCampaignView } from "../view/view.ts";
import { endOfInstance, firstCampaignFile, reportDraft } from "./draft.ts";
import { reportKeysFound } from "./find.ts";
import { renderPage } from "./page.ts";
import { checksTitle, reportPlan } from "./plan-report.ts";
import { type PlannedManifest, planManifest } from "./planned-manifest.ts";
import { atMost, type CampaignReport } from "./report.ts";
import { reportStatus } from "./status.ts";
import type { Confirm } from "./wave-state.ts";

/** What `uko campaign plan` reads, and whether it writes the manifest. */
export interface PlanCommandInput {
  /** Exported states of programs that may declare keys. */
  readonly declared: readonly NamedText[];
  /** CSV files by key or cloud ID. */
  readonly usage: readonly NamedText[];
  /** Writes the manifest after a confirmation of the shown plan; absent for a plan that writes nothing. */
  readonly writing?: Writing | undefined;
}

/** Chooses one key, by any name that people use, or all. */
export interface StatusOf {
  readonly key?: string | undefined;
  /** Whether to ask the keystores live. */
  readonly isLive: boolean;
}

/** How the command shows the plan and asks. */
export interface Writing {
  /** Returns whether a person reads the report, so that a later report need not repeat it. */
  readonly show: (report: CampaignReport) => boolean;
  readonly confirm: Confirm;
}

export type CampaignReading = ReturnType<typeof createCampaignReading>;

export function createCampaignReading(world: World, openFolder: OpenFolder) {
  const opened = (path: string) => openCampaign(openFolder(path), world.session);
  return {
    /**
     * The dates of every key and wave by the rules as they are now, and what changed; may write the manifest. Without a
     * campaign.yaml it writes a draft of one.
     */
    plan: async (path: string, request: PlanCommandInput, options: CallOptions) => {
      const folder = openFolder(path);
      const isFirst = (await folder.read(campaignFileName, mebibyte)) === undefined;
      return isFirst ? startCampaign(world, folder, options) : planNow(world, await opened(path), request, options);
    },
    /** Each wave, what it waits for, stops and blocked keys; or what happened to one key. */
    status: async (path: string, { key, isLive }: StatusOf, options: CallOptions) => {
      const reading = { ends: isLive ? "all" : "none", areRemovalsRecorded: !isLive, options } as const;
      const { view, plan } = await openCampaignAt(world, openFolder, path, reading);
      if (key !== undefined) return reportKeysFound(view, plan, key);
      return reportStatus(view, plan, isLive ? await readLive(world, view, plan, options) : undefined);
    },
    /** The report as one HTML page. */
    page: renderPage,
  };
}

async function startCampaign(world: World, folder: CampaignFolder, options: CallOptions): Promise<CampaignReport> {
  const inventory = await takeCampaignInventory(world, { kmsKeys: true }, options);
  const end = endOfInstance(world.session, inventory.nowMs);
  const text = firstCampaignFile(world.session.instanceId, inventory, end);
  parseCampaign(text);
  await folder.create(campaignFileName, text);
  return reportDraft(folder.path, inventory, end);
}

/** Plans by the manifest that the rules make now, so that a plan shows what an edit of the rules would do. */
async function planNow(
  world: World,
  opened: OpenCampaign,
  { declared, usage: files, writing }: PlanCommandInput,
  options: CallOptions,
): Promise<CampaignReport> {
  let earlier = await findManifest(opened, world.sha256);
  const declarations = declarationsIn(declared);
  const inventory = await takeCampaignInventory(world, inventoryScope(opened, earlier, { ends: "all" }), options);
  if (earlier !== undefined) requireTimeAfter(earlier, inventory.nowMs);
  const usage = await readUsage(world, inventory, { files, earlier: earlier?.keys ?? [] }, options);
  const before = new Map(earlier?.keys.map((line) => [namedKey(line), line.declaredBy]));
  const joinedTo = (key: ListedKey): Joined => {
    const name = namedListedKey(key);
    const found = declared.length > 0 ? declarations.get(name) : before.get(name);
    return { declaredBy: [...(found ?? [])], usage: usage.of(key) };
  };
  const request = { joinedTo, blindSpots: usage.blindSpots };
  const made = planManifest(opened, inventory, earlier, request, world.sha256);
  const former = earlier?.keys.length;
  // Thousands of lines would stay in memory until the report is written.
  earlier = undefined;
  const manifest = parseManifest(made.manifest, world.sha256);
  const view = readCampaignView({ ...opened, manifest }, inventory);
  const plan = scheduleCampaign(view, world);
  const planned = reportPlan(view, plan, { ...made, isWritten: false });
  if (writing === undefined || made.blocked.length > 0) return planned;
  // What is unusual stands directly before the question instead.
  const checks = planned.sections.find(({ title }) => title === checksTitle);
  const isShown = writing.show({ ...planned, sections: planned.sections.filter((each) => each !== checks), next: [] });
  // The keys that take steps count; the others are left as they are.
  const steps = manifest.keys.filter((line) => line.class === "destroy").length;
  const counted = `The campaign destroys ${count(steps, "key")} of ${manifest.keys.length}.`;
  await writing.confirm(`write ${steps}`, [...sayChange(made, former), counted, ...(checks?.lines ?? [])]);
  await writeManifest(opened.folder, made.manifest);
  const written = reportPlan(view, plan, { ...made, isWritten: true });
  return isShown ? { ...written, sections: [] } : written;
}

const maxShownChanges = 10;

/** The lines that the lead of the campaign reads before confirming. */
function sayChange({ changed }: PlannedManifest, before: number | undefined): readonly string[] {
  if (before === undefined) return ["uko writes the first manifest of the campaign."];
  const lines = changed.map(({ key, label, why }) => plain(`  ${key} ${label}: ${why}`, 300));
  return [
    `uko replaces the manifest of ${count(before, "key")}; ${count(changed.length, "line changes", "lines change")}.`,
    ...atMost(lines, maxShownChanges),
  ];
}
