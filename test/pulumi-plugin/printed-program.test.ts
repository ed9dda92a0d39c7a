import path from "node:path";
import { expect, test } from "vitest";
import { main, statusOf } from "./engine.ts";
import { usePluginStage } from "./plugin-stage.ts";

const stage = usePluginStage();

test("where uko is not on PATH, messages and the log of a wait name the executable of the plugin", async () => {
  const { properties } = await stage.made();
  const nodeAlone = path.dirname(process.execPath);
  const environment = { ...stage.environmentOf("bob"), PATH: nodeAlone, HOME: "/people/bob", CI: "" };
  const bob = await stage.another(environment);
  const { details } = await statusOf(bob.delete(properties));
  expect(details).toContain(`\n    ${main} approve payroll\n`);
  expect(details).not.toContain("    uko ");

  const waiting = await stage.another({ ...environment, UKO_WAIT: "1s" });
  await statusOf(waiting.delete(properties));
  expect(waiting.log.map(({ message }) => message)).toContain(
    `Waiting for a second person to run: ${main} approve payroll`,
  );
});
