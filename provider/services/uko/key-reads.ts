/** Reads of managed keys (uko-v4.md K1, K3, K12, K13). */

import type * as z from "zod";
import type { Answered, KeyRef, KeySnapshot, Keys, KeyWithEtag } from "../../engine/ports.ts";
import { UkoError } from "../../errors.ts";
import { keyStates } from "../../lifecycle/managed-key-states.ts";
import type { KeyUse } from "../../lifecycle/observation.ts";
import { printable } from "../http/printable.ts";
import { isOwnNotFound, readRights } from "./errors.ts";
import { objectPath, openedWithEtag, readObject } from "./objects.ts";
import { findVaultInList, type PageWalk, pagesOf } from "./pages.ts";
import type { Listing, ReadCache, ReadCacheOptions } from "./read-batch.ts";
import { keyKind, toKeystoreStatus, toSnapshot } from "./snapshot.ts";
import { answered, checkedId, opened, type UkoTransport } from "./transport.ts";
import { associatedResources, managedKey, managedKeys, statusInKeystores, type WireManagedKey } from "./wire.ts";

type KeyReads = Pick<Keys, "read" | "cachedRead" | "liveStatus" | "use" | "list">;

export function createKeyReads(transport: UkoTransport, readCache: ReadCache): KeyReads {
  return {
    read: (ref, { signal }) => readKey(transport, ref, signal),
    async cachedRead(ref, { signal }) {
      // Rejects an invalid ID before anything is listed for it.
      keyPath(transport, ref);
      return readCache.cachedRead(ref, signal);
    },
    async liveStatus(ref, { signal }) {
      const path = `${keyPath(transport, ref)}/status_in_keystores`;
      const call = { method: "GET", path, vaultId: ref.vaultId, signal } as const;
      const answer = await transport.read(call, readRights.readKey, isOwnNotFound);
      if (answer.status === 404) throw keyNotFound(ref);
      return answered(answer, opened(answer, statusInKeystores).status_in_keystores.map(toKeystoreStatus));
    },
    use: (ref, { signal }) => readUse(transport, ref, signal),
    async list({ vaultId, label }, { signal }) {
      if (label === undefined) {
        const kept = await readCache.keep(vaultId, () => listKeys(transport, keyWalk(vaultId, signal)));
        return [...kept.value.values()];
      }
      const found = await listKeys(transport, keyWalk(vaultId, signal, { label }));
      // The sources do not state how the service matches labels (uko-v4.md U36).
      return [...found.value.values()].filter((key) => key.label === label);
    },
  };
}

/** The reads behind the cache: a key without its ETag, and a vault's keys, in the largest pages. */
export function keysForReadCache(transport: UkoTransport): Pick<ReadCacheOptions, "read" | "list"> {
  return {
    async read(ref, signal) {
      const answer = await readKey(transport, ref, signal);
      return { ...answer, value: answer.value?.snapshot };
    },
    list: (vaultId, maxKeys, signal) => listKeys(transport, { ...keyWalk(vaultId, signal), pageSize: 1_000 }, maxKeys),
  };
}

// Without `state` the service hides deactivated and destroyed keys (uko-v4.md 0.2). Oldest first:
// pages by offset must not miss keys that are written meanwhile.
function keyWalk(vaultId: string, signal: AbortSignal, filter: { readonly label?: string } = {}): KeyWalk {
  return { ...wholeWalk(signal, { "vault.id": checkedId(vaultId, "vault"), ...filter }), vaultId };
}

function wholeWalk(signal: AbortSignal, filter: Readonly<Record<string, string>> = {}): PageWalk<WireManagedKey> {
  const query = { state: keyStates.join(","), sort: "created_at", ...filter };
  return {
    call: { path: "/managed_keys", query, signal },
    collection: "managed_keys",
    items: managedKeys,
    right: readRights.listKeys,
  };
}

type KeyWalk = PageWalk<WireManagedKey> & { readonly vaultId: string };

/** Every key, each once; if there are more than `maxKeys`, only the first page. */
async function listKeys(transport: UkoTransport, walk: KeyWalk, maxKeys = Number.POSITIVE_INFINITY): Promise<Listing> {
  const found = new Map<string, KeySnapshot>();
  let oldest: Answered<undefined> | undefined;
  for await (const { answer, total, items } of pagesOf(transport, walk)) {
    oldest ??= answered(answer, undefined);
    for (const key of items) found.set(key.id, toSnapshot(key, walk.vaultId));
    if (total > maxKeys) break;
  }
  if (oldest === undefined) throw new UkoError("UKO_BUG", { detail: "A list without a page." });
  return { ...oldest, value: found };
}

async function readKey(
  transport: UkoTransport,
  ref: KeyRef,
  signal: AbortSignal,
): Promise<Answered<KeyWithEtag | undefined>> {
  const answer = await readObject(
    transport,
    {
      kind: keyKind,
      ref: { ...ref, id: ref.keyId },
      right: readRights.readKey,
      findVault: (within) => findVaultInList(transport, wholeWalk(within), ref.keyId),
    },
    signal,
  );
  if (answer.status !== 200) return answered(answer, undefined);
  const { wire, etag } = openedWithEtag(answer, managedKey, keyKind, ref.keyId);
  return answered(answer, { snapshot: toSnapshot(wire, ref.vaultId), etag });
}

function keyPath(transport: UkoTransport, ref: KeyRef): string {
  return objectPath(transport, keyKind, { ...ref, id: ref.keyId });
}

async function readUse(transport: UkoTransport, ref: KeyRef, signal: AbortSignal): Promise<KeyUse> {
  try {
    const found: z.output<typeof associatedResources> = [];
    let counted = 0;
    const pages = pagesOf(transport, {
      call: { path: `${keyPath(transport, ref)}/associated_resources`, vaultId: ref.vaultId, signal },
      collection: "associated_resources",
      items: associatedResources,
      right: readRights.readUse,
    });
    for await (const { total, items } of pages) {
      counted = total;
      found.push(...items);
    }
    if (found.length < counted) {
      return { kind: "unreadable", reason: `the service counts ${counted} resources but lists ${found.length}` };
    }
    const retainedBy: string[] = [];
    for (const resource of found) {
      const registration = resource.com_ibm_cloud_kms_registration;
      if (registration === null || registration === undefined) {
        return {
          kind: "unreadable",
          reason: `a resource of a kind that this release does not know: ${printable(resource.type, 100)}`,
        };
      }
      if (registration.prevents_key_deletion) retainedBy.push(nameOf(resource.name, registration));
    }
    return { kind: "known", count: found.length, retainedBy };
  } catch (error) {
    const isUnreadable = error instanceof UkoError && unreadableCodes.includes(error.code);
    if (!isUnreadable) throw error;
    return { kind: "unreadable", reason: printable(`${error.summary}. ${error.detail}`) };
  }
}

/**
 * Distinguishes a missing right from an unreadable response: the guard refuses either way, but
 * names the cause.
 */
const unreadableCodes: readonly string[] = ["UKO_RIGHTS_MISSING", "UKO_ANSWER_INVALID"];

function nameOf(name: string, registration: { service_name: string; service_instance_name: string }): string {
  const parts = [registration.service_name, registration.service_instance_name, name].map((part) =>
    printable(part, 100),
  );
  return parts.filter((part) => part !== "").join(" ") || "a resource without a name";
}

function keyNotFound(ref: KeyRef): UkoError {
  return new UkoError("UKO_KEY_NOT_FOUND", {
    summary: `Key ${ref.keyId} was not found in vault ${ref.vaultId}`,
    detail: "That alone does not prove it gone. Nothing was changed.",
  });
}
