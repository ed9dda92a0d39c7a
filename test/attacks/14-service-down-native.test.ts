/** The service is down during `pulumi refresh`. Point 14 of issue 12, for both Pulumi providers. */

import { status } from "@grpc/grpc-js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { expect, test } from "vitest";
import { startPlugin as startDynamic } from "../pulumi-dynamic/plugin.ts";
import { type Plugin, statusOf } from "../pulumi-plugin/engine.ts";
import { usePluginStage } from "../pulumi-plugin/plugin-stage.ts";
import { nativeResource } from "./native-resource.ts";

const stage = usePluginStage();

async function serviceDown(): Promise<void> {
  for (const operation of ["listManagedKeys", "getManagedKey"]) await stage.uko.fault({ operation, status: 503 });
}

const warningsOf = ({ log }: Plugin) =>
  log.filter(({ severity }) => severity === enginePb.LogSeverity.WARNING).map(({ message }) => message);

test("a refresh with UKO_STRICT_READS=1 fails if the service is down, instead of reporting no drift", async () => {
  const { id, inputs, properties } = await stage.made();
  const strict = await stage.another({ ...stage.environmentOf("bob"), UKO_STRICT_READS: "1" });
  await serviceDown();
  const failed = await statusOf(strict.read(id, properties, inputs));
  expect(failed.code).not.toBe(status.OK);
  expect(failed.details).toContain("[UKO_SERVICE_UNAVAILABLE]");
});

test("strictReads of the provider does the same, and the environment overrides it", async () => {
  const { id, inputs, properties } = await stage.made();
  const [strict, overridden] = [
    await stage.another(stage.environmentOf("bob")),
    await stage.another({ ...stage.environmentOf("bob"), UKO_STRICT_READS: "0" }),
  ];
  for (const plugin of [strict, overridden]) await plugin.configure({ strictReads: "true" });
  await serviceDown();
  expect((await statusOf(strict.read(id, properties, inputs))).details).toContain("[UKO_SERVICE_UNAVAILABLE]");
  expect((await overridden.read(id, properties, inputs)).properties).toEqual(properties);
});

test("without it every warning says that the state is an old one, and the end of the run counts the resources, each once", async () => {
  const { id, inputs, properties } = await stage.made();
  const ledger = await stage.made({ label: "ledger" });
  await stage.bob.beginRun();
  await serviceDown();
  const [first, second] = [nativeResource(stage.bob, "payroll"), nativeResource(stage.bob, "ledger")];
  await first.read(id, properties, inputs);
  await second.read(ledger.id, ledger.properties, ledger.inputs);
  await second.read(ledger.id, ledger.properties, ledger.inputs);
  expect(warningsOf(stage.bob).at(-1)).toContain("keeping the last known state");
  await stage.bob.cancel();
  expect(warningsOf(stage.bob).at(-1)).toMatch(/^This run could not read 2 resources.*UKO_STRICT_READS=1/);
  await stage.bob.beginRun();
  await stage.bob.cancel();
  expect(warningsOf(stage.bob)).toEqual([]);
  await stage.bob.beginRun();
});

test("a refresh by the dynamic provider always fails if the service is down", async () => {
  const { id, properties } = await stage.made();
  const dynamic = await startDynamic(stage.environmentOf("bob"));
  await serviceDown();
  const __provider = 'exports.handler=()=>require("pulumi-uko/dynamic-provider").managedKey';
  const failed = await dynamic.read(id, { ...properties, __provider }).catch((error: unknown) => error);
  await dynamic.close();
  expect(failed).toMatchObject({ details: expect.stringContaining("[UKO_SERVICE_UNAVAILABLE]") });
});
