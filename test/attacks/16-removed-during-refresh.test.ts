/** Point 16: another person removes a key while a refresh reads it. */

import { expect, test } from "vitest";
import { codeOf, options, useEngineWorld, withKeys } from "../engine/harness.ts";

const uko = useEngineWorld();

async function destroyedKey() {
  const state = await uko.make({ template: "cards", label: "cards", dualAuthorization: "single" });
  await uko.test.control(`keys/${state.keyId}`, { record: { state: "destroyed" }, material: "absent" });
  await uko.advance("60s");
  return state;
}

test("a refresh takes the key out of the state, and does not stop as if the key were in doubt", async () => {
  const state = await destroyedKey();
  const wrap = withKeys((keys) => ({
    async liveStatus(...call) {
      await uko.run("bob").handlers.delete(state, options);
      return keys.liveStatus(...call);
    },
  }));
  expect(await uko.run("carol", { wrap }).handlers.read(state, options)).toBeUndefined();
});

test("a refresh keeps the key if its vault does not answer either", async () => {
  const state = await destroyedKey();
  const wrap = withKeys((keys) => ({
    async liveStatus(...call) {
      await uko.run("bob").handlers.delete(state, options);
      await uko.fault({ operation: "getVault", status: 403 });
      return keys.liveStatus(...call);
    },
  }));
  expect(await codeOf(uko.run("carol", { wrap }).handlers.read(state, options))).toBe("UKO_GONE_UNPROVEN");
});
