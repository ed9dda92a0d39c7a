import { describe, expect, it } from "vitest";
import type { EvidenceEntry } from "../../provider/engine/ports/evidence.ts";
import type { World } from "../../provider/engine/ports/world.ts";
import { UkoError } from "../../provider/errors.ts";
import type { KmsKeyState } from "../../provider/resources/kms-key/schema.ts";
import { codeOf, options, type Person, useEngineWorld } from "../engine/harness.ts";
import { approveKms, kmsInputs, kmsRun, kmsView, makeKmsKey, requestKms } from "../engine/kms-stage.ts";

const stage = useEngineWorld();

type Inputs = Readonly<Record<string, unknown>>;
const keysNamed = async (name: string): Promise<number> => {
  const { body } = await stage.test.as("carol").kms("GET", "/keys?state=0,1,2,3,5");
  return body.resources.filter((key) => key.name === name).length;
};
const update = async (state: KmsKeyState, over: Inputs, who: Person = "bob") => {
  const { handlers } = kmsRun(stage, who);
  return handlers.update(state, kmsInputs(handlers, { ...over }), options);
};
const diff = (state: KmsKeyState, over: Inputs = {}): readonly string[] => {
  const { handlers } = kmsRun(stage, "bob");
  return handlers.diff(state, kmsInputs(handlers, over));
};
const failures = (over: Inputs, olds: unknown = {}): readonly string[] =>
  kmsRun(stage, "bob")
    .handlers.check({ name: "backup", ...over }, olds)
    .failures.map(({ property }) => property);
const payload = Buffer.alloc(32, 7).toString("base64");
const otherPayload = Buffer.alloc(32, 8).toString("base64");
/** Destroys the key as Alice and Bob. */
const destroyed = async (state: KmsKeyState): Promise<void> => {
  await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
  expect(await approveKms(stage, kmsRun(stage, "bob"), state.keyId)).toMatchObject({ taken: ["destroy"] });
  await stage.advance("1m");
};

describe("a creation", () => {
  it("makes one key that requires two people from its creation, and its state shows no difference", async () => {
    const state = await makeKmsKey(stage, {
      aliases: ["vault-backup"],
      tags: ["team:storage"],
      description: "Backups",
    });
    expect(state).toMatchObject({
      type: "root",
      dualAuthDelete: true,
      lifecycleState: "active",
      keyState: "active",
      imported: false,
      keyRing: "default",
      aliases: ["vault-backup"],
      tags: ["team:storage"],
    });
    expect(diff(state, { aliases: ["vault-backup"], tags: ["team:storage"], description: "Backups" })).toEqual([]);
    expect(diff(state)).toEqual([]);
  });

  it("names the missing role or property if a Writer may not set policies", async () => {
    const { handlers } = kmsRun(stage, "alice");
    const creation = handlers.create(kmsInputs(handlers), options);
    await expect(creation).rejects.toThrow(/KMS Manager.*"single".*\nNo key was created\.\n\[/s);
    expect(await keysNamed("backup")).toBe(0);
    const inNewRing = handlers.create(kmsInputs(handlers, { keyRing: "storage" }), options);
    await expect(inNewRing).rejects.toThrow(
      /No key was created\.\nCreated key ring "storage", which did not exist\.\n/,
    );
    const { state } = await handlers.create(kmsInputs(handlers, { dualAuthorization: "single" }), options);
    expect(state.dualAuthDelete).toBe(false);
  });

  it("makes its key ring, reports it, and never uses a keystore's", async () => {
    const { handlers } = kmsRun(stage, "bob");
    const made = await handlers.create(kmsInputs(handlers, { keyRing: "storage" }), options);
    expect(made.state.keyRing).toBe("storage");
    expect(made.warnings).toEqual(['Created key ring "storage", which did not exist']);
    const backingKey = await stage.test.backingKeyOf(await stage.test.keyIn("active"));
    const ring = String((await kmsView(stage, backingKey.id)).keyRingID);
    const inKeystore = handlers.create(kmsInputs(handlers, { name: "inside", keyRing: ring }), options);
    expect(await codeOf(inKeystore)).toBe("UKO_KMS_KEY_IS_BACKING_KEY");
    expect(await keysNamed("inside")).toBe(0);
  });

  it("redacts material in the service's refusal", async () => {
    const { handlers } = kmsRun(stage, "bob");
    const body = { resources: [{ errorMsg: `Bad Request: payload ${payload} is not good` }] };
    await stage.fault({ operation: "createKmsKeyWithPolicies", status: 400, times: 1, body });
    const refusal = handlers.create(kmsInputs(handlers, { payload }), options);
    await expect(refusal).rejects.toThrow(/payload \[redacted\] is not good/);
  });

  it("imports material, and stores only its digest in state", async () => {
    const state = await makeKmsKey(stage, { payload });
    expect(state.imported).toBe(true);
    expect(state.payload).toMatch(/^scrypt:[\w-]{22}:[\w-]{43}$/);
    expect(JSON.stringify(state)).not.toContain(payload);
    expect(diff(state, { payload })).toEqual([]);
    expect(diff(state, { payload: otherPayload })).toEqual(["payload"]);
    expect(failures({ payload: otherPayload }, state)).toEqual(["payload"]);
    expect(failures({ payload: otherPayload, rotationTrigger: "2" }, state)).toEqual([]);
  });
});

describe("inputs", () => {
  it.each([
    [{ dualAuthDelete: false }, ["dualAuthDelete"]],
    [{ dualAuthDelete: false, dualAuthorization: "single" }, []],
    [
      { type: "standard", rotationIntervalMonths: 3, rotationTrigger: "1" },
      ["rotationIntervalMonths", "rotationTrigger"],
    ],
    [{ payload, rotationIntervalMonths: 3 }, ["rotationIntervalMonths"]],
    [{ iv: "AAAA" }, ["iv"]],
    [{ tags: ["uko_mine"] }, ["tags"]],
    [{ aliases: ["keys"] }, ["aliases.0"]],
    [{ aliases: ["0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11"] }, ["aliases.0"]],
    [{ expirationDate: "2030" }, ["expirationDate"]],
  ])("%o fails at %o", (over, properties) => {
    expect(failures(over)).toEqual(properties);
  });

  it("that KMS cannot change are refused with an alternative", async () => {
    const state = await makeKmsKey(stage, { expirationDate: "2030-01-01T00:00:00Z", tags: ["a:b"] });
    expect(failures({ expirationDate: "2030-01-01T01:00:00+01:00", tags: ["a:b"] }, state)).toEqual([]);
    const over = {
      type: "standard",
      description: "other",
      tags: ["c:d"],
      expirationDate: "2031-01-01T00:00:00Z",
      existingKeyId: "0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11",
      payload,
    };
    expect(failures(over, state).toSorted()).toEqual(Object.keys(over).toSorted());
    const dual = { dualAuthDelete: false, dualAuthorization: "single" };
    expect(failures(dual, state)).toEqual(["dualAuthDelete"]);
    await expect(update(state, { description: "other" })).rejects.toThrow(
      /was not changed: description.*\[UKO_CHANGE_IMP/s,
    );
  });
});

describe("an update", () => {
  it("without a difference writes nothing", async () => {
    const state = await makeKmsKey(stage, { aliases: ["one"], rotationIntervalMonths: 3, rotationTrigger: "a" });
    const before = await stage.lastSeq();
    const over = { aliases: ["one"], rotationIntervalMonths: 3, rotationTrigger: "a" };
    expect((await update(state, over)).state).toEqual(state);
    expect(await stage.effects(before)).toEqual([]);
  });

  it("moves the ring, the aliases and the rotation interval", async () => {
    const state = await makeKmsKey(stage, { aliases: ["one", "two"] });
    const over = { aliases: ["two", "three"], keyRing: "later", rotationIntervalMonths: 6 };
    expect(diff(state, over).toSorted()).toEqual(["aliases", "keyRing", "rotationIntervalMonths"]);
    const { state: after, warnings } = await update(state, over);
    expect(after).toMatchObject({ keyRing: "later", rotationIntervalMonths: 6 });
    expect(after.aliases?.toSorted()).toEqual(["three", "two"]);
    expect(warnings).toEqual(['Created key ring "later", which did not exist']);
    expect(diff(after, over)).toEqual([]);
  });

  it("turns dual authorization on only if the program says so, and reports that it cannot be turned off", async () => {
    const state = await makeKmsKey(stage, { dualAuthorization: "single" });
    expect(diff(state)).toEqual(["dualAuthorization"]);
    const { state: without, warnings: hint } = await update(state, {});
    expect(without.dualAuthDelete).toBe(false);
    expect(hint.join()).toContain("To turn it on, set dualAuthDelete: true");
    const written = { dualAuthDelete: true };
    expect(diff(state, written)).toEqual(["dualAuthorization", "dualAuthDelete"]);
    const byWriter = await update(state, written, "alice");
    expect(byWriter.warnings.join()).toContain("requires the role KMS Manager, which this identity does not have");
    const { state: after, warnings } = await update(state, written);
    expect(after.dualAuthDelete).toBe(true);
    expect(warnings.join()).toContain("KMS never turns it off again");
  });

  it("rotates once for each change of its trigger, an imported key with new material", async () => {
    const state = await makeKmsKey(stage);
    const { state: after } = await update(state, { rotationTrigger: "2026-11" });
    expect(after).toMatchObject({ rotationTrigger: "2026-11", lastRotatedAt: expect.any(String) });
    const before = await stage.lastSeq();
    await update(after, { rotationTrigger: "2026-11" });
    expect(await stage.effects(before)).toEqual([]);

    const imported = await makeKmsKey(stage, { name: "imported", payload });
    expect(await codeOf(update(imported, { name: "imported", rotationTrigger: "1" }))).toBe("UKO_INPUT_INVALID");
    const over = { name: "imported", rotationTrigger: "1", payload: otherPayload };
    const { state: rotated } = await update(imported, over);
    expect(rotated.payload).not.toBe(imported.payload);
    expect(diff(rotated, over)).toEqual([]);
  });

  it("of a state that an interrupted run left does not rotate a second time, and does later", async () => {
    const state = await makeKmsKey(stage);
    await update(state, { rotationTrigger: "1" });
    await stage.advance("2h");
    const before = await stage.lastSeq();
    const { state: after, warnings } = await update(state, { rotationTrigger: "1" });
    expect(await stage.effects(before)).toEqual([]);
    expect(after.rotationTrigger).toBe("1");
    expect(warnings.join()).toContain("so it was not rotated again");
    await stage.advance("8d");
    const { state: again } = await update(state, { rotationTrigger: "1" });
    expect(again.lastRotatedAt).not.toBe(after.lastRotatedAt);
  });

  it("never rotates twice after a lost response", async () => {
    const state = await makeKmsKey(stage);
    const wrap = (world: World): World => ({
      ...world,
      kmsKeys: {
        ...world.kmsKeys,
        async rotate(...args) {
          await world.kmsKeys.rotate(...args);
          return { kind: "lost", reason: "connection reset" };
        },
      },
    });
    const { handlers } = kmsRun(stage, "bob", { wrap });
    const before = await stage.lastSeq();
    await handlers.update(state, kmsInputs(handlers, { rotationTrigger: "1" }), options);
    expect(await stage.effects(before)).toHaveLength(1);
  });

  it("does not change a key that is set for deletion, and refuses to rotate it", async () => {
    const state = await makeKmsKey(stage);
    const { deletion } = await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    const before = await stage.lastSeq();
    const { state: after, warnings } = await update(state, { aliases: ["new"] });
    expect(warnings.join()).toMatch(/is waiting for a person to destroy it: an identity set it for deletion on/);
    expect(after).toMatchObject({ lifecycleState: "pending_approval", deletionAwaits: "approval" });
    expect(after.deletionRecordId).toBe(deletion.recordId);
    expect(after.deletionRecordExpiresAt).toBe(deletion.recordId?.replace(/.*@/, ""));
    expect(await codeOf(update(state, { rotationTrigger: "1" }))).toBe("UKO_DELETION_PENDING");
    expect(await stage.effects(before)).toEqual([]);
  });

  it("restores a destroyed key once for each change of its trigger, and never without one", async () => {
    const state = await makeKmsKey(stage, { restoreTrigger: "1" });
    await destroyed(state);
    const left = await update(state, { restoreTrigger: "1", aliases: ["new"] });
    expect(left.state).toMatchObject({ lifecycleState: "destroyed", keyState: "destroyed" });
    expect(left.warnings.join()).toContain("is destroyed, so it was not changed");
    const back = await update(state, { restoreTrigger: "2" });
    expect(back.state).toMatchObject({ lifecycleState: "active", restoreTrigger: "2" });
    expect(back.warnings.join()).toContain("was destroyed and is restored");
    expect((await update(back.state, { restoreTrigger: "3" })).warnings.join()).toContain("had no effect");
    await destroyed(back.state);
    await stage.advance("31d");
    expect(await codeOf(update(back.state, { restoreTrigger: "4" }))).toBe("UKO_CHANGE_IMPOSSIBLE");
  });

  it("leaves evidence of a restore, so that no certificate calls the key destroyed", async () => {
    const state = await makeKmsKey(stage, { restoreTrigger: "1" });
    await destroyed(state);
    const entries: EvidenceEntry[] = [];
    const evidence = { open: async () => {}, append: async (entry: EvidenceEntry) => void entries.push(entry) };
    const { handlers } = kmsRun(stage, "bob", { wrap: (world: World) => ({ ...world, evidence }) });
    await handlers.update(state, kmsInputs(handlers, { restoreTrigger: "2" }), options);
    expect(entries).toMatchObject([
      { step: "restore", phase: "after", from: "destroyed", to: "active", keyId: state.keyId, resource: "kms_key" },
    ]);
  });

  it("never changes a managed key's backing key, which an edited state may name", async () => {
    const backingKey = await stage.test.backingKeyOf(await stage.test.keyIn("active"));
    const name = String(backingKey.name);
    const edited = { ...(await makeKmsKey(stage)), name, keyId: backingKey.id };
    const before = await stage.lastSeq();
    for (const over of [
      { rotationTrigger: "1" },
      { aliases: ["mine"] },
      { keyRing: "mine" },
      { restoreTrigger: "1" },
    ]) {
      expect(await codeOf(update(edited, { name, ...over }))).toBe("UKO_KMS_KEY_IS_BACKING_KEY");
    }
    expect(await stage.effects(before)).toEqual([]);
  });

  it("by a caller who may not read keystores changes the key, and keeps it in its ring", async () => {
    const state = await makeKmsKey(stage);
    const wrap = (world: World): World => ({
      ...world,
      keystores: {
        ...world.keystores,
        list: async () => {
          throw new UkoError("UKO_RIGHTS_MISSING");
        },
      },
    });
    const { handlers } = kmsRun(stage, "bob", { wrap });
    const change = (over: Inputs) => handlers.update(state, kmsInputs(handlers, over), options);
    expect((await change({ aliases: ["mine"] })).state.aliases).toEqual(["mine"]);
    expect(await codeOf(change({ keyRing: "mine" }))).toBe("UKO_KMS_KEY_IS_BACKING_KEY");
  });

  it("stores a rotation only once it was made", async () => {
    const state = await makeKmsKey(stage);
    await destroyed(state);
    const { state: after } = await update(state, { rotationTrigger: "1" });
    expect(after.rotationTrigger).toBeUndefined();
  });
});

describe("adoption", () => {
  it("adopts a key, and turns dual authorization on if the program says so", async () => {
    const state = await makeKmsKey(stage, { dualAuthorization: "single" });
    const { handlers } = kmsRun(stage, "bob");
    const { keyId } = state;
    const adopted = await handlers.create(kmsInputs(handlers, { existingKeyId: keyId }), options);
    expect(adopted.state).toMatchObject({ keyId, dualAuthDelete: false });
    expect(adopted.warnings.join()).toContain("has no KMS dual authorization");
    const written = await handlers.create(kmsInputs(handlers, { existingKeyId: keyId, dualAuthDelete: true }), options);
    expect(written.state).toMatchObject({ keyId, dualAuthDelete: true });
    expect(await keysNamed("backup")).toBe(1);
  });

  it("refuses a backing key, a key of another name, and one that does not exist", async () => {
    const backingKey = await stage.test.backingKeyOf(await stage.test.keyIn("active"));
    const state = await makeKmsKey(stage);
    const { handlers } = kmsRun(stage, "bob");
    const adopt = (existingKeyId: string, name = "backup") =>
      codeOf(handlers.create(kmsInputs(handlers, { existingKeyId, name }), options));
    const before = await stage.lastSeq();
    expect(await adopt(backingKey.id, String(backingKey.name))).toBe("UKO_KMS_KEY_IS_BACKING_KEY");
    expect(await adopt(state.keyId, "other")).toBe("UKO_INPUT_INVALID");
    expect(await adopt("0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11")).toBe("UKO_NOT_FOUND");
    expect(await stage.effects(before)).toEqual([]);
  });

  it("restores a destroyed key only with a restoreTrigger", async () => {
    const state = await makeKmsKey(stage);
    await destroyed(state);
    const { handlers } = kmsRun(stage, "bob");
    const adopt = (over: Inputs) =>
      handlers.create(kmsInputs(handlers, { existingKeyId: state.keyId, ...over }), options);
    expect(await codeOf(adopt({}))).toBe("UKO_INPUT_INVALID");
    expect((await adopt({ restoreTrigger: "1" })).state.lifecycleState).toBe("active");
  });
});

describe("a read", () => {
  it("reports a window, a destruction and a restore made outside the program", async () => {
    const state = await makeKmsKey(stage);
    const { handlers } = kmsRun(stage, "bob");
    expect((await handlers.read(state, options))?.warnings).toEqual([]);
    await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    expect((await handlers.read(state, options))?.warnings.join()).toContain("is waiting for a person");
    await stage.test.as("bob").kms("DELETE", `/keys/${state.keyId}`);
    const gone = await handlers.read(state, options);
    expect(gone?.warnings.join()).toMatch(
      /was destroyed by IBMid-550000BOB on .*Until .*, a changed restoreTrigger restores it/,
    );
    expect(gone?.state).toMatchObject({ lifecycleState: "destroyed", deletionNotBefore: expect.any(String) });
    await stage.advance("1m");
    await stage.test.as("bob").kms("POST", `/keys/${state.keyId}/restore`);
    expect((await handlers.read(gone?.state, options))?.warnings.join()).toContain("was restored and is active");
    await stage.test.as("carol").kms("POST", `/keys/${state.keyId}/actions/disable`);
    expect((await handlers.read(state, options))?.warnings.join()).toContain("changed from active to suspended");
  });

  it("concludes a deletion from KMS's own 404 alone", async () => {
    const state = await makeKmsKey(stage);
    await destroyed(state);
    await stage.advance("100d");
    const { handlers } = kmsRun(stage, "bob");
    expect(await handlers.read(state, options)).toBeUndefined();
    const denied = { ...state, keyId: "11111111-aaaa-4bbb-8ccc-000000000001" };
    await stage.fault({ path: `/api/v2/keys/${denied.keyId}/metadata`, status: 401, times: 10 });
    expect(await codeOf(handlers.read(denied, options))).toBe("UKO_ACCESS_DENIED");
  });

  it("finds a key by its ID alone and lists all, with the defaults of an empty program", async () => {
    const state = await makeKmsKey(stage, { type: "standard" });
    const { handlers } = kmsRun(stage, "bob");
    const found = await handlers.lookup(state.keyId, options);
    expect(found?.state).toMatchObject({ name: "backup", type: "standard", dualAuthorization: "required" });
    expect((await handlers.list({}, options)).map(({ id }) => id)).toContain(state.keyId);
    expect(await handlers.lookup("0f8c3c6e-52a1-4c5e-9a3e-3c1f0a7f2b11", options)).toBeUndefined();
    expect(await codeOf(handlers.lookup("a/b", options))).toBe("UKO_INPUT_INVALID");
  });
});
