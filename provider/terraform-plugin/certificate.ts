/**
 * The one certificate of a process, for `localhost` (RFC 5280), in DER (ITU-T X.690). Node creates
 * keys and signatures but no certificates, and libraries that do take longer to load than the rest
 * of a start.
 */

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** The identity of this end of the connection: it lives as long as the process, in memory only. */
export interface Identity {
  /** PEM. */
  readonly key: string;
  readonly der: Buffer;
}

const jitterMs = 30_000;
/** Longer than any run. */
const lifeMs = 365 * 86_400_000;

/** The host checks the name, and trusts only this certificate. Clocks may differ a little. */
export function createIdentity(nowMs: number): Identity {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  const name = sequence(tagged(0x31, sequence(oid("2.5.4.3"), tagged(0x0c, Buffer.from("localhost")))));
  const serial = randomBytes(16);
  // Positive, and without a leading zero.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    name,
    sequence(utcTime(nowMs - jitterMs), utcTime(nowMs + lifeMs)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions())),
  );
  const der = sequence(body, algorithm, bits(sign("sha256", body, privateKey)));
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), der };
}

export function pemOf(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

/** A self-signed server certificate for `localhost`. */
function extensions(): readonly Buffer[] {
  const critical = tagged(0x01, Buffer.from([0xff]));
  const extension = (id: string, value: Buffer, ...flags: readonly Buffer[]): Buffer =>
    sequence(oid(id), ...flags, tagged(0x04, value));
  return [
    extension("2.5.29.15", bits(Buffer.from([0x80]), 7), critical),
    extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))),
    extension("2.5.29.17", sequence(tagged(0x82, Buffer.from("localhost")))),
  ];
}

function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const short = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...short]), content]);
}

function sequence(...items: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...items);
}

function integer(bytes: Uint8Array): Buffer {
  return tagged(0x02, bytes);
}

function bits(content: Uint8Array, unused = 0): Buffer {
  return tagged(0x03, Buffer.from([unused]), content);
}

/** A UTCTime; for dates from 2050 on RFC 5280 requires another form. */
function utcTime(ms: number): Buffer {
  return tagged(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replace(/[-:T]/g, "")}Z`));
}

/** An object identifier from its dotted form. */
function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): readonly number[] {
  const groups = [arc & 0x7f];
  for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
  return groups;
}
