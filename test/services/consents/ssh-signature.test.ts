import { expect, test } from "vitest";
import { readSshKey, verifySshSignature } from "../../../provider/services/consents/ssh-signature.ts";
import { makeSshKey, type SshKeyType, signBySsh } from "../../support/ssh-keys.ts";

const namespace = "uko-consent@v1";
const message = '["uko-consents-1",1795530000,"00"]';

/** Made by ssh-keygen of OpenSSH 9.2 with a key that was thrown away: `ssh-keygen -Y sign -n uko-consent@v1`. */
const vector = {
  key: "AAAAC3NzaC1lZDI1NTE5AAAAICqhC9OQu8HN98zpvdhCVQGQGsCcGl+hU4yGhpCoqj6k",
  message: "uko\n",
  signature:
    "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgKqEL05C7wc33zOm92EJVAZAawJwaX6FTjIaGkKiqPqQAAAAOdWtvLWNvbnNlbnRAdjEAAAAAAAAABnNoYTUxMgAAAFMAAAALc3NoLWVkMjU1MTkAAABAKkUhvZnCoxLf8ZyRVRxkwVhmDYAcdR10BrzzciIKL6MhNFk/kedNwEo+z32zTZej2V0dJ8pNh17tfjBM/oqJDA==",
};

test("a signature of ssh-keygen is verified, and shows its key", () => {
  const found = verifySshSignature(vector.signature, { message: vector.message, namespace });
  expect(found?.signer.text).toBe(vector.key);
  expect(found?.flags).toBeUndefined();
});

const types = ["ssh-ed25519", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"] as const;

test.each(types)("%s: a signature names its key, and says what the security key says", (type) => {
  for (let round = 0; round < 40; round += 1) {
    const key = makeSshKey(type, 5);
    const found = verifySshSignature(signBySsh(key, message), { message, namespace });
    expect([found?.signer.type, found?.signer.text]).toEqual([type, key.publicText]);
    expect(found?.flags).toEqual(type === "ssh-ed25519" ? undefined : { isTouched: true, isVerified: true });
  }
});

test.each(types)("%s: no other message or namespace, and no changed byte, is accepted", (type: SshKeyType) => {
  const key = makeSshKey(type);
  const signature = signBySsh(key, message);
  const isGood = (text: string, over: object = {}): boolean =>
    verifySshSignature(text, { message, namespace, ...over }) !== undefined;
  expect(isGood(signature)).toBe(true);
  expect(isGood(signature, { message: `${message} ` })).toBe(false);
  expect(isGood(signature, { namespace: "git" })).toBe(false);
  expect(isGood(signBySsh(key, message, "git"))).toBe(false);
  const bytes = Buffer.from(signature, "base64");
  for (const [at] of bytes.entries()) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8((changed.readUInt8(at) ^ 1) & 255, at);
    expect(isGood(changed.toString("base64")), `byte ${at}`).toBe(false);
  }
  for (const cut of [0, 1, 6, 10, 40, bytes.length - 1]) {
    expect(isGood(bytes.subarray(0, cut).toString("base64"))).toBe(false);
  }
  expect(isGood(Buffer.concat([bytes, Buffer.of(0)]).toString("base64"))).toBe(false);
});

test.each<[string, (text: string) => string]>([
  ["without its padding", (text) => text.replace(/=+$/, "")],
  ["with bits after its end", (text) => text.replace(/(.)==$/, (_, last: string) => `${nextOf(last)}==`)],
  ["in the alphabet for addresses", (text) => text.replaceAll("+", "-").replaceAll("/", "_")],
  ["with a space", (text) => ` ${text}`],
  ["with a line end", (text) => `${text}\n`],
  ["with another character", (text) => `${text.slice(0, 20)}!${text.slice(20)}`],
])("a signature is accepted only in the one base64 form of its bytes, and not %s", (_what, change) => {
  const { message: signed, signature } = vector;
  expect(verifySshSignature(signature, { message: signed, namespace })).toBeDefined();
  expect(change(signature)).not.toBe(signature);
  expect(verifySshSignature(change(signature), { message: signed, namespace })).toBeUndefined();
});

/** The digit after this one, which decodes to the same byte before a padding of two. */
function nextOf(digit: string): string {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return digits[digits.indexOf(digit) + 1] ?? "";
}

test("a key of another type, or with anything before or after it, is no key", () => {
  const { publicText } = makeSshKey();
  expect(readSshKey(publicText)?.type).toBe("ssh-ed25519");
  const rsa = Buffer.from("\0\0\0\u0007ssh-rsa\0\0\0\u0003\u0001\0\u0001", "latin1").toString("base64");
  for (const text of ["", "AAAA", rsa, `${publicText}AAAA`, ` ${publicText}`, publicText.slice(4)]) {
    expect(readSshKey(text), text).toBeUndefined();
  }
});
