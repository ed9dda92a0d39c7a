import { expect, test } from "vitest";
import { ended } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { emptyProgram, programOf, withScenario } from "./support/scenario.ts";

const destroyed = /Key "payroll" is destroyed, but the (?:program|configuration) still declares it/;

test.each(profilesFor())("each preview and each up of a program that declares a destroyed key warns (%s)", (profile) =>
  withScenario({ profile, program: programOf({ payroll: {} }), people: ["bob"] }, async (scenario) => {
    const [bob, carol] = [await scenario.person("bob"), scenario.outsider("carol")];
    ended(await bob.up(), 0);
    const { id } = await scenario.key();
    await carol.act(id, "deactivate");
    await scenario.advance("4h1m");
    await carol.act(id, "destroy");
    ended(await bob.refresh(), 0);
    for (const run of [() => bob.preview(), () => bob.preview(), () => bob.up(), () => bob.up()]) {
      expect(ended(await run(), 0).output).toMatch(destroyed);
    }
    // A deletion in progress is no accident: neither in a destroy nor once the resource has left the program.
    const deletions = [await bob.destroy(), await bob.destroy()];
    await bob.writeProgram(emptyProgram);
    deletions.push(await bob.up());
    for (const { output } of deletions) {
      expect(output).toContain("[UKO_DESTRUCTION_PENDING]");
      expect(output).not.toMatch(destroyed);
    }
  }),
);
