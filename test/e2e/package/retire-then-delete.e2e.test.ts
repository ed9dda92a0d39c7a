/** `state: "destroyed"` in the program: ups stay green for the whole way, the state records each step, and the deletion is one quiet step. */

import { expect, test } from "vitest";
import { consentIn, ended, messageOf } from "../../contracts/doors/support/next-steps.ts";
import { from, keyResource, withYaml, type YamlProgram, yamlProgram } from "./support/yaml-scenario.ts";

const programWith = (state?: string): YamlProgram => ({
  resources: { payroll: keyResource("payroll", state === undefined ? {} : { state }) },
});

test("each up exits 0 and warns, shows a difference until the key is destroyed, and the deletion after it has no message", () =>
  withYaml({ program: programWith() }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    ended(await bob.up(), 0);
    for (const person of [alice, bob]) await person.writeProgram(yamlProgram(programWith("destroyed")));
    const recorded: unknown[] = [];
    const up = async (person: typeof bob, wait: string, consent?: string) => {
      await scenario.advance(wait);
      const result = ended(await person.up([], { env: { UKO_CONSENT: consent } }), 0);
      recorded.push((await person.resources())[0]?.outputs.lifecycleState);
      return messageOf(result.output);
    };
    const differs = async () => (await bob.preview(["--expect-no-changes"])).exitCode !== 0;

    const asked = await up(bob, "1m");
    expect(asked).toMatch(/^Key "payroll" is waiting for a second person to approve its deactivation/);
    expect(await differs()).toBe(true);
    const repeated = await scenario.mark();
    await up(bob, "1m");
    expect(await scenario.writes(repeated), "asked for once").toEqual([]);

    const deactivated = await up(alice, "1m", consentIn(asked));
    expect(await differs()).toBe(true);
    await up(bob, "1m", consentIn(deactivated));
    const destroyed = await up(bob, "4h", consentIn(deactivated));
    expect(destroyed).toMatch(/Key "payroll"/);
    expect(await differs()).toBe(true);
    await up(bob, "31d");
    expect(recorded).toEqual([
      "pending_approval",
      "pending_approval",
      "cooling_down",
      "cooling_down",
      "pending_destruction",
      "destroyed",
    ]);
    expect(messageOf(ended(await bob.preview(["--expect-no-changes"]), 0).output)).toBe("");

    const before = await scenario.mark();
    await bob.writeProgram(yamlProgram());
    const removed = ended(await bob.up(), 0);
    expect(messageOf(removed.output)).toBe("");
    expect((await scenario.writes(before)).map(({ operation }) => operation)).toEqual(["K5"]);
    expect(await bob.resources()).toEqual([]);
    expect(await scenario.findKey()).toBeUndefined();
  }));

test("a preview at each step predicts nothing that only a run knows, and changes nothing", () =>
  withYaml({ program: programWith(), people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const made = await scenario.mark();
    await bob.writeProgram(
      yamlProgram({ ...programWith("destroyed"), outputs: { lifecycle: from("payroll.lifecycleState") } }),
    );
    const preview = ended(await bob.preview(["--diff"]), 0);
    expect(preview.output).toMatch(/lifecycle\S*\s*: (?:output<string>|\[unknown\])/);
    expect(await scenario.writes(made)).toEqual([]);
  }));
