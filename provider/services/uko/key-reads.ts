/** Reads of managed keys (uko-v4.md K1, K3, K12, K13). */

import type { Answered, KeyRef, Keys, KeyWithEtag } from "../../engine/ports.ts";
import { UkoError } from "../../errors.ts";
import { keyStates } from "../../lifecycle/managed-key-states.ts";
import type { KeyUse } from "../../lifecycle/observation.ts";
import type { HttpAnswer } from "../http/client.ts";
import { invalidAnswer } from "../http/faults.ts";
import { printable } from "../http/printable.ts";
import { isOwnNotFound, readRights, service } from "./errors.ts";
import { walkPages } from "./pages.ts";
import { toKeystoreStatus, toSnapshot } from "./snapshot.ts";
import { answered, checkedId, keyPath, opened, type UkoTransport } from "./transport.ts";
import { associatedResources, managedKey, managedKeys, statusInKeystores } from "./wire.ts";

export function createKeyReads(transport: UkoTransport): Pick<Keys, "read" | "liveStatus" | "use" | "list"> {
  return {
    read: (ref, { signal }) => readKey(transport, ref, signal),
    async liveStatus(ref, { signal }) {
      const path = `${keyPath(transport, ref)}/status_in_keystores`;
      const call = { method: "GET", path, vaultId: ref.vaultId, signal } as const;
      const answer = await transport.read(call, readRights.readKey, isOwnNotFound);
      if (answer.status === 404) throw keyNotFound(ref);
      return answered(answer, opened(answer, statusInKeystores).status_in_keystores.map(toKeystoreStatus));
    },
    use: (ref, { signal }) => readUse(transport, ref, signal),
    async list({ vaultId, label }, { signal }) {
      // Without `state` the service hides deactivated and destroyed keys (uko-v4.md 0.2). Oldest first, because a walk
      // by offset must not lose keys that are written meanwhile.
      const query = { "vault.id": checkedId(vaultId, "vault"), state: keyStates.join(","), sort: "created_at" };
      const found = await walkPages(transport, {
        call: { path: "/managed_keys", query: label === undefined ? query : { ...query, label }, signal },
        collection: "managed_keys",
        items: managedKeys,
        right: readRights.listKeys,
      });
      const snapshots = new Map(found.map((key) => [key.id, toSnapshot(key, vaultId)]));
      // How the service matches labels is not stated (uko-v4.md U36).
      return [...snapshots.values()].filter((key) => label === undefined || key.label === label);
    },
  };
}

async function readKey(
  transport: UkoTransport,
  ref: KeyRef,
  signal: AbortSignal,
): Promise<Answered<KeyWithEtag | undefined>> {
  const call = { method: "GET", path: keyPath(transport, ref), signal } as const;
  const answer = await transport.read({ ...call, vaultId: ref.vaultId }, readRights.readKey, isOwnNotFound);
  if (answer.status === 200) return answered(answer, keyWithEtag(answer, ref));
  // 404 is also said of a key in another vault than the header names (uko-v4.md 1.4): only a second look without the
  // header tells them apart. API 4.9 and earlier answer 400 to that, and then the first 404 stands.
  const isAnswer = (second: HttpAnswer): boolean => second.status === 400 || isOwnNotFound(second);
  const second = await transport.read(call, readRights.readKey, isAnswer);
  return answered(second, second.status === 200 ? keyWithEtag(second, ref) : undefined);
}

/** Throws UKO_ANSWER_INVALID where the answer is not the key that was asked for, or has no ETag. */
function keyWithEtag(answer: HttpAnswer, ref: KeyRef): KeyWithEtag {
  const snapshot = toSnapshot(opened(answer, managedKey), ref.vaultId);
  const etag = answer.header("etag") ?? "";
  if (snapshot.keyId !== ref.keyId) throw invalidAnswer(service, "it is about another key than was asked for", answer);
  if (etag === "") throw invalidAnswer(service, "it has no ETag", answer);
  return { snapshot, etag };
}

async function readUse(transport: UkoTransport, ref: KeyRef, signal: AbortSignal): Promise<KeyUse> {
  try {
    const found = await walkPages(transport, {
      call: { path: `${keyPath(transport, ref)}/associated_resources`, vaultId: ref.vaultId, signal },
      collection: "associated_resources",
      items: associatedResources,
      right: readRights.readUse,
    });
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

/** A missing right, and an answer that tells nothing: the guard refuses on both, and says which. */
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
