/**
 * Runs the acts of a campaign: request, review, approve, advance (which removes the metadata of destroyed keys),
 * halt, rollback and next. They change keys and containers. The folder, and
 * the service's lists of keys, only say which keys to start with. Each step is decided on a fresh read of its key, so
 * an edited or outdated file allows no step.
 */

import { createOperations } from "../../engine/key/commands.ts";
import { signRecords } from "../../engine/key/sets/sign-consents.ts";
import { closingOnError, createKmsOperations, signedText } from "../../engine/kms-key/commands.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import { sayAuthor, stepNouns } from "../../engine/text/words.ts";
import { mayAuthor } from "../../lifecycle/key/authorization.ts";
import { windowSetter } from "../../lifecycle/key/kms-window.ts";
import { type KeyRun, nobody, type Plan } from "../../lifecycle/key/plan.ts";
import type { KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { setPhrase } from "../../text/phrase.ts";
import { requireWave } from "../files/folder.ts";
import { markOfLine } from "../files/manifest.ts";
import { writeSignedRequests } from "../files/signed-requests.ts";
import { type KeyResult, reportResults, resultFrom, withoutStep } from "../reports/key-results.ts";
import { isReplaceable } from "../reports/origins.ts";
import { hasRecordToWithdraw, isPending, isRemovalDue, readyKeys, resultsOfUnreadKeys } from "../reports/ready-keys.ts";
import { type CampaignReport, folderFlag, type NextCommand, nextCommand, withRemark } from "../reports/report.ts";
import { rollbackCommand } from "../reports/wave-acts.ts";
import {
  type Confirm,
  closedByRules,
  type RemovalInWave,
  type RequestOfStep,
  type ReviewOfStep,
  type ReviewResult,
  reportClosed,
  waveStateOf,
} from "../reports/wave-state.ts";
import { type CampaignVerdict, planCampaignRequest } from "../rules/plan-step.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import { type CampaignContext, keysOfWave, type OpenFolder } from "../view/context.ts";
import { type Acts, type NextRequest, type Talk, takeNext } from "./next.ts";
import {
  type ActPorts,
  actOnKeys,
  convergeOnKey,
  kmsRefOf,
  noteRefusals,
  noteResume,
  openCampaignToAct,
  refOf,
  unlessClosed,
  unlessEdited,
} from "./on-keys.ts";
import { type RollbackRequest, rollBack } from "./rollback.ts";
import { approveStep, reviewStep } from "./sets.ts";

export type CampaignActing = ReturnType<typeof createCampaignActing>;

export function createCampaignActing(world: World, openFolder: OpenFolder, evidenceAt: ActPorts["evidenceAt"]) {
  const open = (path: string, options: CallOptions, wave?: string) =>
    openCampaignToAct(world, { openFolder, evidenceAt }, path, { ends: "none", wave, options });
  const on =
    <Request extends { readonly wave?: string }, Result>(
      act: (context: CampaignContext, request: Request) => Promise<Result>,
    ) =>
    async (path: string, request: Request, options: CallOptions): Promise<Result> =>
      act(await open(path, options, request.wave), request);
  const acts: Acts = { request: requestStep, review, approve: approveStep, advance: advanceWave, rollback: rollBack };
  return {
    request: on(acts.request),
    review: on(acts.review),
    approve: on(acts.approve),
    advance: on(acts.advance),
    /** Withdraws every request of the wave, no matter who wrote it. No calendar refuses it. */
    halt: on(haltWave),
    /** Reactivates what this campaign deactivated. No calendar refuses it. */
    rollback: async (path: string, request: RollbackRequest, options: CallOptions) =>
      rollBack(await open(path, options), request),
    /** Does what the caller can do now, after a confirmation. See `next.ts`. */
    next: async (path: string, request: NextRequest, talk: Talk, options: CallOptions) => {
      const reading = { ends: "left", wave: request.wave, options } as const;
      const context = await openCampaignToAct(world, { openFolder, evidenceAt }, path, reading);
      return takeNext(context, { acts, request, talk });
    },
  };
}

async function review(context: CampaignContext, request: ReviewOfStep): Promise<ReviewResult> {
  const report = closedByRules(context, request.wave, request.step);
  return report === undefined ? reviewStep(context, request) : { report };
}

async function requestStep(context: CampaignContext, request: RequestOfStep): Promise<CampaignReport> {
  const { wave, step, renew } = request;
  const readiness = waveStateOf(context, request);
  if (readiness.gate.kind !== "open") return reportClosed(context, { wave, step }, readiness);
  await noteResume(context, request);
  const { ready, apart } = readyKeys(context, wave, step);
  const { identity } = await context.world.session.actor(context.options);
  const isReplaced = (key: KeyInSchedule) => renew === true && isReplaceable(context, key, step, identity);
  const pending = ready.filter((key) => isPending(context.view, key, step) && !isReplaced(key));
  const missing = ready.filter((key) => !pending.includes(key) && (request.keys?.has(key.name) ?? true));
  await signMissing(context, missing, (key) => ({ ...request, renew: isReplaced(key) }));
  const act = unlessClosed(context, (key) => requestOne(context, key, { ...request, renew: isReplaced(key) }));
  const run = await actOnKeys(context, `Requesting ${step}`, missing, act);
  await signOpenedWindows(context, missing, run.results);
  await noteRefusals(context, step, run.results);
  const path = context.view.folder.path;
  const already = pending.map((key) => {
    const record = key.listed?.observation?.carried.record;
    return withoutStep(
      key,
      record === undefined ? "a request is pending already" : `requested already by ${sayAuthor(record)}`,
    );
  });
  return reportResults({
    did: `Requested the ${stepNouns[step]} of`,
    wave,
    keys: run.results,
    apart: [...apart, ...already],
    run,
    next: reviewsAfter(request, path, ready, run.results),
    data: { step },
  });
}

function reviewsAfter(
  { wave }: RequestOfStep,
  path: string,
  ready: readonly KeyInSchedule[],
  results: readonly KeyResult[],
): readonly NextCommand[] {
  const isOff = results.some(({ code }) => code === "UKO_KMS_DUAL_AUTHORIZATION_OFF");
  return [
    ...(ready.length === 0 ? [] : [withRemark(nextCommand({ wave, path }), "another person")]),
    ...(isOff ? [{ command: "uko explain UKO_KMS_DUAL_AUTHORIZATION_OFF" }] : []),
    ...(ready.length === 0 ? [{ command: `uko campaign status ${folderFlag(path)}` }] : []),
  ];
}

/** Signs the requests of the managed keys, as `requestOne` will write them. */
async function signMissing(
  context: CampaignContext,
  missing: readonly KeyInSchedule[],
  requestOf: (key: KeyInSchedule) => RequestOfStep,
): Promise<void> {
  const managed = new Map(missing.filter(({ facts }) => !facts.isKms).map((key) => [refOf(context, key).keyId, key]));
  const plan = (observation: KeyObservation, run: KeyRun, nowMs: number): Plan => {
    const key = managed.get(observation.facts.keyId);
    if (key === undefined) return { kind: "done" };
    const isRenewed = requestOf(key).renew === true && mayAuthor(run.actor);
    // The earlier request is withdrawn before the new one is written.
    const seen = isRenewed ? ({ ...observation, carried: { kind: "none" } } as const) : observation;
    const verdict = judgeRequest(context, key, requestOf(key), isRenewed)(seen, run, nowMs);
    return verdict.kind === "take" ? verdict.plan : { kind: "done" };
  };
  const refs = [...managed.values()].map((key) => refOf(context, key));
  await signRecords(context.world, { refs, plan, intent: "request" }, context.options);
}

async function requestOne(context: CampaignContext, key: KeyInSchedule, request: RequestOfStep): Promise<KeyResult> {
  const { world, options } = context;
  // KMS does not say who opened a window, so no window is replaced.
  if (key.facts.isKms) return resultFrom(key, await createKmsOperations(world).request(kmsRefOf(world, key), options));
  // A caller who cannot write a request would only withdraw the earlier one.
  const isRenewed = request.renew === true && mayAuthor(await world.session.actor(options));
  if (isRenewed) {
    await createOperations(world).withdraw(refOf(context, key), options);
  }
  const judge = judgeRequest(context, key, request, isRenewed);
  const acted = await convergeOnKey(context, key, { operation: "request", intent: "request", judge });
  // A request is all that this command can achieve, so waiting for the other person is its success.
  return acted.outcome === "acted" ? { ...acted, exitCode: 0 } : acted;
}

/** Decides about one request from a fresh read. `isRenewed`: this run has withdrawn the caller's earlier request. */
function judgeRequest(
  { world, view }: CampaignContext,
  key: KeyInSchedule,
  request: RequestOfStep,
  isRenewed: boolean,
) {
  const { facts, line, listed } = key;
  const { step } = request;
  const reason = reasonOf(line);
  const before = isRenewed ? listed?.observation : undefined;
  const kmsSetter = before === undefined ? undefined : windowSetter(before, nobody, view.nowMs);
  const asked = {
    step,
    mark: markOfLine(view.campaign.name, line, world.sha256),
    ...(reason !== undefined && { reason }),
    ...(isRenewed && facts.deactivatedAtMs !== undefined && { soaksFromMs: facts.deactivatedAtMs }),
    ...(kmsSetter !== undefined && { kmsSetter }),
  };
  return (observation: KeyObservation, run: KeyRun, nowMs: number): CampaignVerdict => {
    const verdict = planCampaignRequest(observation, asked, run, nowMs);
    return isRenewed ? withoutOwnWrite(verdict) : verdict;
  };
}

/** What an approver reads on the key: the reason of its rule, with the ticket. */
function reasonOf({ reason, ticket }: KeyInSchedule["line"]): string | undefined {
  return [reason, ...(ticket === "" ? [] : [`(${ticket})`])].join(" ").trim() || undefined;
}

/** The withdrawal by this run is no write that an approver has to know of, and it follows the signature. */
function withoutOwnWrite(verdict: CampaignVerdict): CampaignVerdict {
  if (verdict.kind !== "take" || verdict.plan.kind !== "ready" || verdict.plan.step.kind !== "write_record")
    return verdict;
  const { step } = verdict.plan;
  const { ownWriteAtMs: _withdrawal, ...draft } = step.draft;
  return { ...verdict, plan: { ...verdict.plan, step: { ...step, draft } } };
}

/** KMS stores no text, so uko writes the requester's signature to a file in the folder. */
async function signOpenedWindows(
  { world, view, options }: CampaignContext,
  keys: readonly KeyInSchedule[],
  results: readonly KeyResult[],
): Promise<void> {
  const acted = new Set(results.flatMap(({ key, outcome }) => (outcome === "acted" ? [key] : [])));
  const opened = keys.filter(({ facts, name }) => facts.isKms && acted.has(name)).map((key) => kmsRefOf(world, key));
  if (world.signatures === undefined || opened.length === 0) return;
  await closingOnError(world, opened, async () => {
    const text = await signedText(world, opened, options);
    if (text !== undefined) await writeSignedRequests(view.folder, text, world);
  });
}

async function advanceWave(context: CampaignContext, { wave, keys: counted }: RemovalInWave): Promise<CampaignReport> {
  requireWave(context.view.campaign, wave);
  const closed = closedByRules(context, wave);
  if (closed !== undefined) return closed;
  const operations = createOperations(withOneReadOfRemoved(context.world));
  const { path } = context.view.folder;
  // A key that the person did not count stays.
  const isCounted = ({ name, facts }: KeyInSchedule): boolean =>
    facts.materialGoneMs !== undefined || (counted?.has(name) ?? true);
  const keys = keysOfWave(context, wave).filter((key) => isRemovalDue(key) && isCounted(key));
  const held = keys.filter(({ facts }) => facts.isHeld || facts.isNarrowed);
  const run = await actOnKeys(
    context,
    "Removing",
    keys.filter((key) => !held.includes(key)),
    unlessEdited(context, async (key) =>
      key.facts.materialGoneMs === undefined
        ? resultFrom(key, await operations.remove(refOf(context, key), context.options))
        : { ...withoutStep(key, whyOf(key)), outcome: "unchanged", ...pending },
    ),
  );
  await noteRefusals(context, "remove", run.results);
  return reportResults({
    did: "Removed the metadata of",
    wave,
    keys: run.results,
    apart: [...held.map((key) => withoutStep(key, whyOf(key))), ...resultsOfUnreadKeys(keysOfWave(context, wave))],
    run,
    next: [{ command: `uko campaign status ${folderFlag(path)}` }],
  });
}

/** The same world, in which the proof that a removed key is gone takes one call. */
function withOneReadOfRemoved(world: World): World {
  const removed = new Set<string>();
  const remove: World["keys"]["remove"] = async (permit, options) => {
    const result = await world.keys.remove(permit, options);
    // A key that the service did not remove is read as any other.
    if (result.kind === "done") removed.add(permit.subject.id);
    return result;
  };
  const read: World["keys"]["read"] = (ref, options) =>
    world.keys.read(ref, options, removed.has(ref.keyId) || undefined);
  return { ...world, keys: { ...world.keys, remove, read } };
}

const whyOf = ({ standing }: KeyInSchedule): string => (standing.kind === "waits" ? standing.why : standing.outcome);

const pending = { code: "UKO_DESTRUCTION_PENDING", exitCode: 11 } as const;

async function haltWave(
  context: CampaignContext,
  { wave, confirm }: { readonly wave: string; readonly confirm?: Confirm | undefined },
): Promise<CampaignReport> {
  const { world, view, options } = context;
  requireWave(view.campaign, wave);
  const operations = createOperations(world);
  const kmsOperations = createKmsOperations(world);
  const keys = keysOfWave(context, wave).filter((key) => hasRecordToWithdraw(key, view.nowMs));
  await confirm?.(setPhrase("withdraw", keys.length));
  const run = await actOnKeys(context, "Withdrawing", keys, async (key) => {
    const report = key.facts.isKms
      ? await kmsOperations.withdraw(kmsRefOf(world, key), options)
      : await operations.withdraw(refOf(context, key), options);
    return resultFrom(key, report);
  });
  return reportResults({
    did: "Withdrew the requests on",
    wave,
    keys: run.results,
    apart: resultsOfUnreadKeys(keysOfWave(context, wave)),
    run,
    next: [rollbackCommand({ wave, path: view.folder.path }), { command: "uko hold KEY --kind incident" }],
  });
}
