/**
 * Runs the commands of a campaign that change no key: init, plan, signoff, status and questions. After a
 * confirmation, `plan` writes the manifest. After a confirmation, `signoff` writes a file in which an owner agrees to
 * the destruction of keys. `init` writes a first campaign.yaml and never overwrites one. `status` and `questions` write
 * nothing.
 */

import { UkoError } from "../../../errors.ts";
import { setPhrase } from "../../../text/phrase.ts";
import type { CallOptions, World } from "../../ports/world.ts";
import { count, plain } from "../../text/words.ts";
import { campaignFileName, parseCampaign } from "../files/campaign-file.ts";
import { type CampaignFolder, mebibyte } from "../files/file-forms.ts";
import {
  findManifest,
  type OpenCampaign,
  openCampaign,
  readManifest,
  requireTimeAfter,
  requireWave,
} from "../files/folder.ts";
import { declarationsIn, type NamedText, ownersIn } from "../files/joined-files.ts";
import { manifestFileName, namedKey, parseManifest } from "../files/manifest.ts";
import { keysOfOwner, makeSignoff, signoffFileName } from "../files/signoffs.ts";
import type { Joined } from "../view/classify.ts";
import { type OpenFolder, openCampaignAt } from "../view/context.ts";
import { type ListedKey, namedListedKey, takeCampaignInventory } from "../view/inventory.ts";
import { readLive } from "../view/live.ts";
import { onlyWave, scheduleCampaign } from "../view/planned.ts";
import { readUsage } from "../view/usage.ts";
import { inventoryScope, readCampaignView } from "../view/view.ts";
import { type Baseline, computeBaseline, requireEarlier } from "./baseline.ts";
import { reportKeysFound } from "./find.ts";
import { firstCampaignFile, type InitRequest, reportInit } from "./init.ts";
import { renderPage } from "./page.ts";
import { reportPlan } from "./plan-report.ts";
import { reportQuestions } from "./questions.ts";
import { atMost, type CampaignReport, folderFlag } from "./report.ts";
import { reportSignoff, showSignoff } from "./signoff-report.ts";
import { reportStatus } from "./status.ts";
import type { Confirm } from "./wave-state.ts";

/** What a plan reads, and whether it writes the manifest. */
export interface PlanRequest {
  readonly wave?: string | undefined;
  /** Exported states of programs that may declare keys. */
  readonly declared: readonly NamedText[];
  /** CSV files by key or cloud ID. */
  readonly usage: readonly NamedText[];
  /** Whether to read the associated resources of each key. */
  readonly isLive: boolean;
  /** Writes the manifest after a confirmation of the shown plan; absent for a plan that writes nothing. */
  readonly writing?: Omit<Signing, "owner"> | undefined;
}

/** Chooses one key, by any name that people use, or the keys of one wave, or all. */
export interface StatusOf {
  readonly key?: string | undefined;
  readonly wave?: string | undefined;
  /** Whether to ask the keystores live. */
  readonly isLive: boolean;
}

/** The owner who signs, and how the command shows the keys and asks. */
export interface Signing {
  readonly owner: string;
  /** Returns whether a person reads the report, so that a later report need not repeat it. */
  readonly show: (report: CampaignReport) => boolean;
  readonly confirm: Confirm;
}

export type CampaignReading = ReturnType<typeof createCampaignReading>;

export function createCampaignReading(world: World, openFolder: OpenFolder) {
  const seen = (path: string, options: CallOptions, wave?: string) =>
    openCampaignAt(world, openFolder, path, { areEndsRead: true, wave, options });
  const opened = (path: string) => openCampaign(openFolder(path), world.session.instanceId);
  return {
    /** Writes a first `campaign.yaml`; never overwrites one. */
    init: (path: string, request: InitRequest, options: CallOptions) =>
      startCampaign(world, openFolder(path), request, options),
    /** The dates of every key and wave by the rules as they are now, and what changed; may write the manifest. */
    plan: async (path: string, request: PlanRequest, options: CallOptions) =>
      planNow(world, await opened(path), request, options),
    /** Shows what an owner signs, and writes the sign-off after a confirmation. */
    signoff: async (path: string, signing: Signing, options: CallOptions) =>
      writeSignoff(world, await opened(path), signing, options),
    /** Each wave, what it waits for, stops and blocked keys; or what happened to one key. */
    status: async (path: string, { key, wave, isLive }: StatusOf, options: CallOptions) => {
      const { view, plan } = await seen(path, options, key === undefined ? wave : undefined);
      if (key !== undefined) return reportKeysFound(view, plan, key);
      if (wave !== undefined) requireWave(view.campaign, wave);
      const shown = onlyWave(plan, wave);
      const live = isLive ? await readLive(world, view, shown, options) : undefined;
      return reportStatus(view, shown, live);
    },
    /** What to ask of each cloud once the instance is gone. */
    questions: async (path: string, options: CallOptions) => {
      const { view, plan } = await seen(path, options);
      return reportQuestions(view, plan);
    },
    /** The report as one HTML page. */
    page: renderPage,
  };
}

async function startCampaign(
  world: World,
  folder: CampaignFolder,
  request: InitRequest,
  options: CallOptions,
): Promise<CampaignReport> {
  if ((await folder.read(campaignFileName, mebibyte)) !== undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `${folder.path} already has a ${campaignFileName}`,
      detail: `Nothing was changed. Next: uko campaign status ${folderFlag(folder.path)}`,
    });
  }
  const inventory = await takeCampaignInventory(world, { kmsKeys: true }, options);
  const text = firstCampaignFile(request, world.session.instanceId, inventory);
  parseCampaign(text);
  await folder.create(campaignFileName, text);
  return reportInit(folder.path, request, inventory);
}

/** Plans by the manifest that the rules make now, so that a plan shows what an edit of the rules would do. */
async function planNow(
  world: World,
  opened: OpenCampaign,
  { wave, declared, usage: files, isLive, writing }: PlanRequest,
  options: CallOptions,
): Promise<CampaignReport> {
  if (wave !== undefined) requireWave(opened.campaign, wave);
  let earlier = await findManifest(opened, world.sha256);
  requireEarlier(earlier, wave, opened.folder.path);
  const owners = await ownersIn(opened.folder);
  const declarations = declarationsIn(declared);
  const inventory = await takeCampaignInventory(world, inventoryScope(opened, earlier, { areEndsRead: true }), options);
  if (earlier !== undefined) requireTimeAfter(earlier, inventory.nowMs);
  const usage = await readUsage(world, inventory, { files, isLive, earlier: earlier?.keys ?? [] }, options);
  const before = new Map(earlier?.keys.map((line) => [namedKey(line), line.declaredBy]));
  const joinedTo = (key: ListedKey): Joined => {
    const name = namedListedKey(key);
    const found = declared.length > 0 ? declarations.get(name) : before.get(name);
    return { declaredBy: [...(found ?? [])], usage: usage.of(key) };
  };
  const request = { wave, owners, joinedTo, blindSpots: usage.blindSpots };
  const baseline = computeBaseline(opened, inventory, earlier, request, world.sha256);
  const former = earlier?.keys.length;
  // Thousands of lines would stay in memory until the report is written.
  earlier = undefined;
  const manifest = parseManifest(baseline.manifest, world.sha256);
  const view = await readCampaignView({ ...opened, manifest }, inventory, world);
  const plan = scheduleCampaign(view, world);
  const planned = reportPlan(view, plan, { ...baseline, isWritten: false });
  if (writing === undefined || baseline.blocked.length > 0) return planned;
  const isShown = writing.show({ ...planned, next: [] });
  await writing.confirm(`write ${manifest.keys.length}`, sayChange(baseline, former));
  await opened.folder.write(manifestFileName, baseline.manifest);
  const written = reportPlan(view, plan, { ...baseline, isWritten: true });
  return isShown ? { ...written, sections: [] } : written;
}

const maxShownChanges = 20;

/** The lines that the lead of the campaign reads before confirming. */
function sayChange({ changed }: Baseline, before: number | undefined): readonly string[] {
  if (before === undefined) return ["uko writes the first manifest of the campaign."];
  const lines = changed.map(({ key, label, why }) => plain(`  ${key} ${label}: ${why}`, 300));
  return [
    `uko replaces the manifest of ${count(before, "key")}; ${count(changed.length, "line changes", "lines change")}.`,
    ...atMost(lines, maxShownChanges),
  ];
}

async function writeSignoff(
  world: World,
  opened: OpenCampaign,
  { owner, show, confirm }: Signing,
  options: CallOptions,
): Promise<CampaignReport> {
  const manifest = await readManifest(opened, world.sha256);
  const own = keysOfOwner(manifest.keys, owner);
  const scope = inventoryScope(opened, manifest, { areEndsRead: false });
  const inventory = await takeCampaignInventory(world, scope, options);
  const { nowMs } = inventory;
  show(showSignoff(owner, own, inventory));
  await confirm(setPhrase("sign", own.length));
  const { identity, displayName } = await world.session.actor(options);
  const signed = makeSignoff(
    {
      campaign: opened.campaign.name,
      owner,
      signedBy: { iamId: identity?.iamId ?? "", name: plain(displayName, 200) },
      signedAt: new Date(nowMs).toISOString(),
    },
    own,
    world.sha256,
  );
  const file = signoffFileName(owner, world.sha256);
  await opened.folder.write(file, `${JSON.stringify(signed, undefined, 2)}\n`);
  return reportSignoff(opened, file, signed, own);
}
