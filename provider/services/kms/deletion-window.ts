/**
 * Opening and closing of a KMS key's deletion window, for twins and standalone keys
 * (kms-v2-and-iam.md 2.10).
 */

import type { Written } from "../../engine/ports.ts";
import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import { uuidForm } from "../../uuid-form.ts";
import { toWritten } from "../http/write-result.ts";
import { kmsRules, noValue } from "./errors.ts";
import type { KmsTransport } from "./transport.ts";

const needed = {
  setKeyForDeletion: kmsRights.setForDeletion,
  unsetKeyForDeletion: kmsRights.unsetForDeletion,
} as const;

/** Sent again only after a 429: setting twice may move the window's end (kms-v2-and-iam.md 8). */
export async function moveDeletionWindow(
  transport: KmsTransport,
  kmsKeyId: string,
  action: keyof typeof needed,
  signal: AbortSignal,
): Promise<Written<undefined>> {
  if (!uuidForm.test(kmsKeyId)) {
    const message = "the id of the KMS key is not an id; nothing was sent";
    return { kind: "refused", status: 400, message, correlationId: "" };
  }
  const path = `/keys/${kmsKeyId}/actions/${action}`;
  const end = await transport.call({ method: "POST", path, resend: "after_429", signal });
  return toWritten(end, kmsRules(needed[action], noValue));
}
