/** Reading and updating a managed key, call by call. */

import { describe, expect, test } from "vitest";
import { readKeySummary } from "../../provider/engine/key/observe.ts";
import type { World } from "../../provider/engine/ports/world.ts";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { stateOf } from "../../provider/resources/managed-key/state.ts";
import {
  approve,
  approveAndRequest,
  checked,
  codeOf,
  inputsOf,
  options,
  unfinished,
  useEngineWorld,
  withKeys,
} from "../engine/harness.ts";

const uko = useEngineWorld();

describe("reading a key distinguishes four kinds of drift, and repairs none", () => {
  async function read(state: ManagedKeyState) {
    const seq = await uko.lastSeq();
    const found = await uko.run("bob").handlers.read(state, options);
    expect(await uko.effects(seq)).toEqual([]);
    return found;
  }

  test("no drift", async () => {
    const state = await uko.make();
    const id = `${state.vaultId}/${state.keyId}`;
    expect(await read(state)).toEqual({ id, state, warnings: [], isWatched: true });
  });

  test("a step of the deletion itself, which the engine could not save, is not drift", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    await uko.advance("60s");
    await approveAndRequest(uko.run("alice"), uko.ref(state.keyId));
    expect((await read(state))?.warnings).toEqual([
      expect.stringMatching(/is deactivated and is waiting for approval of its destruction/),
    ]);
    await uko.advance("5h");
    await approve(uko.run("bob"), uko.ref(state.keyId));
    expect((await read(state))?.warnings).toEqual([]);
    expect((await read(state))?.state.keyState).toBe("destroyed");
  });

  test("another writer's outage is reported, also while a request is pending", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    await uko.test.control(`keys/${state.keyId}`, { record: { state: "deactivated", updatedBy: "IBMid-550000ERIN" } });
    expect((await read(state))?.warnings).toContain(
      'Key "payroll" changed from active to deactivated since the last run; the last write to it was by IBMid-550000ERIN on 24 Nov 2026 14:23 UTC',
    );
    await uko.test.control("switches", { lastWriter: "absent" });
    expect((await read(state))?.warnings).toContain(
      'Key "payroll" changed from active to deactivated since the last run; the audit log of the service says by whom',
    );
  });

  test("pending", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    const found = await read(state);
    expect(found?.warnings).toEqual([
      expect.stringMatching(/is waiting for approval of its deactivation: IBMid-550000BOB/),
    ]);
    expect(found?.state).toMatchObject({
      lifecycleState: "pending_approval",
      deletionAwaits: "approval",
      deletionRequestedBy: "IBMid-550000BOB",
      deletionRequestedByName: "Bob Example",
      deletionRecordId: expect.stringMatching(/^[0-9a-f]{32}$/),
      deletionRecordExpiresAt: expect.stringMatching(/^2026-12-01T/),
    });
    expect(found?.state).not.toHaveProperty("tags");
    expect(found?.state).not.toHaveProperty("deletionApprovedBy");
  });

  test("approved: the state names both people, and who is who", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    await approve(uko.run("alice"), uko.ref(state.keyId), { stores: true });
    expect((await read(state))?.state).toMatchObject({
      lifecycleState: "approved",
      deletionAwaits: "requester",
      deletionRequestedBy: "IBMid-550000BOB",
      deletionRequestedByName: "Bob Example",
      deletionApprovedBy: "IBMid-550000ALICE",
      deletionApprovedByName: "Alice Example",
    });
  });

  test("deactivated, and no request for the destruction: pending, unless the program keeps the key deactivated", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    await approve(uko.run("alice"), uko.ref(state.keyId));
    expect((await read(state))?.state).toMatchObject({ lifecycleState: "cooling_down", deletionAwaits: "request" });
    await uko.advance("5h");
    const waiting = (await read(state))?.state;
    expect(waiting).toMatchObject({ lifecycleState: "pending_request", deletionAwaits: "request" });
    const kept = (await read({ ...state, state: "deactivated" }))?.state;
    expect(kept?.lifecycleState).toBe("deactivated");
    expect(kept).not.toHaveProperty("deletionAwaits");
  });

  test("a name that another person chose is escaped in the state", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    const key = await readKeySummary(uko.run("bob").world, uko.ref(state.keyId), options);
    if (key.kind === "gone" || key.observation.carried.record === undefined)
      throw new Error("No record is on the key.");
    const record = { ...key.observation.carried.record, authorName: "Bob\u001b[2J" };
    const shown = stateOf(state, { ...key, observation: { ...key.observation, carried: { kind: "one", record } } });
    expect(shown.deletionRequestedByName).toBe("Bob\\u{1b}[2J");
  });

  test("out of sync", async () => {
    const state = await uko.make();
    await uko.test.control(`keys/${state.keyId}`, { backingKey: { state: 2 } });
    expect((await read(state))?.warnings).toEqual([expect.stringContaining("is out of sync in keystore")]);
  });

  async function destroyedInAws(): Promise<ManagedKeyState> {
    const state = await uko.make({ template: "cards", dualAuthorization: "single" });
    await unfinished(uko.run("carol").handlers, state);
    await uko.advance("5h");
    await unfinished(uko.run("carol").handlers, state);
    return (await uko.run("bob").handlers.read(state, options))?.state ?? state;
  }

  test("canceled at the provider; an unreadable keystore does not count", async () => {
    const state = await destroyedInAws();
    expect(state).toMatchObject({ lifecycleState: "pending_destruction", deletionAwaits: "time" });
    expect(state.deletionNotBefore).toMatch(/^2026-12-01T/);
    await uko.test.control(`keys/${state.keyId}`, { material: "enabled" });
    expect((await read(state))?.warnings).toEqual([expect.stringContaining("its deletion was canceled there")]);
    await uko.test.control("keystores/aws-frankfurt", { statusResponse: "unknown" });
    expect((await read(state))?.warnings).toEqual([expect.stringContaining("is not known")]);
  });

  test("values that a read no longer finds leave the state", async () => {
    const state = await uko.make();
    await unfinished(uko.run("bob").handlers, state);
    const { deletion } = await uko.run("bob").operations.status(uko.ref(state.keyId), options);
    const pending = (await read(state))?.state ?? state;
    expect(pending.deletionRecordId).toBe(deletion.recordId);
    await uko.run("bob").operations.withdraw(uko.ref(state.keyId), options);
    expect((await read(pending))?.state).toEqual(state);
  });

  test("the date of a destruction leaves the state once it has passed", async () => {
    const destroyed = await destroyedInAws();
    expect(destroyed.deletionNotBefore).toBeDefined();
    await uko.advance("31d");
    const over = (await read(destroyed))?.state;
    expect(over?.lifecycleState).toBe("destroyed");
    for (const name of ["deletionAwaits", "deletionNotBefore", "deletionRequestedBy", "deletionRecordId"]) {
      expect(over, name).not.toHaveProperty(name);
    }
  });

  test("a past date is not a deadline if a keystore still holds the material", async () => {
    const state = await destroyedInAws();
    const late = await uko.run("bob").world.keys.liveStatus(uko.ref(state.keyId), options);
    await uko.advance("31d");
    const wrap = (world: World): World => ({ ...world, keys: { ...world.keys, liveStatus: async () => late } });
    const found = await uko.run("bob", { wrap }).handlers.read(state, options);
    expect(found?.state).toMatchObject({ lifecycleState: "pending_destruction", deletionAwaits: "time" });
    expect(found?.state).not.toHaveProperty("deletionNotBefore");
  });

  test("changed at the service", async () => {
    const state = await uko.make();
    await uko.test.as("carol").step(state.keyId, "deactivate");
    const found = await read(state);
    expect(found?.warnings).toEqual([
      expect.stringContaining("changed from active to deactivated"),
      expect.stringContaining("No approval of the deactivation by a second person is known"),
    ]);
    expect(found?.state.keyState).toBe("deactivated");
  });

  test.each([
    { tags: [{ name: "cost-centre", value: "a-1" }] },
    { description: "x".repeat(300) },
    { expirationDate: "2031-01-01T00:00:00Z" },
  ])("values that no program may write do not make the state unreadable: %o", async (odd) => {
    const state = await uko.make();
    Object.assign(uko.test.emulator.world.keys.get(state.keyId) ?? {}, odd);
    const found = await read(state);
    expect(found?.state).not.toEqual(state);
    expect((await read(found?.state ?? state))?.state).toEqual(found?.state);
  });

  test("deleted: only then it leaves the state", async () => {
    const state = await uko.make();
    uko.test.emulator.world.keys.delete(state.keyId);
    expect(await read(state)).toBeUndefined();
    await uko.fault({ operation: "getVault", status: 403 });
    expect(await codeOf(read(state))).toBe("UKO_GONE_UNPROVEN");
  });
});

describe("updating a key", () => {
  test("writes the differences in one PATCH, and keeps the marker", async () => {
    const state = await uko.make({ tags: { team: "people" } });
    const seq = await uko.lastSeq();
    const over = { label: "wages", description: "new", tags: { team: "money" }, expirationDate: "2031-01-01" };
    const { state: next, warnings } = await uko.update(state, over);
    expect(await uko.effects(seq)).toEqual(["updateManagedKey"]);
    expect(warnings).toEqual([]);
    expect(next).toMatchObject(over);
    expect(await uko.tagNames(state)).toEqual(["team", "uko_created", "uko_dual"]);
  });

  test("writes nothing for properties of this tool alone", async () => {
    const state = await uko.make();
    const seq = await uko.lastSeq();
    const { state: next } = await uko.update(state, { deletionProtection: true, deletionReason: "x" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(next).toMatchObject({ deletionProtection: true, deletionReason: "x" });
  });

  test("writes nothing while a record is pending, names the requester, and keeps the difference", async () => {
    const state = await uko.make({ deletionProtection: false });
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    const seq = await uko.lastSeq();
    const { state: next, warnings } = await uko.update(state, { description: "new" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("was not changed: IBMid-550000BOB")]);
    const { handlers } = uko.run("carol");
    expect(handlers.diff(next, checked(handlers, inputsOf({ description: "new" })))).toEqual(["description"]);
  });

  test("names a pending approval as an approval, not as a request", async () => {
    const state = await uko.make();
    const ref = uko.ref(state.keyId);
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("60s");
    await approve(uko.run("alice"), ref, { stores: true });
    const { warnings } = await uko.update(state, { description: "new" });
    expect(warnings).toEqual([expect.stringMatching(/IBMid-550000ALICE .* approved its deactivation/)]);
  });

  test.each(["compromised", "destroyed_compromised"] as const)(
    "of a key that is %s warns, as for a destroyed one",
    async (word) => {
      const state = await uko.make();
      const wrap = withKeys((keys) => ({
        async read(...call) {
          const response = await keys.read(...call);
          if (response.value === undefined) return response;
          const snapshot = { ...response.value.snapshot, stateWord: word };
          return { ...response, value: { ...response.value, snapshot } };
        },
      }));
      const seq = await uko.lastSeq();
      const { warnings } = await uko.update(state, { description: "new" }, "carol", { wrap });
      expect(warnings).toEqual([expect.stringContaining(`is ${word}, so its properties were not changed`)]);
      expect(await uko.effects(seq)).toEqual([]);
    },
  );

  test("drops a void record with the change, and never copies it", async () => {
    const state = await uko.make();
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    await uko.advance("8d");
    await uko.update(state, { description: "new" });
    expect(await uko.tagNames(state)).toEqual(["uko_created", "uko_dual"]);
  });

  test("tightens only: from single to required marks the key, from destroy to both requires more", async () => {
    const single = await uko.make({ dualAuthorization: "single" });
    await uko.update(single, { dualAuthorization: "required", deletionGate: "destroy" });
    expect((await uko.keyOf(single)).tags).toContainEqual({ name: "uko_dual", value: "destroy" });
    await uko.update(single, { deletionGate: "both" });
    expect((await uko.keyOf(single)).tags).toContainEqual({ name: "uko_dual", value: "both" });
    // Never in the other direction.
    await uko.update(single, { dualAuthorization: "single", deletionGate: "destroy" });
    expect((await uko.keyOf(single)).tags).toContainEqual({ name: "uko_dual", value: "both" });
  });

  test("of a user's own attributes does not fail because a marker is refused", async () => {
    const state = await uko.make({ dualAuthorization: "single", description: "old" });
    Object.assign(uko.test.emulator.world.switches, { tags: "rejected" });
    uko.test.emulator.world.keys.get(state.keyId)?.tags.splice(0);
    const { state: next, warnings } = await uko.update(state, { description: "new", dualAuthorization: "required" });
    expect(warnings).toEqual([]);
    expect(next.description).toBe("new");
    expect((await uko.keyOf(state)).description).toBe("new\n[uko1b]");
  });

  test("accepts the old or the new name of a renamed template, and no other", async () => {
    const state = await uko.make();
    const template = uko.test.emulator.world.templates.get(state.templateId);
    if (template === undefined) throw new Error("no template");
    template.name = "salaries";
    const refreshed = (await uko.run("bob").handlers.read(state, options))?.state;
    const { handlers } = uko.run("bob");
    expect(handlers.diff(refreshed, checked(handlers, inputsOf()))).toEqual([]);
    expect((await uko.update(state, { description: "new" })).state.description).toBe("new");
    expect((await uko.update(state, { template: "salaries" })).state.template).toBe("salaries");
    expect(await codeOf(uko.update(state, { template: "cards" }))).toBe("UKO_CHANGE_IMPOSSIBLE");
  });

  test("reads and tries again after a concurrent write", async () => {
    const state = await uko.make();
    let isEdited = false;
    const wrap = withKeys((keys) => ({
      async update(...call) {
        if (!isEdited) await uko.test.as("carol").patch(state.keyId, { label: "meanwhile" });
        isEdited = true;
        return keys.update(...call);
      },
    }));
    await uko.update(state, { label: "meanwhile", description: "new" }, "carol", { wrap });
    expect(await uko.keyOf(state)).toMatchObject({ label: "meanwhile", description: "new" });
    const stale = withKeys(() => ({ update: async () => ({ kind: "stale" }) }));
    expect(await codeOf(uko.update(state, { description: "x" }, "carol", { wrap: stale }))).toBe(
      "UKO_CHANGED_MEANWHILE",
    );
  });

  test("without the role, or refused, passes on the service's reason", async () => {
    const state = await uko.make();
    expect(await codeOf(uko.update(state, { description: "new" }, "erin"))).toBe("UKO_RIGHTS_MISSING");
    await uko.fault({ operation: "updateManagedKey", status: 409 });
    expect(await codeOf(uko.update(state, { description: "new" }))).toBe("UKO_SERVICE_REFUSED");
    await uko.clearFaults();
    await uko.fault({ operation: "updateManagedKey", status: 400 });
    expect(await codeOf(uko.update(state, { description: "new" }))).toBe("UKO_INPUT_INVALID");
  });

  test("of a deleted key asks for a refresh", async () => {
    const state = await uko.make();
    uko.test.emulator.world.keys.delete(state.keyId);
    await expect(uko.update(state, { description: "new" })).rejects.toMatchObject({ code: "UKO_KEY_NOT_FOUND" });
  });
});

test.each(["", "x".repeat(256)])("reports the maximum length of a label: %#", (label) => {
  const { handlers } = uko.run("bob");
  const reason = "must be 1 to 255 letters, digits, blanks and . _ / -";
  expect(handlers.check(inputsOf({ label }), {}).failures).toEqual([{ property: "label", reason }]);
});
