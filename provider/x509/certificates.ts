/**
 * Creates key pairs and TLS certificates for servers on this machine (RFC 5280): the provider that OpenTofu or
 * Terraform starts, and the emulator. Node has no function that creates certificates.
 */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import { bitString, der, integer, octetString, oid, sequence } from "./der.ts";

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export interface CertificateParts {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: KeyPair & { readonly name: string };
  readonly fromMs: number;
  readonly untilMs: number;
  readonly extensions: readonly Buffer[];
}

const truth = der(0x01, Buffer.from([0xff]));
const ids = {
  commonName: oid("2.5.4.3"),
  ecdsaWithSha256: oid("1.2.840.10045.4.3.2"),
  subjectKey: oid("2.5.29.14"),
  keyUsage: oid("2.5.29.15"),
  subjectAltName: oid("2.5.29.17"),
  basicConstraints: oid("2.5.29.19"),
  authorityKey: oid("2.5.29.35"),
  extendedKeyUsage: oid("2.5.29.37"),
  serverAuth: oid("1.3.6.1.5.5.7.3.1"),
} as const;

export function newKeyPair(): KeyPair {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

export function signCertificate({ subject, publicKey, issuer, ...parts }: CertificateParts): Buffer {
  const algorithm = sequence(ids.ecdsaWithSha256);
  const serial = randomBytes(16);
  // Positive, and without a leading zero.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    nameOf(issuer.name),
    sequence(utcTime(parts.fromMs), utcTime(parts.untilMs)),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        ...parts.extensions,
        extension(ids.subjectKey, octetString(keyIdentifier(publicKey))),
        extension(ids.authorityKey, sequence(der(0x80, keyIdentifier(issuer.publicKey)))),
      ),
    ),
  );
  return sequence(body, algorithm, bitString(sign("sha256", body, issuer.privateKey)));
}

/** An authority that signs server certificates, and no further authorities. */
export function authorityExtensions(): readonly Buffer[] {
  return [
    extension(ids.basicConstraints, sequence(truth, integer(Buffer.from([0]))), { critical: true }),
    // keyCertSign alone.
    extension(ids.keyUsage, bitString(Buffer.from([0x04]), 2), { critical: true }),
  ];
}

export function serverExtensions(hosts: readonly string[]): readonly Buffer[] {
  return [
    // digitalSignature alone.
    extension(ids.keyUsage, bitString(Buffer.from([0x80]), 7), { critical: true }),
    extension(ids.extendedKeyUsage, sequence(ids.serverAuth)),
    extension(ids.subjectAltName, sequence(...hosts.map(generalName))),
  ];
}

export function pemOf(certificate: Buffer): string {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

export function privateKeyPem({ privateKey }: KeyPair): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function nameOf(commonName: string): Buffer {
  return sequence(der(0x31, sequence(ids.commonName, der(0x0c, Buffer.from(commonName)))));
}

function extension(id: Buffer, value: Buffer, { critical = false } = {}): Buffer {
  return sequence(id, ...(critical ? [truth] : []), octetString(value));
}

/** RFC 7093: part of a digest of the public key; the identifier only has to distinguish keys. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const point = publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(point).digest().subarray(0, 20);
}

function generalName(host: string): Buffer {
  if (isIP(host) === 0) return der(0x82, Buffer.from(host));
  return der(0x87, isIPv4(host) ? Buffer.from(host.split(".").map(Number)) : ipv6Bytes(host));
}

function ipv6Bytes(address: string): Buffer {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const first = groups(head);
  const last = groups(tail ?? "");
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return Buffer.from([...first, ...zeros, ...last].map((group) => group.padStart(4, "0")).join(""), "hex");
}

/** UTCTime, which RFC 5280 4.1.2.5 requires for years before 2050. */
function utcTime(ms: number): Buffer {
  return der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));
}
