/** Forced replacements through the dynamic provider: a key that would replace itself stays unchanged. */

import { expect, test } from "vitest";
import { ended } from "../contracts/interfaces/support/next-steps.ts";
import { programWith, withScenario } from "../contracts/interfaces/support/scenario.ts";

test.each(["--replace", "--target-replace"])("%s under the same label creates, deletes and requests nothing", (flag) =>
  withScenario({ profile: "documented", program: programWith(), people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const [before] = await bob.resources();
    const made = await scenario.mark();
    const replaced = ended(await bob.up([flag, before?.urn ?? ""]), 0);
    expect(replaced.output).toContain("already exists");
    expect(await scenario.writes(made)).toEqual([]);
    expect((await bob.resources()).map(({ id }) => id)).toEqual([before?.id]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
  }),
);
