/** Creations of KMS keys after a lost response or an interrupted run: the existing key is found by its mark, or by a person. */

import { describe, expect, it } from "vitest";
import type { World } from "../../../provider/engine/ports/world.ts";
import { codeOf, options, useEngineWorld } from "../../engine/harness.ts";
import { kmsInputs, kmsRun, requestKms } from "../../engine/kms-stage.ts";

const stage = useEngineWorld();
const keysNamed = async (name: string): Promise<number> => {
  const { body } = await stage.test.as("carol").kms("GET", "/keys?state=0,1,2,3,5");
  return body.resources.filter((key) => key.name === name).length;
};

describe("a creation", () => {
  it.each([true, false])(
    "makes one key after a lost response, or reports an unknown result (sent: %s)",
    async (isSent) => {
      const wrap = (world: World): World => ({
        ...world,
        kmsKeys: {
          ...world.kmsKeys,
          async create(wanted, callOptions) {
            if (isSent) await world.kmsKeys.create(wanted, callOptions);
            return { kind: "lost", reason: "connection reset" };
          },
        },
      });
      const { handlers } = kmsRun(stage, "bob", { wrap });
      const creation = handlers.create(kmsInputs(handlers), options);
      if (isSent) expect((await creation).state.name).toBe("backup");
      else expect(await codeOf(creation)).toBe("UKO_RESPONSE_LOST");
      expect(await keysNamed("backup")).toBe(isSent ? 1 : 0);
    },
  );

  it("is sent again after a 429 and three searches without the key, and creates one key", async () => {
    await stage.fault({ operation: "createKmsKeyWithPolicies", status: 429, times: 1 });
    const { handlers, sleeps } = kmsRun(stage, "bob");
    expect((await handlers.create(kmsInputs(handlers), options)).state.name).toBe("backup");
    expect(sleeps).toEqual([2000, 2000]);
    expect(await keysNamed("backup")).toBe(1);
  });

  it("names the 429 if the service keeps refusing, after three attempts", async () => {
    await stage.fault({ operation: "createKmsKeyWithPolicies", status: 429, times: 10 });
    const { handlers } = kmsRun(stage, "bob");
    await expect(handlers.create(kmsInputs(handlers), options)).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      summary: expect.stringMatching(/^It is not known whether KMS key "backup" was created: .* returned 429/),
    });
    expect((await stage.trail()).filter(({ operation }) => operation === "createKmsKeyWithPolicies")).toHaveLength(3);
    expect(await keysNamed("backup")).toBe(0);
  });

  it("reports after a canceled search that a key may exist", async () => {
    const stop = new AbortController();
    const wrap = (world: World): World => ({
      ...world,
      kmsKeys: {
        ...world.kmsKeys,
        async create(wanted, callOptions) {
          await world.kmsKeys.create(wanted, callOptions);
          stop.abort();
          return { kind: "lost", reason: "the run was stopped" };
        },
      },
    });
    const { handlers } = kmsRun(stage, "bob", { wrap });
    await expect(handlers.create(kmsInputs(handlers), { signal: stop.signal })).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      summary: expect.stringContaining('whether KMS key "backup" was created'),
      cause: expect.objectContaining({ code: "UKO_CANCELED" }),
    });
    expect(await keysNamed("backup")).toBe(1);
  });

  it("adopts the key of an interrupted run of the same resource, and no other key of that name", async () => {
    const origin = { ...options, origin: "org/urn:pulumi:dev::app::uko:KmsKey::backup" };
    const { handlers } = kmsRun(stage, "bob");
    const first = await handlers.create(kmsInputs(handlers), origin);
    const again = await handlers.create(kmsInputs(handlers), origin);
    expect(again.id).toBe(first.id);
    expect(again.warnings.join()).toContain("already exists");
    expect(await keysNamed("backup")).toBe(1);
    const other = await handlers.create(kmsInputs(handlers), { ...options, origin: "another" });
    expect(other.id).not.toBe(first.id);
    await stage.advance("8d");
    expect((await handlers.create(kmsInputs(handlers), origin)).id).not.toBe(first.id);
  });

  it("never adopts a key whose deletion has begun", async () => {
    const origin = { ...options, origin: "org/urn" };
    const { handlers } = kmsRun(stage, "bob");
    const { state } = await handlers.create(kmsInputs(handlers), origin);
    await requestKms(stage, kmsRun(stage, "alice"), state.keyId);
    expect((await handlers.create(kmsInputs(handlers), origin)).id).not.toBe(state.keyId);
  });
});
