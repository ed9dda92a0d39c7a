/**
 * The commands of a campaign that change keys. Each step is planned per key on a fresh read; the
 * folder and the lists only say which keys to start with.
 */

import { planCampaignRequest } from "../../lifecycle/campaign/plan-step.ts";
import { createOperations } from "../key/commands.ts";
import { createKmsOperations } from "../kms-key/commands.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { type CloseRequest, closeCampaign } from "./act-close.ts";
import {
  type ActContext,
  type ActPorts,
  actOnKeys,
  convergeOnKey,
  isHeldNow,
  keysOfWave,
  openActs,
  refOf,
} from "./act-on-keys.ts";
import { type RehearsedCommands, rehearseCampaign } from "./act-rehearse.ts";
import { type RollbackRequest, rollBackWave } from "./act-rollback.ts";
import { approveStep, reviewStep } from "./act-sets.ts";
import { type ActedKey, actedFrom, reportActed, withoutStep } from "./acted.ts";
import { requireWave } from "./folder.ts";
import { createCampaignReading } from "./operations.ts";
import { sayGate } from "./plan-report.ts";
import type { PlannedKey } from "./planned.ts";
import { readyKeys } from "./ready.ts";
import type { CampaignReport } from "./report.ts";
import { isPending, isRequested, requestEndMs } from "./requested.ts";
import {
  type ApprovalOfStep,
  noteOverride,
  type ReviewOfStep,
  reportClosed,
  type StepRequest,
  waveStateOf,
} from "./wave-state.ts";

export interface RequestOfStep extends StepRequest {
  /** Replaces requests that expire within 48 hours. */
  readonly renew?: boolean | undefined;
}

export interface CampaignActing {
  /** Writes the request for the step on each key of the wave that is ready for it. */
  request(folder: string, request: RequestOfStep, options: CallOptions): Promise<CampaignReport>;
  /** Reads each requested key, and writes what the caller saw to a review file. */
  review(folder: string, request: ReviewOfStep, options: CallOptions): Promise<CampaignReport>;
  /** Takes the reviewed step on the reviewed keys, or writes an approval on each. */
  approve(folder: string, request: ApprovalOfStep, options: CallOptions): Promise<CampaignReport>;
  /** Removes the metadata of keys that are destroyed everywhere, and takes no other step. */
  advance(folder: string, wave: string, options: CallOptions): Promise<CampaignReport>;
  /** Withdraws every request of the wave, no matter who wrote it. No calendar refuses it. */
  halt(folder: string, wave: string, options: CallOptions): Promise<CampaignReport>;
  /** Reactivates what this campaign deactivated. No calendar refuses it. */
  rollback(folder: string, request: RollbackRequest, options: CallOptions): Promise<CampaignReport>;
  /** Does what comes next for the caller in a rehearsal on throw-away keys. */
  rehearse(folder: string, confirm: CloseRequest["confirm"], options: CallOptions): Promise<CampaignReport>;
  /** Deletes the emptied containers, and reports what keeps the instance from being deleted. */
  close(folder: string, request: CloseRequest, options: CallOptions): Promise<CampaignReport>;
}

export function createCampaignActing(
  world: World,
  openFolder: ActPorts["openFolder"],
  evidenceAt: ActPorts["evidenceAt"],
): CampaignActing {
  const open = (path: string, options: CallOptions) => openActs(world, { openFolder, evidenceAt }, path, options);
  const acting: CampaignActing = {
    async request(path, request, options) {
      return requestStep(await open(path, options), request);
    },
    async review(path, request, options) {
      return reviewStep(await open(path, options), request);
    },
    async approve(path, request, options) {
      return approveStep(await open(path, options), request);
    },
    async rollback(path, request, options) {
      return rollBackWave(await open(path, options), request);
    },
    async close(path, request, options) {
      return closeCampaign(await open(path, options), request);
    },
    rehearse: (path, confirm, options) =>
      rehearseCampaign({ world, openFolder, commands: rehearsed(world, openFolder, acting) }, path, confirm, options),
    async advance(path, wave, options) {
      return advanceWave(await open(path, options), wave);
    },
    async halt(path, wave, options) {
      return haltWave(await open(path, options), wave);
    },
  };
  return acting;
}

/** The commands as they are, so that a rehearsal shows what the campaign will do. */
function rehearsed(world: World, openFolder: ActPorts["openFolder"], acting: CampaignActing): RehearsedCommands {
  const reading = createCampaignReading(world, openFolder);
  const reason = "Rehearsal on a throw-away key";
  return {
    baseline: (folder, options) => reading.baseline(folder, { declared: [], usage: [], isLive: false }, options),
    signoff: (folder, options) => reading.signoff(folder, "rehearsal", options),
    request: (folder, wave, step, options) => acting.request(folder, { wave, step, reason }, options),
    review: (folder, wave, step, options) => acting.review(folder, { wave, step }, options),
    approve: (folder, wave, step, act, options) =>
      acting.approve(folder, { wave, step, recordOnly: false, ...act }, options),
    rollback: (folder, wave, confirm, options) =>
      acting.rollback(folder, { wave, writtenSince: false, confirm }, options),
    advance: (folder, wave, options) => acting.advance(folder, wave, options),
  };
}

async function requestStep(context: ActContext, request: RequestOfStep): Promise<CampaignReport> {
  const { wave, step, renew } = request;
  const { gate, breaker } = await waveStateOf(context, request);
  if (gate.kind !== "open") {
    return reportClosed(context, { ...request, command: `request ${wave} ${step}` }, gate, breaker);
  }
  await noteOverride(context, request);
  const { ready, apart } = readyKeys(context, wave, step);
  const pending = ready.filter((key) => isPending(context.view, key, step, renew === true));
  const missing = ready.filter((key) => !pending.includes(key));
  const run = await actOnKeys(context, `Requesting ${step}`, missing, (key) => requestOne(context, key, request));
  const path = context.view.folder.path;
  const already = pending.map(({ name, line }) => withoutStep(name, line.label, "a request is pending already"));
  return reportActed({
    did: `Requested ${step} for`,
    wave,
    keys: run.results,
    apart: [...apart, ...already],
    run,
    next: reviewsAfter(request, path, ready, run.results),
    data: { step },
  });
}

/** KMS keys, and the other keys, have a review each. */
function reviewsAfter(
  { wave, step }: RequestOfStep,
  path: string,
  ready: readonly PlannedKey[],
  results: readonly ActedKey[],
): readonly string[] {
  const review = `uko campaign review ${wave} ${step}`;
  const isOff = results.some(({ code }) => code === "UKO_KMS_DUAL_AUTHORIZATION_OFF");
  const isUnknown = results.some(({ code }) => code === "UKO_KMS_SETTER_UNKNOWN");
  return [
    ...(ready.some(({ facts }) => !facts.isKms) ? [`${review} --folder ${path}   # another person`] : []),
    ...(ready.some(({ facts }) => facts.isKms) ? [`${review} --kms --folder ${path}   # another person`] : []),
    ...(isUnknown
      ? [
          `uko campaign rollback ${wave} --key KEY --folder ${path}   # UKO_KMS_SETTER_UNKNOWN: then deactivate it again`,
        ]
      : []),
    ...(isOff ? ["uko explain UKO_KMS_DUAL_AUTHORIZATION_OFF"] : []),
  ];
}

function setterOf(observation: NonNullable<PlannedKey["listed"]>["observation"]) {
  return observation?.carried.kind === "one" ? observation.carried.record.kmsSetter : undefined;
}

async function requestOne(context: ActContext, key: PlannedKey, request: RequestOfStep): Promise<ActedKey> {
  const { world, options } = context;
  const { name, line, facts, listed } = key;
  const { step, reason } = request;
  const isHeld = await isHeldNow(context, name, listed?.traits.tags ?? []);
  if (isHeld) return withoutStep(name, line.label, "held since the run started");
  if (facts.isKms) {
    const report = await createKmsOperations(world).request(
      { instanceId: world.session.instanceId, kmsKeyId: line.id },
      options,
    );
    return actedFrom(name, line.label, report);
  }
  const isRenewed = request.renew === true && requestEndMs(listed?.observation, step, context.view.nowMs) !== undefined;
  const kmsSetter = isRenewed ? setterOf(listed?.observation) : undefined;
  if (isRenewed) {
    await createOperations(world).withdraw(refOf(context, key), options);
  }
  const acted = await convergeOnKey(context, key, {
    operation: "request",
    intent: "request",
    judge: (observation, run, nowMs) =>
      planCampaignRequest(
        observation,
        {
          step,
          ending: facts.ending === "none" ? step : facts.ending,
          ...(reason !== undefined && { reason }),
          ...(isRenewed && facts.deactivatedAtMs !== undefined && { soaksFromMs: facts.deactivatedAtMs }),
          ...(kmsSetter !== undefined && { kmsSetter }),
        },
        run,
        nowMs,
      ),
  });
  // A request is all that this command can achieve, so waiting for the other person is its success.
  return acted.outcome === "acted" ? { ...acted, exitCode: 0 } : acted;
}

async function advanceWave(context: ActContext, wave: string): Promise<CampaignReport> {
  requireWave(context.view.campaign, wave);
  const operations = createOperations(context.world);
  const keys = keysOfWave(context, wave).filter(
    ({ facts }) => facts.state === "destroyed" && facts.ending === "destroy" && !facts.isKms,
  );
  const held = keys.filter(({ facts }) => facts.isHeld);
  const run = await actOnKeys(
    context,
    "Removing",
    keys.filter((key) => !held.includes(key)),
    async (key) => {
      const { name, line, listed } = key;
      if (await isHeldNow(context, name, listed?.traits.tags ?? [])) {
        return withoutStep(name, line.label, "held since the run started");
      }
      return actedFrom(name, line.label, await operations.sweep(refOf(context, key), context.options));
    },
  );
  return reportActed({
    did: "Removed the metadata of",
    wave,
    keys: run.results,
    apart: held.map((key) =>
      withoutStep(key.name, key.line.label, sayGate({ ...key, gate: { kind: "held" } }) ?? "held"),
    ),
    run,
    next: [`uko campaign status --folder ${context.view.folder.path}`],
  });
}

async function haltWave(context: ActContext, wave: string): Promise<CampaignReport> {
  const { world, view, options } = context;
  requireWave(view.campaign, wave);
  const operations = createOperations(world);
  const kmsOperations = createKmsOperations(world);
  const keys = keysOfWave(context, wave).filter((key) => isRequested(key, view.nowMs));
  const run = await actOnKeys(context, "Withdrawing", keys, async (key) => {
    const { name, line } = key;
    const kmsKey = { instanceId: world.session.instanceId, kmsKeyId: line.id };
    const report = key.facts.isKms
      ? await kmsOperations.withdraw(kmsKey, options)
      : await operations.withdraw(refOf(context, key), options);
    return actedFrom(name, line.label, report);
  });
  return reportActed({
    did: "Withdrew the requests on",
    wave,
    keys: run.results,
    apart: [],
    run,
    next: [
      `uko campaign rollback ${wave} --folder ${view.folder.path}   # also reactivates what was deactivated`,
      `uko campaign hold KEY --kind incident --folder ${view.folder.path}`,
    ],
  });
}
