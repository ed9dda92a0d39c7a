/** Reads of KMS keys (kms-v2-and-iam.md 2.1 rows 3, 6, 17, 21, 24): metadata, never material. */

import type * as z from "zod";
import type { KmsKeys, PolicyWrite } from "../../engine/kms-ports.ts";
import { isUkoError } from "../../errors.ts";
import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import type { Right } from "../../lifecycle/managed-key-states.ts";
import type { HttpAnswer } from "../http/client.ts";
import { invalidAnswer } from "../http/faults.ts";
import { readIdentity } from "../http/identity.ts";
import { answeredFrom, openedFrom } from "../http/parse-response.ts";
import { printable } from "../http/printable.ts";
import { parseDateTimeMs } from "../http/timestamps.ts";
import { isKeyNotFound, service } from "./errors.ts";
import { toKmsSnapshot } from "./key-snapshot.ts";
import { checkedName, type KmsCall, type KmsTransport, kmsKeyPath } from "./transport.ts";
import { keyPolicies, keyRings, kmsKeys, registrations } from "./wire.ts";

type KmsKeyReads = Pick<KmsKeys, "read" | "list" | "dualAuthPolicyWrite" | "registrations" | "ringExists">;

/** Without this filter destroyed keys are not listed (kms-v2-and-iam.md 2.3). */
const everyState = "0,1,2,3,5";
const pageSize = 1_000;
/** 50,000 items: more than twice what an instance can hold (uko-v4.md 3.8). */
const maxPages = 50;

export function createKmsKeyReads(transport: KmsTransport): KmsKeyReads {
  return {
    async read(ref, { signal }) {
      const path = `${kmsKeyPath(transport, ref)}/metadata`;
      const answer = await transport.read({ path, signal }, kmsRights.readMetadata, isKeyNotFound);
      if (answer.status === 404) return answeredFrom(service, answer, undefined);
      const [key, ...others] = openedFrom(service, answer, kmsKeys).resources;
      if (key === undefined || others.length > 0 || key.id !== ref.kmsKeyId) {
        throw invalidAnswer(service, "it is not about the one key that was asked for", answer);
      }
      return answeredFrom(service, answer, toKmsSnapshot(key, answer));
    },
    async list({ ring }, { signal }) {
      const headers = ring === undefined ? {} : { headers: { "x-kms-key-ring": checkedName(ring, "key ring") } };
      const call = { path: "/keys", query: { state: everyState }, ...headers, signal };
      const found = await walk(transport, call, kmsRights.list, (answer) =>
        openedFrom(service, answer, kmsKeys).resources.map((key) => toKmsSnapshot(key, answer)),
      );
      return [...new Map(found.map((key) => [key.kmsKeyId, key])).values()];
    },
    async dualAuthPolicyWrite(ref, { signal }) {
      const path = `${kmsKeyPath(transport, ref)}/policies`;
      const call = { path, query: { policy: "dualAuthDelete" }, signal };
      // Only Managers may read policies, and KMS returns 401 to everyone else.
      const answer = await transport.read(call, kmsRights.readPolicies, ({ status }) => status === 401);
      if (answer.status === 401) return undefined;
      return toPolicyWrite(openedFrom(service, answer, keyPolicies));
    },
    async registrations(ref, { signal }) {
      try {
        const call = { path: `${kmsKeyPath(transport, ref)}/registrations`, signal };
        const items = await walk(transport, call, readRegistrations, (answer) =>
          openedFrom(service, answer, registrations).resources.map(({ resourceCrn, preventKeyDeletion }) => ({
            resourceCrn: printable(resourceCrn),
            preventsKeyDeletion: preventKeyDeletion,
          })),
        );
        return { kind: "known", items };
      } catch (error) {
        if (!isUkoError(error) || !unreadableCodes.includes(error.code)) throw error;
        return { kind: "unreadable", reason: printable(`${error.summary}. ${error.detail}`) };
      }
    },
    async ringExists(ring, { signal }) {
      const rings = await walk(transport, { path: "/key_rings", signal }, kmsRights.list, (answer) =>
        openedFrom(service, answer, keyRings).resources.map(({ id }) => id),
      );
      return rings.includes(ring);
    },
  };
}

const readRegistrations: Right = { action: "registrations.list", roles: ["KMS Reader"] };
/**
 * Distinguishes a missing right from an unreadable response: the guard refuses either way, but
 * names the cause.
 */
const unreadableCodes: readonly string[] = ["UKO_ACCESS_DENIED", "UKO_ANSWER_INVALID"];

/**
 * Reads pages by offset until one is shorter than requested; a collection has no total
 * (kms-v2-and-iam.md 1.5).
 */
async function walk<T>(
  transport: KmsTransport,
  call: Pick<KmsCall, "path" | "query" | "headers" | "signal">,
  right: Right,
  itemsOf: (answer: HttpAnswer) => readonly T[],
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let pages = 0; pages < maxPages; pages += 1) {
    const query = { ...call.query, limit: String(pageSize), offset: String(found.length) };
    const items = itemsOf(await transport.read({ ...call, query }, right));
    found.push(...items);
    if (items.length < pageSize) return found;
  }
  throw invalidAnswer(service, `a list has more than ${maxPages} pages`);
}

function toPolicyWrite({ resources }: z.output<typeof keyPolicies>): PolicyWrite | undefined {
  const policy = resources.find(({ dualAuthDelete }) => dualAuthDelete !== null && dualAuthDelete !== undefined);
  const updatedBy = readIdentity(policy?.updatedBy);
  const updatedAtMs = parseDateTimeMs(policy?.lastUpdateDate);
  if (updatedBy === undefined || updatedAtMs === undefined) return undefined;
  const createdBy = readIdentity(policy?.createdBy);
  return { updatedBy, updatedAtMs, ...(createdBy !== undefined && { createdBy }) };
}
