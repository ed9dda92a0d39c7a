/** After a creation without an answer: searches for the key by the tag that this run gave it. Never makes one. */

import type { Answered, CallOptions, KeyRef, KeySnapshot, KeyWithEtag, World } from "../engine/ports.ts";
import { isUkoError, UkoError } from "../errors.ts";
import { creationTagName } from "../lifecycle/record-carriers.ts";
import type { ManagedKeyInputs } from "./managed-key-properties.ts";

/** The service may still be at work on a request whose connection broke. */
const maxLooks = 3;
const pauseMs = 2000;

/** Answers the key that this run made; throws UKO_ANSWER_LOST where it is not found, or could not be searched for. */
export async function findMade(
  world: World,
  inputs: ManagedKeyInputs,
  creationId: string,
  options: CallOptions,
): Promise<Answered<KeyWithEtag>> {
  const filter = { vaultId: inputs.vaultId, ...(inputs.label !== undefined && { label: inputs.label }) };
  let candidates: readonly KeySnapshot[] = [];
  try {
    for (let look = 0; look < maxLooks; look += 1) {
      if (look > 0) await world.clock.sleep(pauseMs, options.signal);
      candidates = await world.keys.list(filter, options);
      const made = candidates.find(({ tags }) =>
        tags.some(({ name, value }) => name === creationTagName && value === creationId),
      );
      if (made === undefined) continue;
      const ref: KeyRef = { instanceId: world.session.instanceId, vaultId: inputs.vaultId, keyId: made.keyId };
      const { value, ...beside } = await world.keys.read(ref, options);
      if (value !== undefined) return { ...beside, value };
    }
  } catch (error) {
    throw answerLost(
      inputs,
      `The vault could not be searched either. ${isUkoError(error) ? error.summary : ""}`,
      error,
    );
  }
  const alike = candidates.find(({ label }) => inputs.label !== undefined && label === inputs.label);
  throw answerLost(
    inputs,
    alike === undefined
      ? "No key with this run's mark is in the vault, so most likely none was made. Look at the vault, then run again."
      : `Key ${alike.keyId} has that label, but not this run's mark. If it is the one, set existingKeyId to it.`,
  );
}

function answerLost(inputs: ManagedKeyInputs, detail: string, cause?: unknown): UkoError {
  const name = inputs.label === undefined ? "" : ` "${inputs.label}"`;
  const summary = `Whether the key${name} was created is not known: the answer did not arrive`;
  return new UkoError("UKO_ANSWER_LOST", { summary, detail: detail.trim(), cause });
}
