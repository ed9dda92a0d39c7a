/**
 * Chooses keys by what the service's lists show of them: vault, state, label, template, requester and step. A list may
 * be outdated, so each chosen key is read again before a step.
 */

import { isPending } from "../../../lifecycle/key/guards.ts";
import { isChosen } from "../../../lifecycle/vocabulary/iam-id.ts";
import { type ApprovedStep, type ConsentRecord, nextStepOf } from "../../../lifecycle/vocabulary/observation.ts";
import { isGlobMatch } from "../../../text/glob.ts";
import type { CallOptions, World } from "../../ports/world.ts";
import { type KeyDetails, observedInList } from "../observe.ts";
import { listAll } from "./survey.ts";

/** Only the removal requires no request. */
export type SelectionStep = ApprovedStep | "remove";

/** Each field narrows the choice. */
export interface Selection {
  /** Empty for every vault that the caller can read. */
  readonly vaultIds: readonly string[];
  /** The service's word. */
  readonly state?: string;
  /** `*` stands for any text, and `?` for any character. */
  readonly label?: string;
  readonly template?: string;
  /** An IAM ID, or the name that a person's records give. */
  readonly requester?: string;
  /** The next step of the deletion; for a removal, unless the list shows a date until which it has to wait. */
  readonly step?: SelectionStep;
  /** Only keys that carry a consent record. */
  readonly isPending?: true;
}

/** The chosen keys, in the order of the vaults and labels. No decision may depend on what a list shows. */
export async function selectKeys(world: World, selection: Selection, options: CallOptions) {
  const { vaultIds, template } = selection;
  const { keys, unreadable } = await listAll(world, vaultIds, options);
  const ofTemplate = keys.filter(({ templateName }) => template === undefined || templateName === template);
  const seen = ofTemplate.map((snapshot) => observedInList(world, snapshot));
  return { keys: seen.filter((key) => isSelected(key, selection)), unreadable };
}

function isSelected(key: KeyDetails, { state, label, requester, step, isPending: isWaiting }: Selection): boolean {
  const { observation } = key;
  const { facts, carried, stateWord } = observation;
  return (
    (state === undefined || stateWord === state) &&
    (label === undefined || isGlobMatch(label, facts.label)) &&
    (requester === undefined ||
      (carried.record !== undefined && isBy(carried.record.quotes ?? carried.record, requester))) &&
    (step === undefined || (step === "remove" ? isRemovalDue(key) : nextStepOf(observation.state) === step)) &&
    (isWaiting !== true || carried.kind !== "none")
  );
}

/** Whether the key is destroyed, and the list shows no later date until which a keystore holds its material. */
function isRemovalDue({ observation: { state, keystores }, nowMs }: KeyDetails): boolean {
  return state === "destroyed" && !keystores.some((each) => isPending(each) && (each.destructionAtMs ?? nowMs) > nowMs);
}

/**
 * Whether the person wrote the record, by IAM ID or name. A name only finds keys to read: a review names the IAM ID.
 */
export function isBy(
  { author, authorName: name }: Pick<ConsentRecord, "author" | "authorName">,
  person: string,
): boolean {
  return isChosen(person, { iamId: author.iamId, name });
}
