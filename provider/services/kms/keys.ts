/** The port `KmsKeys` over KMS v2 (kms-v2-and-iam.md 2). */

import type { KmsKeys } from "../../engine/kms-ports.ts";
import { createKmsKeyReads } from "./key-reads.ts";
import { createKmsKeyWrites } from "./key-writes.ts";
import { createKmsTransport, type KmsClientOptions } from "./transport.ts";

export function createKmsKeys(options: KmsClientOptions): KmsKeys {
  const transport = createKmsTransport(options);
  return { ...createKmsKeyReads(transport), ...createKmsKeyWrites(transport) };
}
