/**
 * Adds and releases holds in the folder of a campaign. A hold is a line that forbids every step of
 * this campaign on one key. On a managed key, the command also writes the tag `hold`, which every
 * campaign obeys. If it could not write the tag, it says why. A KMS key has no such tag. Two people
 * have to release a legal hold. uko writes the line before its evidence. So evidence without its
 * line proves that a person removed the line.
 */

import { endsTheRun, isUkoError, UkoError } from "../../../errors.ts";
import { mayAuthor } from "../../../lifecycle/authorization.ts";
import { changeHoldTag, type HoldTagResult, type HoldWish } from "../../key/hold.ts";
import { kmsKeyNotFound } from "../../kms-key/commands.ts";
import { isoTime } from "../../loop/evidence.ts";
import type { CallOptions, World } from "../../ports/world.ts";
import { shellWord } from "../../text/explanation.ts";
import { sayActor } from "../../text/words.ts";
import { readEvidence } from "../files/evidence.ts";
import type { CampaignFolder } from "../files/file-forms.ts";
import type { OpenCampaign } from "../files/folder.ts";
import { encodeHold, type HoldLine, holdsFileName, type ReleaseLine, readHolds } from "../files/holds.ts";
import { type CampaignReport, folderFlag, remarked, section } from "../reports/report.ts";
import { noteInEvidence } from "./on-keys.ts";

export interface HoldRequest extends Pick<HoldLine, "kind" | "until" | "ticket"> {
  /** As people type it: `<vaultId>/<keyId>`, or `kms/<keyId>`. */
  readonly key: string;
  /** The reason to release the holds on the key and its tag. A second person completes the release of a legal hold. */
  readonly release?: string | undefined;
}

export async function changeHold(
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
  const left = (await readHolds(folder, await readEvidence(folder))).holds.filter((each) => each.key === key);
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
  const note = "ends" in line ? ({ step: "release", reason: line.reason } as const) : ({ step: "hold" } as const);
  const written = { resource: "campaign_hold", line: text.trimEnd(), ...note } as const;
  await noteInEvidence(world, { key: line.key, label: "" }, written, options);
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
