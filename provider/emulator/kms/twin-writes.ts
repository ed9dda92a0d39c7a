/** Set, unset, delete, restore and purge of a twin (kms-v2-and-iam.md 2.5-2.7, 2.10). */

import { hourMs, toSecondsText } from "../clock.ts";
import type { DualAuthPolicy, Twin } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { mayDelete } from "./dual-authorization.ts";
import { collection, invalidState, refusal } from "./envelope.ts";
import { twinOf } from "./twin-access.ts";
import { purgeWaitMs, restoreWindowMs, viewTwin } from "./twin-view.ts";

const notPerformed = "Action could not be performed on key";
const restoreWaitMs = 30_000;

/** M14: the first authorization; a second one moves the window unless the switch keeps the first (10-3). */
export function setForDeletion(call: Call): Reply {
  const { world, nowMs } = call;
  const twin = twinOf(call, "kms.setkeyfordeletion");
  const policy = activePolicy(twin);
  const isLive = policy.setBy !== undefined && (policy.expiresMs ?? 0) > nowMs;
  if (!isLive || world.switches.kmsSetAgain === "latest") {
    const caller = call.caller();
    policy.setBy = { iamId: caller.iamId, authnIamId: caller.authnIamId };
    policy.expiresMs = nowMs + world.switches.kmsWindowHours * hourMs;
    // 2.10: the policy's date moves, the key's does not.
    policy.updatedMs = nowMs;
  }
  call.note({ detail: { authExpiration: toSecondsText(policy.expiresMs ?? nowMs) } });
  return { status: 204 };
}

/** M15 */
export function unsetForDeletion(call: Call): Reply {
  const policy = activePolicy(twinOf(call, "kms.unsetkeyfordeletion"));
  policy.setBy = undefined;
  policy.expiresMs = undefined;
  policy.updatedMs = call.nowMs;
  return { status: 204 };
}

function activePolicy(twin: Twin): DualAuthPolicy {
  if (twin.state === 5) throw deletedAlready();
  if (twin.dualAuth?.enabled !== true) {
    throw refusal(
      409,
      "NOT_DUAL_AUTH_ERR",
      notPerformed,
      "The key is not dual auth enabled and cannot be set for deletion",
    );
  }
  // 10-9: only an active key can be authorized.
  if (twin.state !== 1) throw invalidState(notPerformed);
  return twin.dualAuth;
}

/** M8: the second authorization. Checks in the order of 10-7. */
export function deleteTwin(call: Call): Reply {
  const { world, nowMs } = call;
  const twin = twinOf(call, "kms.delete");
  const isForced = call.url.searchParams.get("force") === "true";
  call.note({ detail: { force: isForced } });
  if (twin.state === 5) throw deletedAlready();
  if (!mayDelete(world, twin, call.caller(), nowMs)) {
    const what = "1 prior authorization(s) are required for deletion: Key could not be deleted";
    throw refusal(409, "AUTHORIZATIONS_NOT_MET", what, "Number of authorizations required to delete is not met");
  }
  const resources = world.keys.get(twin.keyId)?.resources ?? [];
  if (resources.some((resource) => resource.preventsKeyDeletion)) {
    const message = "The key cannot be deleted because it's protecting a cloud resource that has a retention policy.";
    throw refusal(409, "PREV_KEY_DEL_ERR", "Key could not be deleted", message);
  }
  if (resources.length > 0 && !isForced) {
    throw refusal(
      409,
      "PROTECTED_RESOURCE_ERR",
      "Key could not be deleted",
      "Key is protecting one or more cloud resources",
    );
  }
  twin.state = 5;
  twin.deletedMs = nowMs;
  twin.deletedBy = call.caller().iamId;
  twin.goneMs = nowMs + (world.keystores.get(twin.keystoreId)?.pendingMs ?? restoreWindowMs);
  twin.updatedMs = nowMs;
  return represented(call, twin);
}

/** M9: back to active; the pending authorization is cleared, the policy stays (10-10). */
export function restoreTwin(call: Call): Reply {
  const twin = twinOf(call, "kms.restore");
  const what = "Key could not be restored";
  if (twin.state !== 5) throw invalidState(what);
  const sinceMs = call.nowMs - (twin.deletedMs ?? 0);
  if (sinceMs < restoreWaitMs) {
    throw refusal(409, "REQ_TOO_EARLY_ERR", what, "The key was updated recently: Please wait and try again");
  }
  if (sinceMs > restoreWindowMs) {
    throw refusal(400, "KEY_RESTORE_EXPIRED", what, "The key cannot be restored after 30 days");
  }
  twin.state = 1;
  twin.goneMs = undefined;
  twin.updatedMs = call.nowMs;
  if (twin.dualAuth !== undefined) {
    twin.dualAuth.setBy = undefined;
    twin.dualAuth.expiresMs = undefined;
  }
  return collection("key", [viewTwin(call.world, twin, call.nowMs)], 201);
}

/** M10: needs a role of its own, and 4 hours since the deletion. */
export function purgeTwin(call: Call): Reply {
  const twin = twinOf(call, "kms.purge");
  const what = "Key could not be purged";
  if (twin.state !== 5) throw invalidState(what);
  if (call.nowMs - (twin.deletedMs ?? 0) < purgeWaitMs) {
    const message =
      "The key was updated recently: Please wait and try again: Purge operation is allowed 4h0m0s after key is deleted";
    throw refusal(409, "REQ_TOO_EARLY_ERR", what, message);
  }
  const reply = represented(call, twin);
  call.world.twins.delete(twin.id);
  return reply;
}

/** 10-8: 204 unless the representation was asked for. */
function represented(call: Call, twin: Twin): Reply {
  if (call.header("prefer") !== "return=representation") return { status: 204 };
  return collection("key", [viewTwin(call.world, twin, call.nowMs)]);
}

function deletedAlready() {
  const message = "Key has already been deleted. Please delete references to this key.";
  return refusal(410, "KEY_DELETED_ERR", "Key could not be deleted", message);
}
