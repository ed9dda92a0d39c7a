/** The commands of a campaign that take no step on a key. Only `hold` writes to the service: the hold tag of a key. */

import { endsTheRun, isUkoError, UkoError } from "../../errors.ts";
import { mayAuthor } from "../../lifecycle/authorization.ts";
import { changeHoldTag, type HoldTagResult, type HoldWish } from "../key/hold.ts";
import { kmsKeyNotFound } from "../kms-key/commands.ts";
import { appendEvidence, isoTime } from "../loop/evidence.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { shellWord } from "../text/explanation.ts";
import { count, plain, sayActor } from "../text/words.ts";
import { type ActPorts, evidenceOf, openReads } from "./act-on-keys.ts";
import { type Baseline, makeBaseline, requireEarlier } from "./baseline.ts";
import { campaignFileName, parseCampaign } from "./campaign-file.ts";
import type { Joined } from "./classify.ts";
import { type CampaignFolder, mebibyte } from "./file-forms.ts";
import { reportFound } from "./find.ts";
import {
  findManifest,
  type OpenCampaign,
  openCampaign,
  readManifest,
  requireTimeAfter,
  requireWave,
} from "./folder.ts";
import { encodeHold, type HoldLine, holdsFileName, type ReleaseLine, readHolds } from "./holds.ts";
import { firstCampaignFile, type InitRequest, reportInit } from "./init.ts";
import { type ListedKey, namedListedKey, takeCampaignInventory } from "./inventory.ts";
import { declarationsIn, type NamedText, ownersIn } from "./joined-files.ts";
import { readLive } from "./live.ts";
import { manifestFileName, namedKey, parseManifest } from "./manifest.ts";
import { renderPage } from "./page.ts";
import { reportPlan } from "./plan-report.ts";
import { planCampaign } from "./planned.ts";
import { reportQuestions } from "./questions.ts";
import { atMost, type CampaignReport, folderFlag, remarked, section } from "./report.ts";
import { keysOfOwner, makeSignoff, reportSignoff, showSignoff, signoffFileName } from "./signoffs.ts";
import { reportStatus } from "./status.ts";
import { readUsage } from "./usage.ts";
import { inventoryScope, viewCampaign } from "./view.ts";
import type { Confirm } from "./wave-state.ts";

export interface HoldRequest extends Pick<HoldLine, "kind" | "until" | "ticket"> {
  /** As people type it: `<vaultId>/<keyId>`, or `kms/<keyId>`. */
  readonly key: string;
  /** The reason to release the holds on the key and its tag. A second person completes the release of a legal hold. */
  readonly release?: string | undefined;
}

/** What a plan reads, and whether it writes the manifest. */
export interface PlanRequest {
  readonly wave?: string | undefined;
  /** Exported states of programs that may declare keys. */
  readonly declared: readonly NamedText[];
  /** CSV files by key or cloud ID. */
  readonly usage: readonly NamedText[];
  /** Whether to read the associated resources of each key. */
  readonly isLive: boolean;
  /** Writes the manifest after a confirmation; absent for a plan that writes nothing. */
  readonly confirm?: Confirm | undefined;
}

/** One key, in the words of people, or the keys of a wave, or all. */
export interface StatusOf {
  readonly key?: string | undefined;
  readonly wave?: string | undefined;
  /** Whether to ask the keystores live. */
  readonly isLive: boolean;
}

/** How a sign-off shows what it signs, and asks. */
export interface Signing {
  readonly owner: string;
  readonly show: (report: CampaignReport) => void;
  readonly confirm: Confirm;
}

export type CampaignReading = ReturnType<typeof createCampaignReading>;

type OpenFolder = (path: string) => CampaignFolder;

export function createCampaignReading(world: World, openFolder: OpenFolder, evidenceAt: ActPorts["evidenceAt"]) {
  const seen = (path: string, options: CallOptions) => openReads(world, openFolder, path, options);
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
    /** Appends a hold, which only takes away, or a release. */
    hold: async (path: string, request: HoldRequest, options: CallOptions): Promise<CampaignReport> => {
      const campaign = await opened(path);
      const evidence = await evidenceOf(world, { folder: campaign.folder, evidenceAt }, options);
      return changeHold({ ...world, evidence }, campaign, request, options);
    },
    /** Each wave, what it waits for, stops and blocked keys; or what happened to one key. */
    status: async (path: string, { key, wave, isLive }: StatusOf, options: CallOptions) => {
      const { view, plan } = await seen(path, options);
      if (key !== undefined) return reportFound(view, plan, key);
      const live = isLive ? await readLive(world, view, plan, options) : undefined;
      return reportStatus(view, plan, { wave, live });
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
  if ((await folder.read(campaignFileName, mebibyte)) !== undefined) throw alreadyStarted(folder.path);
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
  { wave, declared, usage: files, isLive, confirm }: PlanRequest,
  options: CallOptions,
): Promise<CampaignReport> {
  if (wave !== undefined) requireWave(opened.campaign, wave);
  const earlier = await findManifest(opened, world.sha256);
  requireEarlier(earlier, wave);
  const owners = await ownersIn(opened.folder);
  const declarations = declarationsIn(declared);
  const inventory = await takeCampaignInventory(world, inventoryScope(opened, earlier, true), options);
  if (earlier !== undefined) requireTimeAfter(earlier, inventory.nowMs);
  const usage = await readUsage(world, inventory, { files, isLive, earlier: earlier?.keys ?? [] }, options);
  const before = new Map(earlier?.keys.map((line) => [namedKey(line), line.declaredBy]));
  const joinedTo = (key: ListedKey): Joined => {
    const name = namedListedKey(key);
    const found = declared.length > 0 ? declarations.get(name) : before.get(name);
    return { declaredBy: [...(found ?? [])], usage: usage.of(key) };
  };
  const request = { wave, owners, joinedTo, blindSpots: usage.blindSpots };
  const baseline = makeBaseline(opened, inventory, earlier, request, world.sha256);
  const manifest = parseManifest(baseline.manifest, world.sha256);
  const view = await viewCampaign({ ...opened, manifest }, inventory, world);
  const plan = planCampaign(view, world);
  if (confirm === undefined || baseline.blocked.length > 0)
    return reportPlan(view, plan, { ...baseline, isWritten: false });
  await confirm(`write ${manifest.keys.length}`, sayChange(baseline, earlier?.keys.length));
  await opened.folder.write(manifestFileName, baseline.manifest);
  return reportPlan(view, plan, { ...baseline, isWritten: true });
}

const maxShownChanges = 20;

/** What the lead confirms. */
function sayChange({ changed }: Baseline, before: number | undefined): readonly string[] {
  if (before === undefined) return ["uko writes the first manifest of the campaign."];
  const lines = changed.map(({ key, label, why }) => plain(`  ${key} ${label}: ${why}`, 300));
  return [
    `uko replaces the manifest of ${count(before, "key")}; ${count(changed.length, "line changes", "lines change")}.`,
    ...atMost(lines, maxShownChanges),
  ];
}

async function changeHold(
  world: World,
  opened: OpenCampaign,
  request: HoldRequest,
  options: CallOptions,
): Promise<CampaignReport> {
  const { folder, held } = opened;
  const { key, release: reason, kind, until, ticket } = request;
  if (reason !== undefined) return releaseHold(world, opened, { key, reason }, options);
  requireInScope(opened, key);
  const tag = await tagOf(world, key, { kind: "hold", tag: { kind, until, ticket } }, options);
  const isEqual = (each: HoldLine): boolean =>
    each.key === key && each.kind === kind && each.until === until && each.ticket === ticket;
  if (!held.holds.some((each) => isEqual(each) && each.releasedBy === undefined)) {
    const by = sayActor(await world.session.actor(options));
    await appendHold(world, folder, { key, kind, by, until, ticket, at: serviceTime(world) }, options);
  }
  return reportHold(folder.path, key, { kind, until }, tag);
}

async function releaseHold(
  world: World,
  { folder, held }: OpenCampaign,
  { key, reason }: { readonly key: string; readonly reason: string },
  options: CallOptions,
): Promise<CampaignReport> {
  const actor = await world.session.actor(options);
  const own = held.holds.filter((each) => each.key === key);
  if (!mayAuthor(actor) && own.some(({ kind }) => kind === "legal")) throw onlyPeople();
  await world.evidence.open();
  const tag = await tagOf(world, key, { kind: "release", reason }, options);
  const iamId = actor.identity?.iamId ?? "";
  const ends = own.flatMap(({ releasedBy, untilMs: _, ...line }) => (releasedBy === iamId ? [] : [line]));
  if (ends.length > 0) {
    const by = sayActor(actor);
    await appendHold(world, folder, { key, ends, by, iamId, reason, at: serviceTime(world) }, options);
  }
  const left = (await readHolds(folder)).holds.filter((each) => each.key === key);
  return reportRelease(folder.path, key, { isInFolder: own.length > 0, isWaiting: left.length > 0 }, tag);
}

function serviceTime({ session }: World): string {
  return isoTime(session.serviceTimeMs() ?? 0);
}

/** Writes the line before its evidence, so that evidence without its line proves that someone removed the line. */
async function appendHold(
  world: World,
  folder: CampaignFolder,
  line: HoldLine | ReleaseLine,
  options: CallOptions,
): Promise<void> {
  const text = encodeHold(line);
  await folder.append(holdsFileName, text);
  const [vaultId = "", keyId = ""] = line.key.split("/");
  const { instanceId } = world.session;
  const isRelease = "ends" in line;
  const facts = {
    subject: { instanceId, resource: "campaign_hold", vaultId: vaultId === "kms" ? "" : vaultId, keyId, label: "" },
    ...{ step: isRelease ? "release" : "hold", from: "", to: "" },
    details: { keystores: [], line: text.trimEnd(), ...(isRelease && { reason: line.reason }) },
  } as const;
  const actor = await world.session.actor(options);
  const nowMs = world.session.serviceTimeMs() ?? 0;
  await appendEvidence(world, facts, { phase: "after", actor, nowMs, correlationId: "" });
}

/** A hold on a key that the campaign does not cover would have no effect. */
function requireInScope({ campaign, folder }: OpenCampaign, key: string): void {
  const { vaults, kmsKeys } = campaign.scope;
  const [vault = ""] = key.split("/");
  if (vault === "kms" ? kmsKeys : (vaults?.includes(vault) ?? true)) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The scope of campaign ${campaign.name} does not cover ${key}`,
    detail: `A hold in ${folder.path} would have no effect. Nothing was changed.\nNext: ${vault === "kms" ? "name another key" : `uko hold ${key}, which every campaign honors`}`,
  });
}

function onlyPeople(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "Only people release a legal hold, and this identity is not a person",
    detail: "Nothing was changed. Next: two people run the command, each with their own credential",
  });
}

async function writeSignoff(
  world: World,
  opened: OpenCampaign,
  { owner, show, confirm }: Signing,
  options: CallOptions,
): Promise<CampaignReport> {
  const { keys } = await readManifest(opened, world.sha256);
  const own = keysOfOwner(keys, owner);
  const nowMs = world.session.serviceTimeMs() ?? 0;
  show(showSignoff(owner, own, nowMs));
  await confirm(`sign ${own.length}`);
  const { identity, displayName } = await world.session.actor(options);
  const signed = makeSignoff(
    {
      campaign: opened.campaign.name,
      owner,
      signedBy: { iamId: identity?.iamId ?? "", name: plain(displayName, 200) },
      signedAt: new Date(world.session.serviceTimeMs() ?? 0).toISOString(),
    },
    own,
    world.sha256,
  );
  const file = signoffFileName(owner, world.sha256);
  await opened.folder.write(file, `${JSON.stringify(signed, undefined, 2)}\n`);
  return reportSignoff(opened, file, signed, own);
}

const wouldNotHold: ReadonlySet<string> = new Set(["UKO_KEY_NOT_FOUND", "UKO_NOT_FOUND", "UKO_INPUT_INVALID"]);

/** KMS keys have no tag that uko could change. */
async function tagOf(world: World, key: string, wish: HoldWish, options: CallOptions): Promise<HoldTagResult> {
  const [vaultId = "", keyId = ""] = key.split("/");
  const { instanceId } = world.session;
  try {
    if (vaultId === "kms") {
      const ref = { instanceId, kmsKeyId: keyId };
      if ((await world.kmsKeys.read(ref, options)).value === undefined) throw kmsKeyNotFound(ref);
      return { kind: "left", why: "uko writes no tag on a KMS key" };
    }
    return await changeHoldTag(world, { instanceId, vaultId, keyId }, wish, options);
  } catch (error) {
    if (!isUkoError(error) || endsTheRun.has(error.code)) throw error;
    // A mistyped ID or day must not pass for a hold. A release also cleans up after a key that is gone.
    if (wish.kind === "hold" && wouldNotHold.has(error.code)) throw error;
    return { kind: "left", why: error.summary };
  }
}

function reportHold(
  path: string,
  key: string,
  { kind, until }: Omit<HoldRequest, "key" | "release">,
  tag: HoldTagResult,
): CampaignReport {
  return {
    summary: `Wrote ${path}/${holdsFileName}: key ${key} is held (${kind}) ${until === undefined ? "without an end" : `until ${until}`}`,
    sections: section("What a hold does", {
      lines: [
        "No command of this campaign takes a step on the key, in any clone that has the line.",
        tag.kind === "left"
          ? `The key has no hold tag of uko, so other campaigns do not know of the hold: ${tag.why}.`
          : "The key has the tag hold, which every campaign honors. The tag voids a request on the key.",
        "A hold does not close a KMS deletion window. Commands outside uko campaign ignore the hold.",
      ],
    }),
    next: [
      { command: `uko campaign status ${key} ${folderFlag(path)}` },
      { command: `uko hold ${key} --release --reason REASON --campaign ${shellWord(path)}` },
    ],
    exitCode: 0,
    data: { key, kind, ...(until !== undefined && { until }), tag: tag.kind },
  };
}

function reportRelease(
  path: string,
  key: string,
  { isInFolder, isWaiting }: { readonly isInFolder: boolean; readonly isWaiting: boolean },
  tag: HoldTagResult,
): CampaignReport {
  const isTagLeft = tag.kind === "left" && !key.startsWith("kms/");
  const isForSecond = isWaiting || tag.kind === "requested";
  const again = `uko hold ${key} --release --reason REASON --campaign ${shellWord(path)}`;
  return {
    summary: isForSecond
      ? `Your release of the legal hold on key ${key} was stored, and the key stays held until another person releases the hold, too`
      : isInFolder
        ? `Released the holds on key ${key}: ${path}/${holdsFileName} has the release`
        : `${path}/${holdsFileName} does not contain a hold on key ${key}`,
    sections: section("The tag on the key", { lines: [sayTag(tag, isTagLeft)] }),
    next: [
      isForSecond ? remarked(again, "another person") : { command: `uko campaign status ${key} ${folderFlag(path)}` },
    ],
    exitCode: isTagLeft ? 12 : isForSecond ? 10 : 0,
    data: { key, isReleased: !isForSecond && (isInFolder || tag.kind === "changed"), tag: tag.kind },
  };
}

function sayTag(tag: HoldTagResult, isTagLeft: boolean): string {
  if (isTagLeft && tag.kind === "left") return `Not removed: ${tag.why}.`;
  if (tag.kind === "requested")
    return "The tag names your release, and holds the key until another person releases the hold.";
  return tag.kind === "changed" ? "Removed." : "The key does not have a hold tag of uko.";
}

function alreadyStarted(path: string): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${path} already has a ${campaignFileName}`,
    detail: `Nothing was changed. Next: uko campaign status ${folderFlag(path)}`,
  });
}
