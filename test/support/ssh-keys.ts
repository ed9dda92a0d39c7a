/** SSH keys made in software, also those that are on a security key otherwise, and what `ssh-keygen -Y sign` prints. */

import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export type SshKeyType = "ssh-ed25519" | "sk-ssh-ed25519@openssh.com" | "sk-ecdsa-sha2-nistp256@openssh.com";

export interface TestSshKey {
  readonly type: SshKeyType;
  /** The public key as SSH encodes it, in base64. */
  readonly publicText: string;
  readonly privatePem: string;
  /** What a security key says of its touch and its PIN: 1, 4, or both. */
  readonly flags: number;
}

const application = Buffer.from("ssh:");

export function makeSshKey(type: SshKeyType = "ssh-ed25519", flags = 1): TestSshKey {
  const isNist = type === "sk-ecdsa-sha2-nistp256@openssh.com";
  const { privateKey, publicKey } = isNist
    ? generateKeyPairSync("ec", { namedCurve: "P-256" })
    : generateKeyPairSync("ed25519");
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const [first, second] = [Buffer.from(x, "base64url"), Buffer.from(y, "base64url")];
  const parts = isNist ? [Buffer.from("nistp256"), Buffer.concat([Buffer.of(4), first, second])] : [first];
  const blob = strings(Buffer.from(type), ...parts, ...(type === "ssh-ed25519" ? [] : [application]));
  const privatePem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  return { type, publicText: blob.toString("base64"), privatePem, flags };
}

/** The bytes of a signature, in base64. */
export function signBySsh(
  { type, publicText, privatePem, flags }: TestSshKey,
  message: string,
  namespace = "uko-consent@v1",
): string {
  const key = createPrivateKey(privatePem);
  const head = [Buffer.from(namespace), Buffer.alloc(0), Buffer.from("sha512")];
  const hashed = createHash("sha512").update(message).digest();
  const signed = Buffer.concat([magic, strings(...head, hashed)]);
  const presence = Buffer.from([flags, 0, 0, 0, 7]);
  const onSecurityKey = Buffer.concat([sha256(application), presence, sha256(signed)]);
  const raw = (): Buffer => {
    if (type === "ssh-ed25519") return sign(null, signed, key);
    if (type === "sk-ssh-ed25519@openssh.com") return sign(null, onSecurityKey, key);
    const pair = sign("sha256", onSecurityKey, { key, dsaEncoding: "ieee-p1363" });
    return strings(number(pair.subarray(0, 32)), number(pair.subarray(32)));
  };
  const signature = Buffer.concat([
    strings(Buffer.from(type), raw()),
    type === "ssh-ed25519" ? Buffer.alloc(0) : presence,
  ]);
  const version = Buffer.of(0, 0, 0, 1);
  return Buffer.concat([magic, version, strings(Buffer.from(publicText, "base64"), ...head, signature)]).toString(
    "base64",
  );
}

export function armored(bytes: string): string {
  const lines = bytes.match(/.{1,70}/g) ?? [];
  return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
}

/** A person's folder of uko, with a key and a stand-in for `ssh-keygen`, as a security key has one. */
export function writeSigningFolder(folder: string, key: TestSshKey): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "signing_key"), JSON.stringify(key), { mode: 0o600 });
  const program = fileURLToPath(new URL("ssh-keygen.ts", import.meta.url));
  const script = path.join(folder, "ssh-keygen");
  writeFileSync(script, `#!${process.execPath}\nimport(${JSON.stringify(program)});\n`);
  chmodSync(script, 0o755);
}

export function signerLine(principal: string, { type, publicText }: TestSshKey, options = ""): string {
  return [principal, ...(options === "" ? [] : [options]), type, publicText].join(" ");
}

const magic = Buffer.from("SSHSIG");

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function strings(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}

/** A number without leading zeros, and with one before a set sign bit. */
function number(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start < 0 ? bytes.length : start);
  return (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short;
}
