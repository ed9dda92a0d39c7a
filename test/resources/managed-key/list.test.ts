/** Keys that are found without a state: by ID alone, or all of them. */

import { expect, test } from "vitest";
import { checked, codeOf, inputsOf, options, unfinished, useEngineWorld } from "../../engine/harness.ts";

const uko = useEngineWorld();

test("a lookup by ID returns the key's properties for a program, and the strictest deletion", async () => {
  const made = await uko.make({ tags: { team: "people" }, dualAuthorization: "single", deletionGate: "destroy" });
  const { handlers } = uko.run("bob");
  const found = await handlers.lookup(`${made.vaultId}/${made.keyId}`, options);
  expect(found).toMatchObject({
    id: `${made.vaultId}/${made.keyId}`,
    state: {
      template: "payroll",
      label: "payroll",
      tags: { team: "people" },
      dualAuthorization: "required",
      deletionGate: "both",
      deletionCompletesAt: "removed",
      deletionProtection: false,
      keyState: "active",
    },
  });
  // Its marker says single, and an update makes it as strict as the program.
  expect(found?.state).toMatchObject({ dualMarker: "single" });
  expect(handlers.diff(found?.state, checked(handlers, inputsOf()))).toEqual(["dualAuthorization"]);
});

test("a key without a marker shows a difference for every program until an update has marked it", async () => {
  const made = await uko.make();
  const { handlers } = uko.run("bob");
  Object.assign(uko.test.emulator.world.keys.get(made.keyId) ?? {}, { tags: [] });
  const found = await handlers.lookup(`${made.vaultId}/${made.keyId}`, options);
  expect(found?.state).toMatchObject({ dualMarker: "none" });
  for (const dualAuthorization of ["required", "single"]) {
    const inputs = checked(handlers, inputsOf({ dualAuthorization }));
    expect(handlers.diff(found?.state, inputs)).toEqual(["dualAuthorization"]);
  }
});

test("a found key counts as another stack's: single in a program does not override the key's own marker", async () => {
  const made = await uko.make();
  const { handlers } = uko.run("carol");
  const found = await handlers.lookup(`${made.vaultId}/${made.keyId}`, options);
  const state = { ...found?.state, dualAuthorization: "single", deletionGate: "destroy" };
  expect(await unfinished(handlers, state)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
});

test("a lookup of a deleted key returns nothing, and an invalid ID is an error", async () => {
  const made = await uko.make();
  uko.test.emulator.world.keys.delete(made.keyId);
  const { handlers } = uko.run("bob");
  expect(await handlers.lookup(`${made.vaultId}/${made.keyId}`, options)).toBeUndefined();
  for (const id of ["", made.keyId, `${made.vaultId}/${made.keyId}/x`, "../x"]) {
    expect(await codeOf(handlers.lookup(id, options))).toBe("UKO_INPUT_INVALID");
  }
});

test("a list contains every key in every state, of one vault or of all", async () => {
  const [active, deactivated] = [await uko.make(), await uko.make({ label: "old" })];
  await uko.test.as("carol").step(deactivated.keyId, "deactivate");
  const { handlers } = uko.run("bob");
  for (const filter of [{}, { vaultId: active.vaultId }]) {
    const found = await handlers.list(filter, options);
    const states = Object.fromEntries(found.map(({ state }) => [state.keyId, state.lifecycleState]));
    expect(states).toEqual({ [active.keyId]: "active", [deactivated.keyId]: "pending_request" });
  }
});

test("a list without the role is an error, not an empty list", async () => {
  expect(await codeOf(uko.run("erin").handlers.list({}, options))).toBe("UKO_RIGHTS_MISSING");
});
