/** The transport to KMS v2, with the instance in a header (kms-v2-and-iam.md 1.1, 1.3). */

import type { KmsKeyRef } from "../../engine/ports/kms-keys.ts";
import { UkoError } from "../../errors.ts";
import { uuidForm } from "../../uuid-form.ts";
import { createTransport, requireInstance, type Transport, type TransportOptions } from "../http/transport.ts";
import { service, throwReadError } from "./errors.ts";

export function createKmsTransport(options: TransportOptions): Transport {
  return createTransport(
    {
      name: service,
      root: (base) => `${base.replace(/\/api(\/v2)?$/, "")}/api/v2`,
      headers: { "bluemix-instance": options.instanceId },
      throwReadError,
    },
    options,
  );
}

/** Throws UKO_INSTANCE_MISMATCH if the key belongs to another instance than this client's. */
export function kmsKeyPath(transport: Transport, ref: KmsKeyRef): string {
  const { kmsKeyId } = ref;
  requireInstance(transport, `KMS key ${kmsKeyId}`, ref);
  if (uuidForm.test(kmsKeyId)) return `/keys/${kmsKeyId}`;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "The ID of the KMS key is not valid",
    detail: "The ID must be a UUID in lower case, not an alias. Nothing was sent.",
  });
}

/** An alias or a key ring as part of a path (kms-v2-and-iam.md 2.2, uko-v4.md 3.8). */
export function checkedName(name: string, what: "alias" | "key ring"): string {
  if (/^[A-Za-z0-9_-]{2,100}$/.test(name)) return name;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The name of the ${what} is not valid`,
    detail: "It must have 2 to 100 letters, digits and hyphens; an alias can have underscores. Nothing was sent.",
  });
}
