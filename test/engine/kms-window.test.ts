/** KMS's own dual authorization: the window that the deactivating run sets, and its fate if the outage does not happen. */

import { describe, expect, test } from "vitest";
import type { Report } from "../../provider/engine/loop/report.ts";
import type { KeyRef } from "../../provider/engine/ports/world.ts";
import { renderExplanation } from "../../provider/engine/text/explanation.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { approve, approveAndRequest, options, unfinished, useEngineWorld } from "./harness.ts";

const uko = useEngineWorld();

describe("KMS dual authorization on the backing key", () => {
  const isWindowCall = (operation: string): boolean =>
    operation === "setKeyForDeletion" || operation === "unsetKeyForDeletion";
  async function dual(): Promise<{ state: ManagedKeyState; ref: KeyRef }> {
    const state = await uko.make();
    await uko.test.control(`keys/${state.keyId}`, { backingKey: { dualAuthDelete: true } });
    await unfinished(uko.run("bob").handlers, state);
    await uko.advance("60s");
    return { state, ref: uko.ref(state.keyId) };
  }
  /** Alice approves the deactivation, and requests the destruction. */
  const alicesStep = (ref: KeyRef): Promise<Report> => approveAndRequest(uko.run("alice"), ref);

  test("the deactivating run sets its own window just before, and the setter may not destroy", async () => {
    const { ref } = await dual();
    const seq = await uko.lastSeq();
    await alicesStep(ref);
    expect(await uko.effects(seq)).toEqual(["setKeyForDeletion", "deactivateManagedKey", "updateManagedKey"]);
    await uko.advance("5h");
    const alice = uko.run("alice").operations;
    await alice.withdraw(ref, options);
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    await expect(approve(uko.run("alice"), ref)).rejects.toThrow("another person to destroy");
    await alice.withdraw(ref, options);
    await alice.request(ref, undefined, options);
    await uko.advance("60s");
    expect(await approve(uko.run("bob"), ref)).toMatchObject({ exitCode: 0, taken: ["destroy"] });
    await uko.expectNobodyAlone();
  });

  test("after a write that removed the used request, the person who set the window still may not destroy", async () => {
    const { state, ref } = await dual();
    await approve(uko.run("alice"), ref);
    await uko.advance("60s");
    const [alice, bob] = [uko.run("alice").operations, uko.run("bob").operations];
    await bob.hold(ref, { kind: "hold", hold: { kind: "owner" } }, options);
    await bob.hold(ref, { kind: "release", choice: {}, reason: "checked" }, options);
    expect(await uko.tagNames(state)).toEqual(["uko_created", "uko_dual", "uko_note"]);
    await uko.advance("5h");
    await bob.request(ref, undefined, options);
    await uko.advance("60s");
    await expect(approve(uko.run("alice"), ref)).rejects.toThrow("another person to destroy");
    await bob.withdraw(ref, options);
    await alice.request(ref, undefined, options);
    await uko.advance("60s");
    expect(await approve(uko.run("bob"), ref)).toMatchObject({ exitCode: 0, taken: ["destroy"] });
    await uko.expectNobodyAlone();
  });

  test("another writer's window is unset first", async () => {
    const { state, ref } = await dual();
    const backingKey = { setForDeletion: { by: "IBMid-550000CAROL", expiresAt: "2026-12-01T00:00:00Z" } };
    await uko.test.control(`keys/${state.keyId}`, { backingKey });
    const seq = await uko.lastSeq();
    await alicesStep(ref);
    expect(await uko.effects(seq)).toEqual([
      "unsetKeyForDeletion",
      "setKeyForDeletion",
      "deactivateManagedKey",
      "updateManagedKey",
    ]);
  });

  test("a window that would end too soon is found before the outage, and unset", async () => {
    uko.reset({ kmsWindowHours: 20 });
    const { state, ref } = await dual();
    const seq = await uko.lastSeq();
    expect((await alicesStep(ref)).code).toBe("UKO_KMS_WINDOW_TOO_SHORT");
    expect(await uko.effects(seq)).toEqual(["setKeyForDeletion", "unsetKeyForDeletion"]);
    expect((await uko.keyOf(state)).state).toBe("active");
  });

  test.each([
    [409, "UKO_SERVICE_REFUSED", "refused"],
    [403, "UKO_RIGHTS_MISSING", "active-deactivate"],
  ])(
    "a deactivation that is answered with %i unsets the window, and the message says why",
    async (status, expected, words) => {
      const { ref } = await dual();
      await uko.fault({ operation: "deactivateManagedKey", status });
      const seq = await uko.lastSeq();
      const { code, explanation } = await alicesStep(ref);
      const message = renderExplanation(explanation);
      expect(code, message).toBe(expected);
      expect(message).toContain(words);
      expect(await uko.effects(seq)).toEqual(["setKeyForDeletion", "unsetKeyForDeletion"]);
    },
  );

  test("without the role to set a window, uko does not deactivate the key", async () => {
    const { ref } = await dual();
    await uko.fault({ operation: "setKeyForDeletion", status: 403 });
    const seq = await uko.lastSeq();
    expect((await alicesStep(ref)).code).toBe("UKO_RIGHTS_MISSING");
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("a window that expired while the key was deactivated is explained", async () => {
    const { state, ref } = await dual();
    await alicesStep(ref);
    await uko.advance("8d");
    expect((await unfinished(uko.run("bob").handlers, state)).code).toBe("UKO_KMS_WINDOW_EXPIRED");
  });

  test("withdrawing and reactivating unset the window", async () => {
    const { ref } = await dual();
    await alicesStep(ref);
    const seq = await uko.lastSeq();
    const report = await uko.run("alice").operations.reactivate(ref, options);
    expect(report.exitCode).toBe(0);
    expect((await uko.effects(seq)).filter(isWindowCall)).toEqual(["unsetKeyForDeletion"]);
  });

  test("an unreadable backing key is refused before the first record", async () => {
    const state = await uko.make();
    await uko.fault({ operation: "getKmsKeyMetadata", status: 403 });
    const seq = await uko.lastSeq();
    const { code } = await unfinished(uko.run("bob").handlers, state);
    expect(code).toBe("UKO_BACKING_KEY_UNREADABLE");
    expect(await uko.effects(seq)).toEqual([]);
  });
});
