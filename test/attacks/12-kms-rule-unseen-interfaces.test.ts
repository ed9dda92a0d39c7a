/** Point 12 in each interface that knows `single`, as a process: the native package and OpenTofu. */

import { expect, test } from "vitest";
import { usePluginStage } from "../pulumi-plugin/plugin-stage.ts";
import { useStage } from "../terraform-plugin/stage.ts";

const native = usePluginStage();
const tofu = useStage();

const unreadable = "[UKO_TWIN_UNREADABLE]";
const dual = { twin: { dualAuthDelete: true } };
const lie = { operation: "S3", rewrite: { ibm_variant: "Internal" } };

test("a destroy by the native package under `single` stops if the keystore's variant is spelled differently", async () => {
  const { id, properties } = await native.made({ dualAuthorization: "single" });
  await native.uko.test.control(`keys/${id.split("/")[1]}`, dual);
  const seq = await native.uko.lastSeq();
  await native.uko.fault(lie);
  const run = await native.another(native.environmentOf("carol"));
  await expect(run.delete(properties)).rejects.toMatchObject({ details: expect.stringContaining(unreadable) });
  expect(await native.uko.effects(seq)).toEqual([]);
});

test("a destroy by OpenTofu under `single` stops there too", async () => {
  const core = await tofu.made({ dual_authorization: "single" });
  await tofu.uko.test.control(`keys/${String(core.saved?.value.id).split("/")[1]}`, dual);
  const seq = await tofu.uko.lastSeq();
  await tofu.uko.fault(lie);
  const carol = await tofu.another(tofu.environmentOf("carol"));
  expect((await core.by(carol).apply(null)).errors.join("\n")).toContain(unreadable);
  expect(await tofu.uko.effects(seq)).toEqual([]);
});
