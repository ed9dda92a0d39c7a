/** One rotation for each change of the trigger, whatever happens to the response. */

import { describe, expect, test } from "vitest";
import type { World } from "../../../provider/engine/ports/world.ts";
import { UkoError } from "../../../provider/errors.ts";
import type { ManagedKeyState } from "../../../provider/resources/managed-key/schema.ts";
import { checked, codeOf, inputsOf, options, useEngineWorld, withKeys } from "../../engine/harness.ts";

const uko = useEngineWorld();

const rotations = async (since = 0) => (await uko.effects(since)).filter((each) => each === "rotateManagedKey").length;

describe("a trigger", () => {
  test("does not rotate a key that was just made with it", async () => {
    const state = await uko.make({ rotationTrigger: "2026" });
    expect(await rotations()).toBe(0);
    expect(state).toMatchObject({ rotationTrigger: "2026", version: 1 });
    expect(uko.differs(state, { rotationTrigger: "2026" })).toEqual([]);
  });

  test("rotates once for each change of its value, including the first, and never for a run without changes", async () => {
    const first = await uko.update(await uko.make(), { rotationTrigger: "2026" });
    expect(first).toMatchObject({ state: { version: 2, rotationTrigger: "2026" }, warnings: [] });
    expect(uko.differs(first.state, { rotationTrigger: "2027" })).toEqual(["rotationTrigger"]);
    await uko.advance("2h");
    const second = await uko.update(first.state, { rotationTrigger: "2027" });
    expect(second.state.version).toBe(3);
    await uko.update(second.state, { rotationTrigger: "2027", description: "new" });
    expect(await rotations()).toBe(2);
  });

  test("that leaves the program and returns unchanged does not rotate", async () => {
    const state = await uko.make({ rotationTrigger: "2026" });
    const without = await uko.update(state, { description: "new" });
    expect(uko.differs(without.state, { rotationTrigger: "2026" })).toEqual([]);
    expect(await rotations()).toBe(0);
  });

  test("next to state: active rotates once the key is active", async () => {
    const template = "payroll-draft";
    const state = await uko.make({ template });
    const { state: next } = await uko.update(state, { template, state: "active", rotationTrigger: "x" });
    expect(next).toMatchObject({ keyState: "active", version: 2 });
    expect(await rotations()).toBe(1);
  });

  test("works if the service returns 204", async () => {
    uko.reset({ rotateStatus: 204 });
    expect((await uko.update(await uko.make(), { rotationTrigger: "x" })).state.version).toBe(2);
  });
});

describe("a rotation is refused", () => {
  test("while a record is pending, because rotating changes the record's subject; the change remains due", async () => {
    const state = await uko.make();
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    const seq = await uko.lastSeq();
    await expect(uko.update(state, { rotationTrigger: "x" })).rejects.toMatchObject({
      code: "UKO_DELETION_PENDING",
      summary: expect.stringContaining("Bob Example"),
      detail: expect.stringMatching(/would invalidate the request[\s\S]*uko withdraw/),
    });
    expect(await uko.effects(seq)).toEqual([]);
    await uko.run("bob").operations.withdraw(uko.ref(state.keyId), options);
    expect((await uko.update(state, { rotationTrigger: "x" })).state.version).toBe(2);
  });

  test("for a key that is not active", async () => {
    const state = await uko.make();
    await uko.test.as("carol").step(state.keyId, "deactivate");
    await expect(uko.update(state, { rotationTrigger: "x" })).rejects.toMatchObject({
      code: "UKO_CHANGE_IMPOSSIBLE",
      summary: expect.stringContaining("only an active key can be rotated"),
    });
    expect(await rotations()).toBe(0);
  });

  test("for a key whose label cannot be made again", async () => {
    const state = await uko.make();
    const { templates } = uko.test.emulator.world;
    const template = templates.get(state.templateId);
    if (template === undefined) throw new Error("no template");
    templates.set(template.id, { ...template, namingScheme: "payroll <yyyy>" });
    await expect(uko.update(state, { rotationTrigger: "x" })).rejects.toMatchObject({
      code: "UKO_CHANGE_IMPOSSIBLE",
      summary: expect.stringContaining("cannot be rotated"),
    });
  });

  /** Keys of this template whose older versions a rotation deactivates. */
  const deactivating = async (template: string, over: object = {}) => {
    const state = await uko.make({ template, ...over });
    const { templates } = uko.test.emulator.world;
    const found = templates.get(state.templateId);
    if (found === undefined) throw new Error("no template");
    templates.set(found.id, { ...found, deactivateOnRotation: true });
    return state;
  };

  test.each([
    ["two people", {}],
    ["two people for a destruction", { deletionGate: "destroy" }],
    ["one person", { dualAuthorization: "single" }],
  ])("if it would deactivate the older versions in a cloud, for a key of %s", async (_, over) => {
    const state = await deactivating("cards", over);
    const seq = await uko.lastSeq();
    await expect(uko.update(state, { template: "cards", ...over, rotationTrigger: "x" })).rejects.toMatchObject({
      code: "UKO_KEY_WOULD_BE_UNLINKED",
      summary: expect.stringMatching(/would deactivate its older versions/),
      detail: expect.stringContaining("deactivateOnRotation"),
    });
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("but not in IBM's keystores, which still decrypt with an older version", async () => {
    const state = await deactivating("payroll");
    const rotated = await uko.update(state, { template: "payroll", rotationTrigger: "x" });
    expect(rotated.state.version).toBe(2);
  });

  test("without the role, and by the service", async () => {
    const state = await uko.make();
    await expect(uko.update(state, { rotationTrigger: "x" }, "alice")).rejects.toMatchObject({
      code: "UKO_RIGHTS_MISSING",
      detail: expect.stringContaining("Key Custodian - Creator"),
    });
    const { state: rotated } = await uko.update(state, { rotationTrigger: "x" });
    await expect(uko.update(rotated, { rotationTrigger: "y" })).rejects.toMatchObject({
      code: "UKO_SERVICE_REFUSED",
      detail: expect.stringContaining("once an hour"),
    });
  });

  test.each(["deactivated", "destroyed"])("next to the goal %s, before any step", async (goal) => {
    const state = await uko.make({ rotationTrigger: "1" });
    const seq = await uko.lastSeq();
    const both = { state: goal, rotationTrigger: "2", description: "new" };
    await expect(uko.update(state, both, "bob")).rejects.toMatchObject({
      code: "UKO_CHANGE_IMPOSSIBLE",
      summary: `Key "payroll" was not rotated, because state: "${goal}" starts its deletion`,
    });
    expect(await uko.keyCalls(seq)).toEqual([]);
    const former = await uko.update(state, { ...both, rotationTrigger: "1" }, "bob");
    expect(former.state).toMatchObject({ lifecycleState: "pending_approval", rotationTrigger: "1", version: 1 });
  });

  test("for a deleted key", async () => {
    const state = await uko.make();
    uko.test.emulator.world.keys.delete(state.keyId);
    expect(await codeOf(uko.update(state, { rotationTrigger: "x" }))).toBe("UKO_KEY_NOT_FOUND");
  });
});

describe("a lost response", () => {
  test.each([
    ["after the effect", "after", ["rotateManagedKey"]],
    ["before it", "before", ["rotateManagedKey"]],
  ] as const)("%s leads to exactly one rotation", async (_what, drop, effects) => {
    const state = await uko.make();
    const seq = await uko.lastSeq();
    await uko.fault({ operation: "rotateManagedKey", times: 1, drop });
    const { state: next, warnings } = await uko.update(state, { rotationTrigger: "x" });
    expect(next.version).toBe(2);
    expect(warnings).toEqual([]);
    expect(await uko.effects(seq)).toEqual(effects);
  });

  test("to each call is a fault, and reports that nothing was rotated", async () => {
    const state = await uko.make();
    await uko.fault({ operation: "rotateManagedKey", drop: "before" });
    await expect(uko.update(state, { rotationTrigger: "x" })).rejects.toMatchObject({
      code: "UKO_RESPONSE_LOST",
      detail: expect.stringContaining("was not rotated"),
    });
  });

  test("to the last attempt also leads to a read, which finds the rotation", async () => {
    const state = await uko.make();
    await uko.fault({ operation: "rotateManagedKey", times: 3, drop: "before" });
    await uko.fault({ operation: "rotateManagedKey", times: 1, drop: "after" });
    expect(await uko.update(state, { rotationTrigger: "x" })).toMatchObject({ warnings: [], state: { version: 2 } });
    expect(await rotations()).toBe(1);
  });

  test("followed by a crash: the next run finds the new version, and does not rotate again", async () => {
    const state = await uko.make();
    await uko.update(state, { rotationTrigger: "x" });
    await uko.advance("2h");
    const again = await uko.update(state, { rotationTrigger: "x" });
    expect(again.warnings).toEqual([expect.stringMatching(/was already rotated on .* \(from version 1 to 2\)/)]);
    expect(uko.differs(again.state, { rotationTrigger: "x" })).toEqual([]);
    expect(await rotations()).toBe(1);
  });

  test("a rotation of weeks ago does not count as today's", async () => {
    const state = await uko.make();
    await uko.update(state, { rotationTrigger: "x" });
    await uko.advance("8d");
    expect((await uko.update(state, { rotationTrigger: "y" })).state.version).toBe(3);
  });

  test("concurrent writes lead to another read, a bounded number of times", async () => {
    const state = await uko.make();
    const wrap = withKeys(() => ({ rotate: async () => ({ kind: "stale" }) }));
    expect(await codeOf(uko.update(state, { rotationTrigger: "x" }, "carol", { wrap }))).toBe("UKO_CHANGED_MEANWHILE");
  });
});

describe("after a rotation nothing fails the update, so that the state stores the trigger", () => {
  const rotatedBy = (state: ManagedKeyState, wrap: (world: World) => World, signal = options.signal) => {
    const { handlers } = uko.run("carol", { wrap });
    return handlers.update(state, checked(handlers, inputsOf({ rotationTrigger: "x" })), { signal });
  };

  test.each([
    [new UkoError("UKO_SERVICE_UNAVAILABLE"), "The service is not available"],
    [new TypeError("no such thing"), "Unexpected error in uko"],
  ])("also if a read throws %o", async (fault, why) => {
    const state = await uko.make();
    let isRotated = false;
    const unreadable = withKeys((keys) => ({
      async rotate(...args) {
        isRotated = true;
        return keys.rotate(...args);
      },
      async read(...args) {
        if (isRotated) throw fault;
        return keys.read(...args);
      },
    }));
    const { state: next, warnings } = await rotatedBy(state, unreadable);
    expect(warnings).toEqual([
      `Key "payroll" was rotated, but the next read failed: ${why}. A refresh shows the new state`,
    ]);
    expect(next).toEqual({ ...state, rotationTrigger: "x", version: 2 });
    const observed = await uko.run("carol").handlers.read(next, options);
    expect(observed?.state.version).toBe(2);
    expect(uko.differs(observed?.state ?? next, { rotationTrigger: "x" })).toEqual([]);
  });

  test("also if no read is necessary, since the rotation was found to be made before", async () => {
    const state = await uko.make();
    await uko.update(state, { rotationTrigger: "x" });
    // For the attributes, the marker and the rotation.
    await uko.fault({ operation: "getManagedKey", skip: 2, status: 500 });
    const { state: next } = await uko.update(state, { rotationTrigger: "x" });
    await uko.clearFaults();
    expect(next).toMatchObject({ version: 2, rotationTrigger: "x" });
    expect(await rotations()).toBe(1);
  });

  test("also if a read fails after a lost response, and the result is unknown", async () => {
    const state = await uko.make();
    await uko.fault({ operation: "rotateManagedKey", drop: "after" });
    await uko.fault({ operation: "getManagedKey", skip: 2, status: 500 });
    const { state: next, warnings } = await uko.update(state, { rotationTrigger: "x" });
    await uko.clearFaults();
    expect(warnings).toEqual([
      expect.stringMatching(/^It is not known whether key "payroll" was rotated: .* If its version stays 1, change/),
    ]);
    expect(next).toEqual({ ...state, rotationTrigger: "x" });
    expect(await rotations()).toBe(1);
  });

  test("also if the run is canceled while the rotation is in progress", async () => {
    const state = await uko.make();
    const controller = new AbortController();
    const stopping = withKeys((keys) => ({
      async rotate(ref, etag, call) {
        const written = await keys.rotate(ref, etag, call);
        controller.abort();
        return call.signal.aborted ? { kind: "lost", reason: "the run was stopped" } : written;
      },
    }));
    const { state: next, warnings } = await rotatedBy(state, stopping, controller.signal);
    expect(warnings).toEqual([]);
    expect(next).toMatchObject({ version: 2, rotationTrigger: "x" });
  });

  test("but a run that is canceled before it sends nothing", async () => {
    const state = await uko.make();
    const controller = new AbortController();
    let reads = 0;
    const stopping = withKeys((keys) => ({
      async read(...args) {
        reads += 1;
        const found = await keys.read(...args);
        if (reads === 2) controller.abort();
        return found;
      },
    }));
    expect(await codeOf(rotatedBy(state, stopping, controller.signal))).toBe("UKO_CANCELED");
    expect(await rotations()).toBe(0);
  });
});
