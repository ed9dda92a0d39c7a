import { describe, expect, test } from "vitest";
import { containsUnknown, plannedCreate, plannedUpdate, UNKNOWN } from "../../../provider/engine/resource/unknown.ts";
import { checked, inputsOf, options, useEngineWorld } from "../harness.ts";

const uko = useEngineWorld();

/** Fails unless the run returns each value that the plan predicted. */
function expectKept(promise: Readonly<Record<string, unknown>>, state: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(promise))
    if (!containsUnknown(value)) expect(state[name], name).toEqual(value);
}

test("a planned creation predicts the program's values, and leaves the service's values unknown", () => {
  expect(plannedCreate({ label: "a" }, ["label", "keyId"])).toEqual({ label: "a", keyId: UNKNOWN });
});

test("a value that a creation certainly leaves absent is not unknown", () => {
  expect(plannedCreate({ label: "a" }, ["label", "keyId", "aws"], ["aws"])).toEqual({
    label: "a",
    keyId: UNKNOWN,
  });
});

test("a planned update predicts the values that it does not change", () => {
  const changedBy = { version: ["rotationTrigger"] };
  const state = { label: "a", version: 1 };
  const inputs = { label: "b", rotationTrigger: "x", description: undefined };
  expect(plannedUpdate(state, inputs, ["label"], changedBy)).toEqual({ label: "b", rotationTrigger: "x", version: 1 });
  expect(plannedUpdate(state, inputs, ["rotationTrigger"], changedBy)).toMatchObject({ version: UNKNOWN });
});

describe("the run that follows returns the predicted values", () => {
  test("of a creation", async () => {
    const { handlers } = uko.run("bob");
    const inputs = checked(handlers, inputsOf({ description: "d", tags: { team: "x" } }));
    const promise = handlers.promise(inputs);
    expect(promise).toMatchObject({ label: "payroll", keyId: UNKNOWN, lifecycleState: UNKNOWN });
    const { state } = await handlers.create(inputs, options);
    expectKept(promise, state);
    expect(Object.keys(state).filter((name) => !(name in promise))).toEqual([]);
  });

  test.each([
    ["a description", { description: "new" }],
    ["tags", { tags: { team: "new" } }],
    ["a rotation", { rotationTrigger: "2026-11" }],
    ["a goal", { state: "destroyed" }],
    ["a label", { label: "ledger" }],
    ["a property of this tool alone", { deletionProtection: true, deletionReason: "because" }],
    ["a goal and a description at once", { state: "deactivated", description: "going" }],
  ])("of an update of %s", async (_what, over) => {
    const state = await uko.make({ description: "old" });
    const { handlers } = uko.run("carol");
    const inputs = checked(handlers, inputsOf({ description: "old", ...over }));
    const promise = handlers.promise(inputs, state);
    const updated = await handlers.update(state, inputs, options);
    expectKept(promise, updated.state);
  });

  test("of an update that makes the rule of a deactivated key stricter, so that the key waits for a request", async () => {
    const made = await uko.make({ dualAuthorization: "single", state: "deactivated" });
    const deactivated = await uko.update(made, { dualAuthorization: "single", state: "deactivated" }, "alice");
    const { state: _goal, ...state } = deactivated.state;
    expect(state).toMatchObject({ keyState: "deactivated", lifecycleState: "deactivated" });
    const { handlers } = uko.run("bob");
    const inputs = checked(handlers, inputsOf({ dualAuthorization: "required" }));
    const promise = handlers.promise(inputs, state);
    const updated = await handlers.update(state, inputs, options);
    expect(updated.state).toMatchObject({ lifecycleState: "pending_request" });
    expectKept(promise, updated.state);
  });

  test("and an unknown value leaves the values unknown that it could change", async () => {
    const state = await uko.make();
    const { handlers } = uko.run("carol");
    const promise = handlers.promise(inputsOf({ rotationTrigger: UNKNOWN }), state);
    expect(promise).toMatchObject({ rotationTrigger: UNKNOWN, version: UNKNOWN, label: "payroll" });
  });
});

test("reports immutable properties next to unknown values, and defers rules between inputs", async () => {
  const state = await uko.make({ activationDate: "2027-01-31" });
  const { handlers } = uko.run("carol");
  const failures = (over: object) =>
    handlers.check(inputsOf({ description: UNKNOWN, ...over }), state).failures.map(({ property }) => property);
  expect(failures({})).toEqual([]);
  expect(failures({ vaultId: "5c1e0000-0000-4000-8000-0000000000ff" })).toEqual(["vaultId"]);
  expect(failures({ vaultId: UNKNOWN })).toEqual([]);
  expect(failures({ activationDate: UNKNOWN, expirationDate: "2026-01-31" })).toEqual([]);
  expect(failures({ label: "", tags: { team: UNKNOWN, owner: "a-b" } })).toEqual(["label", "tags.owner"]);
});
