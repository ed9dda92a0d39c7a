/** Preconditions of a deletion that have nothing to do with who acts; checked before the outage and again before destroy. */

import type { KeyObservation, KeystoreStatus } from "./observation.ts";
import type { DeletionPolicy, Guard } from "./plan.ts";

/** The first precondition that does not hold; undefined where all do. */
export function failingGuard(observation: KeyObservation, policy: DeletionPolicy): Guard | undefined {
  if (policy.deletionProtection) return { guard: "deletion_protection" };
  if (observation.use.kind === "unreadable") return { guard: "use_unreadable", reason: observation.use.reason };
  if (observation.use.retainedBy.length > 0) {
    return { guard: "retention_policy", resources: observation.use.retainedBy };
  }
  return unreadableTwin(observation);
}

/** What still stands between a destroyed key and its removal; `untilMs` is absent where one of the keystores tells no date. */
export type Remains =
  | { readonly kind: "nothing" }
  | { readonly kind: "pending"; readonly keystores: readonly KeystoreStatus[]; readonly untilMs?: number }
  | { readonly kind: "held"; readonly guard: Guard };

/**
 * Reads what the keystores and KMS say about a destroyed key. Anything but a plain "not present, in sync" counts as a
 * living key: removing the record of one is the worst mistake of all.
 */
export function remainsOf(observation: KeyObservation): Remains {
  if (!observation.keystoresAreLive) return { kind: "held", guard: { guard: "status_not_live" } };
  const silent = observation.facts.keystores.filter(
    (keystore) => !observation.keystores.some((each) => each.keystoreId === keystore.id),
  );
  const holding = [
    ...observation.keystores.filter((each) => !isGone(each) && !isPending(each)),
    ...silent.map(withoutAnswer),
  ];
  if (holding.length > 0) return { kind: "held", guard: { guard: "keystore_holds_key", keystores: holding } };
  const pending = observation.keystores.filter(isPending);
  if (pending.length > 0) {
    const dates = pending.map((each) => each.destructionAtMs);
    const known = dates.filter((date) => date !== undefined);
    return {
      kind: "pending",
      keystores: pending,
      ...(known.length === dates.length && { untilMs: Math.max(...known) }),
    };
  }
  const unreadable = unreadableTwin(observation);
  if (unreadable !== undefined) return { kind: "held", guard: unreadable };
  for (const twin of observation.twins) {
    if (twin.kind === "present" && twin.state !== "destroyed") {
      return { kind: "held", guard: { guard: "twin_remains", kmsKeyId: twin.kmsKeyId, state: twin.state } };
    }
  }
  return { kind: "nothing" };
}

function unreadableTwin(observation: KeyObservation): Guard | undefined {
  const twin = observation.twins.find((each) => each.kind === "unreadable");
  return twin?.kind === "unreadable"
    ? { guard: "twin_unreadable", kmsKeyId: twin.kmsKeyId, reason: twin.reason }
    : undefined;
}

/** A keystore that the key refers to and that nobody answered for. */
function withoutAnswer(keystore: { readonly id: string; readonly type: string }): KeystoreStatus {
  return {
    keystoreId: keystore.id,
    name: keystore.id,
    type: keystore.type,
    status: "unknown",
    syncFlag: "unrecognised",
    detail: "no answer",
  };
}

function isGone(status: KeystoreStatus): boolean {
  return status.status === "not_present" && status.syncFlag === "ok";
}

export function isPending(status: KeystoreStatus): boolean {
  return status.status === "pending_destruction" && status.syncFlag === "ok";
}
