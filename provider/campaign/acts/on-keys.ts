/**
 * Goes through the keys for a command of a campaign that changes keys: the first key alone, then up to eight at a
 * time. Each run writes its evidence to a file of its own, and plans each key on a fresh read. A request, an approval
 * or a removal skips a key that a person holds during the run. If a person changes campaign.yaml, these commands skip
 * every key that is left. An error about one key is reported, and the run goes on with the next key; an error about the
 * whole run ends it. The file also notes in the evidence who continued a wave after a stop, and what the service
 * refused.
 */

import { reportExisting, withReport } from "../../engine/key/command-reports.ts";
import { keyKind } from "../../engine/key/kind.ts";
import type { KeyTask } from "../../engine/key/steps.ts";
import { converge } from "../../engine/loop/converge.ts";
import { appendEvidence, noteSettled } from "../../engine/loop/evidence.ts";
import { type ManyResults, runMany } from "../../engine/loop/many.ts";
import type { Evidence } from "../../engine/ports/evidence.ts";
import type { KmsKeyRef } from "../../engine/ports/kms-keys.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import { plain, sayTime } from "../../engine/text/words.ts";
import { endsTheRun, isUkoError } from "../../errors.ts";
import type { KeyRun } from "../../lifecycle/key/plan.ts";
import type { ApprovedStep, KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import { evidenceFolder } from "../files/evidence.ts";
import type { CampaignFolder } from "../files/file-forms.ts";
import { failedOn, type KeyResult, type NamedKey, resultFrom, withoutStep } from "../reports/key-results.ts";
import type { StepRequest } from "../reports/wave-state.ts";
import { blackoutAt } from "../rules/calendar.ts";
import type { CampaignVerdict, LeftBecause } from "../rules/plan-step.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import { type CampaignContext, type OpenFolder, openCampaignAt } from "../view/context.ts";
import { refusingCodes } from "../view/standing.ts";
import type { CampaignView, Reading } from "../view/view.ts";

export interface ActPorts {
  readonly openFolder: OpenFolder;
  readonly evidenceAt: (path: string) => Evidence;
}

/** Each run writes its evidence to a file of its own, so that two people never change the same file. */
export async function openCampaignToAct(
  base: World,
  ports: ActPorts,
  path: string,
  reading: Reading & { readonly options: CallOptions },
): Promise<CampaignContext> {
  const { options } = reading;
  const context = await openCampaignAt(base, ports.openFolder, path, reading);
  const { folder } = context.view;
  const evidence = await evidenceOf(base, { folder, evidenceAt: ports.evidenceAt }, options);
  const world = { ...context.world, evidence };
  await noteSettledKeys(world, context.view, options);
  return { ...context, world };
}

/** Notes what became of the last step on a key, if a run of this campaign was killed during it. */
async function noteSettledKeys(world: World, { keys, evidence }: CampaignView, options: CallOptions): Promise<void> {
  for (const { name, line, facts, listed } of keys) {
    const label = evidence.openSteps.get(name);
    if (label === undefined) continue;
    const key = { instanceId: world.session.instanceId, vaultId: line.vault, keyId: line.id, label };
    if (line.kind === "managed" && facts.state === "gone") {
      await noteSettled(world, { ...key, step: "remove", state: "absent" }, options);
    }
    const { deletedBy: iamId = "", deletedAtMs } = listed?.kmsKey ?? {};
    if (line.kind === "kms" && facts.state === "destroyed") {
      const lastWrite = { iamId, at: deletedAtMs === undefined ? "" : isoTime(deletedAtMs) };
      await noteSettled(world, { ...key, vaultId: "", step: "destroy", state: "destroyed", lastWrite }, options);
    }
  }
}

/** The evidence of this run, in a file of its own. */
export async function evidenceOf(
  { session, newId }: Pick<World, "session" | "newId">,
  { folder, evidenceAt }: Pick<ActPorts, "evidenceAt"> & { readonly folder: CampaignFolder },
  options: CallOptions,
): Promise<Evidence> {
  const { identity } = await session.actor(options);
  const writer = (identity?.iamId ?? "unknown").replaceAll(/[^A-Za-z0-9-]/g, "_").slice(0, 80);
  await folder.makeFolder(evidenceFolder);
  return evidenceAt(folder.pathOf(`${evidenceFolder}/${writer}-${newId().slice(0, 13)}.jsonl`));
}

/** Notes in the evidence who continued a wave after a stop, and why. */
export async function noteResume({ view, world, options }: CampaignContext, request: StepRequest): Promise<void> {
  const { wave, resume } = request;
  if (resume === undefined) return;
  const { instanceId } = world.session;
  const subject = { instanceId, resource: "campaign_wave" as const, vaultId: "", keyId: wave, label: wave };
  const details = { keystores: [], reason: resume.reason, digest: resume.digest };
  const facts = { subject, step: "continue", from: "stopped", to: "open", details };
  const actor = await world.session.actor(options);
  await appendEvidence(world, facts, { phase: "after", actor, nowMs: view.nowMs, correlationId: "" });
}

/**
 * Notes what the service refused, so that the next runs begin with the other keys, and so that a person who was not here
 * reads the cause. The words are the service's, and no later decision depends on them.
 */
export async function noteRefusals(
  { world, options }: CampaignContext,
  step: ApprovedStep | "remove",
  results: readonly KeyResult[],
): Promise<void> {
  const refused = results.filter(({ code }) => code !== undefined && refusingCodes.includes(code));
  const actor = await world.session.actor(options);
  const { instanceId, serviceTimeMs } = world.session;
  for (const { key, label, code = "", says } of refused) {
    const [place = "", keyId = ""] = key.split("/");
    const isKms = place === "kms";
    const resource = isKms ? { resource: "kms_key" as const } : {};
    const subject = { instanceId, ...resource, vaultId: isKms ? "" : place, keyId, label };
    const details = { keystores: [], refusal: { code, said: plain(says, 300) } };
    const facts = { subject, step, from: "", to: "", details };
    const call = { phase: "refused", actor, nowMs: serviceTimeMs() ?? 0, correlationId: "" } as const;
    await appendEvidence(world, facts, call);
  }
}

export const refOf = ({ world }: CampaignContext, { line }: KeyInSchedule): KeyRef => ({
  instanceId: world.session.instanceId,
  vaultId: line.vault,
  keyId: line.id,
});

export const kmsRefOf = ({ session }: Pick<World, "session">, { line }: KeyInSchedule): KmsKeyRef => ({
  instanceId: session.instanceId,
  kmsKeyId: line.id,
});

/** Wraps the act, so that it skips the key if a person changed campaign.yaml since the run started. */
export function unlessEdited(context: CampaignContext, act: (key: KeyInSchedule) => Promise<KeyResult>): typeof act {
  return async (key) => {
    if (await context.areRulesNewer()) return withoutStep(key, "campaign.yaml changed since the run started");
    return act(key);
  };
}

/** The same for a step that no blackout allows. A run of thousands of keys takes hours. */
export function unlessClosed(context: CampaignContext, act: (key: KeyInSchedule) => Promise<KeyResult>): typeof act {
  const { world, view } = context;
  return unlessEdited(context, async (key) => {
    const blackout = blackoutAt(view.campaign.blackouts, world.session.serviceTimeMs() ?? view.nowMs);
    if (blackout === undefined) return act(key);
    return withoutStep(key, plain(`a blackout began since the run started: ${blackout.reason}`, 200));
  });
}

/**
 * Acts on one key after another. An error about one key does not keep the run from the next. A key whose act a person
 * interrupted is a result, too, because its step may have been taken.
 */
export async function actOnKeys<Key extends NamedKey>(
  { world, options }: { readonly world: Parameters<typeof runMany>[0]; readonly options: CallOptions },
  what: string,
  keys: readonly Key[],
  act: (key: Key) => Promise<KeyResult>,
): Promise<ManyResults<KeyResult>> {
  const interrupted: KeyResult[] = [];
  const actOne = async (key: Key): Promise<KeyResult> => {
    try {
      return await act(key);
    } catch (error) {
      if (!isUkoError(error)) throw error;
      if (!endsTheRun.has(error.code)) return failedOn(key, error);
      if (error.code === "UKO_CANCELED") interrupted.push(failedOn(key, error));
      throw error;
    }
  };
  const run = await runMany(world, { items: keys, what, act: actOne }, options);
  return { ...run, results: [...run.results, ...interrupted] };
}

export interface ActOnKey extends Pick<KeyTask, "intent" | "isReversal"> {
  readonly operation: string;
  readonly judge: (observation: KeyObservation, run: KeyRun, nowMs: number) => CampaignVerdict;
}

/** Takes the steps that the campaign's planner allows on a fresh read of the key. */
export async function convergeOnKey(
  context: CampaignContext,
  key: KeyInSchedule,
  { judge, operation, ...how }: ActOnKey,
): Promise<KeyResult> {
  const { world, options } = context;
  let left: LeftBecause | undefined;
  const act = withReport(world, operation, async (ref: KeyRef, calls: CallOptions) => {
    const task = {
      ref,
      approvals: [],
      ...how,
      plan: (observation: KeyObservation, run: KeyRun, nowMs: number) => {
        const verdict = judge(observation, run, nowMs);
        left = verdict.kind === "leave" ? verdict.why : undefined;
        return verdict.kind === "leave" ? ({ kind: "done" } as const) : verdict.plan;
      },
    };
    return reportExisting(ref, await converge(world, keyKind, task, calls));
  });
  const report = await act(refOf(context, key), options);
  // A key that was left after a step is reported with the step.
  if (left !== undefined && report.taken.length === 0) return withoutStep(key, sayLeft(left));
  return resultFrom(key, report);
}

export function sayLeft(why: LeftBecause): string {
  if (why.kind === "held") return "held since the run started";
  if (why.kind === "other_step") return "its next step is a different one";
  const { rollback } = why;
  if (rollback.kind === "left") return leftSentences[rollback.why];
  const by = rollback.by?.iamId ?? "an unknown identity";
  const at = rollback.atMs === undefined ? "" : ` on ${sayTime(rollback.atMs)}`;
  return plain(`${by} wrote to the key${at}, after the campaign or instead of it`, 200);
}

const leftSentences = {
  not_deactivated_here: "no evidence in the folder says that this campaign took its last step",
  not_deactivated: "it is not deactivated",
  destroyed: "it is destroyed, which cannot be undone",
} as const;
