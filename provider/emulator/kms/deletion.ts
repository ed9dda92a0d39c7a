/**
 * Serves the calls that set a KMS key for deletion, undo this, and delete, restore and purge the key
 * (kms-v2-and-iam.md 2.5-2.7, 2.10). Under dual authorization, one person sets the key for deletion. Another person
 * can then delete it until the window ends, by default after 7 days. Any other deletion of such a key is refused. A
 * key that protects cloud resources is deleted only with `force`, and never if one of them has a retention policy.
 */

import type { Call, Reply } from "../http/responses.ts";
import { hourMs, toSecondsText } from "../store/clock.ts";
import type { Caller, DualAuthPolicy, KmsKey } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { kmsKeyOf, recordChange } from "./access.ts";
import { collection, invalidState, keyDeleted, notPerformed, refusal, tooEarly } from "./envelope.ts";
import { nextState } from "./key-states.ts";
import { resourcesOf } from "./registrations.ts";
import { purgeWaitMs, restoreWindowMs, viewKmsKey } from "./view.ts";

const couldNotDelete = "Key could not be deleted";
const restoreWaitMs = 30_000;

/** M14: gives the first authorization. A second call moves the window, unless a switch says otherwise. */
export function setForDeletion(call: Call): Reply {
  const { world, nowMs } = call;
  const key = kmsKeyOf(call, "kms.setkeyfordeletion");
  const policy = policyFor("setKeyForDeletion", key);
  const isLive = policy.setBy !== undefined && (policy.expiresMs ?? 0) > nowMs;
  if (!isLive || world.switches.kmsSetAgain === "latest") {
    const caller = call.caller();
    policy.setBy = { iamId: caller.iamId, authnIamId: caller.authnIamId };
    policy.expiresMs = nowMs + world.switches.kmsWindowHours * hourMs;
    // The date of the policy changes, but not the date of the key (2.10).
    policy.updatedMs = nowMs;
  }
  call.note({ detail: { authExpiration: toSecondsText(policy.expiresMs ?? nowMs) } });
  return recordChange(call, key, false);
}

/** M15: withdraws the first authorization. */
export function unsetForDeletion(call: Call): Reply {
  const key = kmsKeyOf(call, "kms.unsetkeyfordeletion");
  const policy = policyFor("unsetKeyForDeletion", key);
  policy.setBy = undefined;
  policy.expiresMs = undefined;
  policy.updatedMs = call.nowMs;
  return recordChange(call, key, false);
}

function policyFor(action: "setKeyForDeletion" | "unsetKeyForDeletion", key: KmsKey): DualAuthPolicy {
  if (key.state === 5) throw keyDeleted(couldNotDelete);
  if (key.dualAuth?.enabled !== true) {
    const message = "The key is not dual auth enabled and cannot be set for deletion";
    throw refusal(409, "NOT_DUAL_AUTH_ERR", notPerformed, message);
  }
  key.state = nextState(action, key, notPerformed);
  return key.dualAuth;
}

/** M8: deletes the key, with the second authorization if required. The checks are in the order of 10-7. */
export function deleteKmsKey(call: Call): Reply {
  const { world, nowMs } = call;
  const key = kmsKeyOf(call, "kms.delete", couldNotDelete);
  const isForced = call.url.searchParams.get("force") === "true";
  call.note({ detail: { force: isForced } });
  if (key.state === 5) throw keyDeleted(couldNotDelete);
  if (!mayDelete(world, key, call.caller(), nowMs)) {
    const what = "1 prior authorization(s) are required for deletion: Key could not be deleted";
    throw refusal(409, "AUTHORIZATIONS_NOT_MET", what, "Number of authorizations required to delete is not met");
  }
  const resources = resourcesOf(world, key);
  if (resources.some((resource) => resource.preventKeyDeletion)) {
    const message = "The key cannot be deleted because it's protecting a cloud resource that has a retention policy.";
    throw refusal(409, "PREV_KEY_DEL_ERR", couldNotDelete, message);
  }
  if (resources.length > 0 && !isForced) {
    throw refusal(409, "PROTECTED_RESOURCE_ERR", couldNotDelete, "Key is protecting one or more cloud resources");
  }
  key.state = nextState("delete", key, couldNotDelete);
  key.deletedMs = nowMs;
  key.deletedBy = call.caller().iamId;
  key.goneMs = nowMs + (world.keystores.get(key.backingKeyOf?.keystoreId ?? "")?.pendingMs ?? restoreWindowMs);
  recordChange(call, key);
  return represented(call, key);
}

/** Whether another identity has given the authorization that the policy requires (5). */
export function mayDelete(world: World, backingKey: KmsKey, caller: Caller, nowMs: number): boolean {
  const { dualAuth } = backingKey;
  if (dualAuth?.enabled !== true) return true;
  if (dualAuth.setBy === undefined || (dualAuth.expiresMs ?? 0) <= nowMs) return false;
  return world.switches.kmsIdentity === "authn"
    ? dualAuth.setBy.authnIamId !== caller.authnIamId
    : dualAuth.setBy.iamId !== caller.iamId;
}

/** M9: makes a deleted key active again. The pending authorization is cleared, and the policy stays (10-10). */
export function restoreKmsKey(call: Call): Reply {
  const what = "Key could not be restored";
  const key = kmsKeyOf(call, "kms.restore", what);
  const state = nextState("restore", key, what);
  const sinceMs = call.nowMs - (key.deletedMs ?? 0);
  if (sinceMs < restoreWaitMs) throw tooEarly(what, "");
  if (sinceMs > restoreWindowMs) {
    throw refusal(400, "KEY_RESTORE_EXPIRED", what, "The key cannot be restored after 30 days");
  }
  if (key.expiresMs !== undefined && key.expiresMs <= call.nowMs) {
    const end = `${new Date(key.expiresMs).toISOString().slice(0, 19).replace("T", " ")} +0000 UTC`;
    const message = "The action could not be performed on the key because the key is expired.";
    throw refusal(400, "KEY_EXPIRED_ERR", `The key expired on ${end}: ${what}`, message);
  }
  key.state = state;
  key.goneMs = undefined;
  if (key.dualAuth !== undefined) {
    key.dualAuth.setBy = undefined;
    key.dualAuth.expiresMs = undefined;
  }
  recordChange(call, key);
  return collection("key", [viewKmsKey(call.world, key, call.nowMs)], { status: 201 });
}

/** M10: erases a deleted key. It requires a separate role, and 4 hours since the deletion. */
export function purgeKmsKey(call: Call): Reply {
  const what = "Key could not be purged";
  const key = kmsKeyOf(call, "kms.purge", what);
  if (key.state !== 5) throw invalidState(what);
  if (call.nowMs - (key.deletedMs ?? 0) < purgeWaitMs) {
    throw tooEarly(what, ": Purge operation is allowed 4h0m0s after key is deleted");
  }
  const reply = represented(call, key);
  call.world.kmsKeys.delete(key.id);
  return reply;
}

/** The response: 204, unless the request asks for the key (10-8). */
function represented(call: Call, key: KmsKey): Reply {
  if (call.header("prefer") !== "return=representation") return { status: 204 };
  return collection("key", [viewKmsKey(call.world, key, call.nowMs)]);
}
