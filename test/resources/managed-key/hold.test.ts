/** A hold on a key as the engines show it: a computed attribute, and the first line of a preview. */

import { describe, expect, it } from "vitest";
import { previewKeyDeletion } from "../../../provider/engine/key/preview.ts";
import { options, useEngineWorld } from "../../engine/harness.ts";

const uko = useEngineWorld();

/** A lawyer holds the key, with another tool or with uko. */
async function held(value = "legal ticket L_1 by IBMid_550000ALICE since 2026_11_24") {
  const made = await uko.make();
  const key = uko.test.emulator.world.keys.get(made.keyId);
  if (key === undefined) throw new Error("The key is missing");
  key.tags = [...key.tags, { name: "hold", value }];
  const { state } = (await uko.run("bob").handlers.read(made, options)) ?? {};
  if (state === undefined) throw new Error("The key was not read");
  return { made, state };
}

describe("the attribute hold", () => {
  it("is the text of the tag while the key is held", async () => {
    const { made, state } = await held();
    expect(made).not.toHaveProperty("hold");
    expect(state.hold).toBe("legal ticket L_1 by IBMid_550000ALICE since 2026_11_24");
  });

  it("is set by any text of the tag, also an empty one", async () => {
    expect((await held("")).state.hold).toBe("");
  });

  it("is not set after the last day of the hold", async () => {
    expect((await held("legal until 2026_11_01")).state).not.toHaveProperty("hold");
  });
});

describe("a preview of the deletion", () => {
  it("names the hold that the state shows in its first line, and shows no step", async () => {
    const { state } = await held();
    const facts = state as unknown as Readonly<Record<string, unknown>>;
    const ref = uko.ref(state.keyId);
    const policy = { goal: "removed", deletionProtection: false, people: "single" } as const;
    const context = { facts, userInterface: { rerun: "tofu destroy" }, waits: false } as const;
    const { preview, planLimit } = previewKeyDeletion({ ref, policy }, context as never);
    expect(preview.kind === "long" && preview.message).toMatch(
      /^Key "payroll" is held: legal, ticket L_1, said to be set by IBMid_550000ALICE on 2026-11-24 \(UTC\), without an end\n/,
    );
    expect(planLimit.steps).toEqual([]);
  });
});
