/** Point 12: KMS's own dual authorization goes unnoticed because the service does not say clearly where the backing KMS key is. */

import { describe, expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { options, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();
const atOnce = { budgetMs: 0, pollIntervalMs: 1 };
const unreadable = "UKO_BACKING_KEY_UNREADABLE";
const ring = { id: "ce110000-0000-4000-8000-000000000001", name: "payroll-ring", type: "ibm_cloud_kms" } as const;

/** A key that code lets one person delete, whose backing KMS key is under KMS's own dual authorization. */
async function guardedKey(): Promise<ManagedKeyState> {
  const state = await uko.make({ dualAuthorization: "single" });
  await uko.test.control(`keys/${state.keyId}`, { backingKey: { dualAuthDelete: true } });
  return state;
}

const keyNotFound = {
  resources: [{ errorMsg: "Not Found", reasons: [{ code: "KEY_NOT_FOUND_ERR", message: "key does not exist" }] }],
};
const typed = (type: unknown) => ({
  operation: "getManagedKey",
  rewrite: { "status_in_keystores.keystore.type": type, "referenced_keystores.type": type },
});
const keystoreSays = (rewrite: object) => ({ operation: "getKeystore", rewrite });

const lies: readonly (readonly [what: string, lie: Readonly<Record<string, unknown>>, code: string])[] = [
  ["gives null for the keystore's type, in the key and in the keystore", keystoreSays({ type: null }), unreadable],
  ["spells the keystore's type differently", keystoreSays({ type: "IBM_CLOUD_KMS" }), unreadable],
  ["has a keystore of a type that this release does not know", keystoreSays({ type: "quantum_vault" }), unreadable],
  ["gives null for the keystore's variant", keystoreSays({ ibm_variant: null }), unreadable],
  ["spells the keystore's variant differently", keystoreSays({ ibm_variant: "Internal" }), unreadable],
  ["has a keystore variant that this release does not know", keystoreSays({ ibm_variant: "satellite" }), unreadable],
  [
    "names the keystore without its id",
    { operation: "getManagedKey", omit: ["status_in_keystores.keystore.id", "referenced_keystores.id"] },
    unreadable,
  ],
  [
    "leaves both keystore lists out",
    { operation: "getManagedKey", omit: ["status_in_keystores", "referenced_keystores"] },
    "UKO_RESPONSE_INVALID",
  ],
  [
    "gives null for both keystore lists",
    { operation: "getManagedKey", rewrite: { status_in_keystores: null, referenced_keystores: null } },
    "UKO_RESPONSE_INVALID",
  ],
  [
    "gives two empty keystore lists and says that material is in keystores",
    { operation: "getManagedKey", rewrite: { status_in_keystores: [], referenced_keystores: [] } },
    unreadable,
  ],
  [
    "gives null for the backing key's dualAuthDelete",
    { operation: "getKmsKeyMetadata", rewrite: { "resources.dualAuthDelete": null } },
    unreadable,
  ],
  [
    "leaves out whether the backing key's dualAuthDelete is enabled",
    { operation: "getKmsKeyMetadata", rewrite: { "resources.dualAuthDelete": {} } },
    unreadable,
  ],
  [
    "does not know the backing key of a key that UKO calls active",
    { operation: "getKmsKeyMetadata", status: 404, body: keyNotFound },
    unreadable,
  ],
];

describe.each([
  ["active", undefined],
  ["deactivated", "2026-11-01T00:00:00Z"],
] as const)("an %s key under `single`", (state, deactivatedAt) => {
  test.each(lies)("is left unchanged if the service %s", async (_what, lie, code) => {
    const key = await guardedKey();
    if (deactivatedAt !== undefined) await uko.test.control(`keys/${key.keyId}`, { record: { state, deactivatedAt } });
    const seq = await uko.lastSeq();
    await uko.fault(lie);
    expect(await destroyIt(key)).toBe(code);
    expect(await uko.effects(seq)).toEqual([]);
  });
});

test.each(["IBM_CLOUD_KMS", "quantum_vault", null, ""])(
  "if the key's own lists give the type %j, uko reads the keystore itself, which names the backing key",
  async (type) => {
    const key = await guardedKey();
    await uko.fault(typed(type));
    const seq = await uko.lastSeq();
    // KMS wants two people, so one who is alone gets as far as a request.
    expect(await destroyIt(key)).toBe("UKO_APPROVAL_PENDING");
    expect(await uko.effects(seq)).toEqual(["updateManagedKey"]);
  },
);

test("a request of the command line is refused as well, before anything is written", async () => {
  const key = await guardedKey();
  const seq = await uko.lastSeq();
  await uko.fault(keystoreSays({ ibm_variant: "Internal" }));
  const report = await uko.run("bob").operations.continue(uko.ref(key.keyId), undefined, atOnce, options);
  expect(report).toMatchObject({ code: unreadable, taken: [] });
  expect(report.explanation.facts).toContain(
    'The service calls the variant of keystore "payroll-ring" Internal, which this release does not know.',
  );
  expect(await uko.effects(seq)).toEqual([]);
});

test("a key that UKO calls never active and whose keystore says otherwise is not destroyed by one person", async () => {
  const key = await uko.make({ template: "payroll-draft", dualAuthorization: "single" });
  const seq = await uko.lastSeq();
  const said = { status: "active", keystore_sync_flag: "out_of_sync", keystore_sync_flag_detail: "unknown" };
  await uko.fault({ operation: "getManagedKey", rewrite: { status_in_keystores: [{ ...said, keystore: ring }] } });
  expect(await destroyIt(key)).toBe(unreadable);
  expect(await uko.effects(seq)).toEqual([]);
});

test("a deactivated key whose backing key is gone from KMS, and from the keystore according to UKO, can still be destroyed", async () => {
  const key = await uko.make({ dualAuthorization: "single" });
  const record = { state: "deactivated", deactivatedAt: "2026-11-01T00:00:00Z" };
  await uko.test.control(`keys/${key.keyId}`, { material: "absent" });
  await uko.test.control(`keys/${key.keyId}`, { record });
  expect(await destroyIt(key)).toMatch(/ended|UKO_DESTRUCTION_PENDING/);
});

async function destroyIt(state: ManagedKeyState): Promise<string> {
  try {
    const outcome = await uko.run("carol").handlers.delete(state, options);
    return outcome.kind === "ended" ? "ended" : outcome.code;
  } catch (error) {
    return String((error as { code?: unknown }).code ?? error);
  }
}
