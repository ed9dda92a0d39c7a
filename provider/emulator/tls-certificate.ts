/** Makes the two certificates of `--tls`: an authority of this one process, and a leaf for the host that is listened on (RFC 5280). */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import { bits, der, integer, octets, oid, sequence, setOf, truth, utcTime, utf8 } from "./tls-der.ts";

export interface MadeCertificates {
  /** PEM, as TLS libraries take them. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

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

const dayMs = 86_400_000;
/** Browsers and Apple's clients refuse a leaf that lives longer than 398 days. */
const lifeDays = 397;

/** `hosts` are names and addresses; the times are the machine's, since clients check certificates by their own clock. */
export function makeCertificates(hosts: readonly string[]): MadeCertificates {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const leaf = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = `local UKO authority ${randomBytes(4).toString("hex")}`;
  const ca = certificate({
    issuer,
    subject: issuer,
    publicKey: authority.publicKey,
    signer: authority,
    extensions: [
      extension(ids.basicConstraints, sequence(truth(), integer(Buffer.from([0]))), { critical: true }),
      // keyCertSign alone.
      extension(ids.keyUsage, bits(Buffer.from([0x04]), 2), { critical: true }),
    ],
  });
  const server = certificate({
    issuer,
    subject: "local UKO",
    publicKey: leaf.publicKey,
    signer: authority,
    extensions: [
      extension(ids.basicConstraints, sequence(), { critical: true }),
      // digitalSignature alone.
      extension(ids.keyUsage, bits(Buffer.from([0x80]), 7), { critical: true }),
      extension(ids.extendedKeyUsage, sequence(ids.serverAuth)),
      extension(ids.subjectAltName, sequence(...hosts.map(generalName))),
      extension(ids.authorityKey, sequence(der(0x80, keyIdentifier(authority.publicKey)))),
    ],
  });
  const key = leaf.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { ca: pem(ca), certificate: pem(server), key };
}

interface CertificateParts {
  readonly issuer: string;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly signer: { readonly privateKey: KeyObject };
  readonly extensions: readonly Buffer[];
}

function certificate({ issuer, subject, publicKey, signer, extensions }: CertificateParts): Buffer {
  const algorithm = sequence(ids.ecdsaWithSha256);
  const nowMs = Date.now();
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    nameOf(issuer),
    sequence(utcTime(nowMs - dayMs), utcTime(nowMs + (lifeDays - 1) * dayMs)),
    nameOf(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions, extension(ids.subjectKey, octets(keyIdentifier(publicKey))))),
  );
  return sequence(body, algorithm, bits(sign("sha256", body, signer.privateKey)));
}

function nameOf(commonName: string): Buffer {
  return sequence(setOf(sequence(ids.commonName, utf8(commonName))));
}

function extension(id: Buffer, value: Buffer, { critical = false } = {}): Buffer {
  return sequence(id, ...(critical ? [truth()] : []), octets(value));
}

/** RFC 7093: part of a digest of the public key; it only has to tell keys apart. */
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

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
