/** Point 10: one key whose `updated_at` lies in the future, which must not affect the other keys. */

import { expect, test } from "vitest";
import type { World } from "../../provider/engine/ports/world.ts";
import { approve, options, type Person, unfinished, useEngineWorld } from "../engine/harness.ts";

const uko = useEngineWorld();
const tenDaysMs = 10 * 24 * 60 * 60 * 1000;

/** A run in which the service dates the last change of one key ten days ahead. */
function runBy(who: Person, wrongId: string, choices = {}) {
  const wrap = (world: World): World => ({
    ...world,
    keys: {
      ...world.keys,
      async read(...call) {
        const response = await world.keys.read(...call);
        if (response.value?.snapshot.keyId !== wrongId) return response;
        const snapshot = { ...response.value.snapshot, updatedAtMs: response.serviceTimeMs + tenDaysMs };
        return { ...response, value: { ...response.value, snapshot } };
      },
      async cachedRead(...call) {
        const response = await world.keys.cachedRead(...call);
        if (response.value?.keyId !== wrongId) return response;
        return { ...response, value: { ...response.value, updatedAtMs: response.serviceTimeMs + tenDaysMs } };
      },
    },
  });
  return uko.run(who, { ...choices, wrap });
}

test("a removal of both keys stops at the one key only", async () => {
  const states = [];
  for (const label of ["cards", "wages"]) {
    const state = await uko.make({ template: "cards", label, dualAuthorization: "single" });
    await uko.test.control(`keys/${state.keyId}`, { record: { state: "destroyed" }, material: "absent" });
    states.push(state);
  }
  await uko.advance("60s");
  const [wrong, right] = states;
  const { operations } = runBy("bob", String(wrong?.keyId));
  await expect(operations.remove(uko.ref(String(wrong?.keyId)), options)).rejects.toMatchObject({
    code: "UKO_CLOCK_SKEW",
  });
  expect((await operations.remove(uko.ref(String(right?.keyId)), options)).lifecycleState).toBe("gone");
});

test("a run that refreshes the key does not void another key's request", async () => {
  const wrong = await uko.make({ label: "wages" });
  const state = await uko.make();
  const ref = uko.ref(state.keyId);
  await unfinished(uko.run("bob").handlers, state);
  const { deletion: asked } = await uko.run("bob").operations.status(ref, options);
  await uko.advance("60s");
  const alice = runBy("alice", wrong.keyId);
  await alice.handlers.read(wrong, options);
  const seq = await uko.lastSeq();
  const { code } = await unfinished(alice.handlers, state);
  expect(code).toBe("UKO_REQUEST_PENDING");
  expect(await uko.effects(seq)).toEqual([]);
  const { deletion } = await uko.run("bob").operations.status(ref, options);
  expect(deletion.recordId).toBe(asked.recordId);
  expect((await approve(uko.run("alice"), ref)).taken).toContain("deactivate");
});
