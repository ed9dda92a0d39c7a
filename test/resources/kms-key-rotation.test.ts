/** A KMS key is rotated once for each change of the trigger, whatever fails later. */

import { describe, expect, it } from "vitest";
import type { KmsKeys } from "../../provider/engine/ports/kms-keys.ts";
import type { World } from "../../provider/engine/ports/world.ts";
import type { KmsKeyState } from "../../provider/resources/kms-key/schema.ts";
import { codeOf, options, useEngineWorld } from "../engine/harness.ts";
import { kmsInputs, kmsRun, kmsView, makeKmsKey } from "../engine/kms-stage.ts";

const stage = useEngineWorld();

const payload = Buffer.alloc(32, 7).toString("base64");
const otherPayload = Buffer.alloc(32, 8).toString("base64");
const rotations = async () => (await stage.effects()).filter((each) => each === "rotateKmsKey").length;
const withKmsKeys =
  (over: (keys: KmsKeys) => Partial<KmsKeys>) =>
  (world: World): World => ({ ...world, kmsKeys: { ...world.kmsKeys, ...over(world.kmsKeys) } });
/** Rotates, and fails every read from then on. */
const unreadableAfterwards = (isLost: boolean) =>
  withKmsKeys((keys) => ({
    async rotate(...args) {
      const written = await keys.rotate(...args);
      await stage.fault({ operation: "getKmsKeyMetadata", status: 500 });
      return isLost ? { kind: "lost", reason: "connection reset" } : written;
    },
  }));
const update = async (
  state: KmsKeyState,
  over: Readonly<Record<string, unknown>>,
  wrap: (world: World) => World,
  signal = options.signal,
) => {
  const { handlers } = kmsRun(stage, "bob", { wrap });
  try {
    return await handlers.update(state, kmsInputs(handlers, over, state), { signal });
  } finally {
    await stage.clearFaults();
  }
};
/** The state after the engine's read before the next run, and the differences of its program. */
const differsLater = async (state: KmsKeyState, over: Readonly<Record<string, unknown>>) => {
  const { handlers } = kmsRun(stage, "bob");
  const observed = await handlers.read(state, options);
  return handlers.diff(observed?.state, kmsInputs(handlers, over, state));
};

describe("after a rotation", () => {
  it("a failed read is reported, and the state stores the trigger and the time", async () => {
    const state = await makeKmsKey(stage);
    const over = { rotationTrigger: "1" };
    const { state: after, warnings } = await update(state, over, unreadableAfterwards(false));
    expect(warnings).toEqual([
      expect.stringMatching(/^KMS key "backup" was rotated, but the next read failed: .* is not available\. /),
    ]);
    const { lastRotateDate } = await kmsView(stage, state.keyId);
    expect(after).toEqual({ ...state, rotationTrigger: "1", lastRotatedAt: lastRotateDate });
    expect(await differsLater(after, over)).toEqual([]);
    expect(await rotations()).toBe(1);
  });

  it("with a lost response and a failed read, the trigger counts as applied", async () => {
    const state = await makeKmsKey(stage);
    const over = { rotationTrigger: "1" };
    const { state: after, warnings } = await update(state, over, unreadableAfterwards(true));
    expect(warnings).toEqual([
      expect.stringMatching(/^It is not known whether KMS key "backup" was rotated: .*change rotationTrigger again$/),
    ]);
    expect(after).toEqual({ ...state, rotationTrigger: "1" });
    expect(await differsLater(after, over)).toEqual([]);
    expect(await rotations()).toBe(1);
  });

  it("of an imported key the state stores the new material", async () => {
    const state = await makeKmsKey(stage, { payload });
    const over = { payload: otherPayload, rotationTrigger: "1" };
    const { state: after } = await update(state, over, unreadableAfterwards(false));
    expect(after.payload).not.toBe(state.payload);
    expect(await differsLater(after, over)).toEqual([]);
  });

  it("a cancellation takes effect only once the rotation is stored", async () => {
    const state = await makeKmsKey(stage);
    const controller = new AbortController();
    const stopping = withKmsKeys((keys) => ({
      async rotate(ref, material, call) {
        const written = await keys.rotate(ref, material, call);
        controller.abort();
        return call.signal.aborted ? { kind: "lost", reason: "the run was stopped" } : written;
      },
    }));
    const { state: after, warnings } = await update(state, { rotationTrigger: "1" }, stopping, controller.signal);
    expect(warnings).toEqual([]);
    expect(after).toMatchObject({ rotationTrigger: "1", lastRotatedAt: expect.any(String) });
  });
});

describe("before a rotation", () => {
  it("all other changes are made first, and a refused one rotates nothing", async () => {
    const state = await makeKmsKey(stage);
    const refusing = withKmsKeys(() => ({
      addAlias: async () => ({ kind: "refused", status: 409, message: "taken", correlationId: "c" }),
    }));
    const over = { aliases: ["mine"], rotationIntervalMonths: 3, rotationTrigger: "1" };
    expect(await codeOf(update(state, over, refusing))).toBe("UKO_SERVICE_REFUSED");
    expect(await rotations()).toBe(0);
  });
});
