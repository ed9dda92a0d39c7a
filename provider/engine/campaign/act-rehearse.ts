/**
 * The rehearsal of a campaign on throwaway keys: creation, deactivation, rollback, deactivation,
 * destruction and removal, by the same commands and the same two people as the campaign itself. Each
 * run does what comes next for its caller.
 */

import { UkoError } from "../../errors.ts";
import type { CampaignStep } from "../../lifecycle/campaign/campaign.ts";
import { isThrowaway } from "../../lifecycle/campaign/plan-step.ts";
import { standingOf } from "../../lifecycle/consent-record.ts";
import type { Actor } from "../../lifecycle/observation.ts";
import { keyPathOf } from "../../lifecycle/review.ts";
import { type KeyDetails, observeKey } from "../key/observe.ts";
import { isoTime } from "../loop/evidence.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { count, plain, sayTime } from "../text/words.ts";
import type { RollbackRequest } from "./act-rollback.ts";
import { assumptionIds, judgeAssumptions, type Sight } from "./assumptions.ts";
import type { CampaignFolder } from "./file-forms.ts";
import { maxManifestBytes } from "./file-forms.ts";
import { openCampaign } from "./folder.ts";
import { manifestFileName, namedKey, parseManifest } from "./manifest.ts";
import type { CampaignReading } from "./operations.ts";
import {
  encodeRehearsal,
  findPlaces,
  makeRehearsalKey,
  type Place,
  type RehearsalState,
  readRehearsal,
  rehearsalCampaign,
  rehearsalFileName,
  rehearsalFolder,
  rehearsalWave as wave,
} from "./rehearsal.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  type ReportSection,
  remarked,
  section,
  tableOf,
} from "./report.ts";
import type { ApprovalOfStep, Confirm, RequestOfStep, ReviewOfStep } from "./wave-state.ts";

type Act<Request> = (folder: string, request: Request, options: CallOptions) => Promise<CampaignReport>;

/** The commands of a campaign that a rehearsal runs, each on the folder of the throwaway keys. */
export interface RehearsedCommands extends Pick<CampaignReading, "baseline" | "signoff"> {
  readonly request: Act<RequestOfStep>;
  readonly review: Act<ReviewOfStep>;
  readonly approve: Act<ApprovalOfStep>;
  readonly rollback: Act<RollbackRequest>;
  readonly advance: Act<string>;
}

/** One run of a rehearsal. */
export interface Rehearsal {
  readonly world: World;
  /** Of the campaign, which has the folder of the throwaway keys inside. */
  readonly folder: CampaignFolder;
  readonly commands: RehearsedCommands;
  readonly confirm: Confirm;
  readonly options: CallOptions;
}

export async function rehearseCampaign(run: Rehearsal): Promise<CampaignReport> {
  const { world, folder, confirm, options } = run;
  const { campaign } = await openCampaign(folder, world.session.instanceId);
  const state = await readRehearsal(folder);
  if (state !== undefined) return continueRehearsal(run, state);
  const { places, without } = await findPlaces(world, campaign.scope, options);
  if (places.length === 0) throw noPlace();
  await confirm(`create ${places.length}`, [
    "uko creates these throwaway keys, and later deletes them with two people:",
    ...places.map(
      ({ type, vaultName, template }) => `  ${type}: vault "${plain(vaultName, 60)}", template ${template}`,
    ),
  ]);
  return startRehearsal(run, places, without);
}

async function startRehearsal(
  { world, folder, commands, options }: Rehearsal,
  places: readonly Place[],
  without: readonly string[],
): Promise<CampaignReport> {
  const keys: RehearsalState["keys"] = [];
  for (const place of places) {
    world.progress.report(`Creating a throwaway key in ${place.type}`);
    keys.push({
      vaultId: place.vaultId,
      keyId: await makeRehearsalKey(world, place, options),
      type: place.type,
    });
    // After each key, so that an interrupted run names every key that it created.
    await folder.write(rehearsalFileName, encodeRehearsal({ keys, isRolledBack: false, seen: {} }));
  }
  const inner = folder.pathOf(rehearsalFolder);
  const ids = keys.map(({ keyId }) => keyId);
  await folder.write(`${rehearsalFolder}/campaign.yaml`, rehearsalCampaign(world.session.instanceId, places, ids));
  await commands.baseline(inner, { declared: [], usage: [], isLive: false }, options);
  await commands.signoff(inner, "rehearsal", options);
  return {
    summary: `Created ${count(keys.length, "throwaway key")} for the rehearsal`,
    sections: [
      ...section("Throwaway keys", {
        table: tableOf(keys, { keystore: "type", vault: "vaultId", key: "keyId" }),
      }),
      ...section("Without a key", {
        lines: without.map((type) => `${type}: no template in scope creates active keys in a keystore that responds`),
      }),
    ],
    next: [rehearseAgain(folder, "the first person")],
    exitCode: 0,
    data: { created: keys, without },
  };
}

/** What comes next, from the keys as they are now. */
type NextAct =
  | { readonly kind: "request" | "approve"; readonly step: CampaignStep }
  | { readonly kind: "wait"; readonly step: CampaignStep; readonly untilMs: number }
  | { readonly kind: "rollback" }
  | { readonly kind: "advance" };

function nextAct(keys: readonly KeyDetails[], isRolledBack: boolean, actor: Actor): NextAct {
  const isActive = keys.some(({ observation }) => observation.state === "active");
  if (!isActive && keys.every(({ observation }) => observation.state === "destroyed")) return { kind: "advance" };
  if (!isActive && !isRolledBack) return { kind: "rollback" };
  const step = isActive ? "deactivate" : "destroy";
  const due = keys.filter(({ observation }) => observation.state === (isActive ? "active" : "deactivated"));
  const standings = due.map(({ observation, nowMs }) => standingOf(observation, step, nowMs));
  const records = standings.flatMap((standing) => (standing.binds ? [standing] : []));
  if (records.length < due.length) return { kind: "request", step };
  const isOwn = records.some(({ record }) => record.author.iamId === actor.identity?.iamId);
  if (!isOwn) return { kind: "approve", step };
  return { kind: "wait", step, untilMs: Math.min(...records.map(({ expiresAtMs }) => expiresAtMs)) };
}

async function continueRehearsal(run: Rehearsal, state: RehearsalState): Promise<CampaignReport> {
  const { world, folder, options } = run;
  const actor = await world.session.actor(options);
  const before = await readKeys(world, state, options);
  if (before.length === 0)
    return reportAll(folder, state, { summary: "The rehearsal is complete: each throwaway key is removed" });
  await requireThrowaway(run, state, before);
  const next = nextAct(before, state.isRolledBack, actor);
  const report = await take(run, next);
  const after = await readKeys(world, state, options);
  const sights = await Promise.all(
    after.map((key) => sightOf(world, key, report === undefined ? undefined : { before, actor }, options)),
  );
  const isBack = next.kind === "rollback" && after.every(({ observation }) => observation.state === "active");
  const found = judgeAssumptions(sights);
  const at = isoTime(world.session.serviceTimeMs() ?? 0);
  const seen = { ...state.seen };
  for (const [id, verdict] of Object.entries(found)) {
    if (seen[id] === undefined || verdict === "refuted") seen[id] = { verdict, at };
  }
  const changed = { ...state, isRolledBack: state.isRolledBack || isBack, seen };
  await folder.write(rehearsalFileName, encodeRehearsal(changed));
  const waits =
    next.kind === "wait"
      ? `Another person has to approve ${next.step} for the rehearsal, until ${sayTime(next.untilMs)}`
      : "Nothing was changed";
  return reportAll(folder, changed, {
    summary: report === undefined ? waits : `Rehearsal: ${report.summary}`,
    ...(report !== undefined && { report }),
    keys: after,
    isWaiting: next.kind === "wait",
    isForOther: next.kind === "request" || next.kind === "wait",
  });
}

/** Anyone who commits to the folder can name other keys in its files. Throws UKO_CAMPAIGN_INVALID. */
async function requireThrowaway(run: Rehearsal, state: RehearsalState, read: readonly KeyDetails[]): Promise<void> {
  const text = (await run.folder.read(`${rehearsalFolder}/${manifestFileName}`, maxManifestBytes)) ?? "";
  const { keys } = parseManifest(text, run.world.sha256);
  const own = new Set(state.keys.map(keyPathOf));
  const strange = [
    ...keys.flatMap((key) => (key.wave === wave && !own.has(namedKey(key)) ? [namedKey(key)] : [])),
    ...read.flatMap(({ observation }) => (isThrowaway(observation) ? [] : [keyPathOf(observation.facts)])),
  ];
  if (strange.length === 0) return;
  throw new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: `${run.folder.path}/${rehearsalFolder} names ${count(strange.length, "key")} that the rehearsal did not create`,
    detail: `${plain(strange.slice(0, 10).join(", "), 800)}\nA rehearsal acts only on unused keys with its own label and description. Nothing was changed.\nNext: find out who changed the files or the keys`,
  });
}

/** Runs one command of the campaign; undefined if only another person can act. */
async function take(run: Rehearsal, next: NextAct): Promise<CampaignReport | undefined> {
  const { folder, commands, confirm, options } = run;
  const inner = folder.pathOf(rehearsalFolder);
  switch (next.kind) {
    case "wait":
      return undefined;
    case "request":
      return commands.request(inner, { wave, step: next.step, reason: "Rehearsal on a throwaway key" }, options);
    case "rollback":
      return commands.rollback(inner, { wave, writtenSince: false, confirm }, options);
    case "advance":
      return commands.advance(inner, wave, options);
    case "approve":
      return approveAll(run, inner, next.step);
  }
}

/** The first approval acts on one key, the second on the rest. */
async function approveAll(
  { commands, confirm, options }: Rehearsal,
  inner: string,
  step: CampaignStep,
): Promise<CampaignReport> {
  const reviewed = await commands.review(inner, { wave, step, kind: "managed" }, options);
  const { review, keys } = reviewed.data;
  if (typeof review !== "string") return reviewed;
  const shown = reviewed.sections.find(({ title }) => title === "To approve")?.table?.rows.map((row) => row.join("  "));
  const confirmKeys: Confirm = (phrase) => confirm(phrase, shown);
  const approval = { wave, step, review, stores: false, confirm: confirmKeys };
  const first = await commands.approve(inner, approval, options);
  if (first.exitCode !== 0 || keys === 1) return first;
  const rest = await commands.approve(inner, approval, options);
  const done = step === "deactivate" ? "Deactivated" : "Destroyed";
  return rest.exitCode === 0
    ? { ...rest, summary: `${done} ${count(Number(keys), "key")}, the first one alone` }
    : rest;
}

async function readKeys(world: World, { keys }: RehearsalState, options: CallOptions): Promise<readonly KeyDetails[]> {
  const { instanceId } = world.session;
  const reads = await Promise.all(
    keys.map(({ vaultId, keyId }) => observeKey(world, { instanceId, vaultId, keyId }, "decision", options)),
  );
  return reads.flatMap((read) => (read.kind === "gone" ? [] : [read]));
}

async function sightOf(
  world: World,
  { observation }: KeyDetails,
  run: { readonly before: readonly KeyDetails[]; readonly actor: Actor } | undefined,
  options: CallOptions,
): Promise<Sight> {
  const was = run?.before.find((key) => key.observation.facts.keyId === observation.facts.keyId)?.observation;
  const isWritten = was !== undefined && was.updatedAtMs !== observation.updatedAtMs;
  const backingKey = observation.backingKeys.find(({ kind }) => kind === "present");
  const ref =
    backingKey && isWritten ? { instanceId: world.session.instanceId, kmsKeyId: backingKey.kmsKeyId } : undefined;
  const deletedBy = ref && (await world.kmsKeys.read(ref, options)).value?.deletedBy;
  return {
    observation,
    keystores: await world.keystores.list({ vaultId: observation.facts.vaultId }, options),
    ...(isWritten && run !== undefined && { writer: run.actor }),
    ...(deletedBy !== undefined && { backingKeyDeletedBy: deletedBy }),
  };
}

function reportAll(
  folder: CampaignFolder,
  { keys, seen }: RehearsalState,
  ran: {
    readonly summary: string;
    readonly report?: CampaignReport;
    readonly keys?: readonly KeyDetails[];
    readonly isWaiting?: boolean;
    readonly isForOther?: boolean;
  },
): CampaignReport {
  const { summary, report, keys: read = [], isWaiting = false, isForOther = false } = ran;
  const open = assumptionIds.filter((id) => seen[id] === undefined);
  const typeOf = (keyId: string): string => keys.find((each) => each.keyId === keyId)?.type ?? "";
  const table: readonly ReportSection[] = section("Throwaway keys", {
    table: tableOf(read, {
      keystore: ({ observation: { facts } }) => typeOf(facts.keyId),
      label: ({ observation: { facts } }) => facts.label,
      state: ({ observation: { stateWord } }) => stateWord,
      key: ({ observation: { facts } }) => `${facts.vaultId}/${facts.keyId}`,
    }),
  });
  return {
    summary,
    sections: [
      ...(report?.sections ?? []),
      ...table,
      ...section("Assumptions of the emulator, as this instance shows them", {
        table: {
          columns: ["assumption", "verdict", "seen on"],
          rows: Object.entries(seen).map(([id, { verdict, at }]) => [id, verdict, at]),
        },
        lines: [
          `${open.length} of ${assumptionIds.length} were not observed. provider/docs/reference/fidelity.md explains each of them.`,
        ],
      }),
    ],
    next: read.length === 0 ? [] : [rehearseAgain(folder, isForOther ? "another person" : "either person")],
    exitCode: isWaiting ? 10 : (report?.exitCode ?? 0),
    data: {
      ...report?.data,
      rehearsal: keys.map(({ vaultId, keyId, type }) => ({
        key: `${vaultId}/${keyId}`,
        type,
        state: read.find(({ observation }) => observation.facts.keyId === keyId)?.observation.stateWord ?? "removed",
      })),
      assumptions: [
        ...Object.entries(seen).map(([id, each]) => ({ id, ...each })),
        ...open.map((id) => ({ id, verdict: "not_observed" })),
      ],
    },
  };
}

const rehearseAgain = (folder: CampaignFolder, who: string): NextCommand =>
  remarked(`uko campaign rehearse ${folderFlag(folder.path)}`, who);

function noPlace(): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: "No template in scope can create a throwaway key",
    detail:
      "A rehearsal needs a template without a naming scheme, whose keys begin as active, in a keystore that responds. Nothing was created.",
  });
}
