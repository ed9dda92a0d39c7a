/** A renamed KMS key without a `moved` block: KMS accepts a second key of one name, so the plan has to refuse it. */

import { describe, expect, test } from "vitest";
import type { Core } from "../core.ts";
import { useStage } from "../stage.ts";

const stage = useStage();
const former = { name: "orders", dual_authorization: "single" };
/** The state of a later run, whose memory is new. */
async function madeBefore(config: Readonly<Record<string, unknown>> = former): Promise<Core> {
  const core = stage.core("uko_kms_key");
  expect(await core.apply(config)).toMatchObject({ errors: [] });
  await stage.bob.provider.configureProvider();
  return core;
}
const refusal = [
  'KMS key "orders" is already in the state, and this run would create a second one with the same name and key ring',
  "uko created nothing. KMS accepts both names, but the second key cannot decrypt what the first one encrypted.",
  "Next: if you renamed the resource, or an instance of it, write:",
  "  moved {",
  "    from = uko_kms_key.<former name>",
  "    to   = uko_kms_key.<new name>",
  "  }",
  "If the resource is tainted, run tofu untaint. To create one more key, set another name or key ring.",
  "[UKO_DECLARED_TWICE]",
].join("\n");

describe("a new KMS key with name and key ring of a key in the state", () => {
  test.each([
    ["leaves the configuration", null],
    ["stays", former],
  ])("is refused by the plan if that key %s, in whatever order the host plans the two", async (_what, config) => {
    const core = await madeBefore();
    await core.refresh();
    expect((await core.plan(config)).errors).toEqual([]);
    expect((await stage.core("uko_kms_key").plan(former)).errors).toEqual([refusal]);
    // The key ring "default" is the one of a key that names none.
    const named = { ...former, key_ring: "default" };
    expect((await stage.core("uko_kms_key").plan(named)).errors).toEqual([refusal]);

    await stage.bob.provider.configureProvider();
    expect((await stage.core("uko_kms_key").plan(former)).errors).toEqual([]);
    await core.refresh();
    expect((await core.plan(config)).errors).toEqual([refusal]);
  });

  test("is refused before its creation, too, if only the apply finds it", async () => {
    const core = await madeBefore();
    const other = stage.core("uko_kms_key");
    const plan = await other.plan(former);
    await stage.bob.provider.configureProvider();
    await core.refresh();
    const seq = await stage.uko.lastSeq();
    expect((await other.settle(plan, former)).errors).toEqual([refusal]);
    expect(await stage.uko.effects(seq)).toEqual([]);
  });
});

test("another name, another key ring, an adoption and the key itself are no second key", async () => {
  const core = await madeBefore();
  await core.refresh();
  for (const config of [
    { ...former, name: "invoices" },
    { ...former, key_ring: "payments" },
    { ...former, existing_key_id: core.saved?.value.key_id },
  ])
    expect((await stage.core("uko_kms_key").plan(config)).errors).toEqual([]);
  await stage.bob.provider.configureProvider();
  await core.refresh();
  expect(await core.plan({ ...former, aliases: ["sales"] })).toMatchObject({ errors: [], action: "update" });
});
