/** Point 1: a service that omits or contradicts the keystores of a destroyed key whose material was restored. */

import { beforeEach, describe, expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { options, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();
const atOnce = { budgetMs: 0, pollIntervalMs: 1 };
const frankfurt = { id: "ce110000-0000-4000-8000-000000000002", name: "aws-frankfurt", type: "aws_kms" } as const;
const paris = { id: "ce110000-0000-4000-8000-00000000000f", name: "aws-paris", type: "aws_kms" } as const;
const ring = { id: "ce110000-0000-4000-8000-000000000001", name: "payroll-ring", type: "ibm_cloud_kms" } as const;
const gone = {
  status: "not_present",
  keystore_sync_flag: "ok",
  keystore_sync_flag_detail: "destroyed_key_is_not_present_in_keystore",
};

type Template = "cards" | "payroll" | "payroll-draft";

/** A destroyed key whose material is gone, or is back after a restore at the provider. */
async function destroyedKey(material: "absent" | "enabled", template: Template = "cards"): Promise<ManagedKeyState> {
  // One person may destroy this key, so that only its material can keep its metadata.
  const state = await uko.make({ template, label: template, dualAuthorization: "single" });
  await uko.test.control(`keys/${state.keyId}`, { record: { state: "destroyed" }, material });
  await uko.advance("60s");
  return state;
}

type Members = Readonly<Record<string, unknown>>;

/** The false responses of the service: about the key, and for the live status. */
interface Lie {
  readonly key?: Members;
  readonly keyOmits?: readonly string[];
  readonly live?: readonly object[] | null;
}

async function serviceSays({ key = {}, keyOmits = [], live }: Lie): Promise<void> {
  await uko.fault({ operation: "getManagedKey", rewrite: key, omit: keyOmits });
  if (live !== undefined)
    await uko.fault({ operation: "getStatusInKeystores", rewrite: { status_in_keystores: live } });
}

/** Each caller that can send a removal, run until it stops. */
const removers: Readonly<Record<string, (state: ManagedKeyState) => Promise<string>>> = {
  "a destroy of any engine": async (state) => {
    try {
      const outcome = await uko.run("bob").handlers.delete(state, options);
      return outcome.kind === "ended" ? "ended" : outcome.code;
    } catch (error) {
      return String((error as { code?: unknown }).code ?? error);
    }
  },
  "uko continue": async ({ keyId }) => {
    const report = uko.run("bob").operations.continue(uko.ref(keyId), undefined, atOnce, options);
    return report.then(
      ({ code, lifecycleState }) => code ?? lifecycleState,
      (error) => String(error.code ?? error),
    );
  },
  "uko continue --step remove": async ({ keyId }) =>
    uko
      .run("bob")
      .operations.remove(uko.ref(keyId), options)
      .then(
        ({ code, lifecycleState }) => code ?? lifecycleState,
        (error) => String(error.code ?? error),
      ),
};

const blocked = "UKO_KEYSTORE_BLOCKS_REMOVAL";
const unreadable = "UKO_RESPONSE_INVALID";
const unsaid = ["key_material_present"];
const lies: readonly (readonly [what: string, lie: Lie, code: string])[] = [
  [
    "names no keystore in the metadata (null) and gives an empty live status",
    { key: { referenced_keystores: null }, keyOmits: unsaid, live: [] },
    unreadable,
  ],
  [
    "leaves the metadata's keystores out and gives an empty live status",
    { keyOmits: [...unsaid, "referenced_keystores"], live: [] },
    unreadable,
  ],
  [
    "leaves the stored statuses out and gives an empty live status",
    { key: { referenced_keystores: [] }, keyOmits: [...unsaid, "status_in_keystores"], live: [] },
    unreadable,
  ],
  ["gives null for the live status", { key: { referenced_keystores: [] }, keyOmits: unsaid, live: null }, unreadable],
  [
    "still names the keystore in the stored statuses and nowhere else",
    { key: { referenced_keystores: [] }, keyOmits: unsaid, live: [] },
    blocked,
  ],
  [
    "still names the keystore in the metadata and nowhere else",
    { key: { status_in_keystores: [] }, keyOmits: unsaid, live: [] },
    blocked,
  ],
  [
    "names no keystore anywhere and still says that material is in keystores",
    { key: { referenced_keystores: [], status_in_keystores: [] }, live: [] },
    blocked,
  ],
  [
    "returns a live status of another keystore, which says that the key is not present",
    { key: { referenced_keystores: [] }, keyOmits: unsaid, live: [{ ...gone, keystore: paris }] },
    blocked,
  ],
  ["returns a live status that names no keystore", { keyOmits: unsaid, live: [gone] }, blocked],
  [
    "returns a live status whose keystore has no id",
    { keyOmits: unsaid, live: [{ ...gone, keystore: { name: frankfurt.name, type: frankfurt.type } }] },
    blocked,
  ],
  [
    "returns two live statuses of the keystore, one of which says that the key is active",
    {
      keyOmits: unsaid,
      live: [
        { ...gone, keystore: frankfurt },
        { ...gone, keystore: frankfurt, status: "active" },
      ],
    },
    blocked,
  ],
  [
    "says not present, in sync, and in the detail that the key is there",
    {
      keyOmits: unsaid,
      live: [{ ...gone, keystore: frankfurt, keystore_sync_flag_detail: "destroyed_key_is_present_in_keystore" }],
    },
    blocked,
  ],
  [
    "says not present, in sync, with an error",
    {
      keyOmits: unsaid,
      live: [{ ...gone, keystore: frankfurt, error: { errors: [{ code: "x", message: "timeout" }] } }],
    },
    blocked,
  ],
  [
    "says not present, and in the key's metadata that material is in keystores",
    { live: [{ ...gone, keystore: frankfurt }] },
    blocked,
  ],
];

describe("the metadata of a destroyed key whose material was restored stays", () => {
  describe.each(Object.entries(removers))("%s", (_name, remove) => {
    test.each(lies)("refuses if the service %s", async (_what, lie, code) => {
      const state = await destroyedKey("enabled");
      const seq = await uko.lastSeq();
      await serviceSays(lie);
      expect(await remove(state)).toBe(code);
      expect(await uko.effects(seq)).toEqual([]);
    });
  });

  test("refuses if only the stored status still names the id of the restored KMS key", async () => {
    const state = await destroyedKey("enabled", "payroll");
    const seq = await uko.lastSeq();
    await serviceSays({ keyOmits: unsaid, live: [{ ...gone, keystore: ring }] });
    expect(await removers["uko continue"]?.(state)).toBe(blocked);
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("says which of the service's responses named the keystore that did not answer", async () => {
    const state = await destroyedKey("enabled");
    await serviceSays({ key: { referenced_keystores: [] }, keyOmits: unsaid, live: [] });
    const { explanation } = await uko.run("bob").operations.continue(uko.ref(state.keyId), undefined, atOnce, options);
    expect(explanation.facts).toContain(
      'The stored status names keystore "aws-frankfurt" (aws_kms), but the live status does not include it.',
    );
  });
});

describe("the metadata of a key that is nowhere is still removed", () => {
  beforeEach(async () => void (await uko.clearFaults()));

  test.each(Object.keys(removers))("%s, where every keystore answers that the key is not present", async (name) => {
    const state = await destroyedKey("absent");
    const seq = await uko.lastSeq();
    expect(await removers[name]?.(state)).toMatch(/ended|gone/);
    expect(await uko.effects(seq)).toEqual(["deleteManagedKey"]);
  });

  test("a never installed key that no source names in any keystore", async () => {
    const state = await destroyedKey("absent", "payroll-draft");
    const seq = await uko.lastSeq();
    await serviceSays({ key: { referenced_keystores: [], status_in_keystores: [] }, live: [] });
    expect(await removers["uko continue"]?.(state)).toBe("gone");
    expect(await uko.effects(seq)).toEqual(["deleteManagedKey"]);
  });

  test("a keystore that only the live status names, and that does not hold the key", async () => {
    const state = await destroyedKey("absent");
    await serviceSays({
      live: [
        { ...gone, keystore: frankfurt },
        { ...gone, keystore: paris },
      ],
    });
    expect(await removers["uko continue"]?.(state)).toBe("gone");
  });
});

test("no key is chosen for its removal in a vault in whose list one key has null for its keystores, and names the vault", async () => {
  const { vaultId } = await destroyedKey("enabled");
  const seq = await uko.lastSeq();
  await uko.fault({ operation: "listManagedKeys", rewrite: { "managed_keys.referenced_keystores": null } });
  const chosen = await uko.run("bob").operations.select({ vaultIds: [vaultId], step: "remove" }, options);
  expect(chosen).toMatchObject({ keys: [], unreadable: [{ vaultId, error: { code: unreadable } }] });
  expect(await uko.effects(seq)).toEqual([]);
});
