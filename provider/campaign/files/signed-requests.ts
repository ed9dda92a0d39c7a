/**
 * Writes and reads the signed requests to destroy KMS keys of a campaign, on machines that demand signatures. UKO
 * stores the request for a managed key on the key. KMS stores no text, so the request for a KMS key is in a file of the
 * folder. Each person who can write to the folder can write such a file, so this file proves nothing: it returns the
 * latest request for each key, and ignores other files. kms-key/signed-request.ts then checks that a listed person
 * signed the request, for the KMS deletion window (7 days for the destruction) that is open now.
 */

import type { KmsSignedRequest } from "../../engine/kms-key/signed-request.ts";
import { parseSignedRequests } from "../../engine/kms-key/signed-request.ts";
import type { World } from "../../engine/ports/world.ts";
import { onCodes } from "../../errors.ts";
import { type CampaignFolder, maxEvidenceBytes } from "./file-forms.ts";

const requestFolder = "requests";

/** Each run writes a file of its own, so that two people never change the same file. */
export async function writeSignedRequests(
  folder: CampaignFolder,
  text: string,
  { sha256 }: Pick<World, "sha256">,
): Promise<void> {
  await folder.makeFolder(requestFolder);
  await folder.write(`${requestFolder}/${sha256(text).slice(0, 16)}.jsonl`, text);
}

/** The latest request for each KMS key, by its ID. Another file in the folder is no request. */
export async function readSignedRequests(
  folder: CampaignFolder,
  { session: { instanceId }, sha256 }: Pick<World, "session" | "sha256">,
): Promise<ReadonlyMap<string, KmsSignedRequest>> {
  const latest = new Map<string, KmsSignedRequest>();
  for (const name of await folder.list(requestFolder)) {
    const file = `${requestFolder}/${name}`;
    const text = (await folder.read(file, maxEvidenceBytes)) ?? "";
    for (const request of requestsIn(text, { file, instanceId, sha256 })) {
      const { signedAtMs = 0 } = latest.get(request.kmsKeyId)?.signature ?? {};
      if (request.signature.signedAtMs > signedAtMs) latest.set(request.kmsKeyId, request);
    }
  }
  return latest;
}

function requestsIn(...[text, about]: Parameters<typeof parseSignedRequests>): readonly KmsSignedRequest[] {
  try {
    return parseSignedRequests(text, about);
  } catch (error) {
    return onCodes(["UKO_INPUT_INVALID"], () => [])(error);
  }
}
