/** How a key comes under management: made by exactly one POST, or adopted. A lost answer leads to a search, never to a second key. */

import type { RunSettings } from "../engine/definition.ts";
import { observeKey } from "../engine/observe.ts";
import type { CallOptions, KeyRef, KeySnapshot, KeyWithEtag, NewKey, World, Written } from "../engine/ports.ts";
import { UkoError } from "../errors.ts";
import type { DualMarker } from "../lifecycle/consent-record.ts";
import type { Tag } from "../lifecycle/observation.ts";
import { planUpdate } from "../lifecycle/plan-update.ts";
import { creationTagName, markerTagName, patchWithMarker } from "../lifecycle/record-carriers.ts";
import type { ManagedKeyInputs } from "./managed-key-properties.ts";

export interface Born {
  readonly ref: KeyRef;
  readonly warnings: readonly string[];
}

/** Makes a key (uko-v4.md K2), with a PATCH where dates are given. Throws UKO_INPUT_INVALID, UKO_RIGHTS_MISSING, UKO_ANSWER_LOST. */
export async function createKey(
  world: World,
  inputs: ManagedKeyInputs,
  run: RunSettings,
  options: CallOptions,
): Promise<Born> {
  const gate = wantedMarker(inputs, run);
  const creationId = world.newId().replaceAll("-", "");
  const userTags = tagsOf(inputs);
  const marks: Tag[] = gate === undefined ? [] : [{ name: markerTagName, value: gate }];
  const tagged: NewKey = {
    ...newKey(inputs),
    tags: [...userTags, ...marks, { name: creationTagName, value: creationId }],
  };
  let written = await world.keys.create(tagged, options);
  if (written.kind === "refused" && written.status === 400 && userTags.length === 0) {
    // The service may take no tags at all; a 400 means that no key was made, so the POST may be sent in another form.
    written = await world.keys.create(untagged(inputs, gate), options);
  }
  const made = await madeKey(world, inputs, written, creationId, options);
  const ref: KeyRef = {
    instanceId: world.session.instanceId,
    vaultId: inputs.vaultId,
    keyId: made.snapshot.keyId,
  };
  return { ref, warnings: await complete(world, ref, made, inputs, gate, options) };
}

/** Takes a key that is there under management; what code says about it is brought about by the next update. */
export async function adoptKey(
  world: World,
  inputs: ManagedKeyInputs,
  keyId: string,
  run: RunSettings,
  options: CallOptions,
): Promise<Born> {
  const ref: KeyRef = { instanceId: world.session.instanceId, vaultId: inputs.vaultId, keyId };
  const sighting = await observeKey(world, ref, "glance", options);
  if (sighting.kind === "gone") {
    throw new UkoError("UKO_KEY_NOT_FOUND", {
      summary: `Key ${keyId} to adopt is not in vault ${inputs.vaultId}`,
      detail: "existingKeyId adopts a key and never creates one. Check the two ids.",
    });
  }
  if (sighting.snapshot.templateName !== inputs.template) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `Key ${keyId} was made from template "${sighting.snapshot.templateName}", not "${inputs.template}"`,
      detail: `Write template: "${sighting.snapshot.templateName}".`,
    });
  }
  const gate = wantedMarker(inputs, run);
  const isMarked = gate === undefined || sighting.observation.marker === "both" || sighting.observation.marker === gate;
  if (isMarked || planUpdate(sighting.observation, sighting.nowMs).kind === "leave") return { ref, warnings: [] };
  if (sighting.observation.state === "destroyed") return { ref, warnings: [] };
  return { ref, warnings: await mark(world, ref, sighting, gate, options) };
}

function wantedMarker(inputs: ManagedKeyInputs, run: RunSettings): DualMarker | undefined {
  return run.isDualRequired || inputs.dualAuthorization === "required" ? inputs.deletionGate : undefined;
}

function newKey(inputs: ManagedKeyInputs): Omit<NewKey, "tags"> {
  return {
    vaultId: inputs.vaultId,
    templateName: inputs.template,
    ...(inputs.label !== undefined && { label: inputs.label }),
    ...(inputs.description !== undefined && { description: inputs.description }),
  };
}

function untagged(inputs: ManagedKeyInputs, gate: DualMarker | undefined): NewKey {
  const base = newKey(inputs);
  const marked = gate && patchWithMarker({ description: base.description ?? "", tags: [] }, gate, "description");
  return { ...base, ...(marked?.description !== undefined && { description: marked.description }), tags: [] };
}

function tagsOf(inputs: ManagedKeyInputs): readonly Tag[] {
  return Object.entries(inputs.tags ?? {}).map(([name, value]) => ({ name, value }));
}

async function madeKey(
  world: World,
  inputs: ManagedKeyInputs,
  written: Written<KeyWithEtag>,
  creationId: string,
  options: CallOptions,
): Promise<KeyWithEtag> {
  switch (written.kind) {
    case "done":
      return written.value;
    case "lost":
    case "stale":
      return findMade(world, inputs, creationId, options);
    case "forbidden":
      throw new UkoError("UKO_RIGHTS_MISSING", {
        summary: `This identity may not create a key in vault ${inputs.vaultId}`,
        detail: `Creating takes the role Key Custodian - Creator. The service says: ${written.message}`,
      });
    case "refused":
      throw new UkoError(written.status === 400 ? "UKO_INPUT_INVALID" : "UKO_SERVICE_REFUSED", {
        summary: `The service did not create the key: ${written.message}`,
        detail: `No key was made. Correlation id: ${written.correlationId}`,
      });
  }
}

async function findMade(
  world: World,
  inputs: ManagedKeyInputs,
  creationId: string,
  options: CallOptions,
): Promise<KeyWithEtag> {
  const filter = { vaultId: inputs.vaultId, ...(inputs.label !== undefined && { label: inputs.label }) };
  const candidates = await world.keys.list(filter, options);
  const made = candidates.find((key) =>
    key.tags.some((tag) => tag.name === creationTagName && tag.value === creationId),
  );
  if (made === undefined) throw answerLost(inputs, candidates);
  const ref: KeyRef = { instanceId: world.session.instanceId, vaultId: inputs.vaultId, keyId: made.keyId };
  const read = await world.keys.read(ref, options);
  if (read.value === undefined) throw answerLost(inputs, candidates);
  return read.value;
}

function answerLost(inputs: ManagedKeyInputs, candidates: readonly KeySnapshot[]): UkoError {
  const alike = candidates.find((key) => inputs.label !== undefined && key.label === inputs.label);
  return new UkoError("UKO_ANSWER_LOST", {
    summary: `Whether the key${inputs.label === undefined ? "" : ` "${inputs.label}"`} was created is not known: the answer did not arrive`,
    detail:
      alike === undefined
        ? "No key with this run's mark is in the vault, so most likely none was made. Look at the vault, then run again."
        : `Key ${alike.keyId} has that label, but not this run's mark. If it is the one, set existingKeyId to it.`,
  });
}

/** The key exists now, so nothing that follows may fail the creation: what could not be done is told, and shows as a difference. */
async function complete(
  world: World,
  ref: KeyRef,
  made: KeyWithEtag,
  inputs: ManagedKeyInputs,
  gate: DualMarker | undefined,
  options: CallOptions,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  let { etag } = made;
  const dates = {
    ...(inputs.activationDate !== undefined && { activationDate: inputs.activationDate }),
    ...(inputs.expirationDate !== undefined && { expirationDate: inputs.expirationDate }),
  };
  if (Object.keys(dates).length > 0) {
    const written = await world.keys.update(ref, dates, etag, options);
    if (written.kind === "done") etag = written.value.etag;
    else warnings.push("The dates could not be set; the next run tries again");
  }
  const isMarked = gate === undefined || /\[uko1[bd]\]$/.test(made.snapshot.description);
  const keepsTags = made.snapshot.tags.some((tag) => tag.name === markerTagName);
  if (isMarked || keepsTags) return warnings;
  return [...warnings, ...(await mark(world, ref, { snapshot: made.snapshot, etag }, gate, options, "description"))];
}

async function mark(
  world: World,
  ref: KeyRef,
  key: KeyWithEtag,
  gate: DualMarker,
  options: CallOptions,
  carrier: "tag" | "description" = "tag",
): Promise<readonly string[]> {
  const patch = patchWithMarker(key.snapshot, gate, carrier);
  const written = patch === undefined ? undefined : await world.keys.update(ref, patch, key.etag, options);
  const isKept =
    written?.kind === "done" &&
    (carrier === "description" || written.value.snapshot.tags.some((tag) => tag.name === markerTagName));
  if (isKept) return [];
  if (carrier === "tag" && (written?.kind === "done" || (written?.kind === "refused" && written.status === 400))) {
    const read = await world.keys.read(ref, options);
    if (read.value !== undefined) return mark(world, ref, read.value, gate, options, "description");
  }
  return ["The key could not be marked as needing two people; the first consent record will mark it"];
}
