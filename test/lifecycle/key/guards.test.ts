import { describe, expect, it } from "vitest";
import { holdsIn } from "../../../provider/lifecycle/consent/hold.ts";
import { failingGuard, findLeftoverMaterial, findStoredLeftover } from "../../../provider/lifecycle/key/guards.ts";
import type { KeystoreStatus } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { aBackingKey, aKey, aKeystoreStatus, aPolicy, dayMs, nowMs, someFacts } from "../../support/builders.ts";

const unreadableBackingKey = { kind: "unreadable", kmsKeyId: "kms-1", reason: "403" } as const;
const statuses = [
  "active",
  "not_active",
  "not_present",
  "wrong_key",
  "pending_destruction",
  "unknown",
  "error",
  "unrecognized",
] as const satisfies readonly KeystoreStatus["status"][];
const flags = [
  "ok",
  "out_of_sync",
  "error",
  "verifying_sync",
  "unrecognized",
] as const satisfies readonly KeystoreStatus["syncFlag"][];

describe("failingGuard", () => {
  const held = (value: string) => aKey({ holds: holdsIn([{ name: "hold", value }]) });

  it.each(["legal", "owner until 2026_11_24", "litigation", "", "legal until 2020_01_01 and owner"])(
    "stops at the hold %j before every other guard, also one that uko did not write",
    (value) => {
      const guard = failingGuard(held(value), aPolicy({ deletionProtection: true }), nowMs);
      expect(guard?.guard).toBe("held");
    },
  );

  it.each([
    ["active", "active", true],
    ["active", "not_present", true],
    ["deactivated", "not_active", true],
    ["deactivated", undefined, true],
    ["deactivated", "not_present", false],
    ["pre_activation", "unknown", true],
  ] as const)(
    "for a backing key that KMS does not return: key %s, keystore %s, stops %s",
    (state, keystoreSays, isStopped) => {
      const absent = {
        kind: "absent",
        kmsKeyId: "kms-1",
        ...(keystoreSays !== undefined && { keystoreSays }),
      } as const;
      const guard = failingGuard(aKey({ state, backingKeys: [absent] }), aPolicy(), nowMs);
      if (!isStopped) expect(guard).toBeUndefined();
      else {
        const reason = `KMS does not know key kms-1, although UKO reports the managed key as ${state}.`;
        expect(guard).toEqual({ guard: "backing_key_unreadable", kmsKeyId: "kms-1", reason });
      }
    },
  );

  it("stops at deletion protection before every other guard but a hold", () => {
    const key = aKey({ use: { kind: "unreadable", reason: "403" }, backingKeys: [unreadableBackingKey] });
    expect(failingGuard(key, aPolicy({ deletionProtection: true }), nowMs)).toEqual({ guard: "deletion_protection" });
  });

  it("stops if the list of uses of the key is unreadable", () => {
    const key = aKey({ use: { kind: "unreadable", reason: "403" }, backingKeys: [unreadableBackingKey] });
    expect(failingGuard(key, aPolicy(), nowMs)).toEqual({ guard: "use_unreadable", reason: "403" });
  });

  it("stops at a retention policy and names the resources", () => {
    const key = aKey({ use: { kind: "known", count: 1, retainedBy: ["bucket"] }, backingKeys: [unreadableBackingKey] });
    expect(failingGuard(key, aPolicy(), nowMs)).toEqual({ guard: "retention_policy", resources: ["bucket"] });
  });

  it("stops at an unreadable backing key, at any place in the list", () => {
    expect(
      failingGuard(aKey({ backingKeys: [aBackingKey({ kmsKeyId: "kms-0" }), unreadableBackingKey] }), aPolicy(), nowMs),
    ).toEqual({
      guard: "backing_key_unreadable",
      kmsKeyId: "kms-1",
      reason: "403",
    });
  });
});

describe("findLeftoverMaterial", () => {
  const destroyed = (...keystores: readonly KeystoreStatus[]) => aKey({ state: "destroyed", keystores });

  it.each(statuses.flatMap((status) => flags.map((syncFlag) => ({ status, syncFlag }))))(
    "reads the status of a destroyed key's keystore: $status, $syncFlag",
    ({ status, syncFlag }) => {
      const { kind } = findLeftoverMaterial(destroyed(aKeystoreStatus({ status, syncFlag })), nowMs);
      const expected =
        syncFlag !== "ok"
          ? "held"
          : status === "not_present"
            ? "nothing"
            : status === "pending_destruction"
              ? "pending"
              : "held";
      expect(kind).toBe(expected);
    },
  );

  it("reports a key as held on a cached status alone, because the stored status may be stale", () => {
    expect(findLeftoverMaterial(aKey({ state: "destroyed", keystoresAreLive: false }), nowMs)).toEqual({
      kind: "held",
      guard: { guard: "status_not_live" },
    });
  });

  it.each([
    ["an error in addition", { error: "timeout" }],
    ["a detail that reports the key as present", { detail: "destroyed_key_is_present_in_keystore" }],
    ["a detail that reports a failed check", { detail: "connection_error" }],
  ])('does not read "not present, in sync" as gone with %s', (_what, over) => {
    const status = aKeystoreStatus({ status: "not_present", ...over });
    expect(findLeftoverMaterial(destroyed(status), nowMs)).toEqual({
      kind: "held",
      guard: { guard: "keystore_holds_key", keystores: [status] },
    });
  });

  it("reports a key as held if its metadata lists material and no keystore is pending", () => {
    const materialIn = ["keystores"];
    const contradictions = [{ kind: "material_present", places: materialIn }];
    expect(findLeftoverMaterial(aKey({ state: "destroyed", materialIn }), nowMs)).toEqual({
      kind: "held",
      guard: { guard: "removal_contradicted", contradictions },
    });
    const pending = [aKeystoreStatus({ status: "pending_destruction" })];
    expect(findLeftoverMaterial(aKey({ state: "destroyed", keystores: pending, materialIn }), nowMs)).toMatchObject({
      kind: "pending",
    });
    expect(findLeftoverMaterial(aKey({ state: "destroyed", materialIn: [] }), nowMs)).toEqual({ kind: "nothing" });
  });

  it("names a keystore that holds the key before waiting for a pending one", () => {
    const holding = aKeystoreStatus({ keystoreId: "ks-1", status: "error" });
    const remains = findLeftoverMaterial(
      destroyed(aKeystoreStatus({ keystoreId: "ks-2", status: "pending_destruction" }), holding),
      nowMs,
    );
    expect(remains).toEqual({ kind: "held", guard: { guard: "keystore_holds_key", keystores: [holding] } });
  });

  it("does not read a keystore as empty that still names a date of the destruction", () => {
    const dated = aKeystoreStatus({ status: "not_present", destructionAtMs: nowMs + dayMs });
    const keystore = { id: "ks-1", name: "ring", type: "ibm_cloud_kms" };
    const contradictions = [{ kind: "destruction_ahead", keystore, destructionAtMs: nowMs + dayMs }];
    expect(findLeftoverMaterial(destroyed(dated), nowMs)).toEqual({
      kind: "held",
      guard: { guard: "removal_contradicted", contradictions },
    });
    expect(findLeftoverMaterial(destroyed(dated), nowMs + dayMs)).toEqual({ kind: "nothing" });
  });

  it("asks for a live status of each keystore that a campaign once read for the key", () => {
    const once = { id: "ks-9", name: "aws", type: "aws_kms" };
    const key = aKey({ state: "destroyed", facts: someFacts({ keystores: [] }), keystores: [] });
    expect(findLeftoverMaterial(key, nowMs)).toEqual({ kind: "nothing" });
    const contradictions = [{ kind: "no_live_response", keystore: once, namedBy: ["manifest"] }];
    expect(findLeftoverMaterial(key, nowMs, [once])).toEqual({
      kind: "held",
      guard: { guard: "removal_contradicted", contradictions },
    });
  });

  it("waits until the latest date, and without a date if one keystore returned no date", () => {
    const early = aKeystoreStatus({ status: "pending_destruction", destructionAtMs: nowMs + dayMs });
    const late = aKeystoreStatus({
      keystoreId: "ks-2",
      status: "pending_destruction",
      destructionAtMs: nowMs + 9 * dayMs,
    });
    const silent = aKeystoreStatus({ keystoreId: "ks-3", status: "pending_destruction" });
    expect(findLeftoverMaterial(destroyed(early, late), nowMs)).toEqual({
      kind: "pending",
      keystores: [early, late],
      untilMs: nowMs + 9 * dayMs,
    });
    expect(findLeftoverMaterial(destroyed(late, silent, early), nowMs)).toEqual({
      kind: "pending",
      keystores: [late, silent, early],
    });
  });

  it.each([
    ["absent", { kind: "absent", kmsKeyId: "kms-1" } as const, { kind: "nothing" }],
    ["destroyed", aBackingKey({ state: "destroyed", dualAuthDelete: true }), { kind: "nothing" }],
    [
      "unreadable",
      unreadableBackingKey,
      { kind: "held", guard: { guard: "backing_key_unreadable", kmsKeyId: "kms-1", reason: "403" } },
    ],
    [
      "active",
      aBackingKey(),
      { kind: "held", guard: { guard: "backing_key_remains", kmsKeyId: "kms-1", state: "active" } },
    ],
    [
      "suspended",
      aBackingKey({ state: "suspended" }),
      { kind: "held", guard: { guard: "backing_key_remains", kmsKeyId: "kms-1", state: "suspended" } },
    ],
    [
      "in another state",
      aBackingKey({ state: "other" }),
      { kind: "held", guard: { guard: "backing_key_remains", kmsKeyId: "kms-1", state: "other" } },
    ],
  ])("reads the backing key even if every keystore is empty: %s", (_what, backingKey, expected) => {
    expect(findLeftoverMaterial(aKey({ state: "destroyed", backingKeys: [backingKey] }), nowMs)).toEqual(expected);
  });
});

describe("findStoredLeftover", () => {
  const stored = (over: Partial<KeystoreStatus>) =>
    findStoredLeftover(
      aKey({ state: "destroyed", keystores: [aKeystoreStatus(over)], keystoresAreLive: false }),
      nowMs,
    );

  it("shows from a list that a keystore waits until a date ahead", () => {
    const waits = { status: "pending_destruction", destructionAtMs: nowMs + dayMs } as const;
    expect(stored(waits)).toMatchObject({ kind: "pending", untilMs: nowMs + dayMs });
  });

  it.each([
    ["not present", { status: "not_present" }],
    ["pending until a date that is over", { status: "pending_destruction", destructionAtMs: nowMs }],
    ["pending without a date", { status: "pending_destruction" }],
    ["active", { status: "active" }],
  ] as const)("leaves the response to the keystores if the list shows a keystore as %s", (_what, over) => {
    expect(stored(over)).toEqual({ kind: "held", guard: { guard: "status_not_live" } });
  });
});
