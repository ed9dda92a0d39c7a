/**
 * Updates a managed key: its values, the marker, and the goal `state`. A goal such as `destroyed` takes no step that
 * needs a second person, unless that person approved what this run's caller requested. A step that has to wait is only
 * a warning. The file refuses another template than the key's own, and a rotation together with a goal that starts a
 * deletion.
 */

import { deletionIntent } from "../../engine/key/intents.ts";
import { keyKind } from "../../engine/key/kind.ts";
import { type KeyDetails, observedInResponse } from "../../engine/key/observe.ts";
import type { Outcome } from "../../engine/key/steps.ts";
import { explainOutcome } from "../../engine/key/text/messages.ts";
import { converge } from "../../engine/loop/converge.ts";
import { errorOf } from "../../engine/loop/report.ts";
import type { CallOptions, KeyPatch, KeyRef, World } from "../../engine/ports/world.ts";
import type { CheckFailure, UpdateOptions } from "../../engine/resource/definition.ts";
import { isChangeable, namesWhere } from "../../engine/resource/property.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { renderExplanation } from "../../engine/text/explanation.ts";
import { plain, sayKey, sayRoles } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { patchOfUser } from "../../lifecycle/consent/record-locations.ts";
import { demandedBy, isLooser, requiredPeopleValues } from "../../lifecycle/consent/required-people.ts";
import { planKeyWrite } from "../../lifecycle/key/key-write.ts";
import type { DeletionPolicy } from "../../lifecycle/key/plan.ts";
import { isAlignable } from "../../lifecycle/key/plan-update.ts";
import { managedKeyTable, rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { KeyObservation, Tag } from "../../lifecycle/vocabulary/observation.ts";
import { isDeclaredTag } from "../../lifecycle/vocabulary/tag-names.ts";
import { peopleOf } from "../shared-inputs.ts";
import { type Changed, throwIfDenied, type WriteWords } from "../write.ts";
import { alignKeyWithTemplate } from "./align.ts";
import { markKey } from "./marker.ts";
import { rotateKey } from "./rotate.ts";
import { type ManagedKeyInputs, type ManagedKeyState, managedKeyInputs } from "./schema.ts";
import { asTags, patchedDifferences, staysInactive } from "./state.ts";
import { capitalKey, type LatestKey, presentKey, warnRecordBinds, writeKey } from "./write.ts";

const compared = namesWhere(managedKeyInputs, isChangeable);
const policies = namesWhere(managedKeyInputs, ({ role }) => role === "policy");

/** The inputs that differ from the existing key, so that an update runs. */
export function changedInputs(state: ManagedKeyState, inputs: ManagedKeyInputs): readonly (keyof ManagedKeyInputs)[] {
  const differing = new Set<keyof ManagedKeyInputs>();
  for (const name of compared) if (inputs[name] !== undefined && inputs[name] !== state[name]) differing.add(name);
  for (const name of policies) if (inputs[name] !== state[name]) differing.add(name);
  if (inputs.tags !== undefined && !isSameTags(inputs.tags, asTags(state.tags ?? {}))) differing.add("tags");
  if (isTriggered(state, inputs)) differing.add("rotationTrigger");
  if (inputs.align !== state.align || (inputs.align && isAlignable(state.keyState, state.alignment))) {
    differing.add("align");
  }
  if (isMarkerMissing(state, inputs)) differing.add("dualAuthorization");
  if (inputs.state !== undefined && !isReached(state, inputs.state)) differing.add("state");
  return [...differing];
}

/** Whether an update would mark the key. */
function isMarkerMissing({ keyState, dualMarker }: ManagedKeyState, inputs: ManagedKeyInputs): boolean {
  if (!markableStates.includes(keyState)) return false;
  const marker = requiredPeopleValues.find((each) => each === dualMarker);
  return marker === undefined || isLooser(marker, peopleOf(inputs).people);
}

const markableStates: readonly string[] = ["pre_activation", "active", "deactivated"];

/**
 * Whether the key has reached the goal. A later state counts; `destroyed` counts only when no keystore has the material.
 */
export function isReached(state: ManagedKeyState, goal: NonNullable<ManagedKeyInputs["state"]>): boolean {
  switch (goal) {
    case "active":
      // Only `uko reactivate` makes a deactivated key active again, so the goal counts as reached after one update.
      return state.keyState === "active" || (state.state === "active" && state.keyState !== "pre_activation");
    case "deactivated":
      return state.keyState === "deactivated" || state.keyState === "destroyed";
    case "destroyed":
      return state.lifecycleState === "destroyed";
  }
}

/** Applies the inputs as far as allowed. */
export async function updateKey(
  world: World,
  ref: KeyRef,
  state: ManagedKeyState,
  inputs: ManagedKeyInputs,
  policy: DeletionPolicy,
  options: UpdateOptions,
): Promise<Changed<KeyDetails>> {
  const isRotating = isTriggered(state, inputs);
  if (isRotating) refuseRetirement(state, inputs, world.dialect);
  const latest: LatestKey = {};
  const warnings = [
    ...(await writeAttributes({ world, ref, before: state, inputs, latest, options })),
    ...(await markKey(world, ref, demandedBy(policy), options, { latest })),
    ...(inputs.align ? await alignKeyWithTemplate(world, ref, latest, options) : []),
  ];
  if (inputs.state === "active") warnings.push(...(await activate(world, ref, latest, options)));
  else if (inputs.state !== undefined) {
    const aimed = { ...policy, goal: inputs.state, atMost: options.planLimit };
    warnings.push(...(await retire(world, ref, aimed, options)));
    delete latest.observed;
  }
  if (!isRotating) return { observed: latest.observed ?? (await presentKey(world, ref, options)), warnings };
  // The rotation comes last: if a later step failed, state would keep the old trigger and the next
  // run would rotate again (decision 0026).
  const rotated = await rotateKey(world, ref, state.version, options);
  return { observed: rotated.observed, warnings: [...warnings, ...rotated.warnings] };
}

async function retire(
  world: World,
  ref: KeyRef,
  policy: DeletionPolicy,
  options: UpdateOptions,
): Promise<readonly string[]> {
  const outcome = await converge(world, keyKind, { ref, approvals: [], ...deletionIntent(policy) }, options);
  return warningsOf(outcome, options);
}

/** Whether the program requests a rotation. To remove the trigger requests none. */
function isTriggered(state: ManagedKeyState, { rotationTrigger }: ManagedKeyInputs): boolean {
  return rotationTrigger !== undefined && rotationTrigger !== state.rotationTrigger;
}

/**
 * Throws if a rotation and a deletion are requested together. A rotation before the deletion would create useless
 * material, and after the first consent record no rotation is possible.
 */
function refuseRetirement({ label }: ManagedKeyState, { state: goal }: ManagedKeyInputs, dialect: Dialect): void {
  if (goal === undefined || goal === "active") return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `Key "${plain(label)}" was not rotated, because ${dialect.assignment("state", goal)} starts its deletion`,
    detail: [
      `Nothing was changed. Set ${dialect.property("rotationTrigger")} to its previous value, or omit it.`,
      `To rotate the key first, omit ${dialect.property("state")} for one run.`,
    ].join(" "),
  });
}

/** The warnings of a step. A wait is only a warning; throws for a blocker that a person has to remove. */
function warningsOf(outcome: Outcome, options: UpdateOptions): readonly string[] {
  const { apply: rerun = "pulumi up", target, program } = options;
  if (outcome.kind === "gone" || (outcome.kind === "stopped" && outcome.plan.kind === "done")) return [];
  const explanation = explainOutcome(outcome, { rerun, ...(target !== undefined && { target }) });
  const isWait =
    outcome.kind === "stopped" &&
    ["waitingForApproval", "waitingForRequest", "waitingForTime"].includes(outcome.plan.kind);
  if (isWait) return [renderExplanation(explanation, { program })];
  throw errorOf(explanation, { program });
}

interface AttributeWrite {
  readonly world: World;
  readonly ref: KeyRef;
  readonly before: ManagedKeyState;
  readonly inputs: ManagedKeyInputs;
  readonly latest: LatestKey;
  readonly options: CallOptions;
}

function writeAttributes(write: AttributeWrite): Promise<readonly string[]> {
  const { world, ref, before, inputs, latest, options } = write;
  return writeKey<readonly string[]>({
    world,
    ref,
    purpose: "update",
    options,
    latest,
    decide(observed) {
      requireTemplate(observed, before, inputs);
      const { observation, nowMs, etag } = observed;
      const patch = patchFor(observed, inputs);
      if (patch === undefined) return [];
      const plan = planKeyWrite(observation, "update", nowMs);
      if (plan.kind === "leave") return [warnRecordBinds(observation, plan.record)];
      const { state, stateWord } = observation;
      if (state !== "unrecognized" && "refused" in managedKeyTable[state].update) {
        return [`${capitalKey(observation)} is ${stateWord}, so its properties were not changed`];
      }
      return async () => {
        const written = await world.keys.update(ref, patch, etag, options);
        throwIfDenied(written, changeOf(observation));
        if (written.kind !== "done") return undefined;
        const shown = observedInResponse(world, ref, written);
        if (shown.etag !== etag && (await isStored(write, shown, patch))) latest.observed = shown;
        return [];
      };
    },
  });
}

/**
 * Whether the response to the update shows what the service stored: the values of the program, and
 * responses to such updates that a read of this run has confirmed (decision 0048).
 */
async function isStored(
  { world, ref, inputs, options }: AttributeWrite,
  shown: KeyDetails,
  patch: KeyPatch,
): Promise<boolean> {
  if (patchFor(shown, inputs) !== undefined) return false;
  const fields = Object.keys(patch).toSorted().join(" ");
  return world.responseTrust.isConfirmed(`update of ${fields}`, async () => {
    const read = await presentKey(world, ref, options);
    return read.etag === shown.etag && JSON.stringify(read.snapshot) === JSON.stringify(shown.snapshot);
  });
}

function changeOf(observation: KeyObservation): WriteWords {
  return {
    act: `change ${sayKey(observation)}`,
    needs: `Changing a key requires the role ${sayRoles(rights.write)}.`,
    left: "Nothing was changed. ",
  };
}

/**
 * Throws if the program names another template. If a template was renamed, the program may keep the old name or use the
 * new one.
 */
function requireTemplate(
  { snapshot, observation }: KeyDetails,
  before: ManagedKeyState,
  inputs: ManagedKeyInputs,
): void {
  if (inputs.template === before.template || inputs.template === snapshot.templateName) return;
  throw new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `${capitalKey(observation)} was created from template "${plain(snapshot.templateName)}", which cannot change to "${inputs.template}"`,
    detail: "Create a new key from that template, move to it, then delete the old one.",
  });
}

/**
 * The same check in a plan. A name that no template has may be the new name that this run gives to the key's template, so
 * only the apply can decide.
 */
export async function rejectTemplate(
  open: () => World,
  { template, instanceId, vaultId, keyId }: ManagedKeyState,
  inputs: ManagedKeyInputs,
  options: CallOptions,
): Promise<readonly CheckFailure[]> {
  if (inputs.template === template) return [];
  const world = open();
  const { snapshot } = await presentKey(world, { instanceId, vaultId, keyId }, options);
  const named = (await world.templates.list({ vaultId }, options)).find(({ name }) => name === inputs.template);
  if (named === undefined || named.id === snapshot.templateId) return [];
  const reason = `cannot change: the key was created from template "${plain(snapshot.templateName)}"`;
  return [{ property: "template", reason, remedy: successor }];
}

const successor = "create a new key from that template, move to it, then delete the old one";

/** The change to send. Undefined if nothing differs, because an update without changes writes nothing. */
function patchFor({ snapshot, observation }: KeyDetails, inputs: ManagedKeyInputs): KeyPatch | undefined {
  const { facts } = observation;
  const differs = <T>(wanted: T | undefined, actual: T): wanted is T => wanted !== undefined && wanted !== actual;
  const own = {
    ...(differs(inputs.label, facts.label) && { label: inputs.label }),
    ...patchedDifferences(inputs, snapshot),
  };
  const ofUser = {
    ...(differs(inputs.description, facts.description) && { description: inputs.description }),
    ...(inputs.tags !== undefined &&
      !isSameTags(inputs.tags, facts.tags.filter(isDeclaredTag)) && { tags: asTags(inputs.tags) }),
  };
  const isSame = Object.keys(own).length === 0 && Object.keys(ofUser).length === 0;
  return isSame ? undefined : { ...own, ...patchOfUser(snapshot, ofUser) };
}

function activate(world: World, ref: KeyRef, latest: LatestKey, options: CallOptions): Promise<readonly string[]> {
  return writeKey<readonly string[]>({
    world,
    ref,
    purpose: "activate",
    options,
    latest,
    decide({ observation, nowMs, etag }) {
      if (observation.state === "active") return [];
      if (observation.state !== "pre_activation") return staysInactive(observation);
      const plan = planKeyWrite(observation, "activate", nowMs);
      if (plan.kind === "leave") return [warnRecordBinds(observation, plan.record)];
      return async () => {
        const written = await world.keys.activate(ref, etag, options);
        throwIfDenied(written, changeOf(observation));
        return written.kind === "done"
          ? []
          : [`${capitalKey(observation)} changed during the run. The next run activates it`];
      };
    },
  });
}

function isSameTags(wanted: Readonly<Record<string, string>>, actual: readonly Tag[]): boolean {
  return Object.keys(wanted).length === actual.length && actual.every((tag) => wanted[tag.name] === tag.value);
}
