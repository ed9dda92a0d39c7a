/**
 * Creates a managed key, or adopts an existing one. A key of another template than the program names is not adopted. If
 * the program has no tags and the service refuses the POST with 400, which creates nothing, uko sends a second POST
 * without tags. The run searches for the key by its mark after a lost response, if the label is taken, and before the
 * POST if the program sets no label. The file then writes the dates and the marker. If that fails, it only warns,
 * because an error would leave the new key in no state.
 */

import { type KeyDetails, observedInResponse, observeKey } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, KeyWithEtag, NewKey, WithServiceTime, World } from "../../engine/ports/world.ts";
import type { CreateOptions, RunSettings } from "../../engine/resource/definition.ts";
import { plain, sayRoles } from "../../engine/text/words.ts";
import { asUkoError, UkoError } from "../../errors.ts";
import { patchOfUser, patchWithMarker } from "../../lifecycle/consent/record-locations.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { RequiredPeople, Tag } from "../../lifecycle/vocabulary/observation.ts";
import { creationTagName, markerTagName } from "../../lifecycle/vocabulary/tag-names.ts";
import { type CreationMark, createOrFind, warnCreatedBefore } from "../creation-mark.ts";
import { peopleOf } from "../shared-inputs.ts";
import { type Created, type Denied, denialOf, describeMissing, type WriteWords } from "../write.ts";
import { markCreated, markerIn, markKey } from "./marker.ts";
import type { ManagedKeyInputs } from "./schema.ts";
import { type Alike, alikeData, describeAlike, findMarked, keyMark, lostKey } from "./search.ts";
import { asTags, patchedDifferences } from "./state.ts";

/**
 * Creates a key (uko-v4.md K2), plus a PATCH if dates are set, or adopts the one that an
 * interrupted run of the same resource created (decision 0010). Throws UKO_INPUT_INVALID,
 * UKO_SERVICE_REFUSED, UKO_RIGHTS_MISSING: no key was created; UKO_RESPONSE_LOST: unknown.
 */
export async function createKey(
  world: World,
  inputs: ManagedKeyInputs,
  run: RunSettings,
  options: CreateOptions,
): Promise<Created<KeyDetails>> {
  const marker = wantedMarker(inputs, run);
  const mark = keyMark(world, inputs, options.origin);
  if (mark.isLasting && inputs.label === undefined) {
    // Without a label no 409 reveals that the key exists: only a read before the POST can.
    const earlier = await findMarked(world, inputs, mark, options);
    if (earlier.found !== undefined) return adoptExisting(world, inputs, marker, earlier.found, options);
  }
  const send = async () => {
    const written = await world.keys.create(tagged(inputs, marker, mark), options);
    const mayOmitTags = written.kind === "refused" && written.status === 400 && isEmpty(inputs.tags);
    // The service may reject tags altogether. A 400 means that no key was created, so the POST may be sent in another form.
    return mayOmitTags ? world.keys.create(untagged(inputs, marker), options) : written;
  };
  const written = await createOrFind(world, send, lostKey(world, inputs, mark, options), options);
  switch (written.kind) {
    case "done":
      return complete(world, inputs, marker, { made: written, isOurs: true }, options);
    case "found":
      return complete(world, inputs, marker, { made: written.found }, options);
    case "forbidden":
    case "refused": {
      const isTaken = written.kind === "refused" && written.status === 409;
      const { found, alike } = isTaken ? await findMarked(world, inputs, mark, options) : {};
      if (found !== undefined) return adoptExisting(world, inputs, marker, found, options);
      const isUnknown = written.kind === "refused" && !isTaken;
      const missing = isUnknown ? await describeMissing(world, inputs, options) : undefined;
      throw denialOf(written, wordsOf(world, inputs, { kind: written.kind, alike, missing }, options));
    }
  }
}

/** Adopts an existing key, and marks it. The caller then writes the values that the program declares. */
export async function adoptKey(
  world: World,
  inputs: ManagedKeyInputs,
  keyId: string,
  run: RunSettings,
  options: CallOptions,
): Promise<Created<KeyDetails>> {
  const ref: KeyRef = { instanceId: world.session.instanceId, vaultId: inputs.vaultId, keyId };
  const existing = await findAdoptable(world, inputs, ref, options);
  const warnings = await markKey(world, ref, wantedMarker(inputs, run), options);
  const after = await observeKey(world, ref, "summary", options);
  return { observed: after.kind === "present" ? after : existing, warnings, isFound: true };
}

/** Reads a key that the program adopts. Throws UKO_KEY_NOT_FOUND, UKO_INPUT_INVALID. */
export async function findAdoptable(
  world: World,
  inputs: Pick<ManagedKeyInputs, "vaultId"> & Partial<ManagedKeyInputs>,
  ref: KeyRef,
  options: CallOptions,
): Promise<Extract<Awaited<ReturnType<typeof observeKey>>, { kind: "present" }>> {
  const { keyId } = ref;
  const existing = await observeKey(world, ref, "summary", options);
  if (existing.kind === "gone") {
    throw new UkoError("UKO_KEY_NOT_FOUND", {
      summary: `The key to adopt was not found in vault ${inputs.vaultId}: ${keyId}`,
      detail: `Check both IDs: ${world.dialect.property("existingKeyId")} adopts an existing key and never creates one.`,
    });
  }
  const { templateName } = existing.snapshot;
  if (templateName !== "" && inputs.template !== undefined && templateName !== inputs.template) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `Key ${keyId} was created from template "${plain(templateName)}", not "${inputs.template}"`,
      detail: `Set ${world.dialect.assignment("template", plain(templateName))}.`,
    });
  }
  return existing;
}

function isEmpty(tags: ManagedKeyInputs["tags"]): boolean {
  return Object.keys(tags ?? {}).length === 0;
}

function wantedMarker(inputs: ManagedKeyInputs, run: RunSettings): RequiredPeople {
  return peopleOf(inputs, run).people;
}

function tagged(inputs: ManagedKeyInputs, marker: RequiredPeople, mark: CreationMark): NewKey {
  const marks: readonly Tag[] = [
    { name: markerTagName, value: marker },
    { name: creationTagName, value: mark.value },
  ];
  return { ...bare(inputs), tags: [...asTags(inputs.tags ?? {}), ...marks] };
}

function untagged(inputs: ManagedKeyInputs, marker: RequiredPeople): NewKey {
  const raw = { description: inputs.description ?? "", tags: [] };
  const marked = patchWithMarker(raw, marker, "description");
  return { ...bare(inputs), ...(marked?.description !== undefined && { description: marked.description }), tags: [] };
}

function bare(inputs: ManagedKeyInputs): Omit<NewKey, "tags"> {
  const { vaultId, template: templateName, label, description, labelTags } = inputs;
  return { vaultId, templateName, label, description, labelTags: labelTags && asTags(labelTags) };
}

/**
 * A label is unique in its vault (uko-v4.md U10), so a 409 may be about the very key that this
 * resource's last run created.
 */
async function adoptExisting(
  world: World,
  inputs: ManagedKeyInputs,
  marker: RequiredPeople,
  key: WithServiceTime<KeyWithEtag>,
  options: CallOptions,
): Promise<Created<KeyDetails>> {
  const { label, keyId } = key.value.snapshot;
  const result = await complete(world, inputs, marker, { made: key }, options);
  const found = warnCreatedBefore(`Key "${plain(label, 100)}" (${keyId})`);
  return { ...result, warnings: [found, ...result.warnings], isFound: true };
}

interface Made {
  readonly made: WithServiceTime<KeyWithEtag>;
  /**
   * Set if this is the response of the POST itself: this run created the key, and no other writer has changed it at this
   * ETag.
   */
  readonly isOurs?: true;
}

/**
 * Completes a new key with what the POST does not accept. A failed step is only a warning and shows as a difference,
 * because an error would leave the key in no state.
 */
async function complete(
  world: World,
  inputs: ManagedKeyInputs,
  marker: RequiredPeople,
  { made, isOurs }: Made,
  options: CallOptions,
): Promise<Created<KeyDetails>> {
  const { snapshot } = made.value;
  const ref: KeyRef = { instanceId: world.session.instanceId, vaultId: inputs.vaultId, keyId: snapshot.keyId };
  const patch = patchedDifferences(inputs, snapshot);
  let last = made;
  const warnings: string[] = [];
  try {
    if (isOurs === true) last = await markCreated(world, ref, made, marker, options);
    if (Object.keys(patch).length > 0) {
      // Another person may have planted a record on the key since its creation, also within the same second.
      const { snapshot: known } = last.value;
      const { tags = known.tags, description = known.description } = patchOfUser(known, {});
      const body = { ...patch, description, ...(tags.length > 0 && { tags }) };
      const written = await world.keys.update(ref, body, last.value.etag, options);
      if (written.kind === "done") last = written;
      else warnings.push("The dates could not be set. The next run tries again");
    }
    if (markerIn(world, last.value.snapshot) !== marker) {
      warnings.push(
        ...(await markKey(world, ref, marker, options, isOurs === true ? { ownEtag: last.value.etag } : {})),
      );
      last = await readAgain(world, ref, last, options);
    }
  } catch (error) {
    const why = asUkoError(error).summary;
    warnings.push(`The key was created, but a later step failed: ${why}. The next run tries again`);
  }
  return { observed: observedInResponse(world, ref, last), warnings };
}

async function readAgain(
  world: World,
  ref: KeyRef,
  last: WithServiceTime<KeyWithEtag>,
  options: CallOptions,
): Promise<WithServiceTime<KeyWithEtag>> {
  const { value, ...response } = await world.keys.read(ref, options);
  return value === undefined ? last : { ...response, value };
}

function wordsOf(
  world: World,
  inputs: ManagedKeyInputs,
  denied: { readonly kind: Denied["kind"]; readonly alike: Alike | undefined; readonly missing: string | undefined },
  options: CreateOptions,
): WriteWords {
  const { kind, alike, missing } = denied;
  const { vaultId } = inputs;
  const why = alike === undefined ? missing : describeAlike(world, inputs, alike, options);
  return {
    act: kind === "refused" ? "create the key" : `create a key in vault ${vaultId}`,
    needs: `Creating a key requires the role ${sayRoles(rights.create)}.`,
    effect: "No key was created.",
    left: why === undefined ? "" : `${why}\n`,
    ...(alike !== undefined && { data: alikeData(alike) }),
  };
}
