/** Explicit providers: several identities and several instances in one program, each with a process of its own. */

import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import { type LocalUko, openEmulator } from "../../contracts/interfaces/support/emulator.ts";
import { ended, firstLineOf, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import { from, keyResource, withYaml, type YamlProgram, yamlProgram } from "./support/yaml-scenario.ts";

const otherInstance = "1f5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
/** A person's environment takes precedence over a provider, so it leaves these to the providers. */
const nothingSet = {
  ...{ UKO_API_KEY: undefined, UKO_INSTANCE_ID: undefined },
  ...{ UKO_ENDPOINT: undefined, UKO_KMS_ENDPOINT: undefined, UKO_IAM_ENDPOINT: undefined },
};
const provider = (properties: Readonly<Record<string, unknown>>) =>
  ({ type: "pulumi:providers:uko", properties }) as const;
const keyBy = (name: string, label: string) => keyResource(label, {}, { provider: from(name) });

test("two identities in one program create and delete their own keys, and store no credential in clear text", () => {
  const program: YamlProgram = {
    resources: {
      asBob: provider({ apiKey: "bob-demo-key" }),
      asCarol: provider({ apiKey: "carol-demo-key" }),
      ofBob: keyBy("asBob", "of-bob"),
      ofCarol: keyBy("asCarol", "of-carol"),
    },
  };
  return withYaml({ program, people: ["bob"], env: { UKO_API_KEY: undefined } }, async (scenario) => {
    const bob = await scenario.person("bob");
    const env = { UKO_API_KEY: undefined };
    const made = ended(await bob.up([], { env }), 0);
    const asked = ended(await bob.engine.destroy(["--continue-on-error"], { env }), 1);
    expect(
      (await scenario.writes()).map(({ operation, label, caller }) => `${operation} ${label} ${caller}`).sort(),
    ).toEqual([
      "createManagedKey of-bob IBMid-550000BOB",
      "createManagedKey of-carol IBMid-550000CAROL",
      "updateManagedKey of-bob IBMid-550000BOB",
      "updateManagedKey of-carol IBMid-550000CAROL",
    ]);
    const { text } = await bob.engine.exportState();
    for (const shown of [text, made.output, asked.output]) expect(shown).not.toMatch(/(?:bob|carol)-demo-key/);
  });
});

test("two instances in one program: each key is created and requested in its own instance", async () => {
  const other = await openEmulator("documented", {
    ...demoSeed,
    ...{
      instance: { ...demoSeed.instance, id: otherInstance },
      clock: { start: "2026-11-24T14:22:00Z", frozen: true },
    },
  });
  try {
    await withYaml({ people: ["bob"] }, async (scenario) => {
      const bob = await scenario.person("bob");
      const at = ({ url, instanceId }: Pick<LocalUko, "url" | "instanceId">) =>
        provider({ apiKey: "bob-demo-key", instanceId, endpoint: url, kmsEndpoint: url, iamEndpoint: url });
      await bob.writeProgram(
        yamlProgram({
          resources: {
            here: at(scenario.uko),
            there: at(other),
            one: keyBy("here", "one"),
            two: keyBy("there", "two"),
          },
        }),
      );
      // Only a person's own environment lets a credential go to a machine that is not IBM's.
      const hosts = [scenario.url, other.url].map((url) => new URL(url).host).join();
      const env = { ...nothingSet, UKO_ALLOWED_HOSTS: hosts };
      ended(await bob.up([], { env }), 0);
      const labels = async ({ world }: LocalUko) => (await world()).keys.map(({ label }) => label);
      expect([await labels(scenario.uko), await labels(other)]).toEqual([["one"], ["two"]]);
      // Both are made at once, so either may be first in the state.
      const homes = (await bob.resources()).map(({ outputs }) => [outputs.label, outputs.instanceId]);
      expect(Object.fromEntries(homes)).toEqual({ one: scenario.uko.instanceId, two: otherInstance });

      ended(await bob.engine.destroy(["--continue-on-error"], { env }), 1);
      for (const uko of [scenario.uko, other]) {
        expect(
          (await uko.audit()).filter(({ operation, effect }) => effect && operation === "updateManagedKey"),
        ).toHaveLength(1);
      }
      expect(await bob.resources()).toHaveLength(2);
    });
  } finally {
    await other.stop();
  }
});

test("another instanceId on a provider that has keys is an error before any call, and every key stays", () => {
  const programFor = (instanceId: string): YamlProgram => ({
    resources: { mine: provider({ instanceId }), payroll: keyBy("mine", "payroll") },
  });
  return withYaml({ program: programFor(demoSeed.instance.id), people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const env = { UKO_INSTANCE_ID: undefined };
    ended(await bob.up([], { env }), 0);
    const before = await bob.resources();
    await bob.writeProgram(yamlProgram(programFor(otherInstance)));
    const made = await scenario.mark();
    for (const run of [await bob.preview([], { env }), await bob.up([], { env })]) {
      const message = messageOf(ended(run, 1).output);
      expect(message).toContain(
        `This provider uses instance ${demoSeed.instance.id}, but the program now sets ${otherInstance}`,
      );
      expect(message).toContain("Declare another provider for the other instance");
    }
    expect(await scenario.writes(made)).toEqual([]);
    expect((await bob.resources()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));

    // Where the environment says another instance than the state, the keys are no better off elsewhere.
    await bob.writeProgram(yamlProgram(programFor(demoSeed.instance.id)));
    const elsewhere = ended(await bob.destroy(["--continue-on-error"]), 1);
    expect(firstLineOf(elsewhere.output)).toMatch(/is waiting for a second person/);
    const astray = await bob.destroy([], { env: { UKO_INSTANCE_ID: otherInstance } });
    expect(ended(astray, 1).output).toContain("[UKO_INSTANCE_MISMATCH]");
    expect(await bob.resources()).toHaveLength(1);
  });
});
