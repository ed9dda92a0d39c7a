/** A keystore's status of a key, as evidence states it: with the key's ID there and its pending period. */

import type { KeystoreStatus } from "../../lifecycle/observation.ts";
import { isoTime } from "../loop/evidence.ts";
import type { EvidenceKeystore } from "../ports/world.ts";

export function describeKeystore({
  keystoreId: id,
  name,
  type,
  status,
  syncFlag,
  destructionAtMs,
  ...rest
}: KeystoreStatus): EvidenceKeystore {
  const destructionAt = destructionAtMs === undefined ? {} : { destructionAt: isoTime(destructionAtMs) };
  return { id, name, type, keyId: keyIdIn(rest), status, syncFlag, ...destructionAt };
}

/** The adapter adds the key's ID to the statuses that the planner sees. */
function keyIdIn(status: object): string {
  return "keyIdInKeystore" in status ? String(status.keyIdInKeystore) : "";
}
