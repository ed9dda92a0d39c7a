/** Disable, enable, rotate and sync (kms-v2-and-iam.md 2.8). */

import * as z from "zod";
import { hourMs, toSecondsText } from "../clock.ts";
import type { Call, Reply } from "../http.ts";
import { kmsKeyOf } from "./access.ts";
import { checkRootMaterial, payloadFields } from "./create.ts";
import { keyDeleted, notPerformed, parsedBody, refusal, rootKeyRequired, tooEarly } from "./envelope.ts";
import { openPayload } from "./import-tokens.ts";
import { nextState } from "./key-states.ts";
import { addVersion } from "./new-key.ts";

const enableWaitMs = 30_000;

/** M11 */
export function disableKmsKey(call: Call): Reply {
  const key = kmsKeyOf(call, "kms.disable");
  if (key.extractable) throw rootKeyRequired("Key could not be disabled");
  key.state = nextState("disable", key, "Key is not in active state: Key could not be disabled");
  key.updatedMs = call.nowMs;
  call.world.kmsKeys.changed(key.id);
  return { status: 204 };
}

/** M11: an expired key that is enabled is deactivated at the next request (3.1). */
export function enableKmsKey(call: Call): Reply {
  const what = "Key could not be enabled";
  const key = kmsKeyOf(call, "kms.enable");
  if (key.extractable) throw rootKeyRequired(what);
  const state = nextState("enable", key, `Key is not in suspended state: ${what}`);
  if (call.nowMs - key.updatedMs < enableWaitMs) throw tooEarly(what, "");
  key.state = state;
  key.updatedMs = call.nowMs;
  call.world.kmsKeys.changed(key.id);
  return { status: 204 };
}

const rotateSchema = z.strictObject(payloadFields);

/** M12: HPCS rotates active keys only (2.14), each at most once an hour. */
export function rotateKmsKey(call: Call): Reply {
  const { world, nowMs } = call;
  const what = "Key could not be rotated";
  const key = kmsKeyOf(call, "kms.rotate");
  const isEmpty = call.text.trim() === "";
  const { payload, ...rest } = isEmpty ? {} : parsedBody(call, rotateSchema, what);
  if (key.state === 5) throw keyDeleted(what);
  if (key.extractable) throw rootKeyRequired(what);
  key.state = nextState("rotate", key, what);
  if (key.rotatedMs !== undefined && nowMs - key.rotatedMs < hourMs) {
    const message = "This root key has been rotated within the last hour: Only one rotate action per hour is permitted";
    throw refusal(409, "KEY_ROTATION_NOT_PERMITTED", what, message);
  }
  if (key.imported && payload === undefined) {
    const message = "This root key was created with user-supplied key material: Key material is required to rotate it";
    throw refusal(400, "KEY_PAYLOAD_REQ_ERR", what, message);
  }
  if (!key.imported && payload !== undefined) {
    throw refusal(400, "KEY_IMPT_REQ_ERR", what, "Requested action can only be completed with an imported key.");
  }
  const material = payload === undefined ? undefined : openPayload(call, { payload, ...rest }, what);
  if (material !== undefined) checkRootMaterial(material, what);
  addVersion(world, key, nowMs, material);
  return { status: 204 };
}

/** M16: asks the registered services to read the key again. */
export function syncKmsKey(call: Call): Reply {
  const key = kmsKeyOf(call, "kms.sync");
  if (key.state === 5) throw keyDeleted(notPerformed);
  key.state = nextState("sync", key, notPerformed);
  const earliestMs = (key.syncedMs ?? Number.NEGATIVE_INFINITY) + hourMs;
  if (call.nowMs < earliestMs) throw tooEarly(notPerformed, `: Sync is allowed from ${toSecondsText(earliestMs)}`);
  key.syncedMs = call.nowMs;
  call.world.kmsKeys.changed(key.id);
  return { status: 204 };
}
