/**
 * The mark of a creation, and the search for it. A lost response or a crash leads to the key that
 * was created, never to a second one.
 */

import type { CreateOptions } from "../../engine/definition.ts";
import type { Answered, CallOptions, KeySnapshot, KeyWithEtag, World } from "../../engine/ports.ts";
import { sayKeepUnderNewName } from "../../engine/shared-object.ts";
import { isUkoError, UkoError } from "../../errors.ts";
import { creationTagName, readCarriers } from "../../lifecycle/record-carriers.ts";
import type { ManagedKeyInputs } from "./schema.ts";

/** See decision 0010. */
export interface CreationMark {
  /** 32 hex digits: the value of the creation tag. */
  readonly value: string;
  /**
   * Whether every run of this resource derives the same mark, so that a later run finds the key of
   * an earlier one.
   */
  readonly isLasting: boolean;
}

export type Search =
  | { readonly kind: "found"; readonly key: Answered<KeyWithEtag> }
  /**
   * `alike` is the candidate key; `reason` says why it does not qualify although it bears the mark.
   */
  | { readonly kind: "none"; readonly alike?: KeySnapshot; readonly reason?: string };

/**
 * A copy of the program in another backend derives the same mark, so a person decides about an
 * older key.
 */
const longestInterruptionMs = 7 * 86_400_000;
/** The service may still be processing a request whose connection broke. */
const maxLooks = 3;
const pauseMs = 2000;

/**
 * Derives the mark from the resource's name in its engine (`origin`); without one it holds for this
 * run alone. A retry after a crash knows nothing but the program, so nothing else enters the mark.
 */
export function creationMark(world: World, inputs: ManagedKeyInputs, origin: string | undefined): CreationMark {
  if (origin === undefined) return { value: world.newId().replaceAll("-", ""), isLasting: false };
  const { vaultId, template, label = null } = inputs;
  const text = JSON.stringify([world.session.instanceId, vaultId, template, label, origin]);
  return { value: world.sha256(text).slice(0, 32), isLasting: true };
}

/** Reads once, for a key that bears the mark and is unchanged since its creation. */
export async function findMarked(
  world: World,
  inputs: ManagedKeyInputs,
  mark: CreationMark,
  options: CallOptions,
): Promise<Search> {
  const { vaultId, label } = inputs;
  const listed = await world.keys.list({ vaultId, ...(label !== undefined && { label }) }, options);
  const marked = listed.find((key) => bearsMark(key, mark));
  if (marked === undefined) {
    const [alike] = label === undefined ? [] : listed;
    return { kind: "none", ...(alike !== undefined && { alike }) };
  }
  const ref = { instanceId: world.session.instanceId, vaultId, keyId: marked.keyId };
  const { value, ...beside } = await world.keys.read(ref, options);
  if (value === undefined) return { kind: "none" };
  const reason = reasonToLeave(world, value.snapshot, mark, beside.serviceTimeMs);
  return reason === undefined
    ? { kind: "found", key: { ...beside, value } }
    : { kind: "none", alike: value.snapshot, reason };
}

/** Finds the key of a creation whose response was lost; throws UKO_ANSWER_LOST if none is found. */
export async function findMade(
  world: World,
  inputs: ManagedKeyInputs,
  mark: CreationMark,
  options: CreateOptions,
): Promise<Answered<KeyWithEtag>> {
  let search: Search = { kind: "none" };
  try {
    for (let look = 0; look < maxLooks; look += 1) {
      if (look > 0) await world.clock.sleep(pauseMs, options.signal);
      search = await findMarked(world, inputs, mark, options);
      if (search.kind === "found") return search.key;
    }
  } catch (error) {
    const why = isUkoError(error) ? error.summary : "";
    throw answerLost(inputs, `The vault could not be searched either. ${why}`, error);
  }
  const alike = search.kind === "none" ? search.alike : undefined;
  if (alike !== undefined && search.kind === "none") {
    throw answerLost(inputs, sayAlike(alike, options, search.reason), undefined, alike);
  }
  throw answerLost(
    inputs,
    "No key with the mark of this resource is in the vault, so most likely none was made. Look at the vault, then run again.",
  );
}

/**
 * Explains why an existing key of this label was not adopted, and how to keep it under a new name
 * or to adopt it.
 */
export function sayAlike(
  { vaultId, keyId }: KeySnapshot,
  { apply, origin, holderOf }: CreateOptions,
  reason?: string,
): string {
  const why =
    reason === undefined ? "but not the mark of this resource" : `and the mark of this resource, but ${reason}`;
  const holder = holderOf?.(`${vaultId}/${keyId}`);
  const known = { ...(apply && { apply }), ...(origin && { origin }), ...(holder && { holder }) };
  return `Key ${keyId} has that label, ${why}.\n${sayKeepUnderNewName(keyId, known)}`;
}

/**
 * Whether the key was created for another resource, of this stack or of another one; a key without
 * a mark does not reveal it.
 */
export function isMadeForAnother(
  world: World,
  inputs: ManagedKeyInputs,
  key: KeySnapshot,
  origin: string | undefined,
): boolean {
  if (origin === undefined || !key.tags.some(({ name }) => name === creationTagName)) return false;
  // A program that leaves the label to the naming scheme derived the mark without a label.
  const { label: _label, ...unnamed } = inputs;
  const named = { ...inputs, label: key.label };
  return ![named, unnamed].some((one) => bearsMark(key, creationMark(world, one, origin)));
}

function bearsMark({ tags }: KeySnapshot, { value }: CreationMark): boolean {
  return tags.some((tag) => tag.name === creationTagName && tag.value === value);
}

/**
 * A request for a new key must never yield one whose deletion has begun, or one that has long been
 * in use.
 */
function reasonToLeave(world: World, key: KeySnapshot, mark: CreationMark, nowMs: number): string | undefined {
  if (!bearsMark(key, mark)) return "it was changed at this very moment";
  if (key.stateWord !== "active" && key.stateWord !== "pre_activation") return `it is ${key.stateWord}`;
  if (readCarriers(key.keyId, key, world.sha256).carried.kind !== "none") return "its deletion is on file";
  const ageMs = key.createdAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs - key.createdAtMs;
  return ageMs > longestInterruptionMs ? "it was made more than 7 days ago" : undefined;
}

function answerLost(inputs: ManagedKeyInputs, detail: string, cause?: unknown, alike?: KeySnapshot): UkoError {
  const name = inputs.label === undefined ? "" : ` "${inputs.label}"`;
  const summary = `Whether the key${name} was created is not known: the answer did not arrive`;
  const data = alike === undefined ? {} : alikeData(alike);
  return new UkoError("UKO_ANSWER_LOST", { summary, detail: detail.trim(), data, cause });
}

/**
 * The key that the program means although it was not adopted, so that the run does not delete it
 * under another name.
 */
export function alikeData({ vaultId, keyId }: KeySnapshot): { readonly alikeId: string } {
  return { alikeId: `${vaultId}/${keyId}` };
}
