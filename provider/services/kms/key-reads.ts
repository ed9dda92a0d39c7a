/**
 * Reads KMS keys, key rings, the services that use a key, and who last changed its policy for dual authorization
 * (kms-v2-and-iam.md 2.1 rows 3, 6, 17, 21, 24). A key that is set for deletion and does not show until when is an
 * error, and so is one with the CRN of another instance of Key Protect.
 */

import type * as z from "zod";
import type { KmsKeySnapshot, KmsKeys, NewKmsKey, PolicyWrite } from "../../engine/ports/kms-keys.ts";
import { onCodes, UkoError } from "../../errors.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { printable } from "../../text/printable.ts";
import type { HttpResponse } from "../http/client.ts";
import { invalidResponse, parseResponse, withServiceTime } from "../http/read-result.ts";
import type { Call, Transport } from "../http/transport.ts";
import { definedOnly, parseDateTimeMs, readIdentity } from "../http/wire-values.ts";
import { checkedName, isKeyNotFound, kmsKeyPath, service } from "./transport.ts";
import { keyPolicies, keyRings, kmsKeys, registrations, type WireKmsKey } from "./wire.ts";

type KmsKeyReads = Pick<KmsKeys, "read" | "list" | "dualAuthPolicyWrite" | "registrations" | "rings">;

/** Without this filter destroyed keys are not listed (kms-v2-and-iam.md 2.3). */
const everyState = "0,1,2,3,5";
const pageSize = 1_000;
/** The most pages of a list: 50,000 items, more than twice what an instance can hold (uko-v4.md 3.8). */
const maxPages = 50;

export function createKmsKeyReads(transport: Transport, instanceCrn?: string): KmsKeyReads {
  const known = (key: WireKmsKey, response: HttpResponse): KmsKeySnapshot => {
    if (instanceCrn !== undefined) requireKeyOf(instanceCrn, key);
    return toKmsSnapshot(key, response);
  };
  return {
    async read(ref, { signal }) {
      const path = `${kmsKeyPath(transport, ref)}/metadata`;
      const response = await transport.read({ path, signal }, kmsRights.readMetadata, isKeyNotFound);
      if (response.status === 404) return withServiceTime(service, response, undefined);
      const [key, ...others] = parseResponse(service, response, kmsKeys).resources;
      if (key === undefined || others.length > 0 || key.id !== ref.kmsKeyId) {
        throw invalidResponse(service, "it is not about the requested key", response);
      }
      return withServiceTime(service, response, known(key, response));
    },
    async list({ ring }, { signal }) {
      const headers = ring === undefined ? {} : { headers: { "x-kms-key-ring": checkedName(ring, "key ring") } };
      const call = { path: "/keys", query: { state: everyState }, ...headers, signal };
      const found = await walk(transport, call, kmsRights.list, (response) =>
        parseResponse(service, response, kmsKeys).resources.map((key) => known(key, response)),
      );
      return [...new Map(found.map((key) => [key.kmsKeyId, key])).values()];
    },
    async dualAuthPolicyWrite(ref, { signal }) {
      const path = `${kmsKeyPath(transport, ref)}/policies`;
      const call = { path, query: { policy: "dualAuthDelete" }, signal };
      // Only managers may read policies. KMS returns 401 to all other callers.
      const response = await transport.read(call, kmsRights.readPolicies, ({ status }) => status === 401);
      if (response.status === 401) return undefined;
      return toPolicyWrite(parseResponse(service, response, keyPolicies));
    },
    async registrations(ref, { signal }) {
      const call = { path: `${kmsKeyPath(transport, ref)}/registrations`, signal };
      const items = walk(transport, call, readRegistrations, (response) =>
        parseResponse(service, response, registrations).resources.map(({ resourceCrn, preventKeyDeletion }) => ({
          resourceCrn: printable(resourceCrn),
          preventsKeyDeletion: preventKeyDeletion,
        })),
      );
      return items.then((found) => ({ kind: "known", items: found }) as const).catch(unreadable);
    },
    rings: ({ signal }) =>
      walk(transport, { path: "/key_rings", signal }, kmsRights.list, (response) =>
        parseResponse(service, response, keyRings).resources.map(({ id }) => id),
      ),
  };
}

const readRegistrations: Right = { action: "registrations.list", roles: ["KMS Reader"] };
/** Turns these errors into the reason why uses could not be read. The guard refuses the step, and names this reason. */
const unreadable = onCodes(["UKO_ACCESS_DENIED", "UKO_RESPONSE_INVALID"], ({ summary, detail }) => ({
  kind: "unreadable" as const,
  reason: printable(`${summary}. ${detail}`),
}));

/**
 * Throws UKO_INSTANCE_MISMATCH unless the key itself says that it belongs to this instance of Key Protect. Otherwise a
 * person could call an instance of Hyper Protect Crypto Services Key Protect in their settings, and delete the KMS key
 * behind a managed key without the two people that the managed key requires.
 */
function requireKeyOf(instanceCrn: string, { id, crn }: WireKmsKey): void {
  if (crn === `${instanceCrn}:key:${id}`) return;
  throw new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `KMS key ${printable(id)} does not belong to the Key Protect instance that the settings name`,
    detail: [
      crn === "" ? "KMS does not report its CRN." : `According to KMS, its CRN is ${printable(crn)}.`,
      `The settings name ${instanceCrn}::`,
      "Nothing was changed.",
      "Next: copy the CRN of the instance from IBM Cloud. Name an instance with Unified Key Orchestrator by its UUID.",
    ].join("\n"),
  });
}

/** Pages by offset until one is short; a collection has no total (kms-v2-and-iam.md 1.5). */
async function walk<T>(
  transport: Transport,
  call: Pick<Call, "path" | "query" | "headers" | "signal">,
  right: Right,
  itemsOf: (response: HttpResponse) => readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let pages = 0; pages < maxPages; pages += 1) {
    const query = { ...call.query, limit: String(pageSize), offset: String(found.length) };
    const items = itemsOf(await transport.read({ ...call, query }, right));
    found.push(...items);
    if (items.length < pageSize) return found;
  }
  throw invalidResponse(service, `a list has more than ${maxPages} pages`);
}

function toPolicyWrite({ resources }: z.output<typeof keyPolicies>): PolicyWrite | undefined {
  const policy = resources.find(({ dualAuthDelete }) => dualAuthDelete !== null && dualAuthDelete !== undefined);
  const updatedBy = readIdentity(policy?.updatedBy);
  const updatedAtMs = parseDateTimeMs(policy?.lastUpdateDate);
  if (updatedBy === undefined || updatedAtMs === undefined) return undefined;
  const createdBy = readIdentity(policy?.createdBy);
  return { updatedBy, updatedAtMs, ...(createdBy !== undefined && { createdBy }) };
}

/**
 * Throws UKO_RESPONSE_INVALID if the end of a deletion window cannot be read, because the window could be open or closed.
 */
export function toKmsSnapshot(key: WireKmsKey, response: HttpResponse): KmsKeySnapshot {
  const dual = key.dualAuthDelete;
  const isSet = dual?.keySetForDeletion === true;
  const windowEndsAtMs = isSet ? parseDateTimeMs(dual.authExpiration) : undefined;
  if (isSet && windowEndsAtMs === undefined) {
    throw invalidResponse(service, "it does not say when the deletion window ends", response);
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
    ...definedOnly({
      windowEndsAtMs,
      rotationIntervalMonths: isRotated ? key.rotation?.interval_month : undefined,
      createdAtMs: parseDateTimeMs(key.creationDate),
      lastRotatedAtMs: parseDateTimeMs(key.lastRotateDate),
      deletedAtMs: parseDateTimeMs(key.deletionDate),
      restoreUntilMs: parseDateTimeMs(key.restoreExpirationDate),
      purgeScheduledAtMs: parseDateTimeMs(key.purgeScheduledOn),
      createdBy: readIdentity(key.createdBy),
      deletedBy: readIdentity(key.deletedBy),
    }),
  };
}

/**
 * The values of the request, for a response to a creation that leaves them out (kms-v2-and-iam.md 2.2). A new key is
 * active at once.
 */
export function valuesOfRequest(wanted: NewKmsKey): Record<string, unknown> {
  return {
    state: 1,
    name: wanted.name,
    extractable: wanted.isExtractable,
    imported: wanted.payload !== undefined,
    ...definedOnly({
      description: wanted.description,
      dualAuthDelete: wanted.dualAuthDelete === undefined ? undefined : { enabled: wanted.dualAuthDelete },
    }),
  };
}
