/**
 * Mapping of a KMS key's metadata from the wire to the engine's plain values (kms-v2-and-iam.md 3).
 */

import type { KmsKeySnapshot, NewKmsKey } from "../../engine/kms-ports.ts";
import type { HttpAnswer } from "../http/client.ts";
import { invalidAnswer } from "../http/faults.ts";
import { readIdentity } from "../http/identity.ts";
import { parseDateTimeMs } from "../http/timestamps.ts";
import { service } from "./errors.ts";
import type { WireKmsKey } from "./wire.ts";

/**
 * Throws UKO_ANSWER_INVALID for a window whose end cannot be read: it would be neither open nor
 * closed.
 */
export function toKmsSnapshot(key: WireKmsKey, answer: HttpAnswer): KmsKeySnapshot {
  const dual = key.dualAuthDelete;
  const isSet = dual?.keySetForDeletion === true;
  const windowEndsAtMs = isSet ? parseDateTimeMs(dual.authExpiration) : undefined;
  if (isSet && windowEndsAtMs === undefined) {
    throw invalidAnswer(service, "it does not tell when the deletion window ends", answer);
  }
  const isRotated = key.rotation !== null && key.rotation !== undefined && key.rotation.enabled !== false;
  return {
    kmsKeyId: key.id,
    crn: key.crn,
    name: key.name,
    description: key.description,
    aliases: key.aliases,
    tags: key.tags,
    state: key.state,
    isExtractable: key.extractable,
    isImported: key.imported,
    ring: key.keyRingID,
    expirationDate: key.expirationDate,
    versionId: key.keyVersion?.id ?? "",
    dualAuthDelete: dual?.enabled ?? false,
    ...known({
      windowEndsAtMs,
      rotationIntervalMonths: isRotated ? key.rotation?.interval_month : undefined,
      createdAtMs: parseDateTimeMs(key.creationDate),
      lastRotatedAtMs: parseDateTimeMs(key.lastRotateDate),
      deletedAtMs: parseDateTimeMs(key.deletionDate),
      restoreUntilMs: parseDateTimeMs(key.restoreExpirationDate),
      purgeScheduledAtMs: parseDateTimeMs(key.purgeScheduledOn),
    }),
    ...known({ createdBy: readIdentity(key.createdBy), deletedBy: readIdentity(key.deletedBy) }),
  };
}

/**
 * The requested values, for members that a sparse response to a creation omits
 * (kms-v2-and-iam.md 2.2): a new key is active at once.
 */
export function asAsked(wanted: NewKmsKey): Record<string, unknown> {
  return {
    state: 1,
    name: wanted.name,
    extractable: wanted.isExtractable,
    imported: wanted.payload !== undefined,
    ...(wanted.description === undefined ? {} : { description: wanted.description }),
    ...(wanted.dualAuthDelete === undefined ? {} : { dualAuthDelete: { enabled: wanted.dualAuthDelete } }),
  };
}

function known<T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const found = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as { [K in keyof T]?: NonNullable<T[K]> };
}
