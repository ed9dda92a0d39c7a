/**
 * Lists what reports and states show of a pending deletion: each fact once, with its description. In a state, the
 * output of a fact has the same name after `deletion`, such as `deletionRequestedBy`.
 */

export const pendingFacts = {
  awaits:
    "What the deletion waits for: `approval`, `requester` (an approved request), `request`, `time` or `person_to_unblock`.",
  notBefore: "The next step is refused before this time, ISO 8601 UTC.",
  // Also if a stored approval has taken the place of the request.
  requestedBy: "IAM ID of the person who requested the next step.",
  // The service vouches for the IDs alone, so no decision depends on a name.
  requestedByName: "Name that the requester gave.",
  approvedBy: "IAM ID of the person whose approval is stored on the key.",
  approvedByName: "Name that the approver gave.",
  recordId: "ID of the pending request or approval.",
  recordExpiresAt: "When the pending record expires, ISO 8601 UTC.",
} as const;

export type PendingFact = keyof typeof pendingFacts;
export type PendingFacts = { readonly [Fact in PendingFact]?: string };

export const pendingFactNames = Object.keys(pendingFacts) as readonly PendingFact[];

export type OutputOf<Fact extends PendingFact> = `deletion${Capitalize<Fact>}`;

export function outputOf(fact: PendingFact): OutputOf<PendingFact> {
  return `deletion${fact.charAt(0).toUpperCase()}${fact.slice(1)}` as OutputOf<PendingFact>;
}
