/**
 * Serves the calls that disable, enable, rotate and sync a KMS key (kms-v2-and-iam.md 2.8). A number such as M14 in
 * the code is the row of a call in the table of section 2.1.
 */

import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import { hourMs, toSecondsText } from "../store/clock.ts";
import { kmsKeyOf, recordChange } from "./access.ts";
import { checkRootMaterial, payloadFields } from "./create.ts";
import { invalidQuery, keyDeleted, parsedBody, refusal, rootKeyRequired, tooEarly } from "./envelope.ts";
import { openPayload } from "./import-tokens.ts";
import { nextState } from "./key-states.ts";
import { addVersion } from "./new-key.ts";

const enableWaitMs = 30_000;

export function disableKmsKey(call: Call): Reply {
  const key = kmsKeyOf(call, "kms.disable");
  if (key.extractable) throw rootKeyRequired("Key could not be disabled");
  key.state = nextState("disable", key, "Key is not in active state: Key could not be disabled");
  return recordChange(call, key);
}

/** M11: enables a key. If it has expired, the next request deactivates it (3.1). */
export function enableKmsKey(call: Call): Reply {
  const what = "Key could not be enabled";
  const key = kmsKeyOf(call, "kms.enable");
  if (key.extractable) throw rootKeyRequired(what);
  const state = nextState("enable", key, `Key is not in suspended state: ${what}`);
  if (call.nowMs - key.updatedMs < enableWaitMs) throw tooEarly(what, "");
  key.state = state;
  return recordChange(call, key);
}

const rotateSchema = z.strictObject(payloadFields);

/** M12: rotates a key. HPCS rotates only active keys (2.14), and each at most once an hour. */
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
    const message =
      "This root key was created with user-supplied key material: Key material is required to perform a 'rotate' action";
    throw refusal(400, "KEY_PAYLOAD_REQ_ERR", what, message, { type: "field", name: "payload" });
  }
  if (!key.imported && payload !== undefined) throw invalidQuery("payload", what, "provided only if key is imported");
  const material = payload === undefined ? undefined : openPayload(call, { payload, ...rest }, what);
  if (material !== undefined) checkRootMaterial(material, what);
  addVersion(world, key, nowMs, material);
  return { status: 204 };
}

/** M16: asks the registered services to read the key again, an hour after their last notification. */
export function syncKmsKey(call: Call): Reply {
  const what = "Could not initiate sync requests to associated resources";
  const key = kmsKeyOf(call, "kms.sync");
  key.state = nextState("sync", key, what);
  const earliestMs = Math.max(key.syncedMs ?? 0, key.updatedMs) + hourMs;
  if (call.nowMs < earliestMs) {
    throw tooEarly(what, `: Sync cannot be performed until at least ${toSecondsText(earliestMs)}`);
  }
  key.syncedMs = call.nowMs;
  return recordChange(call, key, false);
}
