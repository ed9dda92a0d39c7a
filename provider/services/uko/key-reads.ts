/**
 * Reads managed keys, their keystore status, and the resources that use them (uko-v4.md K1, K3, K12, K13), and converts
 * them to the engine's values. If the list of uses is refused or incomplete, the use is unreadable and never "none", so
 * that a key in use is not deleted.
 */

import type * as z from "zod";
import type { Stamps } from "../../engine/ports/containers.ts";
import type {
  KeyRef,
  KeySnapshot,
  Keys,
  KeystoreStatusWithKey,
  KeyWithEtag,
  WithServiceTime,
} from "../../engine/ports/world.ts";
import { onCodes, UkoError } from "../../errors.ts";
import { keyStates, keystoreStatuses, keystoreSyncFlags } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { KeyUse, UsingResource } from "../../lifecycle/vocabulary/observation.ts";
import { printable } from "../../text/printable.ts";
import { parseResponse, withServiceTime } from "../http/read-result.ts";
import type { Transport } from "../http/transport.ts";
import { definedOnly, parseDateTimeMs, readIdentity } from "../http/wire-values.ts";
import { isOwnNotFound, messageIn, readRights, service } from "./errors.ts";
import { type ObjectKind, objectPath, parseWithEtag, readObject } from "./objects.ts";
import type { Listing, ReadCache, ReadCacheOptions } from "./read-batch.ts";
import { checkedId, type PageWalk, pagesOf, requireWhole, ukoHeaders } from "./transport.ts";
import {
  associatedResources,
  managedKey,
  managedKeys,
  statusInKeystores,
  type WireKeystoreStatus,
  type WireManagedKey,
} from "./wire.ts";

type KeyReads = Pick<Keys, "read" | "cachedRead" | "liveStatus" | "use" | "list">;

export function createKeyReads(transport: Transport, readCache: ReadCache): KeyReads {
  return {
    read: (ref, { signal }, isUnlisted) => readKey(transport, ref, signal, isUnlisted),
    async cachedRead(ref, { signal }) {
      // This throws for an invalid ID before a list is read for it.
      keyPath(transport, ref);
      return readCache.cachedRead(ref, signal);
    },
    async liveStatus(ref, { signal }) {
      const path = `${keyPath(transport, ref)}/status_in_keystores`;
      const call = { path, ...ukoHeaders(ref.vaultId), signal };
      const response = await transport.read(call, readRights.readKey, isOwnNotFound);
      if (response.status === 404) throw keyNotFound(ref);
      return withServiceTime(
        service,
        response,
        parseResponse(service, response, statusInKeystores).status_in_keystores.map(toKeystoreStatus),
      );
    },
    use: (ref, { signal }) => readUse(transport, ref, signal).catch(unreadable),
    async list({ vaultId, label, isWhole }, { signal }) {
      if (label === undefined) {
        const list = () => listKeys(transport, keyWalk(vaultId, signal), { isWhole });
        // A reader of whole lists reads no key from the cache, and thousands of keys take megabytes.
        return [...(await (isWhole === true ? list() : readCache.keep(vaultId, list))).value.values()];
      }
      const found = await listKeys(transport, keyWalk(vaultId, signal, { label }));
      // The sources do not state how the service matches labels (uko-v4.md U36).
      return [...found.value.values()].filter((key) => key.label === label);
    },
  };
}

/** The reads that fill the cache: one key without its ETag, and all keys of a vault, in the largest pages. */
export function keysForReadCache(transport: Transport): Pick<ReadCacheOptions, "read" | "list"> {
  return {
    async read(ref, signal) {
      const response = await readKey(transport, ref, signal);
      return { ...response, value: response.value?.snapshot };
    },
    list: (vaultId, maxKeys, signal) =>
      listKeys(transport, { ...keyWalk(vaultId, signal), pageSize: 1_000 }, { maxKeys }),
  };
}

// Without `state` the service hides deactivated and destroyed keys (uko-v4.md 0.2). The oldest keys come first, so that
// paging by offset does not miss keys that are written meanwhile.
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

/** Returns every key once. If the vault has more than `maxKeys`, it returns only the first page. */
async function listKeys(
  transport: Transport,
  walk: KeyWalk,
  { maxKeys = Number.POSITIVE_INFINITY, isWhole = false }: { maxKeys?: number; isWhole?: boolean | undefined } = {},
): Promise<Listing> {
  const found = new Map<string, KeySnapshot>();
  let oldest: WithServiceTime<undefined> | undefined;
  let most = 0;
  for await (const { response, total, items } of pagesOf(transport, walk)) {
    oldest ??= withServiceTime(service, response, undefined);
    for (const key of items) found.set(key.id, toSnapshot(key, walk.vaultId));
    most = Math.max(most, total);
    if (total > maxKeys) break;
  }
  if (isWhole) requireWhole(found.size, most);
  if (oldest === undefined) throw new UkoError("UKO_BUG", { detail: "A list without a page." });
  return { ...oldest, value: found };
}

async function readKey(
  transport: Transport,
  ref: KeyRef,
  signal: AbortSignal,
  isUnlisted?: boolean,
): Promise<WithServiceTime<KeyWithEtag | undefined>> {
  const read = { kind: keyKind, ref: { ...ref, id: ref.keyId }, right: readRights.readKey, isUnlisted };
  const response = await readObject(transport, read, signal);
  if (response.status !== 200) return withServiceTime(service, response, undefined);
  const { wire, etag } = parseWithEtag(response, managedKey, keyKind, ref.keyId);
  return withServiceTime(service, response, { snapshot: toSnapshot(wire, ref.vaultId), etag });
}

function keyPath(transport: Transport, ref: KeyRef): string {
  return objectPath(transport, keyKind, { ...ref, id: ref.keyId });
}

async function readUse(transport: Transport, ref: KeyRef, signal: AbortSignal): Promise<KeyUse> {
  const found: z.output<typeof associatedResources> = [];
  let counted = 0;
  const pages = pagesOf(transport, {
    call: { path: `${keyPath(transport, ref)}/associated_resources`, ...ukoHeaders(ref.vaultId), signal },
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
    const { type, com_ibm_cloud_kms_registration: registration } = resource;
    if (registration === null || registration === undefined) {
      const reason = `a resource of a kind that this release does not know: ${printable(type, 100)}`;
      return { kind: "unreadable", reason };
    }
    if (registration.prevents_key_deletion) retainedBy.push(nameOf(resource));
  }
  return { kind: "known", count: found.length, retainedBy, resources: found.map(resourceOf) };
}

/** Turns these errors into an unreadable use. The guard then refuses the step, and names the cause. */
const unreadable = onCodes(["UKO_RIGHTS_MISSING", "UKO_RESPONSE_INVALID"], ({ summary, detail }): KeyUse => {
  return { kind: "unreadable", reason: printable(`${summary}. ${detail}`) };
});

type WireResource = z.output<typeof associatedResources>[number];

function resourceOf({ id, name, com_ibm_cloud_kms_registration: registration }: WireResource): UsingResource {
  const service = [registration?.service_name ?? "", registration?.service_instance_name ?? ""]
    .map((part) => printable(part, 100))
    .filter((part) => part !== "")
    .join(" ");
  return { id: printable(id, 500), name: printable(name, 100), service };
}

function nameOf(resource: WireResource): string {
  const { service, name } = resourceOf(resource);
  return `${service} ${name}`.trim() || "a resource without a name";
}

function keyNotFound(ref: KeyRef): UkoError {
  return new UkoError("UKO_KEY_NOT_FOUND", {
    summary: `Key ${ref.keyId} was not found in vault ${ref.vaultId}`,
    detail: "This does not prove that it is gone. Nothing was changed.",
  });
}

const alignments = ["aligned", "unaligned"] as const;

export const keyKind: ObjectKind = { path: "managed_keys", word: "key" };

/** `vaultId` is the requested one, used only if the response names none. */
export function toSnapshot(key: WireManagedKey, vaultId: string): KeySnapshot {
  return {
    keyId: key.id,
    vaultId: nonEmpty(key.vault?.id) ?? vaultId,
    templateId: key.template?.id ?? "",
    templateName: key.template?.name ?? "",
    version: key.version ?? 1,
    label: key.label,
    description: key.description,
    tags: key.tags,
    stateWord: printable(key.state, 100),
    algorithm: key.algorithm,
    size: key.size ?? "",
    activationDate: key.activation_date,
    expirationDate: key.expiration_date,
    ...toStamps(key),
    ...definedOnly({
      rotatedAtMs: parseDateTimeMs(key.rotated_at),
      alignment: alignments.find((known) => known === key.template?.alignment_status),
      isRotatable: key.is_rotatable ?? undefined,
      deactivatesOnRotation: key.deactivate_on_rotation ?? undefined,
      labelTags: key.label_tags.length === 0 ? undefined : key.label_tags,
      materialPresent: key.key_material_present ?? undefined,
      verificationPatterns: key.verification_patterns ?? undefined,
    }),
    referencedKeystores: key.referenced_keystores,
    storedStatus: key.status_in_keystores.map(toKeystoreStatus),
  };
}

/** The authors and times of a key's writes. Each is absent if the service returns no valid value. */
export function toStamps(
  wire: Pick<WireManagedKey, "created_at" | "created_by" | "updated_at" | "updated_by">,
): Stamps {
  return definedOnly({
    createdAtMs: parseDateTimeMs(wire.created_at),
    createdBy: readIdentity(wire.created_by),
    updatedAtMs: parseDateTimeMs(wire.updated_at),
    updatedBy: readIdentity(wire.updated_by),
  });
}

export function toKeystoreStatus(wire: WireKeystoreStatus): KeystoreStatusWithKey {
  // Only release 4.13.0 wrote `pending` (uko-v4.md 3.4).
  const flag = wire.keystore_sync_flag === "pending" ? "verifying_sync" : wire.keystore_sync_flag;
  const destructionAtMs = parseDateTimeMs(wire.destruction_at) ?? parseDateTimeMs(wire.destruction_in);
  const error = messageIn(wire.error);
  const pendingPeriod = printable(wire.destruction_policy_duration, 40);
  return {
    keystoreId: wire.keystore?.id ?? "",
    name: printable(wire.keystore?.name ?? "", 100),
    type: printable(wire.keystore?.type ?? "", 100),
    status: keystoreStatuses.find((known) => known === wire.status) ?? "unrecognized",
    syncFlag: keystoreSyncFlags.find((known) => known === flag) ?? "unrecognized",
    detail: printable(wire.keystore_sync_flag_detail, 100),
    ...(destructionAtMs === undefined ? {} : { destructionAtMs }),
    ...(pendingPeriod === "" ? {} : { pendingPeriod }),
    ...(error === "" ? {} : { error }),
    keyIdInKeystore: wire.key_id_in_keystore,
  };
}

export function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
