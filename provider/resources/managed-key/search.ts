/**
 * Searches for the key that an interrupted creation made, by its mark. If an existing key has the label but was not
 * adopted, the message explains the reason, and how a person can adopt this key. The mark also shows whether a key was
 * created for another resource, so that an adoption of such a key can warn.
 */

import type { CallOptions, KeySnapshot, KeyWithEtag, WithServiceTime, World } from "../../engine/ports/world.ts";
import type { CreateOptions } from "../../engine/resource/definition.ts";
import { sayKeepUnderNewName, sayLeftByEarlierReplacement } from "../../engine/text/resource-messages.ts";
import { parseKeyTexts } from "../../lifecycle/consent/record-locations.ts";
import { creationTagName } from "../../lifecycle/vocabulary/tag-names.ts";
import {
  type CreationMark,
  creationMark,
  isOlderThanInterruption,
  type LostCreation,
  searchByMark,
} from "../creation-mark.ts";
import type { ManagedKeyInputs } from "./schema.ts";

/** A key that has the label of the program but that this creation did not make. */
export interface Alike {
  readonly key: KeySnapshot;
  /** Why the key does not qualify although it has the mark. */
  readonly reason?: string;
}

export interface KeySearch {
  readonly found?: WithServiceTime<KeyWithEtag>;
  readonly alike?: Alike;
}

export function keyMark(
  world: World,
  { vaultId, template, label }: ManagedKeyInputs,
  origin: string | undefined,
): CreationMark {
  return creationMark(world, origin, [vaultId, template, label]);
}

/** Searches once, for a key that has the mark and is unchanged since its creation. */
export async function findMarked(
  world: World,
  { vaultId, label }: ManagedKeyInputs,
  mark: CreationMark,
  options: CallOptions,
): Promise<KeySearch> {
  const reasonIn = ({ value, serviceTimeMs }: WithServiceTime<KeyWithEtag>): string | undefined =>
    reasonToLeave(world, value.snapshot, mark, serviceTimeMs);
  const { found, rejected, listed } = await searchByMark({
    list: () => world.keys.list({ vaultId, ...(label !== undefined && { label }) }, options),
    hasMark: (key) => hasMark(key, mark),
    async read({ keyId }) {
      const { value, ...response } = await world.keys.read(
        { instanceId: world.session.instanceId, vaultId, keyId },
        options,
      );
      return value && { ...response, value };
    },
    isFresh: (key) => reasonIn(key) === undefined,
  });
  if (found !== undefined) return { found };
  const reason = rejected && reasonIn(rejected);
  if (rejected !== undefined) return { alike: { key: rejected.value.snapshot, ...(reason && { reason }) } };
  const key = label === undefined ? undefined : listed.find((each) => !hasMark(each, mark));
  return key === undefined ? {} : { alike: { key } };
}

/** How to search for the key of a creation whose response was lost. */
export function lostKey(
  world: World,
  inputs: ManagedKeyInputs,
  mark: CreationMark,
  options: CreateOptions,
): LostCreation<WithServiceTime<KeyWithEtag>> {
  let alike: Alike | undefined;
  return {
    what: inputs.label === undefined ? "the key" : `the key "${inputs.label}"`,
    place: "the vault",
    async search() {
      const result = await findMarked(world, inputs, mark, options);
      alike = result.alike;
      return result.found;
    },
    notFound: () =>
      alike === undefined
        ? {
            detail:
              "The vault has no key with the mark of this resource, so most likely none was created. Run the same command again.",
          }
        : { detail: describeAlike(world, inputs, alike, options), data: alikeData(alike) },
  };
}

/**
 * Explains why an existing key of this label was not adopted, and how to keep it under a new name
 * or to adopt it.
 */
export function describeAlike(
  world: World,
  inputs: ManagedKeyInputs,
  { key, reason }: Alike,
  { apply, origin, holderOf, runtime, replaced }: CreateOptions,
): string {
  const { vaultId, keyId } = key;
  if (reason !== undefined && replaced !== undefined)
    return sayLeftByEarlierReplacement(`${vaultId}/${keyId}`, origin ?? "");
  const why =
    reason === undefined ? "but not the mark of this resource" : `and the mark of this resource, but ${reason}`;
  const holder = holderOf?.(`${vaultId}/${keyId}`);
  const top = origin === undefined ? undefined : withoutParents(origin);
  const creator = top !== undefined && isMadeFor(world, inputs, key, top) ? urnIn(top) : undefined;
  const keep = sayKeepUnderNewName(
    { noun: "key", id: keyId, adoptBy: "existingKeyId", block: { type: "ManagedKey", id: `${vaultId}/${keyId}` } },
    { apply, origin, holder, creator, runtime },
  );
  return `Key ${keyId} has this label, ${why}.\n${keep}`;
}

/** The ID of the key that the program probably means, so that this run does not delete it under another name. */
export function alikeData({ key: { vaultId, keyId } }: Alike): { readonly alikeId: string } {
  return { alikeId: `${vaultId}/${keyId}` };
}

/**
 * Whether the mark on the key shows that it was created for another resource, of this stack or of another stack. False
 * for a key without a mark.
 */
export function isMadeForAnother(
  world: World,
  inputs: ManagedKeyInputs,
  key: KeySnapshot,
  origin: string | undefined,
): boolean {
  if (origin === undefined || !key.tags.some(({ name }) => name === creationTagName)) return false;
  return !isMadeFor(world, inputs, key, origin);
}

/** Whether the key has the mark by which the next creation of this resource would find it. */
export function hasMarkOf(
  world: World,
  inputs: ManagedKeyInputs,
  key: KeySnapshot,
  origin: string | undefined,
): boolean {
  return origin !== undefined && hasMark(key, keyMark(world, inputs, origin));
}

/** Whether the key has the mark that a creation for the resource of this name leaves. */
function isMadeFor(world: World, inputs: ManagedKeyInputs, key: KeySnapshot, origin: string): boolean {
  // A program that leaves the label to the naming scheme derived the mark without a label.
  const { label: _label, ...unnamed } = inputs;
  const named = { ...inputs, label: key.label };
  return [named, unnamed].some((one) => hasMark(key, keyMark(world, one, origin)));
}

/**
 * The same resource at the top level of its stack: `urn:pulumi:<stack>::<project>::<parents>$<type>::<name>`
 * without the parents. Undefined if it has no parent.
 */
function withoutParents(origin: string): string | undefined {
  const [stack, project, types = "", ...name] = origin.split("::");
  const type = types.split("$").at(-1);
  return type === types ? undefined : [stack, project, type, ...name].join("::");
}

/** The dynamic provider's names begin with the organization. */
function urnIn(origin: string): string {
  return origin.slice(origin.indexOf("urn:pulumi:"));
}

function hasMark({ tags }: KeySnapshot, { value }: CreationMark): boolean {
  return tags.some((tag) => tag.name === creationTagName && tag.value === value);
}

function reasonToLeave(world: World, key: KeySnapshot, mark: CreationMark, nowMs: number): string | undefined {
  if (!hasMark(key, mark)) return "it was changed just now";
  if (key.stateWord !== "active" && key.stateWord !== "pre_activation") return `it is ${key.stateWord}`;
  if (parseKeyTexts(key.keyId, key, world.sha256).carried.kind !== "none") return "its deletion has been requested";
  return isOlderThanInterruption(key.createdAtMs, nowMs) ? "it was created more than 7 days ago" : undefined;
}
