/**
 * The probe of `uko doctor --probe-tags`: it creates a key that is not active, reads back which tags and texts the
 * service keeps on it, and deletes it. The probe shows before the first deletion whether the service can store consent
 * records. If the key cannot be deleted, the check names the key and the commands that delete it.
 */

import { isUkoError, UkoError } from "../../errors.ts";
import { type Right, rights } from "../../lifecycle/managed-key-states.ts";
import type { Step } from "../../lifecycle/plan.ts";
import { planProbeEnd } from "../../lifecycle/plan-probe-end.ts";
import { keyKind, type Outcome } from "../key/kind.ts";
import { observeKey } from "../key/observe.ts";
import { subjectOfKey } from "../key/report.ts";
import type { Task } from "../key/steps.ts";
import { converge } from "../loop/converge.ts";
import { reportingRun } from "../loop/report.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { plain, sayHolder, sayRoles } from "../text/words.ts";
import { type Check, fail, faultCheck, ok, warn } from "./doctor-messages.ts";
import { type MadeKey, makeProbeKey, type ProbeTexts, patchProbeKey } from "./probe-key.ts";

export interface TagProbe {
  readonly vaultId: string;
  readonly template: string;
  /** Whether the environment requires two people. Then one person may not delete any key, including this one. */
  readonly isDualRequired: boolean;
}

/** Never throws because of a response. A key that was created is deleted or named, whatever happens. */
export async function probeTags(world: World, probe: TagProbe, options: CallOptions): Promise<readonly Check[]> {
  let made: MadeKey;
  try {
    const obstacle = await obstacleTo(world, probe, options);
    if (obstacle !== undefined) return [notBegunCheck(obstacle)];
    await world.reports?.open();
    world.progress.report("Creating a key for the probe");
    made = await makeProbeKey(world, probe, options);
  } catch (error) {
    return [faultCheck(probeName, error)];
  }
  const checks: Check[] = [];
  try {
    checks.push(await compare(world, made, options));
  } catch (error) {
    checks.push(faultCheck(probeName, known(error)));
  }
  checks.push(await end(world, made, options));
  return checks;
}

/** Any reason not to create a key at all. Sends no call that changes anything. */
async function obstacleTo(world: World, probe: TagProbe, options: CallOptions): Promise<string | undefined> {
  const { vaultId, template: name, isDualRequired } = probe;
  if (isDualRequired) {
    return "UKO_DUAL_AUTHORIZATION=required requires two people, but the probe deletes its key alone";
  }
  const templates = await world.templates.list({ vaultId }, options);
  const template = templates.find((each) => each.vaultId === vaultId && each.name === name);
  if (template === undefined) return `vault ${vaultId} has no visible template with that name`;
  if (template.keyState !== "pre_activation") {
    return "its keys are active at once, but the probe deletes only a key that was never activated; choose a template whose keys start as pre_activation";
  }
  if (template.isArchived) return "it is archived, so it creates no keys";
  if (template.namingScheme !== "") {
    return "its keys are named by a scheme, but the probe must find its key by a label of its own";
  }
  return undefined;
}

async function compare(world: World, made: MadeKey, options: CallOptions): Promise<Check> {
  const { sent, tagsRejected } = made;
  const atCreation = await lookFor(world, made, { sent, tagsRejected }, options);
  const patched = await patchProbeKey(world, made, options);
  if (patched.kind === "not_made") return carriedCheck(atCreation, patched.why);
  return carriedCheck(atCreation, await lookFor(world, made, patched, options));
}

async function lookFor(
  world: World,
  { ref }: MadeKey,
  { sent, tagsRejected }: { readonly sent: ProbeTexts; readonly tagsRejected: boolean },
  options: CallOptions,
): Promise<Carried> {
  const { value } = await world.keys.read(ref, options);
  if (value === undefined) throw new UkoError("UKO_KEY_NOT_FOUND", { summary: "The key of the probe was not found" });
  const { tags, description } = value.snapshot;
  const areKept = sent.tags.every((tag) =>
    tags.some(({ name, value: text }) => name === tag.name && text === tag.value),
  );
  return {
    tags: tagsRejected ? "rejected" : areKept ? "kept" : tags.length === 0 ? "dropped" : "changed",
    isEndingKept: description === sent.description,
  };
}

/** Uses the same loop and planner as every other deletion. If the run stops, the message names the key that is left. */
async function end(world: World, made: MadeKey, options: CallOptions): Promise<Check> {
  const { ref, label } = made;
  const task = {
    ref,
    plan: (...[observation, run, nowMs]: Parameters<Task["plan"]>) => planProbeEnd(observation, made, run, nowMs),
    approvals: [],
    intent: "resume",
  } as const;
  const work = (): Promise<Outcome> => converge(world, keyKind, task, options);
  try {
    const subject = { ...subjectOfKey(ref), label };
    const outcome = await reportingRun(world, { operation: "probe-tags", subject, work, resultOf }, options);
    return outcome.kind === "gone" ? cleanupCheck(made) : leftCheck(leftBy(outcome, made));
  } catch (error) {
    const fault = known(error);
    return leftCheck({ ...made, stateWord: await stateNow(world, made), why: fault.summary });
  }
}

function leftBy(outcome: Exclude<Outcome, { kind: "gone" }>, made: MadeKey): LeftKey {
  const { observation } = outcome.observed;
  const left = { ...made, stateWord: observation.stateWord };
  if (outcome.kind === "rights_missing") return { ...left, step: outcome.step.kind, why: outcome.message };
  if (outcome.kind === "stopped" && outcome.plan.kind === "refused" && outcome.plan.guard.guard === "service_refused") {
    return { ...left, why: outcome.plan.guard.message };
  }
  const asksForTwo = outcome.kind === "stopped" && outcome.plan.kind === "waitingForRequest";
  return {
    ...left,
    why: asksForTwo ? "the key requires two people" : "the key was changed after the probe created it",
  };
}

/** The state of the key now, for the command that the message shows. A canceled run makes no further call. */
async function stateNow(world: World, { ref }: MadeKey): Promise<string | undefined> {
  try {
    const sighting = await observeKey(world, ref, "summary", { signal: new AbortController().signal });
    return sighting.kind === "gone" ? "gone" : sighting.observation.stateWord;
  } catch {
    return undefined;
  }
}

function resultOf(outcome: Outcome) {
  const taken = outcome.memory.taken.map((step) => step.kind);
  if (outcome.kind === "gone") return { lifecycleState: "gone", exitCode: 0, taken };
  return { lifecycleState: outcome.observed.observation.stateWord, exitCode: 1, taken };
}

function known(error: unknown): UkoError {
  return isUkoError(error) ? error : new UkoError("UKO_BUG", { cause: error });
}

/** What one read showed of the values sent before. */
interface Carried {
  readonly tags: "kept" | "dropped" | "changed" | "rejected";
  /** Whether a description ends as it was sent, including the newline. */
  readonly isEndingKept: boolean;
}

interface ProbedKey {
  readonly ref: KeyRef;
  readonly label: string;
}

interface LeftKey extends ProbedKey {
  /** Absent if the key could not be read any more; `gone` if the key was gone after all. */
  readonly stateWord: string | undefined;
  readonly step?: Step["kind"];
  readonly why: string;
}

const probeName = "tag probe";

function notBegunCheck(obstacle: string): Check {
  return fail(probeName, `not started: ${plain(obstacle, 300)}`, "No key was created.");
}

/** `atChange` is a text if no change could be made. */
function carriedCheck(atCreation: Carried, atChange: Carried | string): Check {
  const last = typeof atChange === "string" ? atCreation : atChange;
  const kept =
    typeof atChange === "string"
      ? `${sayTags(atCreation)} at creation; the change failed: ${plain(atChange)}`
      : atCreation.tags === atChange.tags
        ? `${sayTags(atChange)} at creation and after a change`
        : `${sayTags(atCreation)} at creation, ${atChange.tags} after a change`;
  const ending = last.isEndingKept ? "the end of the description is kept" : "the end of the description is not kept";
  const says = `${kept}; ${ending}`;
  if (last.tags === "kept") return ok(probeName, says, "Consent records are stored as tags.");
  if (last.isEndingKept) {
    return ok(
      probeName,
      says,
      "Consent records are stored at the end of the description, which can then have at most 110 characters.",
    );
  }
  return warn(
    probeName,
    says,
    "The service would not store consent records, so uko refuses every deletion that requires two people (UKO_RECORD_NOT_KEPT).",
  );
}

function sayTags({ tags }: Carried): string {
  return `tags are ${tags}`;
}

function cleanupCheck(key: ProbedKey): Check {
  return ok(
    "probe's key",
    `"${plain(key.label)}" was never activated; it was destroyed and removed (${key.ref.keyId})`,
  );
}

/** The probe deletes only its own key in its own run, so a key that is left is deleted like any other. */
function leftCheck(left: LeftKey): Check {
  if (left.stateWord === "gone") return cleanupCheck(left);
  const path = `${left.ref.vaultId}/${left.ref.keyId}`;
  return fail(
    "probe's key",
    `"${plain(left.label)}" was not deleted (state: ${left.stateWord ?? "unknown"}): ${plain(sayWhy(left), 300)}`,
    commandsFor(left, path).join("\n"),
  );
}

const needed: Partial<Record<Step["kind"], Right>> = { destroy: rights.destroyUnused, remove: rights.remove };

function sayWhy({ step, why }: LeftKey): string {
  const right = step === undefined ? undefined : needed[step];
  if (right === undefined) return why;
  return `to ${step} it, the role ${sayRoles(right)} is required. Response of the service: ${why}`;
}

function commandsFor({ stateWord }: LeftKey, path: string): readonly string[] {
  const ask = ["Two people can delete it like any other key. The first one runs:", `  uko request ${path}`];
  const remove = [`Once it is destroyed, ${sayHolder(rights.remove)} runs:`, `  uko continue ${path}`];
  if (stateWord === "destroyed") return remove;
  return stateWord === undefined ? [...ask, ...remove] : ask;
}
