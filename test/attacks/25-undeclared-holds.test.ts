/** An owner's program lists its own tags, and a lawyer holds the key: a run of the program must not end the hold. */

import { describe, expect, it } from "vitest";
import { checked, inputsOf, options, useEngineWorld } from "../engine/harness.ts";
import { keyConfig, useStage } from "../terraform-plugin/stage.ts";

const lawyersHold = { name: "hold", value: "legal ticket L_1 by IBMid_550000ALICE" };
const others = { name: "hold", value: "litigation" };

describe("a program", () => {
  const uko = useEngineWorld();

  it.each([lawyersHold, others])("changes its tags and keeps the hold $value, which is no drift", async (hold) => {
    const made = await uko.make({ tags: { team: "people" } });
    const key = uko.test.emulator.world.keys.get(made.keyId);
    if (key === undefined) throw new Error("The key is missing");
    key.tags = [...key.tags, hold];
    const { handlers } = uko.run("bob");
    const { state } = (await handlers.read(made, options)) ?? {};
    expect(state?.tags).toEqual({ team: "people" });
    for (const tags of [{ team: "treasury" }, {}]) {
      const updated = await uko.update(made, { tags }, "bob");
      expect(updated.state.tags).toEqual(tags);
      expect(uko.differs(updated.state, { tags })).toEqual([]);
      expect(key.tags).toContainEqual(hold);
    }
  });

  it("cannot set a hold as a tag of its own", () => {
    const { failures } = uko.run("bob").handlers.check(inputsOf({ tags: { hold: "legal" } }), {});
    expect(failures).toMatchObject([{ property: "tags", reason: expect.stringContaining("uko hold KEY") }]);
    expect(() => checked(uko.run("bob").handlers, inputsOf({ tags: { holder: "people" } }))).not.toThrow();
  });
});

describe("an OpenTofu configuration", () => {
  const stage = useStage();

  it("changes its tags and keeps the hold, and the hold never shows in a plan", async () => {
    const key = await stage.made({ tags: { team: "people" } });
    const stored = stage.uko.test.emulator.world.keys.get(String(key.saved?.value.key_id));
    if (stored === undefined) throw new Error("The key is missing");
    stored.tags = [...stored.tags, lawyersHold];
    await stage.bob.provider.configureProvider();
    await key.refresh();
    expect(await key.plan(keyConfig({ tags: { team: "people" } }))).toMatchObject({ action: "none", errors: [] });
    for (const tags of [{ team: "treasury" }, {}]) {
      expect(await key.apply(keyConfig({ tags }))).toMatchObject({ errors: [] });
      await key.refresh();
      expect(await key.plan(keyConfig({ tags }))).toMatchObject({ action: "none", errors: [] });
      expect(stored.tags).toContainEqual(lawyersHold);
    }
    await stage.bob.provider.configureProvider();
    expect((await key.apply(null)).errors[0]).toContain("[UKO_KEY_HELD]");
  });
});
