/**
 * Sends the calls that create, update, activate, deactivate, destroy, rotate, align, sync and remove managed keys
 * (uko-v4.md K2, K4-K11). A removal never uses the service's `force`, which would skip the wait for a pending
 * destruction.
 */

import type { KeyPatch, KeyRef, Keys, KeystoreStatusWithKey, NewKey } from "../../engine/ports/world.ts";
import { parseJson } from "../../text/json.ts";
import type { Transport } from "../http/transport.ts";
import { definedOnly } from "../http/wire-values.ts";
import { toPermitted, toWritten, type WrittenRules } from "../http/write-result.ts";
import { changeRights } from "./errors.ts";
import { keyKind, toKeystoreStatus, toSnapshot } from "./key-reads.ts";
import {
  changedObject,
  changeObject,
  changePermitted,
  changeRules,
  createObject,
  noValue,
  type ObjectChange,
  removed,
} from "./objects.ts";
import { checkedId } from "./transport.ts";
import { managedKey, statusInKeystores } from "./wire.ts";

type KeyWrites = Pick<Keys, "create" | "update" | "activate" | "act" | "rotate" | "align" | "sync" | "remove">;

export function createKeyWrites(transport: Transport): KeyWrites {
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
    async activate(ref, etag, { signal }) {
      const end = await change(ref, etag, { method: "POST", below: "/activate", signal });
      return toWritten(end, changeRules(changeRights.activate, keyValue(ref.vaultId, ref.keyId)));
    },
    async act(permit, { signal }) {
      const { act, subject } = permit;
      const end = await changePermitted(transport, keyKind, permit, { method: "POST", below: `/${act}`, signal });
      return toPermitted(end, changeRules(changeRights[act], keyValue(subject.vaultId, subject.id)));
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
    async remove(permit, { signal }) {
      const end = await changePermitted(transport, keyKind, permit, { method: "DELETE", signal });
      return toPermitted(end, changeRules(changeRights.remove, removed));
    },
  };
}

const keyValue = (vaultId: string, keyId?: string) =>
  changedObject(managedKey, (wire) => toSnapshot(wire, vaultId), keyId);

const statusValue: WrittenRules<readonly KeystoreStatusWithKey[]>["readValue"] = (response) => {
  const read = statusInKeystores.safeParse(parseJson(response.text));
  return read.success ? { value: read.data.status_in_keystores.map(toKeystoreStatus) } : undefined;
};

/** The body of a creation. Absent lists are left out, because API 4.12.6 and later may not know `tags` (uko-v4.md U9). */
function creationBody(key: NewKey): Record<string, unknown> {
  const { templateName, vaultId, label, description, tags, labelTags } = key;
  const optional = { label, description, tags: tags.length === 0 ? undefined : tags, label_tags: labelTags };
  return { template_name: templateName, vault: { id: vaultId }, ...definedOnly(optional) };
}

function patchBody(patch: KeyPatch): Record<string, unknown> {
  const { label, description, activationDate, expirationDate, tags } = patch;
  return definedOnly({
    label,
    description,
    activation_date: activationDate,
    expiration_date: expirationDate,
    tags,
  });
}
