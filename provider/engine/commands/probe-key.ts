/**
 * Creates and changes the throwaway key of a tag probe (`uko doctor --probe-tags`). The key comes from one POST and a
 * template whose keys are not active. If the response is lost, the key is found by its label, which contains random
 * digits of this run, so the probe never takes the key of another person for its own.
 */

import { UkoError } from "../../errors.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import type { Tag } from "../../lifecycle/observation.ts";
import type { ProbeKey } from "../../lifecycle/plan-probe-end.ts";
import type { CallOptions, KeyPatch, KeyRef, KeySnapshot, NewKey, World, Written } from "../ports/world.ts";
import { plain, sayRoles } from "../text/words.ts";

/** The texts that the probe puts on its key; no part of them is a marker or a record. */
export interface ProbeTexts {
  readonly tags: readonly Tag[];
  readonly description: string;
}

export interface MadeKey extends ProbeKey {
  readonly ref: KeyRef;
  /** Random digits of this run. */
  readonly mark: string;
  readonly sent: ProbeTexts;
  /** Whether the service returned 400 to tags and created the key without them. */
  readonly tagsRejected: boolean;
}

/** The service may still be processing a request whose connection broke. */
const maxLooks = 3;
const pauseMs = 2000;
const maxPatches = 3;
/** The length of a consent record with a reason. */
const tagDigits = 1024;
/** A record at the end of a description has 90 characters: these digits, a newline and brackets with a word. */
const endingDigits = 82;

/**
 * The texts that the probe writes. They have the form of a consent record's locations, with names and words that uko
 * does not recognize as a record.
 */
function probeTextsOf(mark: string, what: "creation" | "change"): ProbeTexts {
  const digits = (count: number): string => mark.repeat(Math.ceil(count / mark.length)).slice(0, count);
  const text = `Created by uko doctor to test what is stored at ${what}; never activated, can be deleted`;
  return {
    tags: [{ name: "probe", value: `${what} ${digits(tagDigits)}` }],
    description: `${text}\n[probe${digits(endingDigits)}]`,
  };
}

/** Creates the key. Throws if no key was created, and UKO_RESPONSE_LOST if that is unknown. */
export async function makeProbeKey(
  world: World,
  where: { readonly vaultId: string; readonly template: string },
  options: CallOptions,
): Promise<MadeKey> {
  const mark = world.newId().replaceAll("-", "");
  const sent = probeTextsOf(mark, "creation");
  const label = `uko probe ${mark.slice(0, 8)}`;
  const key: NewKey = { vaultId: where.vaultId, templateName: where.template, label, ...sent };
  let written = await world.keys.create(key, options);
  const tagsRejected = written.kind === "refused" && written.status === 400;
  // A 400 means that no key was created, so the POST may be sent in another form.
  if (tagsRejected) written = await world.keys.create({ ...key, tags: [] }, options);
  const { keyId } = await createdOrFound(world, key, written, options);
  const ref = { instanceId: world.session.instanceId, vaultId: where.vaultId, keyId };
  return { keyId, label, ref, mark, sent, tagsRejected };
}

type Patched =
  | { readonly kind: "responded"; readonly sent: ProbeTexts; readonly tagsRejected: boolean }
  | { readonly kind: "not_made"; readonly why: string };

/** Changes tags and description in the same way as a write of a record. */
export async function patchProbeKey(world: World, { ref, mark }: MadeKey, options: CallOptions): Promise<Patched> {
  const sent = probeTextsOf(mark, "change");
  let patch: KeyPatch = sent;
  let why = "";
  for (let attempt = 0; attempt < maxPatches; attempt += 1) {
    const { value } = await world.keys.read(ref, options);
    if (value === undefined) return { kind: "not_made", why: "the key was not found" };
    const written = await world.keys.update(ref, patch, value.etag, options);
    const tagsRejected = patch.tags === undefined;
    if (written.kind === "done") return { kind: "responded", sent, tagsRejected };
    why = written.kind === "stale" ? "another writer changed the key" : reasonOf(written);
    if (written.kind === "forbidden") break;
    // If the response was lost, the next read looks for the change. The change is sent again only if
    // it had no effect.
    if (written.kind === "lost" && (await isChanged(world, ref, sent, options))) {
      return { kind: "responded", sent, tagsRejected };
    }
    if (written.kind === "refused") {
      if (written.status !== 400 || tagsRejected) break;
      patch = { description: sent.description };
    }
  }
  return { kind: "not_made", why };
}

async function isChanged(world: World, ref: KeyRef, sent: ProbeTexts, options: CallOptions): Promise<boolean> {
  const { value } = await world.keys.read(ref, options);
  const isTagged = value?.snapshot.tags.some((tag) => tag.value === sent.tags[0]?.value) === true;
  return isTagged || value?.snapshot.description.startsWith(firstLine(sent.description)) === true;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}

/** The key that a POST created, found by its label if the response was lost. Throws if none was created. */
async function createdOrFound(
  world: World,
  key: NewKey,
  written: Written<{ readonly snapshot: KeySnapshot }>,
  options: CallOptions,
): Promise<KeySnapshot> {
  switch (written.kind) {
    case "done":
      return written.value.snapshot;
    case "lost":
    case "stale":
      return findByLabel(world, key, options);
    case "forbidden":
      throw new UkoError("UKO_RIGHTS_MISSING", {
        summary: `This identity cannot create a key in vault ${key.vaultId}, so no key was created`,
        detail: `Creating a key requires the role ${sayRoles(rights.create)}. Response of the service: ${plain(written.message)}`,
      });
    case "refused":
      throw new UkoError("UKO_SERVICE_REFUSED", {
        summary: `The service did not create the throwaway key: ${plain(written.message)}`,
        detail: `No key was created.\nCorrelation ID: ${written.correlationId}`,
      });
  }
}

/**
 * Finds the created key by its label, which holds random digits of this run. Labels are unique in a vault (uko-v4.md
 * U10).
 */
async function findByLabel(world: World, { vaultId, label = "" }: NewKey, options: CallOptions): Promise<KeySnapshot> {
  const maker = (await world.session.actor(options)).writesAs?.iamId;
  for (let look = 0; look < maxLooks; look += 1) {
    if (look > 0) await world.clock.sleep(pauseMs, options.signal);
    const listed = await world.keys.list({ vaultId, label }, options);
    const found = listed.filter((each) => each.label === label && isBy(each, maker));
    if (found.length === 1 && found[0] !== undefined) return found[0];
  }
  throw new UkoError("UKO_RESPONSE_LOST", {
    summary: `It is not known whether the throwaway key "${label}" was created, because the response did not arrive`,
    detail: `It is not in vault ${vaultId} now, so most likely it was not created. If a key with this label appears, it protects nothing.`,
  });
}

/**
 * Whether this identity created the key. If the service does not report the creator, the random label alone must
 * suffice.
 */
function isBy({ createdBy }: KeySnapshot, maker: string | undefined): boolean {
  return createdBy === undefined || maker === undefined || createdBy === maker;
}

/** Why a change was not made, in the service's words. */
function reasonOf(written: Exclude<Written<unknown>, { kind: "done" | "stale" }>): string {
  if (written.kind === "lost") return plain(written.reason);
  return written.kind === "forbidden" ? `the right is missing: ${plain(written.message)}` : plain(written.message);
}
