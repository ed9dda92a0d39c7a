/** The mark of a creation, and the search by it: a crash or a lost answer leads back to the key that was made, never to a second one. */

import type { CallOptions, KeySnapshot, KeyWithEtag, World } from "../engine/ports.ts";
import { creationTagName, readCarriers } from "../lifecycle/record-carriers.ts";
import type { ManagedKeyInputs } from "./managed-key-properties.ts";

export interface CreationMark {
  /** 32 hex digits, the value of the creation tag. */
  readonly value: string;
  /** Whether every run of this resource derives the same mark, so that a later run finds what an earlier one made. */
  readonly isLasting: boolean;
}

export type Search =
  | { readonly kind: "found"; readonly key: KeyWithEtag }
  /** `alike` is the key that stands in the way, or would have been the one; `reason` says why it is not taken up. */
  | { readonly kind: "none"; readonly alike?: KeySnapshot; readonly reason?: string };

/** A copy of a program in another backend derives the same mark, so an older key is left to a person's decision. */
const longestInterruptionMs = 7 * 86_400_000;

/**
 * Derives the mark from the resource's own name in its engine (`origin`); without one it holds for this run alone.
 * A retry after a crash knows nothing but the program, so nothing else may go into it.
 */
export function creationMark(world: World, inputs: ManagedKeyInputs, origin: string | undefined): CreationMark {
  if (origin === undefined) return { value: world.newId().replaceAll("-", ""), isLasting: false };
  const { vaultId, template, label = null } = inputs;
  const text = JSON.stringify([world.session.instanceId, vaultId, template, label, origin]);
  return { value: world.sha256(text).slice(0, 32), isLasting: true };
}

/** Looks for the key that bears the mark and is still as a creation leaves it. */
export async function findMarked(
  world: World,
  inputs: ManagedKeyInputs,
  mark: CreationMark,
  options: CallOptions,
): Promise<Search> {
  const { vaultId, label } = inputs;
  const listed = await world.keys.list({ vaultId, ...(label !== undefined && { label }) }, options);
  const marked = listed.find((key) => isMarked(key, mark));
  if (marked === undefined) {
    const [alike] = label === undefined ? [] : listed;
    return { kind: "none", ...(alike !== undefined && { alike }) };
  }
  const ref = { instanceId: world.session.instanceId, vaultId, keyId: marked.keyId };
  const read = await world.keys.read(ref, options);
  if (read.value === undefined || !isMarked(read.value.snapshot, mark)) return { kind: "none" };
  const reason = reasonToLeave(world, read.value.snapshot, read.serviceTimeMs);
  return reason === undefined
    ? { kind: "found", key: read.value }
    : { kind: "none", alike: read.value.snapshot, reason };
}

function isMarked({ tags }: KeySnapshot, { value }: CreationMark): boolean {
  return tags.some((tag) => tag.name === creationTagName && tag.value === value);
}

/** Whoever asks for a new key must not be handed one whose end has begun, or one that has long been in use. */
function reasonToLeave(world: World, key: KeySnapshot, nowMs: number): string | undefined {
  if (key.stateWord !== "active" && key.stateWord !== "pre_activation") return `it is ${key.stateWord}`;
  if (readCarriers(key.keyId, key, world.sha256).carried.kind !== "none") return "its deletion is on file";
  const ageMs = key.createdAtMs === undefined ? Number.POSITIVE_INFINITY : nowMs - key.createdAtMs;
  return ageMs > longestInterruptionMs ? "it was made more than 7 days ago" : undefined;
}
