/**
 * Writes the text behind the digest of a record. A request counts only for the key as its author saw it: after a
 * rename, the request is void.
 */

import type { ApprovedStep, CoveredKey } from "../vocabulary/observation.ts";

/**
 * The canonical text of what two honest people both see. The digest is the first 32 hex digits of its SHA-256. JSON
 * arrays keep every part apart from its neighbors, whatever characters it holds. Endpoints and registrations are left
 * out, because they may differ between two honest runs.
 */
export function digestText(facts: CoveredKey, step: ApprovedStep): string {
  const byNameThenValue = facts.tags.map((tag) => [tag.name, tag.value]).sort(compareTexts);
  const byId = facts.keystores.map((keystore) => [keystore.id, keystore.type]).sort(compareTexts);
  return JSON.stringify([
    "uko-digest-1",
    facts.instanceId,
    facts.vaultId,
    facts.keyId,
    facts.version,
    facts.label,
    facts.description,
    facts.activationDate,
    facts.expirationDate,
    byNameThenValue,
    byId,
    step,
  ]);
}

/** Compares by code units, so that every machine and locale sorts in the same order. */
function compareTexts(a: readonly string[], b: readonly string[]): number {
  const left = JSON.stringify(a);
  const right = JSON.stringify(b);
  return left < right ? -1 : left > right ? 1 : 0;
}
