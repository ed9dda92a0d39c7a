/**
 * Reads a backing key, which is the KMS key behind a managed key, and opens or closes its deletion window. Within the
 * 7 days of this window KMS lets a second person destroy the key (kms-v2-and-iam.md 2.4, 2.10). The file implements
 * `BackingKeys`, a port (interface) of the engine. A failed read is reported as unreadable and never as "gone", unless
 * it stops the run, as a rejected credential does. If uko took an existing backing key for gone, KMS's dual
 * authorization could block the deletion, or the key could outlast the managed key.
 */

import type { BackingKeys } from "../../engine/ports/world.ts";
import { isUkoError } from "../../errors.ts";
import type { BackingKey } from "../../lifecycle/observation.ts";
import { parseJson } from "../../text/encodings.ts";
import { printable } from "../../text/printable.ts";
import { uuidForm } from "../../text/uuid-form.ts";
import type { HttpResponse, NoResponse } from "../http/client.ts";
import { canceled } from "../http/concurrency.ts";
import { concernsTheRun } from "../http/read-result.ts";
import type { TransportOptions } from "../http/transport.ts";
import { parseDateTimeMs } from "../http/wire-values.ts";
import { moveDeletionWindow } from "./keys.ts";
import { createKmsTransport, isKeyNotFound, messageOf } from "./transport.ts";
import { oneBackingKey, type WireBackingKey } from "./wire.ts";

/** The numbers of KMS's states (kms-v2-and-iam.md 3); the number 4 does not exist. */
const states = new Map([
  [1, "active"],
  [2, "suspended"],
  [3, "deactivated"],
  [5, "destroyed"],
] as const);

export function createBackingKeys(options: TransportOptions): BackingKeys {
  const transport = createKmsTransport(options);
  return {
    async read(kmsKeyId, { signal }) {
      if (!uuidForm.test(kmsKeyId)) return unreadable(kmsKeyId, "its ID is not a UUID");
      try {
        const path = `/keys/${kmsKeyId}/metadata`;
        return toBackingKey(kmsKeyId, await transport.call({ method: "GET", path, resend: "always", signal }));
      } catch (error) {
        if (!isUkoError(error) || concernsTheRun.includes(error.code)) throw error;
        return unreadable(kmsKeyId, `${error.summary}. ${error.detail}`);
      }
    },
    setForDeletion: (kmsKeyId, { signal }) => moveDeletionWindow(transport, kmsKeyId, "setKeyForDeletion", signal),
    unsetForDeletion: (kmsKeyId, { signal }) => moveDeletionWindow(transport, kmsKeyId, "unsetKeyForDeletion", signal),
  };
}

function toBackingKey(kmsKeyId: string, end: HttpResponse | NoResponse): BackingKey {
  if (end.kind === "none" && end.why === "canceled") throw canceled();
  if (end.kind === "none") return unreadable(kmsKeyId, end.reason);
  if (isKeyNotFound(end)) return { kind: "absent", kmsKeyId };
  if (end.status !== 200) {
    const message = messageOf(end);
    const id = end.correlationId === "" ? "" : ` (correlation ID ${end.correlationId})`;
    return unreadable(kmsKeyId, `KMS responded with ${end.status}${message === "" ? "" : `: ${message}`}${id}`);
  }
  const read = oneBackingKey.safeParse(parseJson(end.text));
  const key = read.data?.resources[0];
  if (key === undefined) return unreadable(kmsKeyId, "the response of KMS does not have the documented form");
  if (key.id !== kmsKeyId) return unreadable(kmsKeyId, "KMS responded about another key");
  return presentBackingKey(kmsKeyId, key);
}

function presentBackingKey(kmsKeyId: string, key: WireBackingKey): BackingKey {
  const dual = key.dualAuthDelete;
  const isSet = dual?.keySetForDeletion === true;
  const windowEndsAtMs = isSet ? parseDateTimeMs(dual.authExpiration) : undefined;
  // If the end of a deletion window cannot be read, uko cannot know whether the window is open.
  if (isSet && windowEndsAtMs === undefined)
    return unreadable(kmsKeyId, "KMS does not say when the deletion window ends");
  return {
    kind: "present",
    kmsKeyId,
    state: states.get(key.state as 1 | 2 | 3 | 5) ?? "other",
    dualAuthDelete: dual?.enabled ?? false,
    ...(windowEndsAtMs === undefined ? {} : { windowEndsAtMs }),
  };
}

function unreadable(kmsKeyId: string, reason: string): BackingKey {
  return { kind: "unreadable", kmsKeyId, reason: printable(reason) };
}
