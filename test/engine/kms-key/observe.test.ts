import { describe, expect, it } from "vitest";
import { observeKmsKey, ringOf } from "../../../provider/engine/kms-key/observe.ts";
import type { KeystoreSnapshot } from "../../../provider/engine/ports/containers.ts";
import type { World } from "../../../provider/engine/ports/world.ts";
import { UkoError } from "../../../provider/errors.ts";
import { aKmsSnapshot, kmsKeyId } from "../../support/kms-builders.ts";
import { answered, aSnapshot, aStatus, aWorld } from "../fakes.ts";
import { codeOf, options } from "../harness.ts";

const { instanceId } = aWorld().session;
const ref = { instanceId, kmsKeyId };
const backingKeyId = "7a0c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b12";
const key = aKmsSnapshot({ ring: "storage" });

function aKeystore(over: Partial<KeystoreSnapshot> = {}): KeystoreSnapshot {
  return {
    id: "ks-1",
    vaultId: "v-1",
    name: "frankfurt",
    description: "",
    location: "",
    groups: [],
    type: "ibm_cloud_kms",
    variant: "internal",
    ring: "",
    fields: {},
    health: "ok",
    healthMessage: "",
    ...over,
  };
}

const aVault = (keysCount: number) => ({
  read: async () =>
    answered({ snapshot: { id: "v-1", name: "", description: "", recoveryKeyLabel: "", keysCount }, etag: "" }),
});

/** A world with these keystores. If a managed key's backing key exists, it is in a ring. */
function withKeystores(
  keystores: readonly KeystoreSnapshot[],
  backingKey?: { readonly ring: string; readonly id?: string; readonly isPurged?: boolean },
  keysCount = 0,
  vault: "not_found" | "unknown" = "not_found",
): World {
  const status = aStatus({ keystoreId: "ks-1", keyIdInKeystore: `a/${backingKey?.id ?? backingKeyId}` });
  const read = async () =>
    answered(backingKey?.isPurged === true ? undefined : aKmsSnapshot({ ring: backingKey?.ring ?? "" }));
  return aWorld({
    containers: { vaultExists: async () => vault },
    keystores: { list: async () => keystores },
    keys: { list: async () => (backingKey === undefined ? [] : [aSnapshot({ storedStatus: [status] })]) },
    vaults: aVault(keysCount),
    kmsKeys: { read },
  });
}

const ringIn = (world: World) => ringOf(world, key, options);
const own = { kind: "own" };
const ofFrankfurt = { kind: "of_keystore", keystoreName: "frankfurt" };

describe("the owner of a KMS key's ring", () => {
  it("is read once a minute in a run with many keys, and again if it is unknown", async () => {
    let lists = 0;
    let nowMs = 1_000;
    const world = aWorld({
      keystores: {
        list: async () => {
          lists += 1;
          if (lists === 1) throw new UkoError("UKO_RIGHTS_MISSING");
          return [aKeystore({ ring: "storage" })];
        },
      },
      session: { serviceTimeMs: () => nowMs },
    });
    expect((await ringIn(world)).kind).toBe("unknown");
    expect([await ringIn(world), await ringIn(world), lists]).toEqual([ofFrankfurt, ofFrankfurt, 2]);
    nowMs += 60_000;
    expect([await ringIn(world), lists]).toEqual([ofFrankfurt, 3]);
  });

  it("is the key if no keystore of this instance has the ring", async () => {
    expect(await ringIn(withKeystores([]))).toEqual(own);
    expect(await ringIn(withKeystores([aKeystore({ ring: "payroll" })]))).toEqual(own);
    expect(await ringIn(withKeystores([aKeystore({ type: "aws_kms", variant: "", ring: "storage" })]))).toEqual(own);
    const elsewhere = aKeystore({ variant: "hpcs", ring: "storage", fields: { ibm_instance_id: "another" } });
    expect(await ringIn(withKeystores([elsewhere]))).toEqual(own);
  });

  it("is unknown if the caller has roles in single vaults, whose keystores alone are listed", async () => {
    const limited = withKeystores([aKeystore({ ring: "payroll" })], undefined, 0, "unknown");
    expect(await ringIn(limited)).toMatchObject({ kind: "unknown", reason: expect.stringContaining("is limited") });
    expect(await ringIn(withKeystores([aKeystore({ ring: "storage" })], undefined, 0, "unknown"))).toEqual(ofFrankfurt);
  });

  it("is the keystore that names the ring, in any capitalization", async () => {
    expect(await ringIn(withKeystores([aKeystore({ ring: "Storage" })]))).toEqual(ofFrankfurt);
    expect(await ringIn(withKeystores([aKeystore({ ring: "storage", variant: "" })]))).toEqual(ofFrankfurt);
  });

  it("is a keystore if an instance is connected to itself", async () => {
    const itself = aKeystore({ variant: "hpcs", ring: "storage", fields: { ibm_instance_id: instanceId } });
    expect(await ringIn(withKeystores([itself]))).toEqual(ofFrankfurt);
  });

  it("comes from a managed key's backing key if UKO does not report it", async () => {
    expect(await ringIn(withKeystores([aKeystore()], { ring: "storage" }))).toEqual(ofFrankfurt);
    expect(await ringIn(withKeystores([aKeystore()], { ring: "payroll" }))).toEqual(own);
    expect(await ringIn(withKeystores([aKeystore()], { ring: "payroll", id: kmsKeyId }))).toEqual(ofFrankfurt);
  });

  it("is unknown if no source reports it", async () => {
    const unknown = (why: string) => ({
      kind: "unknown",
      reason: `The service does not report the key ring of keystore "frankfurt", and ${why}`,
      remedy: expect.stringMatching(/^Activate a managed key in keystore "frankfurt"/),
    });
    expect(await ringIn(withKeystores([aKeystore()], { ring: "storage", isPurged: true }))).toEqual(
      unknown("KMS no longer has the KMS keys of its managed keys"),
    );
    expect(await ringIn(withKeystores([aKeystore()], { ring: "storage", id: "" }))).toEqual(
      unknown('managed key "payroll" may be in this keystore, but does not name its KMS key'),
    );
    const rotated = aSnapshot({ version: 2, referencedKeystores: [], storedStatus: [] });
    const world = aWorld({
      keystores: { list: async () => [aKeystore()] },
      keys: { list: async () => [rotated] },
      vaults: aVault(1),
    });
    expect(await ringIn(world)).toEqual(
      unknown('managed key "payroll" has older versions, which may be in this keystore'),
    );
  });

  it("is unknown if the vault has more managed keys than the caller can list", async () => {
    expect(await ringIn(withKeystores([aKeystore()], undefined, 1))).toMatchObject({
      kind: "unknown",
      reason: expect.stringContaining("uko could not verify that it can list every managed key of its vault"),
    });
  });

  it("is the key, possibly next to an empty keystore, if no managed key is in the keystore", async () => {
    expect(await ringIn(withKeystores([aKeystore()]))).toEqual({ kind: "own", emptyKeystore: "frankfurt" });
  });

  it.each(["UKO_RIGHTS_MISSING", "UKO_ACCESS_DENIED", "UKO_RESPONSE_INVALID"] as const)(
    "is unknown if the keystores return %s, and a fault remains a fault",
    async (code) => {
      const failing = (thrown: Error) =>
        aWorld({
          keystores: {
            list: async () => {
              throw thrown;
            },
          },
        });
      expect(await ringIn(failing(new UkoError(code)))).toMatchObject({ kind: "unknown" });
      expect(await codeOf(ringIn(failing(new UkoError("UKO_SERVICE_UNAVAILABLE"))))).toBe("UKO_SERVICE_UNAVAILABLE");
    },
  );

  it("is the key in a Key Protect instance, which has no keystores, if the settings and the key say so", async () => {
    const crn = `crn:v1:bluemix:public:kms:us-south:a/1:${instanceId}:key:${kmsKeyId}`;
    const keyProtect = aWorld({ session: { isKeyProtect: true } });
    expect(await ringOf(keyProtect, { ...key, crn }, options)).toEqual(own);
    for (const [world, each] of [
      [keyProtect, { ...key, crn: crn.replace(":kms:", ":hs-crypto:") }],
      [keyProtect, { ...key, crn: "" }],
      [aWorld(), { ...key, crn }],
    ] as const) {
      await expect(ringOf(world, each, options)).rejects.toThrow("keystores.list was not to be called");
    }
  });
});

describe("an observation of a KMS key", () => {
  const observeWith = (over: Parameters<typeof aKmsSnapshot>[0], depth: "decision" | "summary") => {
    const calls: string[] = [];
    const world = aWorld({
      containers: { vaultExists: async () => "not_found" },
      keystores: { list: async () => [] },
      kmsKeys: {
        read: async () => answered(aKmsSnapshot(over)),
        async dualAuthPolicyWrite() {
          calls.push("policy");
          return { updatedBy: "IBMid-1", updatedAtMs: 5, createdBy: "IBMid-2" };
        },
        async registrations() {
          calls.push("registrations");
          return { kind: "known", items: [] };
        },
      },
    });
    return observeKmsKey(world, ref, depth, options).then((sighting) => ({ sighting, calls }));
  };

  it("reads the policy's author only if a window is set, and the uses only if a step depends on them", async () => {
    expect((await observeWith({}, "summary")).calls).toEqual([]);
    expect((await observeWith({}, "decision")).calls).toEqual(["registrations"]);
    expect((await observeWith({ windowEndsAtMs: 9 }, "summary")).calls).toEqual(["policy"]);
    expect((await observeWith({ windowEndsAtMs: 9, state: 5 }, "decision")).calls).toEqual([]);
    const { sighting } = await observeWith({ windowEndsAtMs: 9 }, "decision");
    expect(sighting).toMatchObject({
      observation: { policyWrite: { by: { iamId: "IBMid-1" }, atMs: 5, createdBy: { iamId: "IBMid-2" } } },
    });
  });

  it("reports an unknown state by its number", async () => {
    const { sighting } = await observeWith({ state: 4 }, "summary");
    expect(sighting).toMatchObject({ observation: { state: "unrecognized", stateWord: "4" } });
  });

  it("refuses another instance's key before any call", async () => {
    const foreign = { instanceId: "22222222-2222-4222-8222-222222222222", kmsKeyId };
    await expect(observeKmsKey(aWorld(), foreign, "summary", options)).rejects.toMatchObject({
      code: "UKO_INSTANCE_MISMATCH",
      summary: `KMS key ${kmsKeyId} belongs to instance ${foreign.instanceId}, but this run is connected to instance ${instanceId}`,
    });
  });
});

it("stops the run if a response is about another KMS key", async () => {
  const world = aWorld({ kmsKeys: { read: async () => answered(aKmsSnapshot({ kmsKeyId: "other" })) } });
  expect(await codeOf(observeKmsKey(world, ref, "decision", options))).toBe("UKO_BUG");
});
