/**
 * The assumptions of `provider/docs/reference/fidelity.md`, and what a rehearsal shows of them on the
 * instance. A test compares the list with the emulator's own.
 */

import { keystoreKindOf } from "../../lifecycle/keystore-kind.ts";
import type { Actor, BackingKey, KeyObservation } from "../../lifecycle/observation.ts";
import type { KeystoreSnapshot } from "../ports/containers.ts";

// biome-ignore format: a list of names
export const assumptionIds = [
  "passcode", "U1", "order", "U2", "U3", "U4", "U5", "U6", "U7", "U8", "U9", "U10", "U11", "U13", "U14", "U15",
  "U16", "U17", "U21", "U27", "U28", "U29", "U30", "registrations", "versions", "cloud-build", "U31", "U32", "U33",
  "U35", "U36", "U39", "U37", "labels", "last-writer", "stored-status", "patch-destroyed", "backing-key-identity", "backing-key-suspended",
  "backing-key-refusal", "KMS-1", "KMS-2", "KMS-3", "KMS-4", "KMS-5", "KMS-6", "KMS-7", "KMS-8", "KMS-9", "KMS-10", "KMS-11",
  "methods", "KMS-12", "KMS-24", "token-clock", "refresh", "KMS-13", "KMS-15", "KMS-16", "KMS-19", "KMS-purge", "KMS-expiry",
  "KMS-rotation", "KMS-rings", "KMS-codes", "KMS-token", "KMS-origin", "KMS-empty", "KMS-overrides",
  "apikey-refusals", "instance-refusals", "days", "KMS-path", "gzip", "U10-names", "U16-health", "U18", "U19", "U20", "U22",
  "internal-place", "U23", "U25", "U26", "U34", "wrong-credentials", "ring-name", "S5-modes", "S5-references",
  "alignment", "old-versions", "label-and-scheme", "azure-standard", "free-keystores",
] as const;
type AssumptionId = (typeof assumptionIds)[number];

/** One key of the rehearsal, read right after a run. */
export interface Sight {
  readonly observation: KeyObservation;
  /** Set if this run wrote to the key. */
  readonly writer?: Actor;
  readonly keystores: readonly KeystoreSnapshot[];
  /** Who deleted the backing KMS key, if KMS reports it. */
  readonly backingKeyDeletedBy?: string;
}

export type Verdict = "confirmed" | "refuted";

type Judge = (sight: Sight) => boolean | undefined;

const presentBackingKey = ({ backingKeys }: KeyObservation) =>
  backingKeys.find(
    (backingKey): backingKey is Extract<BackingKey, { kind: "present" }> => backingKey.kind === "present",
  );

/** True: as assumed. Undefined: this read shows nothing of it. */
const judges: Readonly<Partial<Record<AssumptionId, Judge>>> = {
  U9: ({ observation: { carried } }) => (carried.kind === "one" ? carried.record.location === "tag" : undefined),
  "last-writer": ({ observation: { updatedBy }, writer }) =>
    writer?.writesAs?.iamId === undefined ? undefined : updatedBy?.iamId === writer.writesAs.iamId,
  "backing-key-suspended": ({ observation }) =>
    observation.state === "deactivated" ? stateIs(presentBackingKey(observation), "suspended") : undefined,
  "KMS-19": ({ observation }) =>
    observation.state === "destroyed" ? stateIs(presentBackingKey(observation), "destroyed") : undefined,
  "backing-key-identity": ({ observation, writer, backingKeyDeletedBy }) =>
    observation.state !== "destroyed" || writer?.writesAs?.iamId === undefined || backingKeyDeletedBy === undefined
      ? undefined
      : backingKeyDeletedBy === writer.writesAs.iamId,
  U16: ({ observation, writer }) =>
    observation.state !== "deactivated" || writer === undefined
      ? undefined
      : observation.keystores.every(({ syncFlag }) => syncFlag === "ok"),
  "internal-place": ({ keystores }) => {
    const internal = keystores.filter((each) => keystoreKindOf(each) === "internal");
    return internal.length === 0 ? undefined : internal.every(({ ring }) => ring === "");
  },
};

function stateIs(backingKey: Extract<BackingKey, { kind: "present" }> | undefined, state: string): boolean | undefined {
  return backingKey === undefined ? undefined : backingKey.state === state;
}

/** What the reads of one run show. One contradiction refutes. */
export function judgeAssumptions(sights: readonly Sight[]): Readonly<Partial<Record<AssumptionId, Verdict>>> {
  const found: Partial<Record<AssumptionId, Verdict>> = {};
  for (const [id, judge] of Object.entries(judges) as [AssumptionId, Judge][]) {
    const responses = sights.map(judge).filter((response) => response !== undefined);
    if (responses.length > 0) found[id] = responses.every((response) => response) ? "confirmed" : "refuted";
  }
  return found;
}
