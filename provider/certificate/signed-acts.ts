/**
 * Checks whether a person signed exactly the act that a certificate states: the request or the approval of one step, on
 * one key, in the state that the key had then. The verifier brings the list of people and their public keys.
 */

import * as z from "zod";
import { idOfHash, type Sha256 } from "../lifecycle/consent/record-text.ts";
import type { IsGenuine } from "../lifecycle/consent/signed-consent.ts";
import { isSamePerson } from "../lifecycle/vocabulary/iam-id.ts";
import { parseJson } from "../text/json.ts";
import type { Act } from "./acts.ts";
import type { CertificateKey } from "./statement.ts";

const text = z.string();
/** The form of the text that `consentStatement` writes. */
const statementForm = z.tuple([
  z.literal("uko-consent-1"),
  z.enum(["request", "approval"]),
  // Service, instance, vault, key, state, step, digest, author, the request that an approval is for, and the hash of the rest.
  ...([text, text, text, text, text, text, text, text, text, text] as const),
]);

export interface SignatureCheck {
  readonly isGenuine: IsGenuine;
  readonly sha256: Sha256;
  readonly instanceId: string;
  /** A consent for an emulator does not count for IBM's service, unless the verifier accepts emulators. */
  readonly allowsEmulator: boolean;
}

const ibm = "ibm";

export function isSignedAct(
  { vaultId, keyId, steps }: CertificateKey,
  { did, iamId, of }: Act,
  { isGenuine, sha256, instanceId, allowsEmulator }: SignatureCheck,
): boolean {
  const step = steps[of];
  const kind = did.includes("requested") ? "request" : did.includes("approved") ? "approval" : undefined;
  if (step?.signed === undefined || kind === undefined) return false;
  return step.signed.some(({ statement, signedAt, path, signature: bytes, body }) => {
    const read = statementForm.safeParse(parseJson(statement)).data;
    if (read === undefined) return false;
    const [, signedKind, service, instance, vault, key, state, signedStep, digest, author, requested, hash] = read;
    const place = [instance, vault, key, state, signedStep, digest];
    const expected = [instanceId, vaultId, keyId, step.from, step.step, step.digest ?? ""];
    const isOfAct =
      signedKind === kind &&
      place.every((part, at) => part === expected[at]) &&
      (service === ibm || allowsEmulator) &&
      (body === undefined || sha256(body) === hash) &&
      isSamePerson(author, iamId) &&
      (kind === "request" || isHashOf(requested, step.requester?.recordId));
    const signature = { signedAtMs: Date.parse(signedAt), path, bytes };
    // The list of keys must have allowed the person when the step was taken.
    return isOfAct && isGenuine(statement, { author, signature, atMs: Date.parse(step.startedAt) });
  });
}

/** Whether the hash of a request, 64 digits, is that of the request with this ID, its first half. */
function isHashOf(sha256: string, recordId: string | undefined): boolean {
  return sha256.length === 64 && idOfHash(sha256) === recordId;
}
