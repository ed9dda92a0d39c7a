/** The block `timeouts`: the maximum wait of a resource's destroy, from its state. */

import { describe, expect, test } from "vitest";
import { terraformResources } from "../../../provider/resources/schema/terraform.ts";
import { resourceNamed, writeObject } from "../../../provider/terraform-plugin/blocks.ts";
import { type Config, type Core, stateText } from "../core.ts";
import { keyConfig, useStage } from "../stage.ts";

const stage = useStage();
const timeouts = { delete: "2s" };

test("is in the schema of each resource", async () => {
  const { resourceSchemas } = await stage.bob.provider.getProviderSchema();
  for (const name of terraformResources.keys()) {
    const [block, ...more] = resourceSchemas[name]?.block?.blockTypes ?? [];
    expect(more).toEqual([]);
    expect(block).toMatchObject({ typeName: "timeouts", block: { attributes: [{ name: "delete", optional: true }] } });
  }
});

describe("a destroy that waits for another person", () => {
  const destroyOf = async (config: Config, environment: Readonly<Record<string, string>> = {}) => {
    const core = await stage.made(config);
    const host = await stage.another({ ...stage.environmentOf("bob"), ...environment });
    const began = performance.now();
    const { errors } = await core.by(host).apply(null);
    expect(errors.join()).toContain("[UKO_APPROVAL_PENDING]");
    return { core, tookMs: performance.now() - began };
  };

  test("waits as long as the state says, which keeps the value for the next run", async () => {
    const { core, tookMs } = await destroyOf({ timeouts });
    expect(tookMs).toBeGreaterThan(2000);
    expect(core.saved?.value).toMatchObject({ timeouts, deletion_awaits: "approval" });
    await core.refresh();
    expect(core.saved?.value).toMatchObject({ timeouts });
    expect((await core.plan(keyConfig({ timeouts }))).action).toBe("none");
  });

  test("waits as long as this run's environment says instead", async () => {
    const began = performance.now();
    await destroyOf({ timeouts: { delete: "2h" } }, { UKO_WAIT: "0" });
    expect(performance.now() - began).toBeLessThan(60_000);
  });
});

describe("the plan of a destroy that waits", () => {
  const planOf = async (core: Core, environment: Readonly<Record<string, string>> = {}) => {
    const host = await stage.another({ ...stage.environmentOf("bob"), ...environment });
    const [warning = ""] = (await core.by(host).plan(null)).warnings;
    return warning;
  };
  const limit = "for as long as UKO_WAIT or its timeout allows";

  test.each([
    ["its timeout", { timeouts }, {}],
    ["UKO_WAIT", {}, { UKO_WAIT: "5m" }],
  ])("says that it waits, with the command of the second person, under %s", async (_what, config, environment) => {
    const core = await stage.made(config);
    const warning = await planOf(core, environment);
    expect(warning).toContain(
      `1. This run requests the deactivation and waits ${limit}. Nothing stops working before the deactivation is approved.`,
    );
    expect(warning).toContain("A second person approves it: uko approve payroll. Then the key is deactivated");
    expect(warning).not.toContain("ends with an error");
  });

  test("says so while the request is pending, too", async () => {
    const core = await stage.made();
    await core.apply(null);
    expect(await planOf(core, { UKO_WAIT: "5m" })).toContain(
      `Until another person approves the request, a run waits ${limit}.`,
    );
    expect(await planOf(core, { UKO_WAIT: "0" })).toContain("a run changes nothing and fails.");
  });
});

test("changes in the state alone, and leaves it with the block", async () => {
  const core = await stage.made({ timeouts });
  const seq = await stage.uko.lastSeq();
  expect(await core.apply(keyConfig({ timeouts: { delete: "5h" } }))).toMatchObject({ errors: [] });
  expect(core.saved?.value).toMatchObject({ timeouts: { delete: "5h" } });
  expect(await core.apply(keyConfig())).toMatchObject({ errors: [] });
  expect(stateText(core.saved?.value ?? {})).toContain('"timeouts":null');
  expect(await stage.uko.effects(seq)).toEqual([]);
});

test("accepts durations alone", async () => {
  const resource = resourceNamed("uko_managed_key");
  const whole = Object.fromEntries(resource.attributes.map(({ name }) => [name, null]));
  const { diagnostics } = await stage.bob.provider.validateResourceConfig({
    ...{ typeName: "uko_managed_key", clientCapabilities: { writeOnlyAttributesAllowed: true } },
    config: writeObject({ ...whole, ...keyConfig(), timeouts: { delete: "soon" } } as never, resource),
  });
  expect(diagnostics.map(({ summary, detail }) => `${summary} ${detail}`)).toEqual([
    expect.stringMatching(/^timeouts.delete is not a duration Examples: 0, 90s, 30m, 4h, 7d\./),
  ]);
  expect(diagnostics[0]?.attribute?.steps.map(({ selector }) => selector.value)).toEqual(["timeouts", "delete"]);
});
