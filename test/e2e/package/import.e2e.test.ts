/** Imports by ID alone, of each kind and of many keys at once. An imported resource has no difference from its program. */

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import type { AuditEntry } from "../../contracts/interfaces/support/emulator.ts";
import { ended, messageOf } from "../../contracts/interfaces/support/next-steps.ts";
import type { Person } from "../../contracts/interfaces/support/person.ts";
import { type Scenario, vaultId } from "../../contracts/interfaces/support/scenario.ts";
import { keyResource, withYaml, yamlProgram } from "./support/yaml-scenario.ts";

const keyId = "9b2d0000-0000-4000-8000-000000000002";
const kmsKeyId = "4a5e0000-0000-4000-8000-000000000003";
/** As every key has it that uko created, or that an earlier up has marked. */
const marker = { name: "uko_dual", value: "both" };
const made = { createdAt: "2025-01-15T09:00:00Z", createdBy: "IBMid-550000BOB" };
const orders = {
  ...{ id: keyId, label: "orders", vault: "payments", template: "payroll", description: "Orders of the web shop" },
  ...{ tags: [{ name: "team", value: "shop" }], ...made },
};
const seed: Seed = {
  ...demoSeed,
  keys: [{ ...orders, tags: [...orders.tags, marker] }],
  kmsKeys: [{ id: kmsKeyId, name: "backup", description: "Backups", tags: ["nightly"], dualAuthDelete: true }],
};

test.each([
  ["ManagedKey", `${vaultId}/${keyId}`],
  ["Vault", vaultId],
  ["Keystore", `${vaultId}/ce110000-0000-4000-8000-000000000001`],
  ["Keystore", `${vaultId}/ce110000-0000-4000-8000-000000000002`],
  ["KeyTemplate", `${vaultId}/7e110000-0000-4000-8000-000000000001`],
  ["KmsKey", kmsKeyId],
] as const)(
  "imports a %s by its ID, %s, with a program that has no difference, and writes nothing to the service",
  (kind, id) =>
    withYaml({ seed, people: ["bob"] }, async (scenario) => {
      const bob = await scenario.person("bob");
      const code = path.join(bob.engine.workingCopy, "imported.yaml");
      const args = ["import", `uko:index:${kind}`, "mine", id, "--yes", "--skip-preview", "--out", code];
      const imported = ended(await bob.engine.run(args), 0);
      expect(imported.output).not.toMatch(/warning:/);
      expect(await bob.resources()).toMatchObject([{ type: `uko:index:${kind}`, id, protect: true }]);

      await bob.writeProgram(`name: keys\nruntime: yaml\n${await readFile(code, "utf8")}`);
      ended(await bob.up(["--expect-no-changes"]), 0);
      ended(await bob.refresh(["--expect-no-changes"]), 0);
      expect(await writesOf(scenario)).toEqual([]);
    }),
);

test("the first up of an imported key without a marker writes the marker and nothing else, and its preview shows that", () =>
  withYaml({ seed: { ...demoSeed, keys: [orders] }, people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const code = path.join(bob.engine.workingCopy, "imported.yaml");
    const id = `${vaultId}/${keyId}`;
    const args = ["import", "uko:index:ManagedKey", "mine", id, "--yes", "--skip-preview", "--out", code];
    ended(await bob.engine.run(args), 0);
    expect(await writesOf(scenario)).toEqual([]);

    await bob.writeProgram(`name: keys\nruntime: yaml\n${await readFile(code, "utf8")}`);
    const previewed = ended(await bob.engine.run(["preview", "--diff"]), 0);
    expect(previewed.output).toContain("dualMarker");
    ended(await bob.up(), 0);
    expect((await writesOf(scenario)).map(({ operation }) => operation)).toEqual(["updateManagedKey"]);
    expect(await bob.resources()).toMatchObject([{ outputs: { dualMarker: "both" } }]);
    ended(await bob.up(["--expect-no-changes"]), 0);
  }));

test("a missing key, an invalid ID and a key of another vault are errors, and the state stays empty", () =>
  withYaml({ seed, people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const absent = "9b2d0000-0000-4000-8000-00000000dead";
    for (const id of [`${vaultId}/${absent}`, `${absent}/${keyId}`, keyId, "no id at all"]) {
      const args = ["import", "uko:index:ManagedKey", "mine", id, "--yes", "--skip-preview"];
      ended(await bob.engine.run(args), 1);
    }
    expect(await bob.resources()).toEqual([]);
    expect(await writesOf(scenario)).toEqual([]);
  }));

test("the state of an imported key shows its pending deletion, which still requires two people", () =>
  withYaml({ seed }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    ended(await bob.uko(["request", `${vaultId}/${keyId}`]), 0);
    const args = [
      "import",
      "uko:index:ManagedKey",
      "orders",
      `${vaultId}/${keyId}`,
      "--yes",
      "--skip-preview",
      "--protect=false",
    ];
    ended(await bob.engine.run(args), 0);
    expect(await bob.resources()).toMatchObject([{ outputs: { lifecycleState: "pending_approval" } }]);
    const asked = await scenario.mark();
    ended(await bob.destroy(), 1);
    expect(await scenario.writes(asked), "asked for once").toEqual([]);
    ended(await alice.destroy(), 1);
    expect(await scenario.key("orders")).toMatchObject({ state: "active" });
  }));

test("another ID in the option import adopts that key and deletes the former one, which two people have to approve", () => {
  const second = { ...orders, id: "9b2d0000-0000-4000-8000-000000000003", label: "returns" };
  const keys = [orders, second].map((key) => ({ ...key, tags: [...key.tags, marker] }));
  return withYaml({ seed: { ...demoSeed, keys }, people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const programFor = ({ id, label }: typeof orders) =>
      yamlProgram({
        resources: {
          mine: keyResource(
            label,
            { description: orders.description, tags: { team: "shop" } },
            {
              import: `${vaultId}/${id}`,
            },
          ),
        },
      });
    await bob.writeProgram(programFor(orders));
    ended(await bob.up(), 0);
    await bob.writeProgram(programFor(second));
    ended(await bob.up(), 1, 'Key "orders" is waiting for a second person to approve its deactivation');
    expect((await bob.resources()).map(({ id }) => id)).toEqual([second, orders].map(({ id }) => `${vaultId}/${id}`));
    expect(await scenario.key("orders")).toMatchObject({ state: "active" });
  });
});

/** Pulumi's file backend writes the whole state after each key, so more keys would measure Pulumi. */
const many = 100;

test(`${many} keys are imported in one run, an up of them all differs in nothing, and looks at many are answered from lists`, () => {
  const keys = Array.from({ length: many }, (_, index) => ({
    ...{ id: `9b2d0000-0000-4000-8000-${String(index).padStart(12, "0")}`, label: `key-${index}` },
    ...{ vault: "payments", template: "payroll", tags: [marker], ...made },
  }));
  return withYaml({ seed: { ...demoSeed, keys }, people: ["bob"] }, async (scenario) => {
    const bob = await scenario.person("bob");
    const file = path.join(bob.engine.workingCopy, "import.json");
    const resources = keys.map(({ id, label }) => ({
      type: "uko:index:ManagedKey",
      name: label,
      id: `${vaultId}/${id}`,
    }));
    await writeFile(file, JSON.stringify({ resources }));
    await bob.writeProgram(
      yamlProgram({ resources: Object.fromEntries(keys.map(({ label }) => [label, keyResource(label)])) }),
    );
    const measured = [
      await measure("import", scenario, bob, [
        "import",
        "--file",
        file,
        "--yes",
        "--skip-preview",
        "--generate-code=false",
        "--protect=false",
      ]),
      await measure("up", scenario, bob, ["up", "--yes", "--skip-preview", "--expect-no-changes"]),
      await measure("refresh", scenario, bob, ["refresh", "--yes", "--skip-preview", "--expect-no-changes"]),
    ];
    console.log(measured.map(({ title, seconds, calls }) => `${title}: ${seconds} s, ${calls} calls`).join("\n"));
    expect(await bob.resources()).toHaveLength(many);
    expect(await writesOf(scenario)).toEqual([]);
    // A page of a list holds many keys, so a run over all of them needs no call for each.
    for (const { title, calls } of measured) expect(calls, title).toBeLessThan(many / 5);
  });
});

async function measure(title: string, scenario: Scenario, { engine: pulumi }: Person, args: readonly string[]) {
  const mark = await scenario.mark();
  const result = ended(await pulumi.run(args), 0);
  expect(messageOf(result.output)).toBe("");
  const calls = (await scenario.audit()).filter(({ seq }: AuditEntry) => seq > mark).length;
  return { title, seconds: Math.round(result.durationMs / 100) / 10, calls };
}

/** What changed the service but for what it began with. */
async function writesOf(scenario: Scenario): Promise<readonly AuditEntry[]> {
  return (await scenario.writes()).filter(({ operation }) => operation !== "seed");
}
