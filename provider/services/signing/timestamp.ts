/**
 * Requests and checks timestamps of signatures by an external authority (RFC 3161). A timestamp proves that a signature
 * existed at a time. Only the request needs the network; the check does not. The user names the certificates that sign
 * timestamps, because uko does not follow a chain of issuers. Before a timestamp is stored, the file removes the parts
 * that the authority's signature does not cover. A stored timestamp with such parts is invalid.
 */

import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { ASN1Obj, RFC3161Timestamp, X509Certificate as SigstoreCertificate } from "@sigstore/core";
import type { TimestampCheck, TimestampResult } from "../../engine/certificate/trust.ts";
import { UkoError } from "../../errors.ts";
import { readNamedText } from "../../process/regular-file.ts";
import { printable } from "../../text/printable.ts";
import { der, integer, octets, oid, sequence } from "../../x509/der.ts";
import type { HttpClient } from "../http/client.ts";
import { noResponseError } from "../http/read-result.ts";
import { type Envelope, maxTimestampBytes } from "./envelope.ts";

/** A trusted certificate that signs timestamps. uko does not follow the chain of its issuers. */
export interface TimestampAuthority {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly certificate: SigstoreCertificate;
}

const ids = {
  signedData: oid("1.2.840.113549.1.7.2"),
  timestampInfo: oid("1.2.840.113549.1.9.16.1.4"),
} as const;
const timeStamping = "1.3.6.1.5.5.7.3.8";
const contentType = "1.2.840.113549.1.9.3";
const sha256Id = "2.16.840.1.101.3.4.2.1";
const digestIds: Readonly<Record<string, string>> = {
  sha256: sha256Id,
  sha384: "2.16.840.1.101.3.4.2.2",
  sha512: "2.16.840.1.101.3.4.2.3",
};
/**
 * The algorithms of RSA signatures that are accepted: plain RSA, and RSA with SHA-256, which is the only digest that the
 * library checks for RSA.
 */
const rsaIds: readonly string[] = ["1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"];
const nothing = der(0x05);
const responseDeadlineMs = 30_000;
const maxResponseBytes = 64 * 1024;

/** Reads certificates of timestamp authorities in PEM. Throws UKO_INPUT_INVALID. */
export async function readAuthorities(file: string): Promise<readonly TimestampAuthority[]> {
  const text = readNamedText(file, `${file} could not be read`);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw invalid(`${file} does not contain a certificate`, "uko accepts PEM.");
  return blocks.map((pem) => {
    const certificate = openCertificate(pem, file);
    if (certificate.ca || !(certificate.keyUsage ?? []).includes(timeStamping)) {
      throw invalid(
        `${file} has a certificate that may not sign timestamps`,
        "Name the certificate that signs the timestamps itself, and not the certificate of its issuer.",
      );
    }
    return {
      name: printable(certificate.subject.replaceAll("\n", ", "), 200),
      publicKey: certificate.publicKey,
      certificate: SigstoreCertificate.parse(Buffer.from(certificate.raw)),
    };
  });
}

function openCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw invalid(`${file} does not contain a certificate`, "uko accepts PEM.", error);
  }
}

/** What a request for a timestamp needs. `nonce` is random, so that an old response is not accepted. */
export interface Stamping {
  readonly http: HttpClient;
  readonly url: string;
  readonly authorities: readonly TimestampAuthority[];
  readonly nonce: Buffer;
}

/**
 * Requests a timestamp of the bytes of a signature, and checks it before it counts. No credential is
 * sent. Throws UKO_HOST_NOT_ALLOWED, UKO_INPUT_INVALID, and the errors of a call without a response.
 */
export async function requestTimestamp(
  { http, url, authorities, nonce }: Stamping,
  signature: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  const digest = sequence(algorithm(sha256Id, nothing), octets(sha256(signature)));
  // Positive, and without a leading zero.
  const number = integer(Buffer.concat([Buffer.from([0x40]), nonce]));
  const query = sequence(integer(Buffer.from([1])), digest, number);
  const end = await http.send({
    endpoint: { url, source: "environment", role: "tsa" },
    method: "POST",
    path: (base) => base || "/",
    headers: { "content-type": "application/timestamp-query", accept: "application/timestamp-reply" },
    body: () => query,
    responseEncoding: "latin1",
    resend: "always",
    signal,
    deadlineMs: responseDeadlineMs,
  });
  if (end.kind === "none") throw noResponseError("The timestamp authority", end);
  if (end.status !== 200) throw noTimestamp(`It responded with status ${end.status}.`);
  const timestamp = canonicalTimestamp(Buffer.from(end.text, "latin1"));
  if (timestamp === undefined || timestamp.byteLength > maxTimestampBytes) {
    throw noTimestamp("Its response is a refusal, or is not of the kinds that uko checks: ECDSA, or RSA with SHA-256.");
  }
  const checked = checkTimestamp(signature, timestamp, authorities);
  if (checked.kind !== "valid") {
    throw noTimestamp("No certificate in --tsa-trust confirms its response.");
  }
  if (!hasNonce(timestamp, number)) throw noTimestamp("It answered another request.");
  return timestamp;
}

/** Checks the timestamp of each signature that has one. */
export function checkTimestamps(
  { signatures }: Envelope,
  authorities: readonly TimestampAuthority[] | undefined,
): readonly TimestampResult[] {
  return signatures.flatMap(({ keyid: keyId, sig, timestamp }): readonly TimestampResult[] => {
    if (timestamp === undefined) return [];
    if (authorities === undefined) return [{ kind: "not_checked", keyId }];
    return [{ keyId, ...checkTimestamp(Buffer.from(sig, "base64"), Buffer.from(timestamp, "base64"), authorities) }];
  });
}

/** Checks a timestamp of the bytes of a signature. Every byte of the timestamp counts. */
function checkTimestamp(
  signature: Buffer,
  timestamp: Buffer,
  authorities: readonly TimestampAuthority[],
): TimestampCheck {
  if (canonicalTimestamp(timestamp)?.equals(timestamp) !== true) return { kind: "invalid", why: "altered" };
  try {
    const read = RFC3161Timestamp.parse(Buffer.from(timestamp));
    const named = authorities.filter(
      ({ certificate: { issuer, serialNumber } }) =>
        issuer.equals(read.signerIssuer) && serialNumber.equals(read.signerSerialNumber),
    );
    if (named.length === 0) return { kind: "invalid", why: "unknown_authority" };
    const signer = named.find(({ publicKey }) => isSignedBy(read, signature, publicKey));
    if (signer === undefined) return { kind: "invalid", why: "altered" };
    const at = read.signingTime;
    if (!signer.certificate.validForDate(at)) return { kind: "invalid", why: "outside_validity" };
    return { kind: "valid", at: at.toISOString().replace(/\.\d{3}Z$/, "Z"), authority: signer.name };
  } catch {
    return { kind: "invalid", why: "altered" };
  }
}

function isSignedBy(read: RFC3161Timestamp, signature: Buffer, publicKey: KeyObject): boolean {
  // The library replaces an unknown algorithm by its default, so the kind of the key has to match the signature.
  const isEcdsa = read.signatureAlgorithm !== undefined;
  if (publicKey.asymmetricKeyType !== (isEcdsa ? "ec" : "rsa")) return false;
  try {
    read.verify(signature, publicKey);
    return true;
  } catch {
    return false;
  }
}

/**
 * The response without the parts that its signature does not cover: embedded certificates, comments, unsigned attributes.
 * Undefined if the response is not a timestamp of an accepted kind.
 */
function canonicalTimestamp(response: Buffer): Buffer | undefined {
  if (response.byteLength > maxResponseBytes) return undefined;
  try {
    const root = ASN1Obj.parseBuffer(Buffer.from(response));
    const read = new RFC3161Timestamp(root);
    const signedData = at(root, 1, 1, 0);
    const signers = at(signedData, signedData.subs.length - 1);
    const [attributes, method, value] = [at(signers, 0, 3), at(signers, 0, 4, 0), at(signers, 0, 5)];
    const { signerDigestAlgorithm: digest, signatureAlgorithm } = read;
    const digestId = digestIds[digest];
    const isRsa = signatureAlgorithm === undefined && rsaIds.includes(method.toOID()) && digest === "sha256";
    const isKnown = (signatureAlgorithm !== undefined && signatureAlgorithm !== "sha224") || isRsa;
    if (read.status !== 0n || digestId === undefined || !isKnown) return undefined;
    if (signers.subs.length !== 1 || !saysTimestampInfo(attributes)) return undefined;
    const digestMethod = algorithm(digestId, nothing);
    return sequence(
      sequence(integer(Buffer.from([0]))),
      sequence(
        ids.signedData,
        der(
          0xa0,
          sequence(
            integer(Buffer.from([3])),
            der(0x31, digestMethod),
            sequence(ids.timestampInfo, der(0xa0, octets(read.tstInfo.raw))),
            der(
              0x31,
              sequence(
                integer(Buffer.from([1])),
                sequence(sequence(read.signerIssuer), integer(read.signerSerialNumber)),
                digestMethod,
                attributes.toDER(),
                algorithm(method.toOID(), isRsa ? nothing : Buffer.alloc(0)),
                octets(value.value),
              ),
            ),
          ),
        ),
      ),
    );
  } catch {
    return undefined;
  }
}

/** RFC 5652 11.1: the signed attributes name the type of what was signed. */
function saysTimestampInfo(attributes: ASN1Obj): boolean {
  return attributes.subs.some(
    (each) => at(each, 0).toOID() === contentType && at(each, 1, 0).toDER().equals(ids.timestampInfo),
  );
}

function hasNonce(timestamp: Buffer, nonce: Buffer): boolean {
  const { root } = RFC3161Timestamp.parse(Buffer.from(timestamp)).tstInfo;
  return root.subs.slice(5).some((each) => each.toDER().equals(nonce));
}

function at(object: ASN1Obj, ...path: readonly number[]): ASN1Obj {
  return path.reduce((parent, index) => {
    const child = parent.subs[index];
    if (child === undefined) throw new RangeError("a part is missing");
    return child;
  }, object);
}

function algorithm(id: string, parameters: Buffer): Buffer {
  return sequence(oid(id), parameters);
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function noTimestamp(why: string): UkoError {
  return invalid("The authority in --tsa returned no timestamp of the signature", `${why} Nothing was written.`);
}

function invalid(summary: string, detail: string, cause?: unknown): UkoError {
  return new UkoError("UKO_INPUT_INVALID", { summary, detail, cause });
}
