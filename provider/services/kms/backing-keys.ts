/**
 * Reads a backing key, and opens or closes its deletion window (kms-v2-and-iam.md 2.4, 2.10). A failed read is reported
 * as unreadable and never as "gone", unless it stops the run, as a rejected credential does. If uko took an existing
 * backing key for gone, KMS's dual authorization could block the deletion, or the key could outlast the managed key.
 */

import type { BackingKeys } from "../../engine/ports/world.ts";
import { isUkoError } from "../../errors.ts";
import type { BackingKey } from "../../lifecycle/vocabulary/observation.ts";
import { printable } from "../../text/printable.ts";
import { concernsTheRun } from "../http/read-result.ts";
import type { TransportOptions } from "../http/transport.ts";
import { definedOnly } from "../http/wire-values.ts";
import { createKmsKeys } from "./keys.ts";

/** The numbers of KMS's states (kms-v2-and-iam.md 3); the number 4 does not exist. */
const states = new Map([
  [1, "active"],
  [2, "suspended"],
  [3, "deactivated"],
  [5, "destroyed"],
] as const);

export function createBackingKeys(options: TransportOptions): BackingKeys {
  const { instanceId } = options;
  const keys = createKmsKeys(options);
  return {
    async read(kmsKeyId, call): Promise<BackingKey> {
      try {
        const { value: key } = await keys.read({ instanceId, kmsKeyId }, call);
        if (key === undefined) return { kind: "absent", kmsKeyId };
        const { dualAuthDelete, windowEndsAtMs } = key;
        const state = states.get(key.state as 1 | 2 | 3 | 5) ?? "other";
        return { kind: "present", kmsKeyId, state, dualAuthDelete, ...definedOnly({ windowEndsAtMs }) };
      } catch (error) {
        if (!isUkoError(error) || concernsTheRun.includes(error.code)) throw error;
        return { kind: "unreadable", kmsKeyId, reason: printable(`${error.summary}. ${error.detail}`) };
      }
    },
    setForDeletion: keys.setForDeletion,
    unsetForDeletion: (kmsKeyId, call) => keys.unsetForDeletion({ instanceId, kmsKeyId }, call),
  };
}
