/**
 * Lists what reports and states show of the wait of a deletion: each field once, with its description. In a state, the
 * output of a field has the same name after `deletion`, such as `deletionRequestedBy`.
 */

export const waitFieldDescriptions = {
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

export type WaitField = keyof typeof waitFieldDescriptions;
export type ReportedWait = { readonly [Field in WaitField]?: string };

export const waitFields = Object.keys(waitFieldDescriptions) as readonly WaitField[];

export type OutputOf<Field extends WaitField> = `deletion${Capitalize<Field>}`;

export function outputOf(field: WaitField): OutputOf<WaitField> {
  return `deletion${field.charAt(0).toUpperCase()}${field.slice(1)}` as OutputOf<WaitField>;
}
