/** Changes of managed keys (uko-v4.md K2, K4-K8, K11): one call each, nothing forced, a creation never sent twice. */

import type { KeyPatch, KeyRef, Keys, KeystoreStatusWithKey, KeyWithEtag, NewKey } from "../../engine/ports.ts";
import { UkoError } from "../../errors.ts";
import type { HttpAnswer } from "../http/client.ts";
import { parseJson } from "../http/json.ts";
import { toWritten, type WrittenRules } from "../http/written.ts";
import { changeRights, describeRights, messageOf, service } from "./errors.ts";
import { toKeystoreStatus, toSnapshot } from "./snapshot.ts";
import { checkedId, keyPath, type UkoCall, type UkoTransport } from "./transport.ts";
import { managedKey, statusInKeystores } from "./wire.ts";

type KeyWrites = Pick<Keys, "create" | "update" | "act" | "sync" | "remove">;

export function createKeyWrites(transport: UkoTransport): KeyWrites {
  /** A change of an existing key: never without the ETag that the plan was made from. */
  const change = (
    ref: KeyRef,
    etag: string,
    call: Pick<UkoCall, "method" | "body"> & { below?: string; signal: AbortSignal },
  ) =>
    transport.call({
      method: call.method,
      path: `${keyPath(transport, ref)}${call.below ?? ""}`,
      vaultId: ref.vaultId,
      etag: checkedEtag(etag),
      ...(call.body === undefined ? {} : { body: call.body }),
      resend: "after_429",
      signal: call.signal,
    });

  return {
    async create(key, { signal }) {
      // A 401 alone leads to a second request: a service that does not know who asks has made nothing.
      const vaultId = checkedId(key.vaultId, "vault");
      const call = {
        method: "POST",
        path: "/managed_keys",
        vaultId,
        body: creationBody(key),
        resend: "never",
        signal,
      } as const;
      const end = await transport.call(call);
      return toWritten(end, { ...rules("create", keyValue(vaultId)), isCreation: true });
    },
    async update(ref, patch, etag, { signal }) {
      const end = await change(ref, etag, { method: "PATCH", body: patchBody(patch), signal });
      return toWritten(end, rules(patch.tags === undefined ? "update" : "tags", keyValue(ref.vaultId, ref.keyId)));
    },
    async act(ref, action, etag, { signal }) {
      const end = await change(ref, etag, { method: "POST", below: `/${action}`, signal });
      return toWritten(end, rules(action, keyValue(ref.vaultId, ref.keyId)));
    },
    async sync(ref, etag, { signal }) {
      const end = await change(ref, etag, { method: "POST", below: "/sync_status_in_keystores", signal });
      return toWritten(end, rules("sync", statusValue));
    },
    async remove(ref, etag, { signal }) {
      const end = await change(ref, etag, { method: "DELETE", signal });
      // 202 would say that the removal is still to come.
      const isDone = ({ status }: HttpAnswer): boolean => status === 204 || status === 200;
      return toWritten(
        end,
        rules("remove", (answer) => (isDone(answer) ? { value: undefined } : undefined)),
      );
    },
  };
}

function rules<T>(change: keyof typeof changeRights, readValue: WrittenRules<T>["readValue"]): WrittenRules<T> {
  return {
    service,
    messageOf,
    unauthorizedIsForbidden: false,
    rightNeeded: describeRights(changeRights[change]),
    readValue,
  };
}

/** Reads the changed key; undefined, so that it is read again, where the answer does not show it whole. */
function keyValue(vaultId: string, keyId?: string): WrittenRules<KeyWithEtag>["readValue"] {
  return (answer) => {
    const read = managedKey.safeParse(parseJson(answer.text));
    const etag = answer.header("etag") ?? "";
    if (!read.success || etag === "" || (keyId !== undefined && read.data.id !== keyId)) return undefined;
    return { value: { snapshot: toSnapshot(read.data, vaultId), etag } };
  };
}

const statusValue: WrittenRules<readonly KeystoreStatusWithKey[]>["readValue"] = (answer) => {
  const read = statusInKeystores.safeParse(parseJson(answer.text));
  return read.success ? { value: read.data.status_in_keystores.map(toKeystoreStatus) } : undefined;
};

/** Absent lists stay absent, because a service of API 4.12.6 or later may not know `tags` (uko-v4.md U9). */
function creationBody(key: NewKey): Record<string, unknown> {
  return {
    template_name: key.templateName,
    vault: { id: key.vaultId },
    ...(key.label === undefined ? {} : { label: key.label }),
    ...(key.description === undefined ? {} : { description: key.description }),
    ...(key.tags.length === 0 ? {} : { tags: key.tags.map(({ name, value }) => ({ name, value })) }),
  };
}

function patchBody(patch: KeyPatch): Record<string, unknown> {
  const { label, description, activationDate, expirationDate, tags } = patch;
  return {
    ...(label === undefined ? {} : { label }),
    ...(description === undefined ? {} : { description }),
    ...(activationDate === undefined ? {} : { activation_date: activationDate }),
    ...(expirationDate === undefined ? {} : { expiration_date: expirationDate }),
    ...(tags === undefined ? {} : { tags: tags.map(({ name, value }) => ({ name, value })) }),
  };
}

/** `*` and nothing would match whatever the key has become meanwhile. */
function checkedEtag(etag: string): string {
  if (etag.trim() !== "" && etag.trim() !== "*") return etag;
  throw new UkoError("UKO_BUG", { detail: "A change was to be sent without the ETag of what was read." });
}
