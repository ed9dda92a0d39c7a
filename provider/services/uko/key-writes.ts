/**
 * Changes of managed keys (uko-v4.md K2, K4-K11): one call each, never forced, and a creation is
 * never sent twice.
 */

import type { KeyPatch, KeyRef, Keys, KeystoreStatusWithKey, NewKey } from "../../engine/ports.ts";
import { parseJson } from "../http/json.ts";
import { toWritten, type WrittenRules } from "../http/write-result.ts";
import { changeRights } from "./errors.ts";
import {
  changedObject,
  changeObject,
  changeRules,
  createObject,
  noValue,
  type ObjectChange,
  removed,
} from "./objects.ts";
import { keyKind, toKeystoreStatus, toSnapshot } from "./snapshot.ts";
import { checkedId, type UkoTransport } from "./transport.ts";
import { managedKey, statusInKeystores } from "./wire.ts";

type KeyWrites = Pick<Keys, "create" | "update" | "act" | "rotate" | "align" | "sync" | "remove">;

export function createKeyWrites(transport: UkoTransport): KeyWrites {
  const change = (ref: KeyRef, etag: string, call: Pick<ObjectChange, "method" | "body" | "below" | "signal">) =>
    changeObject(transport, { kind: keyKind, ref: { ...ref, id: ref.keyId }, etag, ...call });

  return {
    async create(key, { signal }) {
      const vaultId = checkedId(key.vaultId, "vault");
      const end = await createObject(transport, keyKind, { vaultId, body: creationBody(key), signal });
      return toWritten(end, { ...changeRules(changeRights.create, keyValue(vaultId)), isCreation: true });
    },
    async update(ref, patch, etag, { signal }) {
      const end = await change(ref, etag, { method: "PATCH", body: patchBody(patch), signal });
      const needed = changeRights[patch.tags === undefined ? "update" : "tags"];
      return toWritten(end, changeRules(needed, keyValue(ref.vaultId, ref.keyId)));
    },
    async act(ref, action, etag, { signal }) {
      const end = await change(ref, etag, { method: "POST", below: `/${action}`, signal });
      return toWritten(end, changeRules(changeRights[action], keyValue(ref.vaultId, ref.keyId)));
    },
    async rotate(ref, etag, { signal }) {
      const end = await change(ref, etag, { method: "POST", below: "/rotate", signal });
      return toWritten(end, changeRules(changeRights.rotate, noValue));
    },
    async align(ref, etag, { signal }) {
      const end = await change(ref, etag, { method: "POST", below: "/update_from_template", signal });
      return toWritten(end, changeRules(changeRights.align, noValue));
    },
    async sync(ref, etag, { signal }) {
      const end = await change(ref, etag, { method: "POST", below: "/sync_status_in_keystores", signal });
      return toWritten(end, changeRules(changeRights.sync, statusValue));
    },
    async remove(ref, etag, { signal }) {
      const end = await change(ref, etag, { method: "DELETE", signal });
      return toWritten(end, changeRules(changeRights.remove, removed));
    },
  };
}

const keyValue = (vaultId: string, keyId?: string) =>
  changedObject(managedKey, (wire) => toSnapshot(wire, vaultId), keyId);

const statusValue: WrittenRules<readonly KeystoreStatusWithKey[]>["readValue"] = (answer) => {
  const read = statusInKeystores.safeParse(parseJson(answer.text));
  return read.success ? { value: read.data.status_in_keystores.map(toKeystoreStatus) } : undefined;
};

/**
 * Absent lists stay absent, because a service of API 4.12.6 or later may not know `tags`
 * (uko-v4.md U9).
 */
function creationBody(key: NewKey): Record<string, unknown> {
  return {
    template_name: key.templateName,
    vault: { id: key.vaultId },
    ...(key.label === undefined ? {} : { label: key.label }),
    ...(key.description === undefined ? {} : { description: key.description }),
    ...(key.tags.length === 0 ? {} : { tags: key.tags.map(({ name, value }) => ({ name, value })) }),
    ...(key.labelTags === undefined ? {} : { label_tags: key.labelTags.map(({ name, value }) => ({ name, value })) }),
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
