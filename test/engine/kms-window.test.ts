/** KMS's own dual authorization: the window that the deactivating run sets, and its fate if the outage does not happen. */

import { describe, expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { consentIn, options, type PersonsRun, unfinished, useEngineWorld } from "./harness.ts";

const uko = useEngineWorld();

async function lastSeq(): Promise<number> {
  return (await uko.trail()).at(-1)?.seq ?? 0;
}

async function stateWord(state: ManagedKeyState): Promise<string> {
  return (await uko.test.as("carol").key(state.keyId)).body.state;
}

describe("KMS dual authorization on the twin", () => {
  const isWindowCall = (operation: string): boolean => operation === "M14" || operation === "M15";
  async function dual(): Promise<{ state: ManagedKeyState; record: string }> {
    const state = await uko.make();
    await uko.test.control(`keys/${state.keyId}`, { twin: { dualAuthDelete: true } });
    const { message } = await unfinished(uko.run("bob").handlers, state);
    await uko.advance("60s");
    return { state, record: consentIn(message) };
  }
  const alicesStep = (record: string): PersonsRun => uko.run("alice", { consents: [record] });

  test("the deactivating run sets its own window just before, and the setter may not destroy", async () => {
    const { state, record } = await dual();
    const seq = await lastSeq();
    const { message } = await unfinished(alicesStep(record).handlers, state);
    expect(await uko.effects(seq)).toEqual(["M14", "K7", "K4"]);
    await uko.advance("5h");
    const own = await unfinished(uko.run("alice", { consents: [consentIn(message)] }).handlers, state);
    expect(own.code).toBe("UKO_APPROVAL_PENDING");
    const other = await unfinished(uko.run("bob", { consents: [consentIn(message)] }).handlers, state);
    expect(other.code).toBe("UKO_DESTRUCTION_PENDING");
    await uko.expectNobodyAlone();
  });

  test("another writer's window is unset first", async () => {
    const { state, record } = await dual();
    const twin = { setForDeletion: { by: "IBMid-550000CAROL", expiresAt: "2026-12-01T00:00:00Z" } };
    await uko.test.control(`keys/${state.keyId}`, { twin });
    const seq = await lastSeq();
    await unfinished(alicesStep(record).handlers, state);
    expect(await uko.effects(seq)).toEqual(["M15", "M14", "K7", "K4"]);
  });

  test("a window that would end too soon is found before the outage, and unset", async () => {
    uko.reset({ kmsWindowHours: 20 });
    const { state, record } = await dual();
    const seq = await lastSeq();
    const { code } = await unfinished(alicesStep(record).handlers, state);
    expect(code).toBe("UKO_KMS_WINDOW_TOO_SHORT");
    expect(await uko.effects(seq)).toEqual(["M14", "M15"]);
    expect(await stateWord(state)).toBe("active");
  });

  test.each([
    [409, "UKO_SERVICE_REFUSED", "refused"],
    [403, "UKO_RIGHTS_MISSING", "active-deactivate"],
  ])(
    "a deactivation that is answered with %i unsets the window, and the message says why",
    async (status, expected, words) => {
      const { state, record } = await dual();
      await uko.fault({ operation: "K7", status });
      const seq = await lastSeq();
      const { code, message } = await unfinished(alicesStep(record).handlers, state);
      expect(code, message).toBe(expected);
      expect(message).toContain(words);
      expect(await uko.effects(seq)).toEqual(["M14", "M15"]);
    },
  );

  test("without the role to set a window, uko does not deactivate the key", async () => {
    const { state, record } = await dual();
    await uko.fault({ operation: "M14", status: 403 });
    const seq = await lastSeq();
    const { code, message } = await unfinished(alicesStep(record).handlers, state);
    expect(code, message).toBe("UKO_RIGHTS_MISSING");
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("a window that expired while the key was deactivated is explained", async () => {
    const { state, record } = await dual();
    const { message } = await unfinished(alicesStep(record).handlers, state);
    await uko.advance("8d");
    const { code } = await unfinished(uko.run("bob", { consents: [consentIn(message)] }).handlers, state);
    expect(code).toBe("UKO_KMS_WINDOW_LAPSED");
  });

  test("withdrawing and reactivating unset the window", async () => {
    const { state, record } = await dual();
    await unfinished(alicesStep(record).handlers, state);
    const seq = await lastSeq();
    const report = await uko.run("alice").operations.reactivate(uko.ref(state.keyId), options);
    expect(report.exitCode).toBe(0);
    expect((await uko.effects(seq)).filter(isWindowCall)).toEqual(["M15"]);
  });

  test("an unreadable twin is refused before the first record", async () => {
    const state = await uko.make();
    await uko.fault({ operation: "M6", status: 403 });
    const seq = await lastSeq();
    const { code } = await unfinished(uko.run("bob").handlers, state);
    expect(code).toBe("UKO_TWIN_UNREADABLE");
    expect(await uko.effects(seq)).toEqual([]);
  });
});
