/** The goals of an update of a managed key. */

import { describe, expect, test } from "vitest";
import { approve, checked, codeOf, inputsOf, options, useEngineWorld } from "../../engine/harness.ts";

const uko = useEngineWorld();

describe("a goal", () => {
  test("active: only activates a key that was never active", async () => {
    const state = await uko.make({ template: "payroll-draft" });
    expect(state.keyState).toBe("pre_activation");
    const over = { template: "payroll-draft", state: "active" };
    expect((await uko.update(state, over)).state.keyState).toBe("active");
    const seq = await uko.lastSeq();
    await uko.update(state, over);
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("active: never reactivates, and names the command that does", async () => {
    const state = await uko.make();
    await uko.test.as("carol").step(state.keyId, "deactivate");
    const seq = await uko.lastSeq();
    const { warnings, state: next } = await uko.update(state, { state: "active" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`uko reactivate ${state.vaultId}/${state.keyId}`)]);
    expect(next.keyState).toBe("deactivated");
  });

  test("active: does not change a key whose deletion was requested", async () => {
    const state = await uko.make({ template: "payroll-draft" });
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    const { warnings } = await uko.update(state, { template: "payroll-draft", state: "active" });
    expect(warnings).toEqual([expect.stringContaining("was not changed")]);
    expect((await uko.keyOf(state)).state).toBe("pre_activation");
  });

  test("active: a deactivated key shows no difference at each run, and each read reports it", async () => {
    const state = await uko.make({ state: "active" });
    await uko.test.as("carol").step(state.keyId, "deactivate");
    const { handlers } = uko.run("bob");
    const first = await handlers.read(state, options);
    const inputs = checked(handlers, inputsOf({ state: "active" }));
    expect(handlers.diff({ ...first?.state, state: "deactivated" }, inputs), "once, when asked for").toEqual(["state"]);
    const again = await handlers.read(first?.state, options);
    for (const found of [first, again]) {
      expect(found?.warnings.join()).toContain(`uko reactivate ${state.vaultId}/${state.keyId}`);
      expect(handlers.diff(found?.state, inputs)).toEqual([]);
    }
  });

  test("deactivated: two people, one step, and no record for destroy", async () => {
    const state = await uko.make();
    const goal = { state: "deactivated" };
    const { warnings } = await uko.update(state, goal, "bob");
    expect(warnings).toEqual([expect.stringContaining("uko approve payroll")]);
    await uko.advance("60s");
    const seq = await uko.lastSeq();
    await approve(uko.run("alice"), uko.ref(state.keyId));
    const done = await uko.update(state, goal, "bob");
    expect(await uko.effects(seq)).toEqual(["deactivateManagedKey"]);
    expect(done).toMatchObject({ warnings: [], state: { keyState: "deactivated" } });
    await uko.expectNobodyAlone();
  });

  test("destroyed: succeeds while it waits, shows the difference until it is reached, then nothing", async () => {
    const state = await uko.make();
    const goal = { state: "destroyed" };
    const first = await uko.update(state, goal, "bob");
    expect(uko.differs(first.state, goal)).toEqual(["state"]);
    await uko.advance("60s");
    const ref = uko.ref(state.keyId);
    await approve(uko.run("alice"), ref);
    const second = await uko.update(first.state, goal, "bob");
    expect(second.warnings).toEqual([expect.stringContaining("waiting for a person to request its destruction")]);
    expect(second.warnings).toEqual([expect.stringContaining("uko request payroll")]);
    await uko.run("bob").operations.request(ref, undefined, options);
    await uko.advance("5h");
    await approve(uko.run("carol"), ref, { stores: true });
    await uko.advance("60s");
    const third = await uko.update(second.state, goal, "bob");
    expect(third.state.lifecycleState).toBe("pending_destruction");
    expect(third.warnings).toEqual([expect.stringContaining("is destroyed")]);
    expect(uko.differs(third.state, goal)).toEqual(["state"]);
    await uko.advance("31d");
    const last = await uko.update(third.state, goal, "bob");
    expect(last).toMatchObject({ warnings: [], state: { lifecycleState: "destroyed" } });
    expect(uko.differs(last.state, goal)).toEqual([]);
    // Deleting the resource afterwards is one step without messages.
    const seq = await uko.lastSeq();
    expect(await uko.run("bob").handlers.delete(last.state, options)).toMatchObject({ kind: "ended", warnings: [] });
    expect(await uko.effects(seq)).toEqual(["deleteManagedKey"]);
    await uko.expectNobodyAlone();
  });

  test("destroyed by one person: takes two runs", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    const goal = { dualAuthorization: "single", state: "destroyed" };
    const first = await uko.update(state, goal);
    expect(first.state.keyState).toBe("deactivated");
    await uko.advance("5h");
    expect((await uko.update(first.state, goal)).state.keyState).toBe("destroyed");
  });

  test("destroyed: attributes of a destroyed key stay unchanged, with a warning", async () => {
    const state = await uko.make({ dualAuthorization: "single" });
    await uko.test.as("carol").step(state.keyId, "deactivate");
    await uko.advance("5h");
    await uko.test.as("carol").step(state.keyId, "destroy");
    const seq = await uko.lastSeq();
    const { warnings } = await uko.update(state, { dualAuthorization: "single", description: "new" });
    expect(await uko.effects(seq)).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("properties were not changed")]);
  });

  test("under deletion protection is refused, and writes nothing", async () => {
    const state = await uko.make();
    const seq = await uko.lastSeq();
    expect(await codeOf(uko.update(state, { state: "destroyed", deletionProtection: true }))).toBe(
      "UKO_DELETION_PROTECTED",
    );
    expect(await uko.effects(seq)).toEqual([]);
  });

  test("without the step's role is an error, not a success", async () => {
    const state = await uko.make();
    await uko.run("bob").operations.request(uko.ref(state.keyId), undefined, options);
    await uko.advance("60s");
    await approve(uko.run("alice"), uko.ref(state.keyId), { stores: true });
    await uko.advance("60s");
    expect(await codeOf(uko.update(state, { state: "deactivated" }, "bob"))).toBe("UKO_RIGHTS_MISSING");
  });
});
