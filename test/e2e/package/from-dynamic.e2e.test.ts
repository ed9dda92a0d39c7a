/** From the dynamic provider to the package, and back: the import line changes, and every key and every deletion continues. */

import { rename } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { codeOf, ended, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import type { Person } from "../../contracts/interfaces/support/person.ts";
import { programWith, type Scenario, withScenario } from "../../contracts/interfaces/support/scenario.ts";
import { emptySeed, wholeStack } from "../../contracts/interfaces/support/whole-stack.ts";
import type { Resources } from "../../contracts/interfaces/user-interface.ts";
import { userInterface } from "../../contracts/interfaces/user-interface.ts";
import { vaultId } from "../../emulator/harness.ts";

const everything: Resources = { ...wholeStack, kms: { type: "KmsKey", args: { name: "backup" } } };

/** All that a person changes. */
const onPackage = (program: string) => program.replace(/from "[^"]+"/, 'from "@uko/pulumi"');
const onDynamic = (program: string) => program.replace(/from "[^"]+"/, 'from "pulumi-uko"');
/** On the way back the classes know nothing of the package's types, so the program says them. */
const cameFromPackage = (program: string) =>
  program.replaceAll(/= new (\w+)\((.*)\);$/gm, (_, kind: string, rest: string) => {
    const alias = `aliases: [{ type: "uko:index:${kind}" }]`;
    return rest.endsWith(" }") && rest.includes("}, { dependsOn")
      ? `= new ${kind}(${rest.slice(0, -2)}, ${alias} });`
      : `= new ${kind}(${rest}, { ${alias} });`;
  });

const identities = async (person: Person) =>
  (await person.resources()).map(({ urn, id, outputs }) => [urn.split("::").at(-1), id, outputs.lifecycleState]).sort();
const typesIn = async (person: Person) =>
  new Set((await person.resources()).map(({ type }) => type.replace(/\w+$/, "")));
const writesSince = async (scenario: Scenario, mark: number) =>
  (await scenario.writes(mark)).map(({ operation, label }) => `${operation} ${label}`);

test("a stack of all five resources moves by its import line alone: nothing is created, changed or deleted", () =>
  withScenario(
    { profile: "documented", seed: emptySeed, program: onDynamic(userInterface.programFor(everything)) },
    async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      const before = await identities(bob);
      expect(await typesIn(bob)).toEqual(new Set(["pulumi-nodejs:dynamic/uko:"]));
      const made = await scenario.mark();

      for (const person of [alice, bob]) await person.writeProgram(onPackage(userInterface.programFor(everything)));
      // Neither the first run nor the refresh after it needs the former package; only up --refresh does.
      const former = path.join(scenario.workspace.folder, "node_modules", "pulumi-uko");
      await rename(former, `${former}-away`);
      expect(ended(await bob.up(["--refresh"]), 1).output).toContain("Cannot find module 'pulumi-uko");
      const preview = ended(await bob.preview(["--diff"]), 0);
      expect(preview.output).toMatch(/^Resources:\n {4}13 unchanged\n/m);
      ended(await bob.up(["--expect-no-changes"]), 0);
      expect(await identities(bob)).toEqual(before);
      expect(await typesIn(bob)).toEqual(new Set(["uko:index:"]));

      // From the first look on the keys are watched, and nothing of the former provider remains.
      ended(await bob.refresh(), 0);
      expect(await writesSince(scenario, made)).toEqual([]);
      await rename(`${former}-away`, former);
      const { text, resources } = await bob.engine.exportState();
      const keys = resources.filter(({ type }) => type === "uko:index:ManagedKey");
      expect(keys).toHaveLength(5);
      expect(keys).toEqual(keys.map(() => expect.objectContaining({ refreshBeforeUpdate: true })));
      expect(text).not.toContain("__provider");

      await bob.writeProgram(cameFromPackage(onDynamic(userInterface.programFor(everything))));
      expect(ended(await bob.preview(["--diff"]), 0).output).not.toMatch(/\b(?:create|delete|replace)\b/);
      ended(await bob.up(), 0);
      expect(await identities(bob)).toEqual(before);
      expect(await typesIn(bob)).toEqual(new Set(["pulumi-nodejs:dynamic/uko:"]));
      expect(await writesSince(scenario, made)).toEqual([]);
      ended(await bob.refresh(["--expect-no-changes"]), 0);
    },
  ));

test("a secret in a map or list of the program is encrypted in every state and preview, before and after the move", () => {
  const resources: Resources = {
    payroll: {
      type: "ManagedKey",
      args: { vaultId, template: "payroll", label: "payroll", tags: { pin: "4711471147114711" } },
    },
    kms: { type: "KmsKey", args: { name: "backup", aliases: ["board-only"] } },
  };
  const program = userInterface.programFor(resources).replace(/"(?:board-only|4711471147114711)"/g, "secret($&)");
  const written = `${program}\nimport { secret } from "@pulumi/pulumi";\n`;
  return withScenario({ profile: "documented", program: onDynamic(written) }, async (scenario) => {
    const bob = await scenario.person("bob");
    const texts: string[] = [];
    const step = async (run: Promise<{ readonly exitCode: number; readonly output: string }>) => {
      texts.push(ended(await run, 0).output, (await bob.engine.exportState()).text);
    };
    await step(bob.up());
    await bob.writeProgram(onPackage(written));
    for (let round = 0; round < 2; round += 1) {
      await step(bob.up(["--expect-no-changes"]));
      await step(bob.refresh());
      await step(bob.preview(["--json"]));
    }
    await bob.writeProgram(onPackage(written.replace('"4711471147114711"', '"4712471147114711"')));
    await step(bob.preview(["--json"]));
    await step(bob.up());
    for (const text of texts) expect(text).not.toMatch(/board-only|471[12]471147114711/);
  });
});

test.each([
  ["dynamic provider", "package", onDynamic, onPackage],
  ["package", "dynamic provider", onPackage, (program: string) => cameFromPackage(onDynamic(program))],
] as const)(
  "a deletion requested with the %s is completed with the %s: one record for each step, and the same two people",
  (_from, _to, first, second) =>
    withScenario({ profile: "documented", program: first(programWith()) }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      const people = [alice, bob];
      const move = async (to: (program: string) => string) => {
        for (const person of people) await person.writeProgram(to(programWith()));
        const before = await scenario.mark();
        expect(ended(await bob.preview(["--diff"]), 0).output).not.toMatch(/\b(?:create|delete|replace)\b/);
        ended(await bob.up(), 0);
        expect(await writesSince(scenario, before)).toEqual([]);
      };
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const made = await scenario.mark();
      ended(await bob.destroy(), 1);
      await scenario.advance("1m");
      await move(second);

      expect(messageOf(ended(await bob.destroy(), 1).output, "payroll")).toMatch(
        /^Key "payroll" is waiting for a second person/,
      );
      ended(await alice.approveAndRequest("payroll"), 0);
      await scenario.advance("4h1m");
      ended(await bob.approve("payroll"), 0);
      const destroyed = ended(await bob.destroy(), 1);
      expect(codeOf(destroyed.output, "payroll")).toBe("UKO_DESTRUCTION_PENDING");
      await scenario.advance("31d");
      ended(await bob.destroy(), 0);
      expect(await scenario.findKey()).toBeUndefined();
      expect(await writesSince(scenario, made)).toEqual([
        "updateManagedKey payroll",
        "deactivateManagedKey payroll",
        "updateManagedKey payroll",
        "destroyManagedKey payroll",
        "deleteManagedKey payroll",
      ]);
    }),
);
