import { describe, expect, test } from "vitest";
import { type KeyOfVault, keysKnownInRing } from "../../../provider/lifecycle/container/keystore-ring.ts";

const aKey = (over: Partial<KeyOfVault> = {}): KeyOfVault => ({
  ...{ label: "payroll", version: 1, referencedKeystores: [{ id: "other" }] },
  storedStatus: [{ keystoreId: "other", keyIdInKeystore: "a/elsewhere" }],
  ...over,
});
const inRing = (keyIdInKeystore: string, keystoreId = "ring") =>
  aKey({ storedStatus: [{ keystoreId, keyIdInKeystore }], referencedKeystores: [] });
const hidden = (why: string) => ({ kind: "hidden", why, label: "payroll" });

describe("a keystore whose key ring the service does not name", () => {
  test.each([
    ["no managed key is in the vault", [], { kind: "empty" }],
    ["all managed keys are elsewhere", [aKey()], { kind: "empty" }],
    ["a key names its KMS key", [aKey(), inRing("a/backingKey")], { kind: "backingKeys", kmsKeyIds: ["backingKey"] }],
    ["a key names its KMS key alone", [inRing("backingKey")], { kind: "backingKeys", kmsKeyIds: ["backingKey"] }],
    ["a key names no KMS key", [inRing("")], hidden("no_kms_key")],
    ["a key was never installed", [aKey({ referencedKeystores: [{ id: "ring" }] })], hidden("no_kms_key")],
    ["a status names no keystore", [inRing("a/backingKey", "")], hidden("no_kms_key")],
    ["a reference names no keystore", [aKey({ referencedKeystores: [{ id: "" }] })], hidden("no_kms_key")],
    ["a key elsewhere has older versions", [aKey({ version: 2 })], hidden("older_versions")],
    ["a key elsewhere was rotated", [aKey({ rotatedAtMs: 0 })], hidden("older_versions")],
    [
      "one key shows the ring of all",
      [aKey({ version: 2 }), inRing(""), inRing("b/backingKey")],
      expect.objectContaining({ kind: "backingKeys" }),
    ],
  ] as const)("if %s", (_case, keys, evidence) => {
    expect(keysKnownInRing("ring", keys, keys.length)).toEqual(evidence);
  });

  test.each([undefined, 2])("if the list may leave out keys (the vault has %s)", (keysInVault) => {
    expect(keysKnownInRing("ring", [aKey()], keysInVault)).toEqual({ kind: "hidden", why: "not_all_listed" });
    expect(keysKnownInRing("ring", [inRing("a/backingKey")], keysInVault)).toMatchObject({ kind: "backingKeys" });
  });
});
