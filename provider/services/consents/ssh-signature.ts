/**
 * Parses and verifies SSH signatures as `ssh-keygen -Y sign` makes them (OpenSSH, PROTOCOL.sshsig and PROTOCOL.u2f), of
 * Ed25519 keys and security keys only. The file also finds out whether a person touched the security key.
 */

import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

/**
 * The accepted types of keys. RSA and ECDSA keys in files are not accepted, because people are replacing keys of these
 * types.
 */
export const sshKeyTypes = ["ssh-ed25519", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"] as const;
type SshKeyType = (typeof sshKeyTypes)[number];

export interface SshKey {
  readonly type: SshKeyType;
  /** The key as SSH encodes it, in base64: the middle column of a `.pub` file. */
  readonly text: string;
  readonly key: KeyObject;
  /** The application that a security key signs for, such as `ssh:`; absent for a key in a file. */
  readonly application?: Buffer;
}

/** Parses a public key. Undefined for anything that is not exactly one key of an accepted type. */
export function readSshKey(text: string): SshKey | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) return undefined;
  const read = readerOf(bytes);
  const name = read.text();
  const type = sshKeyTypes.find((each) => each === name);
  if (type === undefined) return undefined;
  const curve = type === "sk-ecdsa-sha2-nistp256@openssh.com" ? read.text() : undefined;
  const point = read.bytes();
  const application = type === "ssh-ed25519" ? undefined : read.bytes();
  const jwk = curve === undefined ? edwardsKey(point) : nistKey(curve, point);
  if (jwk === undefined || !read.isAtEnd()) return undefined;
  try {
    return { type, text, key: createPublicKey({ key: jwk, format: "jwk" }), ...(application && { application }) };
  } catch {
    // A point that is not on the curve.
    return undefined;
  }
}

/** A verified signature. `flags` is what a security key reports about the moment of its signature. */
export interface SshSignature {
  readonly signer: SshKey;
  /** Absent for a key on a disk. */
  readonly flags?: { readonly isTouched: boolean; readonly isVerified: boolean };
}

/**
 * The key that signed `message` for `namespace`; undefined if the signature is not one, or not of this message.
 * Whether the key counts is for the caller to decide.
 */
export function verifySshSignature(
  base64: string,
  { message, namespace }: { readonly message: string; readonly namespace: string },
): SshSignature | undefined {
  const bytes = Buffer.from(base64, "base64");
  // Otherwise one signature would have several texts.
  if (bytes.toString("base64") !== base64) return undefined;
  const read = readerOf(bytes);
  const isFormat = read.raw(magic.length).equals(magic) && read.number() === 1;
  const signer = readSshKey(read.bytes().toString("base64"));
  const [signedFor, reserved, hashName, signature] = [read.text(), read.bytes(), read.text(), readerOf(read.bytes())];
  if (!isFormat || !read.isAtEnd() || signer === undefined || signedFor !== namespace) return undefined;
  if (hashName !== "sha512" && hashName !== "sha256") return undefined;
  const signed = Buffer.concat([
    magic,
    ...[Buffer.from(namespace), reserved, Buffer.from(hashName), digest(hashName, Buffer.from(message))].map(asString),
  ]);
  const isOfType = signature.text() === signer.type;
  const raw = signature.bytes();
  if (signer.application === undefined) {
    const isGood = isOfType && signature.isAtEnd() && verify(null, signed, signer.key, raw);
    return isGood ? { signer } : undefined;
  }
  const presence = signature.raw(1 + 4);
  if (!isOfType || !signature.isAtEnd()) return undefined;
  const bySecurityKey = Buffer.concat([digest("sha256", signer.application), presence, digest("sha256", signed)]);
  if (!isBySecurityKey(signer, bySecurityKey, raw)) return undefined;
  const flags = presence[0] ?? 0;
  return { signer, flags: { isTouched: (flags & 1) !== 0, isVerified: (flags & 4) !== 0 } };
}

function isBySecurityKey({ type, key }: SshKey, signed: Buffer, raw: Buffer): boolean {
  if (type === "sk-ssh-ed25519@openssh.com") return verify(null, signed, key, raw);
  const read = readerOf(raw);
  const [r, s] = [fixedNumber(read.bytes()), fixedNumber(read.bytes())];
  if (r === undefined || s === undefined || !read.isAtEnd()) return false;
  return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, Buffer.concat([r, s]));
}

const magic = Buffer.from("SSHSIG");
const p256Bytes = 32;

function edwardsKey(point: Buffer): JsonWebKeyOf | undefined {
  return point.length === 32 ? { kty: "OKP", crv: "Ed25519", x: point.toString("base64url") } : undefined;
}

function nistKey(curve: string, point: Buffer): JsonWebKeyOf | undefined {
  if (curve !== "nistp256" || point.length !== 1 + 2 * p256Bytes || point[0] !== 4) return undefined;
  const [x, y] = [point.subarray(1, 1 + p256Bytes), point.subarray(1 + p256Bytes)];
  return { kty: "EC", crv: "P-256", x: x.toString("base64url"), y: y.toString("base64url") };
}

type JsonWebKeyOf = Record<string, string>;

/** SSH writes a number without leading zeros, but with one before a set sign bit. */
function fixedNumber(number: Buffer): Buffer | undefined {
  const short = number[0] === 0 ? number.subarray(1) : number;
  return short.length > p256Bytes ? undefined : Buffer.concat([Buffer.alloc(p256Bytes - short.length), short]);
}

function digest(name: "sha256" | "sha512", bytes: Buffer): Buffer {
  return createHash(name).update(bytes).digest();
}

function asString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/**
 * Reads SSH's encoding. A read past the end returns an empty value, and then `isAtEnd` stays false, so the input is
 * refused.
 */
function readerOf(bytes: Buffer) {
  let at = 0;
  const raw = (length: number): Buffer => {
    const part = bytes.subarray(at, at + length);
    at += length;
    return part.length === length ? part : Buffer.alloc(0);
  };
  const number = (): number => {
    const four = raw(4);
    return four.length === 4 ? four.readUInt32BE() : 0;
  };
  const string = (): Buffer => raw(number());
  return { raw, number, bytes: string, text: () => string().toString("latin1"), isAtEnd: () => at === bytes.length };
}
