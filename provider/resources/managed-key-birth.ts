/** How a key comes under management: made by exactly one POST, or adopted. A lost answer leads to a search, never to a second key. */

import type { RunSettings } from "../engine/definition.ts";
import { plain } from "../engine/explain/words.ts";
import { type Observed, observedInAnswer, observeKey } from "../engine/observe.ts";
import type { Answered, CallOptions, KeyRef, KeyWithEtag, NewKey, World, Written } from "../engine/ports.ts";
import { isUkoError, UkoError } from "../errors.ts";
import type { DualMarker } from "../lifecycle/consent-record.ts";
import type { Tag } from "../lifecycle/observation.ts";
import { creationTagName, markerTagName, patchWithMarker } from "../lifecycle/record-carriers.ts";
import { isMarked, markKey } from "./managed-key-marker.ts";
import type { ManagedKeyInputs } from "./managed-key-properties.ts";
import { findMade } from "./managed-key-search.ts";

export interface Born {
  readonly observed: Observed;
  readonly warnings: readonly string[];
}

/**
 * Makes a key (uko-v4.md K2), with a PATCH where dates are given.
 * Throws UKO_INPUT_INVALID, UKO_SERVICE_REFUSED, UKO_RIGHTS_MISSING: no key was made; UKO_ANSWER_LOST: that is not known.
 */
export async function createKey(
  world: World,
  inputs: ManagedKeyInputs,
  run: RunSettings,
  options: CallOptions,
): Promise<Born> {
  const gate = wantedMarker(inputs, run);
  const creationId = world.newId().replaceAll("-", "");
  let written = await world.keys.create(tagged(inputs, gate, creationId), options);
  if (written.kind === "refused" && written.status === 400 && Object.keys(inputs.tags ?? {}).length === 0) {
    // The service may take no tags at all; a 400 means that no key was made, so the POST may be sent in another form.
    written = await world.keys.create(untagged(inputs, gate), options);
  }
  const made = await madeKey(world, inputs, written, creationId, options);
  return complete(world, inputs, gate, made, options);
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
  const { templateName } = sighting.snapshot;
  if (templateName !== "" && templateName !== inputs.template) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `Key ${keyId} was made from template "${plain(templateName)}", not "${inputs.template}"`,
      detail: `Write template: "${plain(templateName)}".`,
    });
  }
  return { observed: sighting, warnings: await markKey(world, ref, wantedMarker(inputs, run), options) };
}

function wantedMarker(inputs: ManagedKeyInputs, run: RunSettings): DualMarker | undefined {
  return run.isDualRequired || inputs.dualAuthorization === "required" ? inputs.deletionGate : undefined;
}

function tagged(inputs: ManagedKeyInputs, gate: DualMarker | undefined, creationId: string): NewKey {
  const userTags: Tag[] = Object.entries(inputs.tags ?? {}).map(([name, value]) => ({ name, value }));
  const marks: Tag[] = gate === undefined ? [] : [{ name: markerTagName, value: gate }];
  return { ...bare(inputs), tags: [...userTags, ...marks, { name: creationTagName, value: creationId }] };
}

function untagged(inputs: ManagedKeyInputs, gate: DualMarker | undefined): NewKey {
  const raw = { description: inputs.description ?? "", tags: [] };
  const marked = gate === undefined ? undefined : patchWithMarker(raw, gate, "description");
  return { ...bare(inputs), ...(marked?.description !== undefined && { description: marked.description }), tags: [] };
}

function bare(inputs: ManagedKeyInputs): Omit<NewKey, "tags"> {
  return {
    vaultId: inputs.vaultId,
    templateName: inputs.template,
    ...(inputs.label !== undefined && { label: inputs.label }),
    ...(inputs.description !== undefined && { description: inputs.description }),
  };
}

async function madeKey(
  world: World,
  inputs: ManagedKeyInputs,
  written: Written<KeyWithEtag>,
  creationId: string,
  options: CallOptions,
): Promise<Answered<KeyWithEtag>> {
  switch (written.kind) {
    case "done":
      return written;
    case "lost":
    case "stale":
      return findMade(world, inputs, creationId, options);
    case "forbidden":
      throw new UkoError("UKO_RIGHTS_MISSING", {
        summary: `This identity may not create a key in vault ${inputs.vaultId}`,
        detail: `Creating takes the role Key Custodian - Creator. The service says: ${plain(written.message)}`,
      });
    case "refused": {
      const isTaken = written.status === 409 ? " If the key is there already, existingKeyId adopts it." : "";
      throw new UkoError(written.status === 400 ? "UKO_INPUT_INVALID" : "UKO_SERVICE_REFUSED", {
        summary: `The service did not create the key: ${plain(written.message)}`,
        detail: `No key was made.${isTaken} Correlation id: ${written.correlationId}`,
      });
    }
  }
}

/** The key exists now, so nothing that follows may fail the creation: what could not be done is told, and shows as a difference. */
async function complete(
  world: World,
  inputs: ManagedKeyInputs,
  gate: DualMarker | undefined,
  made: Answered<KeyWithEtag>,
  options: CallOptions,
): Promise<Born> {
  const { snapshot, etag } = made.value;
  const ref: KeyRef = { instanceId: world.session.instanceId, vaultId: inputs.vaultId, keyId: snapshot.keyId };
  const dates = {
    ...(inputs.activationDate !== undefined && { activationDate: inputs.activationDate }),
    ...(inputs.expirationDate !== undefined && { expirationDate: inputs.expirationDate }),
  };
  let last = made;
  const warnings: string[] = [];
  try {
    if (Object.keys(dates).length > 0) {
      const written = await world.keys.update(ref, dates, etag, options);
      if (written.kind === "done") last = written;
      else warnings.push("The dates could not be set; the next run tries again");
    }
    const isWanting = gate !== undefined && !isMarked(world, snapshot, gate);
    if (isWanting) warnings.push(...(await markKey(world, ref, gate, options)));
  } catch (error) {
    const why = isUkoError(error) ? error.summary : "uko met a fault of its own";
    warnings.push(`The key was made, but what follows failed: ${why}. The next run tries again`);
  }
  return { observed: observedInAnswer(world, ref, last), warnings };
}
