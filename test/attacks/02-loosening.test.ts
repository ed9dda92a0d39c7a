/** Attempts to let one person delete a key that requires two people: by a state, a second stack, a marker, a lost response. */

import { expect, test } from "vitest";
import type { ManagedKeyState } from "../../provider/resources/managed-key/schema.ts";
import { approve, checked, inputsOf, options, type Person, unfinished, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();

/** A key as IBM's console creates it, without a tag of uko. Carol holds every role, so only uko can stop her. */
async function madeByHand(): Promise<string> {
  const made = await uko.make();
  rawKey(made.keyId).tags = [];
  return made.keyId;
}

function rawKey(keyId: string) {
  const key = uko.test.emulator.world.keys.get(keyId);
  if (key === undefined) throw new Error("no key");
  return key;
}

const markersOf = (keyId: string) => rawKey(keyId).tags.filter(({ name }) => name === "uko_dual");
const both = [{ name: "uko_dual", value: "both" }];
const keepsBoth = expect.stringMatching(
  /keeps its marker "both", although .* sets dualAuthorization: "single"\n {2}The rule of an existing key only gets stricter\.\n/,
);

/** The state after `pulumi import` or `tofu import`. */
async function imported(keyId: string): Promise<ManagedKeyState> {
  const { handlers } = uko.run("carol");
  const found = await handlers.lookup(`${inputsOf().vaultId}/${keyId}`, options);
  if (found === undefined) throw new Error("not found");
  return found.state;
}

/** Destroys as Carol alone, twice, and approves what the first run requested. The key stays active. */
async function expectNotAlone(state: unknown, who: Person = "carol"): Promise<void> {
  const first = await unfinished(uko.run(who).handlers, state);
  expect(first.code).toBe("UKO_APPROVAL_PENDING");
  await uko.advance("1m");
  await expect(approve(uko.run(who), uko.ref((state as ManagedKeyState).keyId))).rejects.toThrow(
    "you requested this step yourself",
  );
  const second = await unfinished(uko.run(who).handlers, state);
  expect(second.code).toBe("UKO_APPROVAL_PENDING");
  expect(rawKey((state as ManagedKeyState).keyId).state).toBe("active");
  await uko.expectNobodyAlone();
}

test("an imported key whose state is edited to single still requires two people", async () => {
  const state = await imported(await madeByHand());
  await expectNotAlone({ ...state, dualAuthorization: "single", deletionGate: "destroy", dualMarker: "single" });
});

test("a second stack that adopts an unmarked key as single marks it as both and deletes nothing alone", async () => {
  const keyId = await madeByHand();
  const { handlers } = uko.run("carol");
  const inputs = checked(handlers, inputsOf({ existingKeyId: keyId, dualAuthorization: "single" }));
  const { state, warnings } = await handlers.create(inputs, options);
  expect(markersOf(keyId)).toEqual(both);
  expect(state).toMatchObject({ dualAuthorization: "single", dualMarker: "both" });
  expect(warnings).toEqual([keepsBoth]);
  await uko.advance("1m");
  await expectNotAlone(state);
});

test("the first up of an imported key shows a difference and marks the key as both, whatever the program says", async () => {
  const keyId = await madeByHand();
  const state = await imported(keyId);
  for (const dualAuthorization of ["required", "single"]) {
    expect(uko.differs(state, { dualAuthorization })).toContain("dualAuthorization");
  }
  const updated = await uko.update(state, { dualAuthorization: "single" });
  expect(markersOf(keyId)).toEqual(both);
  expect(updated.warnings).toEqual([keepsBoth]);
  expect(uko.differs(updated.state, { dualAuthorization: "single" })).toEqual([]);
  await uko.advance("1m");
  await expectNotAlone(updated.state);
});

test("a key without a marker, whose state was edited to show none and to say single, requires two people and is marked as both", async () => {
  const keyId = await madeByHand();
  const { dualMarker: _none, ...state } = { ...(await imported(keyId)), dualAuthorization: "single" as const };
  expect(uko.differs(state, { dualAuthorization: "single" })).toEqual(["dualAuthorization"]);
  const { warnings } = await uko.update(state, { dualAuthorization: "single" });
  expect(warnings).toEqual([keepsBoth]);
  await uko.advance("1m");
  await expectNotAlone(state);
});

test("a creation found again after a lost response is marked as both if it has no marker, never as single", async () => {
  const { handlers } = uko.run("carol");
  const origin = "organization/payments/urn";
  const inputs = checked(handlers, inputsOf({ dualAuthorization: "single" }));
  const made = await handlers.create(inputs, { ...options, origin });
  const key = rawKey(made.state.keyId);
  key.tags = key.tags.filter(({ name }) => name !== "uko_dual");
  await uko.advance("1m");
  const again = await handlers.create(inputs, { ...options, origin });
  expect(again.state.keyId).toBe(made.state.keyId);
  expect(markersOf(made.state.keyId)).toEqual(both);
  await uko.advance("1m");
  await expectNotAlone(again.state);
});

test.each([
  ["an unknown marker", [{ name: "uko_dual", value: "none" }], undefined],
  ["two markers that say single", ["single", "single"].map((value) => ({ name: "uko_dual", value })), undefined],
  ["a marker in both locations", [{ name: "uko_dual", value: "single" }], "Salaries\n[uko1s]"],
])("%s counts as both", async (_what, tags, description) => {
  const keyId = await madeByHand();
  const key = rawKey(keyId);
  key.tags = tags;
  if (description !== undefined) key.description = description;
  const state = await imported(keyId);
  expect(state).toMatchObject({ dualMarker: "both" });
  await expectNotAlone({ ...state, dualAuthorization: "single" });
});

test.each(["single", "destroy"] as const)(
  "a marker that a person rewrites to %s does not let their own record count if the state says both, nor by command",
  async (value) => {
    const made = await uko.make();
    rawKey(made.keyId).tags = [{ name: "uko_dual", value }];
    await expectNotAlone(made);
    const { operations } = uko.run("carol");
    const atOnce = { budgetMs: 0, pollIntervalMs: 1 };
    const report = await operations.continue(uko.ref(made.keyId), undefined, atOnce, options);
    expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: [] });
    expect(rawKey(made.keyId).state).toBe("active");
  },
);

test("a person who rewrites the marker to destroy does not deactivate with their own record by command", async () => {
  const made = await uko.make();
  rawKey(made.keyId).tags = [{ name: "uko_dual", value: "destroy" }];
  const { operations } = uko.run("carol");
  await operations.request(uko.ref(made.keyId), undefined, options);
  await uko.advance("1m");
  const patience = { budgetMs: 0, pollIntervalMs: 1 };
  const report = await operations.continue(uko.ref(made.keyId), undefined, patience, options);
  expect(report).toMatchObject({ code: "UKO_APPROVAL_PENDING", taken: [] });
  expect(rawKey(made.keyId).state).toBe("active");
});

test("a person who creates a key as single may delete the key alone", async () => {
  const made = await uko.make({ dualAuthorization: "single" });
  expect(markersOf(made.keyId)).toEqual([{ name: "uko_dual", value: "single" }]);
  const { handlers } = uko.run("carol");
  expect(await unfinished(handlers, made)).toMatchObject({ code: "UKO_COOLING_DOWN" });
  expect(rawKey(made.keyId).state).toBe("deactivated");
});

test.each(["dropped", "rejected"] as const)(
  "tags %s: only the run that created a key marks it as single, and an adoption as both",
  async (tags) => {
    uko.reset({ tags });
    const made = await uko.make({ dualAuthorization: "single" });
    expect(made.dualMarker).toBe("single");
    expect(rawKey(made.keyId).description).toBe("\n[uko1s]");
    rawKey(made.keyId).description = "";
    const { handlers } = uko.run("carol");
    const inputs = checked(handlers, inputsOf({ existingKeyId: made.keyId, dualAuthorization: "single" }));
    expect((await handlers.create(inputs, options)).state.dualMarker).toBe("both");
    expect(rawKey(made.keyId).description).toBe("\n[uko1b]");
  },
);

test("KMS's own dual authorization stays in force on a key that was created as single", async () => {
  const made = await uko.make({ dualAuthorization: "single" });
  expect(made.dualMarker).toBe("single");
  for (const kmsKey of uko.test.emulator.world.kmsKeys.values()) {
    kmsKey.dualAuth = { id: "", enabled: true, createdBy: "", createdMs: 0, updatedBy: "", updatedMs: 0 };
  }
  expect(await unfinished(uko.run("carol").handlers, made)).toMatchObject({ code: "UKO_APPROVAL_PENDING" });
});
