/** Lists of KMS keys: KMS's own keys, without the backing keys of managed keys. */

import { describe, expect, it } from "vitest";
import { options, useEngineWorld } from "../engine/harness.ts";
import { kmsRun, makeKmsKey } from "../engine/kms-stage.ts";

const stage = useEngineWorld();

describe("a list", () => {
  it("leaves out the backing keys of managed keys, as far as the caller may read the keystores", async () => {
    stage.reset({ internalKeystoreFields: "filled" });
    const state = await makeKmsKey(stage);
    const backingKey = await stage.test.backingKeyOf(await stage.test.keyIn("active"));
    const { handlers } = kmsRun(stage, "bob");
    const before = await stage.lastSeq();
    const listed = (await handlers.list({}, options)).map(({ id }) => id);
    expect(listed).toContain(state.keyId);
    expect(listed).not.toContain(backingKey.id);
    const calls = (await stage.trail()).filter(({ seq }) => seq > before).map(({ operation }) => operation);
    expect(calls.filter((operation) => operation !== "token" && operation !== "broker")).toEqual([
      "listKmsKeys",
      "listKeystores",
    ]);
    await stage.fault({ operation: "listKeystores", status: 403 });
    expect((await handlers.list({}, options)).map(({ id }) => id)).toContain(backingKey.id);
  });

  it("reads a keystore whose ring UKO does not report once, however many keys are listed", async () => {
    for (const name of ["one", "two", "three"]) await makeKmsKey(stage, { name });
    const backingKey = await stage.test.backingKeyOf(await stage.test.keyIn("active"));
    const { handlers } = kmsRun(stage, "bob");
    const before = await stage.lastSeq();
    const listed = await handlers.list({}, options);
    expect(listed.map(({ state }) => state.name).toSorted()).toEqual(["one", "three", "two"]);
    expect(listed.map(({ id }) => id)).not.toContain(backingKey.id);
    const calls = (await stage.trail()).filter(({ seq }) => seq > before).map(({ operation }) => operation);
    expect(calls.filter((operation) => operation !== "token" && operation !== "broker")).toEqual([
      "listKmsKeys",
      "listKeystores",
      "listManagedKeys",
      "getKmsKeyMetadata",
    ]);
  });
});
