/**
 * Reads the public keys that a verifier trusts, from PEM files and from trust files that list persons with their keys.
 * It checks the signatures of a certificate with them.
 */

import type { KeyObject } from "node:crypto";
import path from "node:path";
import * as z from "zod";
import type { SignatureResult, TrustedKey } from "../../certificate/trust.ts";
import { UkoError } from "../../errors.ts";
import { foldIamId } from "../../lifecycle/vocabulary/iam-id.ts";
import { readNamedText } from "../../process/regular-file.ts";
import { parseJson } from "../../text/json.ts";
import type { Envelope } from "./envelope.ts";
import { isSignedBy, keyIdOf, readPublicKey } from "./keys.ts";

export interface TrustedPublicKey extends TrustedKey {
  readonly publicKey: KeyObject;
}

/** The form of a trust file: persons, each with public keys in PEM. */
const trustFileForm = z.strictObject({
  version: z.literal(1),
  persons: z
    .array(
      z.strictObject({
        iamId: z.string().min(1),
        name: z.string().min(1).optional(),
        keys: z.array(z.string()).min(1).max(20),
      }),
    )
    .min(1)
    .max(1_000),
});

const iamIdBefore = /^(?<iamId>[A-Za-z][\w.-]{2,199})=(?<file>.+)$/;

/** Reads `<file>`, a PEM key or trust file, or `<iamId>=<file>`. Throws UKO_INPUT_INVALID. */
export async function readTrust(named: readonly string[]): Promise<readonly TrustedPublicKey[]> {
  return requireOnePersonEach(named.flatMap(readOne));
}

const getPublicKey = [
  "Next: get the public key of the person, and name its file with --trust; the owner of a private key extracts it with",
  "  openssl pkey -in key.pem -pubout -out public.pem",
];

function readOne(named: string): readonly TrustedPublicKey[] {
  const { iamId, file = named } = iamIdBefore.exec(named)?.groups ?? {};
  const text = readNamedText(file, `The key file ${file} could not be read`, ...getPublicKey);
  if (!text.trimStart().startsWith("{")) {
    const name = path.basename(file).replace(/\.[a-z]+$/i, "");
    const publicKey = readPublicKey(text, file);
    const person = iamId === undefined ? { name } : { iamId, name };
    return [{ publicKey, keyId: keyIdOf(publicKey), person }];
  }
  const read = trustFileForm.safeParse(parseJson(text));
  if (!read.success) throw invalid(`${file} is not a trust file`, z.prettifyError(read.error), read.error);
  return read.data.persons.flatMap(({ iamId: id, name = id, keys }) =>
    keys.map((pem) => {
      const publicKey = readPublicKey(pem, file);
      return { publicKey, keyId: keyIdOf(publicKey), person: { iamId: id, name } };
    }),
  );
}

/** Throws if a key is listed for two persons, because its signature would count twice. */
function requireOnePersonEach(keys: readonly TrustedPublicKey[]): readonly TrustedPublicKey[] {
  const known = new Map<string, TrustedPublicKey>();
  for (const key of keys) {
    const other = known.get(key.keyId);
    if (other !== undefined && foldIamId(other.person.iamId ?? "") !== foldIamId(key.person.iamId ?? "")) {
      throw invalid(
        `One key is trusted as ${other.person.name} and as ${key.person.name}`,
        "A key belongs to one person. Correct --trust.",
      );
    }
    known.set(key.keyId, other ?? key);
  }
  return [...known.values()];
}

/** Checks each signature. The key ID in an envelope is only a hint, so every trusted key is tried. */
export function checkSignatures(envelope: Envelope, trusted: readonly TrustedPublicKey[]): readonly SignatureResult[] {
  const { signed, signatures } = envelope;
  return signatures.map(({ keyid, sig }) => {
    const signature = Buffer.from(sig, "base64");
    const signer = trusted.find(({ publicKey }) => isSignedBy(publicKey, signed, signature));
    if (signer?.keyId === keyid) return { kind: "valid", key: { keyId: signer.keyId, person: signer.person } };
    const isNamed = trusted.some(({ keyId }) => keyId === keyid);
    return { kind: signer !== undefined || isNamed ? "altered" : "unknown_key", keyId: keyid };
  });
}

function invalid(summary: string, detail: string, cause?: unknown): UkoError {
  return new UkoError("UKO_INPUT_INVALID", { summary, detail, cause });
}
