/** Plans whose apply does what people agreed to. A limit that refuses such a plan would refuse it in every run. */

import { describe, expect, test } from "vitest";
import { approve } from "../engine/harness.ts";
import type { Core } from "../terraform-plugin/core.ts";
import { keyConfig, useStage } from "../terraform-plugin/stage.ts";

const stage = useStage();

const single = { dual_authorization: "single" };
const keyId = (core: Core): string => String(core.saved?.value.key_id);
const bodyOf = async (core: Core) => (await stage.uko.test.as("carol").key(keyId(core))).body;
/** As Alice, who holds the right to deactivate, has the state. */
const byAlice = async (core: Core): Promise<Core> => {
  const alice = core.by(await stage.another(stage.environmentOf("alice")));
  await alice.refresh();
  return alice;
};

describe("a plan of a destroy", () => {
  test("acts on a key whose description the host keeps in another Unicode form", async () => {
    const core = await stage.made(single);
    await stage.uko.test.as("carol").patch(keyId(core), { description: "Schl\u0075\u0308ssel" });
    await stage.uko.advance("60s");
    const alice = await byAlice(core);
    const { saved } = alice;
    expect(saved?.value.description).toBe("Schl\u0075\u0308ssel");
    // OpenTofu and Terraform write every text of a state in the normal form C (cty: NormalizeString).
    if (saved !== undefined) {
      alice.restore({ ...saved, value: { ...saved.value, description: "Schl\u00fcssel" } });
    }
    await alice.apply(null);
    expect((await bodyOf(core)).state).toBe("deactivated");
  });

  test("acts on a key that has one tag twice, of which a state shows one", async () => {
    const core = await stage.made(single);
    const { tags } = await bodyOf(core);
    const twice = ["a", "b"].map((value) => ({ name: "team", value }));
    await stage.uko.test.as("carol").patch(keyId(core), { tags: [...(tags as readonly unknown[]), ...twice] });
    await stage.uko.advance("60s");
    await (await byAlice(core)).apply(null);
    expect((await bodyOf(core)).state).toBe("deactivated");
  });
});

describe("a plan of an update that retires a key", () => {
  test.each([
    ["description", { description: "retired" }],
    ["tags", { tags: { team: "x" } }],
    ["expiration date", { expiration_date: "2031-01-01" }],
  ])("changes its %s and deactivates it in one run", async (_what, over) => {
    const core = await byAlice(await stage.made(single));
    const { errors } = await core.apply(keyConfig({ ...single, ...over, state: "deactivated" }));
    expect(errors).toEqual([]);
    expect((await bodyOf(core)).state).toBe("deactivated");
  });

  test("leaves a description alone while a record binds, and acts on that record", async () => {
    const made = await stage.made();
    const core = made.by(await stage.another(stage.environmentOf("carol")));
    const retired = keyConfig({ state: "destroyed" });
    await core.apply(retired);
    await stage.uko.advance("60s");
    await approve(stage.uko.run("alice"), stage.uko.ref(keyId(core)), { stores: true });
    await core.refresh();
    expect((await core.apply({ ...retired, description: "retired" })).errors).toEqual([]);
    expect(await bodyOf(core)).toMatchObject({ state: "deactivated", description: "" });
  });
});
