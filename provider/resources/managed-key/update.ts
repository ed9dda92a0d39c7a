/**
 * The update of a managed key. Never takes a step that needs a second person, unless the run names
 * that person's record.
 */

import type { RunSettings, UpdateOptions } from "../../engine/definition.ts";
import { renderExplanation } from "../../engine/explanation.ts";
import { explainOutcome } from "../../engine/key/messages.ts";
import { type KeyDetails, observeKey } from "../../engine/key/observe.ts";
import { type Outcome, reconcile } from "../../engine/key/reconcile.ts";
import type { CallOptions, KeyPatch, KeyRef, World, Written } from "../../engine/ports.ts";
import { errorOf } from "../../engine/report.ts";
import { createSettler, readingOf } from "../../engine/settle.ts";
import { capital, plain, sayKey } from "../../engine/words.ts";
import { UkoError } from "../../errors.ts";
import { demandedBy } from "../../lifecycle/dual-marker.ts";
import { managedKeyTable } from "../../lifecycle/managed-key-states.ts";
import type { Tag } from "../../lifecycle/observation.ts";
import type { DeletionPolicy } from "../../lifecycle/plan.ts";
import { planKeyDeletion } from "../../lifecycle/plan-key-deletion.ts";
import { planUpdate } from "../../lifecycle/plan-update.ts";
import { patchOfUser } from "../../lifecycle/record-carriers.ts";
import { alignKey } from "./align.ts";
import { leftAlone } from "./deletion-pending.ts";
import { markKey } from "./marker.ts";
import { rotateKey } from "./rotate.ts";
import type { ManagedKeyInputs, ManagedKeyState } from "./schema.ts";
import { asTags } from "./state.ts";

/** Another writer may change the key between our read and our write, a few times. */
const maxTries = 4;

export interface UpdatedKey {
  /** The key after the update. */
  readonly observed: KeyDetails;
  /** Warnings for the user. */
  readonly warnings: readonly string[];
}

/** Applies the inputs as far as allowed. */
export async function updateKey(
  world: World,
  ref: KeyRef,
  state: ManagedKeyState,
  inputs: ManagedKeyInputs,
  policy: DeletionPolicy,
  run: RunSettings,
  options: UpdateOptions,
): Promise<UpdatedKey> {
  const isRotating = isTriggered(state, inputs);
  if (isRotating) refuseRetirement(state, inputs);
  const warnings = [
    ...(await writeAttributes(world, ref, state, inputs, options)),
    ...(await markKey(world, ref, demandedBy(policy), options)),
    ...(inputs.align ? await alignKey(world, ref, options) : []),
  ];
  if (inputs.state === "active") warnings.push(...(await activate(world, ref, state, options)));
  else if (inputs.state !== undefined) {
    const { announced: atMost } = options;
    const aimed = { ...policy, goal: inputs.state, ...(atMost !== undefined && { atMost }) };
    warnings.push(...(await retire(world, ref, aimed, run, options)));
  }
  if (!isRotating) return { observed: await present(world, ref, options), warnings };
  // The rotation comes last: if a later step failed, state would keep the old trigger and the next
  // run would rotate again (decision 0026).
  const rotated = await rotateKey(world, ref, state.version, options);
  return { observed: rotated.observed, warnings: [...warnings, ...rotated.warnings] };
}

async function retire(
  world: World,
  ref: KeyRef,
  policy: DeletionPolicy,
  run: RunSettings,
  options: UpdateOptions,
): Promise<readonly string[]> {
  const outcome = await reconcile(
    world,
    {
      ref,
      plan: (observation, current, nowMs) => planKeyDeletion(observation, policy, current, nowMs),
      consents: run.consents,
      intent: "engine",
    },
    options,
  );
  return toldBy(outcome, options.apply);
}

async function present(world: World, ref: KeyRef, options: CallOptions): Promise<KeyDetails> {
  const sighting = await observeKey(world, ref, "summary", options);
  if (sighting.kind === "present") return sighting;
  throw new UkoError("UKO_KEY_NOT_FOUND", {
    summary: `Key ${ref.keyId} is gone: somebody removed it meanwhile`,
    detail: "A refresh takes it out of the state.",
  });
}

/** Removing the trigger from the program requests nothing. */
function isTriggered(state: ManagedKeyState, { rotationTrigger }: ManagedKeyInputs): boolean {
  return rotationTrigger !== undefined && rotationTrigger !== state.rotationTrigger;
}

/**
 * Rotating before a retirement would create useless material, and after its first record no
 * rotation is possible, so neither order can be intended.
 */
function refuseRetirement({ label }: ManagedKeyState, { state: goal }: ManagedKeyInputs): void {
  if (goal === undefined || goal === "active") return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `Key "${plain(label)}" is not rotated beside state: "${goal}", which ends it`,
    detail:
      "Nothing was changed. Put rotationTrigger back to its former value, or leave it out; to rotate the key first, leave state out until that is done.",
  });
}

/** A wait keeps the run green; a blocker that a person has to clear does not. */
function toldBy(outcome: Outcome, rerun: NonNullable<UpdateOptions["apply"]> = "pulumi up"): readonly string[] {
  if (outcome.kind === "gone" || (outcome.kind === "stopped" && outcome.plan.kind === "done")) return [];
  const explanation = explainOutcome(outcome, { rerun });
  const isWait =
    explanation.code === "UKO_APPROVAL_PENDING" ||
    (outcome.kind === "stopped" && outcome.plan.kind === "waitingForTime");
  if (isWait) return [renderExplanation(explanation)];
  throw errorOf(explanation);
}

async function writeAttributes(
  world: World,
  ref: KeyRef,
  before: ManagedKeyState,
  inputs: ManagedKeyInputs,
  options: CallOptions,
): Promise<readonly string[]> {
  const settler = createSettler(world, `key ${ref.keyId}`, options);
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const sighting = await observeKey(world, ref, "summary", options);
    if (sighting.kind === "gone")
      throw new UkoError("UKO_KEY_NOT_FOUND", { detail: "A refresh takes it out of the state." });
    requireTemplate(sighting, before, inputs);
    const patch = patchFor(sighting, inputs);
    if (patch === undefined) return [];
    const permission = planUpdate(sighting.observation, sighting.nowMs);
    if (permission.kind === "leave") return [leftAlone(sighting.observation, permission.record)];
    const { state, stateWord } = sighting.observation;
    if (state !== "unrecognised" && "refused" in managedKeyTable[state].update) {
      return [`${capital(sayKey(sighting.observation))} is ${stateWord}, so its attributes stay as they are`];
    }
    if (!(await settler.isSettled(readingOf(sighting)))) continue;
    const written = await world.keys.update(ref, patch, sighting.etag, options);
    if (written.kind === "done") return [];
    throwIfFinal(written, sighting);
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE");
}

function throwIfFinal(written: Written<unknown>, observed: KeyDetails): void {
  const key = sayKey(observed.observation);
  if (written.kind === "forbidden") {
    throw new UkoError("UKO_RIGHTS_MISSING", {
      summary: `This identity may not change ${key}`,
      detail: `Changing takes the role Key Custodian - Deployer or Key Custodian - Creator. The service says: ${plain(written.message)}`,
    });
  }
  if (written.kind === "refused") {
    throw new UkoError(written.status === 400 ? "UKO_INPUT_INVALID" : "UKO_SERVICE_REFUSED", {
      summary: `The service did not change ${key}: ${plain(written.message)}`,
      detail: `Nothing was changed. Correlation id: ${written.correlationId}`,
    });
  }
}

/**
 * A renamed template is the same template: the program may keep the old name or follow with the new
 * one.
 */
function requireTemplate(
  { snapshot, observation }: KeyDetails,
  before: ManagedKeyState,
  inputs: ManagedKeyInputs,
): void {
  if (inputs.template === before.template || inputs.template === snapshot.templateName) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${capital(sayKey(observation))} was made from template "${plain(snapshot.templateName)}" and cannot change to "${inputs.template}"`,
    detail: "Make a new key from that template beside it, move to the new one, then retire the old one.",
  });
}

/** Undefined if nothing differs: an update without changes writes nothing. */
function patchFor({ snapshot, observation }: KeyDetails, inputs: ManagedKeyInputs): KeyPatch | undefined {
  const { facts } = observation;
  const differs = <T>(wanted: T | undefined, actual: T): wanted is T => wanted !== undefined && wanted !== actual;
  const own = {
    ...(differs(inputs.label, facts.label) && { label: inputs.label }),
    ...(differs(inputs.activationDate, facts.activationDate) && { activationDate: inputs.activationDate }),
    ...(differs(inputs.expirationDate, facts.expirationDate) && { expirationDate: inputs.expirationDate }),
  };
  const ofUser = {
    ...(differs(inputs.description, facts.description) && { description: inputs.description }),
    ...(inputs.tags !== undefined && !isSameTags(inputs.tags, facts.tags) && { tags: asTags(inputs.tags) }),
  };
  const isSame = Object.keys(own).length === 0 && Object.keys(ofUser).length === 0;
  return isSame ? undefined : { ...own, ...patchOfUser(snapshot, ofUser) };
}

async function activate(
  world: World,
  ref: KeyRef,
  before: ManagedKeyState,
  options: CallOptions,
): Promise<readonly string[]> {
  const settler = createSettler(world, `key ${ref.keyId}`, options);
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const sighting = await observeKey(world, ref, "summary", options);
    if (sighting.kind === "gone" || sighting.observation.state === "active") return [];
    const key = capital(sayKey(sighting.observation));
    if (sighting.observation.state !== "pre_activation") {
      return [
        `${key} is ${sighting.observation.stateWord} and stays so: only uko reactivate ${before.vaultId}/${before.keyId} makes it active again`,
      ];
    }
    const permission = planUpdate(sighting.observation, sighting.nowMs);
    if (permission.kind === "leave") return [leftAlone(sighting.observation, permission.record)];
    if (!(await settler.isSettled(readingOf(sighting)))) continue;
    const written = await world.keys.act(ref, "activate", sighting.etag, options);
    throwIfFinal(written, sighting);
    return written.kind === "done" ? [] : [`${key} changed during the run; the next run activates it`];
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE");
}

function isSameTags(wanted: Readonly<Record<string, string>>, actual: readonly Tag[]): boolean {
  return Object.keys(wanted).length === actual.length && actual.every((tag) => wanted[tag.name] === tag.value);
}
