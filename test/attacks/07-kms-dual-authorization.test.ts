/** KMS's own dual authorization is irreversible: only words in the program turn it on for an existing key, and the plan shows them. */

import { describe, expect, test } from "vitest";
import { readObject, resourceNamed } from "../../provider/terraform-plugin/blocks.ts";
import type { Core } from "../terraform-plugin/core.ts";
import { useStage } from "../terraform-plugin/stage.ts";

const stage = useStage();

const isOn = async (core: Core): Promise<unknown> => {
  const { body } = await stage.uko.test.as("carol").kms("GET", `/keys/${String(core.saved?.value.key_id)}`);
  const { resources } = body as { readonly resources: readonly { dualAuthDelete?: { enabled?: boolean } }[] };
  return resources[0]?.dualAuthDelete?.enabled ?? false;
};

/** A key that IBM's provider made, without KMS's dual authorization. */
async function made(): Promise<Core> {
  const core = stage.core("uko_kms_key");
  expect(await core.apply({ name: "orders", dual_authorization: "single" })).toMatchObject({ errors: [] });
  expect(await isOn(core)).toBe(false);
  return core;
}

/** The same key, moved from `ibm_kms_key` and read. */
async function moved(): Promise<Core> {
  const { saved } = await made();
  const reply = await stage.bob.provider.moveResourceState({
    ...{ sourceTypeName: "ibm_kms_key", targetTypeName: "uko_kms_key" },
    sourceProviderAddress: "registry.terraform.io/ibm-cloud/ibm",
    sourceState: { json: new TextEncoder().encode(JSON.stringify({ id: saved?.value.crn })) },
  });
  const value = readObject(reply.targetState, resourceNamed("uko_kms_key"));
  if (value === null) throw new Error("Nothing was moved");
  const core = stage.core("uko_kms_key");
  core.restore({ value, private: reply.targetPrivate, identity: reply.targetIdentity });
  expect(await core.refresh()).toMatchObject({ errors: [] });
  return core;
}

describe("a migrating apply", () => {
  test("of a key that is moved from ibm_kms_key turns nothing on because of a default", async () => {
    const core = await moved();
    const config = { name: "orders", aliases: ["ledger"] };
    const plan = await core.plan(config);
    expect(plan.planned?.dual_auth_delete).toBe(false);
    const { errors, warnings } = await core.apply(config);
    expect(errors).toEqual([]);
    expect(warnings.join("\n")).toContain("dual_auth_delete = true");
    expect(await isOn(core)).toBe(false);
  });

  test("plans no change if the program sets only the name", async () => {
    const core = await moved();
    expect((await core.plan({ name: "orders" })).action).toBe("none");
  });

  test("turns it on if the program says so, and the plan shows true", async () => {
    const core = await moved();
    const config = { name: "orders", dual_auth_delete: true };
    expect((await core.plan(config)).planned?.dual_auth_delete).toBe(true);
    expect(await core.apply(config)).toMatchObject({ errors: [] });
    expect(await isOn(core)).toBe(true);
  });

  test("of a key that existing_key_id adopts turns nothing on because of a default", async () => {
    const { saved } = await made();
    const core = stage.core("uko_kms_key");
    const config = { name: "orders", existing_key_id: saved?.value.key_id };
    expect(await core.apply(config)).toMatchObject({ errors: [] });
    expect(await isOn(core)).toBe(false);
  });
});

test("UKO_DUAL_AUTHORIZATION=required turns nothing on at an update", async () => {
  const core = await made();
  const host = await stage.another({ ...stage.environmentOf("carol"), UKO_DUAL_AUTHORIZATION: "required" });
  const strict = core.by(host);
  const config = { name: "orders", dual_authorization: "single", aliases: ["ledger"] };
  expect(await strict.apply(config)).toMatchObject({ errors: [] });
  expect(await isOn(core)).toBe(false);
  await host.provider.configureProvider();
  expect((await strict.apply(null)).errors.join("\n")).toContain("[UKO_KMS_DUAL_AUTHORIZATION_OFF]");
});
