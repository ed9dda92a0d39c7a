/** The service is down while OpenTofu refreshes: a failed read must not look like "no drift" under UKO_STRICT_READS. */

import { expect, test } from "vitest";
import { terraformProvider } from "../../provider/resources/schema/terraform.ts";
import { writeObject } from "../../provider/terraform-plugin/blocks.ts";
import { useStage } from "../terraform-plugin/stage.ts";

const stage = useStage();

async function serviceDown(): Promise<void> {
  for (const operation of ["listManagedKeys", "getManagedKey"]) await stage.uko.fault({ operation, status: 503 });
}

test("a service that is down fails the refresh under UKO_STRICT_READS=1, and the state stays as it was", async () => {
  const core = await stage.made();
  const before = core.saved;
  await serviceDown();
  const strict = await stage.another({ ...stage.environmentOf("bob"), UKO_STRICT_READS: "1" });
  const { errors, warnings } = await core.by(strict).refresh();
  expect(warnings).toEqual([]);
  expect(errors.join("\n")).toContain("[UKO_SERVICE_UNAVAILABLE]");
  expect(core.saved).toEqual(before);
});

test("a service that is down fails the refresh of a provider configuration that says strict_reads = true", async () => {
  const core = await stage.made();
  const settings = Object.fromEntries(terraformProvider.attributes.map(({ name }) => [name, null]));
  const config = writeObject({ ...settings, strict_reads: true }, terraformProvider);
  await stage.bob.provider.configureProvider({ config });
  await serviceDown();
  expect((await core.refresh()).errors.join("\n")).toContain("[UKO_SERVICE_UNAVAILABLE]");
  const lenient = await stage.another({ ...stage.environmentOf("bob"), UKO_STRICT_READS: "0" });
  await lenient.provider.configureProvider({ config });
  expect(await core.by(lenient).refresh()).toMatchObject({ errors: [] });
});

test("a person who may not read one key gets an error under UKO_STRICT_READS=1", async () => {
  const core = await stage.made();
  const strict = await stage.another({ ...stage.environmentOf("bob"), UKO_STRICT_READS: "true" });
  for (const operation of ["listManagedKeys", "getManagedKey"]) await stage.uko.fault({ operation, status: 403 });
  expect((await core.by(strict).refresh()).errors).toHaveLength(1);
});

test("without it every warning has the same first line, which the engine counts, and names the resource", async () => {
  const cores = [await stage.made(), await stage.made({ label: "ledger" })];
  await serviceDown();
  const warned = [];
  for (const core of cores) warned.push(...(await core.refresh()).warnings);
  const firstLines = warned.map((warning) => warning.split("\n")[0]);
  expect(firstLines).toEqual(Array(2).fill("Could not read a resource, so its state is from the last read"));
  expect(warned[0]).toContain('Key "payroll"');
  expect(warned[1]).toContain('Key "ledger"');
  expect(warned[1]).toContain("UKO_STRICT_READS=1 turns this warning into an error.");
});
