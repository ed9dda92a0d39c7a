import path from "node:path";
import { expect, test } from "vitest";
import { main } from "./host.ts";
import { keyConfig, useStage } from "./stage.ts";

const stage = useStage();

test("where uko is not on PATH, the commands of a message name the executable of the provider", async () => {
  const nodeAlone = path.dirname(process.execPath);
  const bob = await stage.another({ ...stage.environmentOf("bob"), PATH: nodeAlone, HOME: "/people/bob", CI: "" });
  const key = stage.core("uko_managed_key", bob);
  await key.apply(keyConfig());
  await stage.uko.advance("60s");
  const { errors } = await key.apply(null);
  expect(errors[0]).toContain(`\n    ${main} approve payroll\n`);

  await bob.provider.configureProvider();
  const { warnings } = await key.plan(null);
  expect(warnings[0]).toContain(`\n    ${main} approve payroll`);
});
