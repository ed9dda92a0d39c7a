import { describe, expect, test } from "vitest";
import { observedInResponse, observeKey, readKeySummary } from "../../../provider/engine/key/observe.ts";
import type { KeyRef, KeySnapshot, World } from "../../../provider/engine/ports/world.ts";
import { UkoError } from "../../../provider/errors.ts";
import { encodeCompact } from "../../../provider/lifecycle/consent/record-text.ts";
import { aBackingKey, aRecord, nowMs } from "../../support/builders.ts";
import { answered, aSnapshot, aStatus, aWorld, found, ref } from "../fakes.ts";
import { codeOf, options } from "../harness.ts";

const missing = { read: async () => answered(undefined) };

describe("a key that is not found counts as deleted only with proof", () => {
  test.each([
    { vault: "found", proven: false, end: "gone" },
    { vault: "found", proven: true, end: "gone" },
    { vault: "not_found", proven: true, end: "gone" },
    { vault: "not_found", proven: false, end: "UKO_GONE_UNPROVEN" },
    { vault: "unknown", proven: true, end: "UKO_GONE_UNPROVEN" },
    { vault: "unknown", proven: false, end: "UKO_GONE_UNPROVEN" },
  ] as const)("vault $vault, instance proven $proven: $end", async ({ vault, proven, end }) => {
    const world = aWorld({
      keys: missing,
      containers: { vaultExists: async () => vault },
      session: { isInstanceProven: async () => proven },
    });
    const observation = observeKey(world, ref, "decision", options);
    if (end === "gone") expect(await observation).toEqual({ kind: "gone" });
    else
      await expect(observation).rejects.toMatchObject({
        code: end,
        detail: expect.stringContaining("stays in the state"),
      });
  });

  const reads: Readonly<Record<string, (world: World, at: KeyRef) => Promise<unknown>>> = {
    "a read": (world, at) => observeKey(world, at, "summary", options),
    "a refresh": (world, at) => readKeySummary(world, at, options),
  };

  test.each(Object.entries(reads))("%s sends no call to another instance", async (_name, read) => {
    await expect(read(aWorld(), { ...ref, instanceId: "another" })).rejects.toMatchObject({
      code: "UKO_INSTANCE_MISMATCH",
      summary: `Key ${ref.keyId} belongs to instance another, but this run is connected to instance ${ref.instanceId}`,
    });
  });

  test.each(Object.entries(reads))(
    "%s does not conclude a deletion from another instance's 404",
    async (_name, read) => {
      const absent = async () => {
        Object.assign(world.session, { instanceId: "another" });
        return answered(undefined);
      };
      const world = aWorld({
        keys: { read: absent, cachedRead: absent },
        containers: { vaultExists: async () => "found" },
        session: { isInstanceProven: async () => true },
      });
      expect(await codeOf(read(world, ref))).toBe("UKO_INSTANCE_MISMATCH");
    },
  );

  test.each(["found", "not_found"] as const)("a refresh needs the same proof as any read: vault %s", async (vault) => {
    const world = aWorld({
      keys: { cachedRead: async () => answered(undefined) },
      containers: { vaultExists: async () => vault },
    });
    const observation = readKeySummary(world, ref, options);
    if (vault === "found") expect(await observation).toEqual({ kind: "gone" });
    else expect(await codeOf(observation)).toBe("UKO_GONE_UNPROVEN");
  });

  test.each(["UKO_ACCESS_DENIED", "UKO_RIGHTS_MISSING"] as const)("%s is passed on", async (code) => {
    const read = async () => {
      throw new UkoError(code);
    };
    expect(await codeOf(observeKey(aWorld({ keys: { read } }), ref, "summary", options))).toBe(code);
  });

  test("a key of another vault is not this key", async () => {
    const world = aWorld({ keys: { read: async () => found({ vaultId: "another" }) } });
    expect(await codeOf(observeKey(world, ref, "summary", options))).toBe("UKO_KEY_NOT_FOUND");
  });
});

const unusedNow = { use: async () => ({ kind: "known", count: 0, retainedBy: [] }) as const };

const unreadable = (reason: string): unknown => ({
  kind: "unreadable",
  kmsKeyId: "",
  reason: expect.stringContaining(reason),
});

async function observe(over: Partial<KeySnapshot>, internal = true) {
  const asked: string[] = [];
  const world = aWorld({
    keys: { read: async () => found(over), ...unusedNow, liveStatus: async () => answered([aStatus()]) },
    containers: { keystoreKind: async () => ({ kind: internal ? "internal" : "external" }) },
    backingKeys: {
      read: async (id) => {
        asked.push(id);
        return aBackingKey({ kmsKeyId: id });
      },
    },
  });
  const sighting = await observeKey(world, ref, "decision", options);
  if (sighting.kind === "gone") throw new Error("gone");
  return { asked, backingKeys: sighting.observation.backingKeys, observation: sighting.observation };
}

describe("the backing KMS keys of a key", () => {
  test("are read by the id in the key ring, for internal keystores only", async () => {
    expect((await observe({})).asked).toEqual(["kms-1"]);
    expect((await observe({}, false)).asked).toEqual([]);
    const referencedKeystores = [{ id: "ks-1", name: "frankfurt", type: "aws_kms" }];
    const external = await observe({ storedStatus: [aStatus({ type: "aws_kms" })], referencedKeystores });
    expect(external.asked).toEqual([]);
  });

  test("are read unless every source calls the keystore external", async () => {
    expect((await observe({ storedStatus: [aStatus({ type: "aws_kms" })] })).asked).toEqual(["kms-1"]);
    const referencedKeystores = [{ id: "ks-1", name: "ring", type: "aws_kms" }];
    expect((await observe({ referencedKeystores })).asked).toEqual(["kms-1"]);
  });

  test("do not exist before the key was ever installed", async () => {
    const storedStatus = [aStatus({ status: "not_present" })];
    expect((await observe({ stateWord: "pre_activation", storedStatus })).backingKeys).toEqual([]);
    expect((await observe({ stateWord: "pre_activation", storedStatus: [] })).backingKeys).toEqual([]);
  });

  test("are unreadable if a key was never active but its keystore reports otherwise", async () => {
    expect((await observe({ stateWord: "pre_activation" })).backingKeys).toEqual([
      unreadable("reports the key as never activated"),
    ]);
    expect((await observe({ stateWord: "pre_activation" }, false)).backingKeys).toEqual([]);
  });

  test("are unreadable if the keystore's kind is unknown, or the keystore has no ID", async () => {
    const world = aWorld({
      keys: { read: async () => found(), ...unusedNow },
      containers: { keystoreKind: async () => ({ kind: "unknown", reason: "It is new." }) },
    });
    expect(await observeKey(world, ref, "decision", options)).toMatchObject({
      observation: { backingKeys: [{ kind: "unreadable", kmsKeyId: "", reason: "It is new." }] },
    });
    const { backingKeys } = await observe({ storedStatus: [aStatus({ keystoreId: "" })], referencedKeystores: [] });
    expect(backingKeys).toEqual([unreadable("without its ID")]);
  });

  test("are unreadable if material is reported in keystores and no keystore is named", async () => {
    const withoutKeystores = { storedStatus: [], referencedKeystores: [] };
    expect((await observe({ ...withoutKeystores, materialPresent: ["keystores"] })).backingKeys).toEqual([
      unreadable("names none of them"),
    ]);
    expect((await observe({ ...withoutKeystores, materialPresent: ["repository"] })).backingKeys).toEqual([]);
    expect((await observe(withoutKeystores)).backingKeys).toEqual([]);
  });

  test("that KMS does not find have the state that the keystore reports", async () => {
    const read = async (kmsKeyId: string) => ({ kind: "absent", kmsKeyId }) as const;
    for (const status of ["active", "not_present"] as const) {
      const world = aWorld({
        keys: { read: async () => found({ storedStatus: [aStatus({ status })] }), ...unusedNow },
        containers: { keystoreKind: async () => ({ kind: "internal" }) },
        backingKeys: { read },
      });
      expect(await observeKey(world, ref, "decision", options)).toMatchObject({
        observation: { backingKeys: [{ kind: "absent", kmsKeyId: "kms-1", keystoreSays: status }] },
      });
    }
  });

  test("of a destroyed key are also read by the IDs of the stored statuses", async () => {
    const asked: string[] = [];
    const live = [aStatus({ status: "not_present", keyIdInKeystore: "" })];
    const world = aWorld({
      keys: { read: async () => found({ stateWord: "destroyed" }), liveStatus: async () => answered(live) },
      containers: { keystoreKind: async () => ({ kind: "internal" }) },
      backingKeys: {
        read: async (id) => {
          asked.push(id);
          return aBackingKey({ kmsKeyId: id });
        },
      },
    });
    expect(await observeKey(world, ref, "decision", options)).toMatchObject({
      observation: { keystores: live, storedKeystores: [aStatus()] },
    });
    expect(asked).toEqual(["kms-1"]);
  });

  test("are unreadable if the keystore holds the key and does not report its ID", async () => {
    const { backingKeys } = await observe({ storedStatus: [aStatus({ keyIdInKeystore: "" })] });
    expect(backingKeys).toEqual([expect.objectContaining({ kind: "unreadable" })]);
    const absent = await observe({ storedStatus: [aStatus({ keyIdInKeystore: "", status: "not_present" })] });
    expect(absent.backingKeys).toEqual([]);
  });

  test("are unreadable if an internal keystore of the key did not respond", async () => {
    expect((await observe({ storedStatus: [] })).backingKeys).toEqual([
      expect.objectContaining({ kind: "unreadable" }),
    ]);
    expect((await observe({ storedStatus: [] }, false)).backingKeys).toEqual([]);
  });

  test("are not read in a cachedRead, and neither are the resources that use the key", async () => {
    const world = aWorld({ keys: { read: async () => found() } });
    expect(await observeKey(world, ref, "summary", options)).toMatchObject({ observation: { backingKeys: [] } });
  });
});

test("a destroyed key's keystores are read live; a cached read suffices for any other key", async () => {
  const live = [aStatus({ status: "pending_destruction" })];
  const destroyed = aWorld({
    keys: { read: async () => found({ stateWord: "destroyed" }), liveStatus: async () => answered(live) },
  });
  expect(await observeKey(destroyed, ref, "summary", options)).toMatchObject({
    observation: { keystores: live, keystoresAreLive: true },
  });
  const active = aWorld({ keys: { read: async () => found() } });
  expect(await observeKey(active, ref, "summary", options)).toMatchObject({
    observation: { keystores: [aStatus()], keystoresAreLive: false },
  });
});

test("reads a destroyed key again if its material disappeared between two responses of one read", async () => {
  const notPresent = [aStatus({ status: "not_present", detail: "destroyed_key_is_not_present_in_keystore" })];
  const reads = [["keystores"], []];
  const world = aWorld({
    keys: {
      read: async () =>
        found({ stateWord: "destroyed", storedStatus: notPresent, materialPresent: reads.shift() ?? [] }),
      liveStatus: async () => answered(notPresent),
    },
  });
  expect(await observeKey(world, ref, "summary", options)).toMatchObject({ observation: { materialIn: [] } });
  expect(reads).toEqual([]);
});

test("keeps a response that still contradicts the live status after a second read", async () => {
  const notPresent = [aStatus({ status: "not_present", detail: "destroyed_key_is_not_present_in_keystore" })];
  const snapshot = { stateWord: "destroyed", storedStatus: notPresent, materialPresent: ["keystores"] };
  let reads = 0;
  const world = aWorld({
    keys: {
      read: async () => {
        reads += 1;
        return found(snapshot);
      },
      liveStatus: async () => answered(notPresent),
    },
  });
  expect(await observeKey(world, ref, "summary", options)).toMatchObject({
    observation: { materialIn: ["keystores"] },
  });
  expect(reads).toBe(2);
});

test("keeps a state that this release does not know, with the service's word", async () => {
  const world = aWorld({ keys: { read: async () => found({ stateWord: "on_fire" }) } });
  expect(await observeKey(world, ref, "summary", options)).toMatchObject({
    observation: { state: "unrecognized", stateWord: "on_fire" },
  });
});

test("the facts exclude the location of the record, and include the digest of both steps", async () => {
  const record = aRecord();
  const plainKey = await observe({});
  const carrying = await observe({
    tags: [
      { name: "uko_dual", value: "both" },
      { name: "uko_deletion", value: "00" },
    ],
  });
  expect(carrying.observation).toMatchObject({ marker: "both", carried: { kind: "unreadable" } });
  expect(carrying.observation.facts).toEqual(plainKey.observation.facts);
  expect(carrying.observation.digests).toEqual(plainKey.observation.digests);
  expect(plainKey.observation.digests.destroy).not.toBe(plainKey.observation.digests.deactivate);
  expect(record.digest).toHaveLength(32);
});

test("names a compact record's author by ID if the last writer has its mark, and by the mark alone otherwise", async () => {
  const sha256 = aWorld().sha256;
  const author = { mark: sha256("IBMid-550000BOB").slice(0, 16) };
  const draft = { ...aRecord(), author };
  const description = `\n${encodeCompact(draft, "both")}`;
  const own = await observe({ description, updatedBy: "IBMid-550000BOB" });
  expect(own.observation.carried).toMatchObject({ record: { author: { ...author, iamId: "IBMid-550000BOB" } } });
  const edited = await observe({ description, updatedBy: "IBMid-550000CAROL" });
  expect(edited.observation.carried).toMatchObject({ kind: "one", record: { author: { mark: author.mark } } });
  expect(edited.observation.carried).not.toHaveProperty("record.author.iamId");
});

test("the response to a write describes the key without a call", () => {
  const observed = observedInResponse(aWorld(), ref, answered({ snapshot: aSnapshot({ label: "new" }), etag: "e-2" }));
  expect(observed).toMatchObject({ etag: "e-2", nowMs, observation: { facts: { label: "new" }, state: "active" } });
});

test("a response about another key stops the run", async () => {
  const shown = answered({ snapshot: aSnapshot({ keyId: "other" }), etag: "e-2" });
  expect(await codeOf((async () => observedInResponse(aWorld(), ref, shown))())).toBe("UKO_BUG");
});
