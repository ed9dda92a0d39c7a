import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import { isWhole } from "../../support/tier.ts";
import { approveNow, ended, messageOf } from "./support/next-steps.ts";
import type { Person } from "./support/person.ts";
import { type Profile, profilesFor } from "./support/profiles.ts";
import { openScenario, programWith, type Scenario } from "./support/scenario.ts";

/** One built-in role each, beside reading in KMS. */
const seed: Seed = {
  ...demoSeed,
  identities: [
    ...demoSeed.identities,
    {
      iamId: "IBMid-550000DORA",
      kind: "person",
      name: "Dora",
      apiKey: "dora",
      roles: ["KeyCustodianDeployer", "Reader"],
    },
    {
      iamId: "IBMid-550000CHRIS",
      kind: "person",
      name: "Chris",
      apiKey: "chris",
      roles: ["KeyCustodianCreator", "Reader"],
    },
    {
      iamId: "IBMid-550000VERA",
      kind: "person",
      name: "Vera",
      apiKey: "vera",
      roles: ["VaultAdministrator", "Reader"],
    },
    // Without any role in KMS, where the backing key of an internal key lives.
    { iamId: "IBMid-550000DAN", kind: "person", name: "Dan", apiKey: "dan", roles: ["KeyCustodianDeployer"] },
  ],
};
const apiKeys = { dora: "dora", chris: "chris", vera: "vera", dan: "dan" };

const casts = {
  two: { creator: "bob", deployer: "alice", administrator: "bob" },
  three: { creator: "chris", deployer: "dora", administrator: "vera" },
} as const;
type Gate = "both" | "destroy";
type Case = readonly [cast: keyof typeof casts, gate: Gate, profile: Profile];

/** Two people with both gates are scenario 1. */
const fast: readonly (readonly [keyof typeof casts, Gate])[] = [
  ["two", "destroy"],
  ["three", "both"],
];
const rest = [["three", "destroy"]] as const;
const cases = profilesFor().flatMap((profile) =>
  [...fast, ...(isWhole ? rest : [])].map((each): Case => [...each, profile]),
);

test.each(cases)("%s people with split built-in roles delete a key, gate %s (%s)", async (cast, gate, profile) => {
  const names = casts[cast];
  const people = [...new Set(Object.values(names))];
  const program = programWith({ deletionGate: gate });
  await using scenario = await openScenario({ profile, seed, apiKeys, people, program, judge: { gate } });
  const [creator, deployer, administrator] = (await Promise.all(
    [names.creator, names.deployer, names.administrator].map((name) => scenario.person(name)),
  )) as [Person, Person, Person];
  ended(await creator.up(), 0);
  const key = await scenario.keyPath();

  // Under the gate `destroy` one person deactivates, in two runs.
  const asked = ended(
    await (gate === "both" ? creator : deployer).destroy(),
    1,
    'Key "payroll" is waiting for a second person to approve its deactivation',
  );
  if (gate === "both") ended(await deployer.runNext(asked.output, approveNow), 0);
  else {
    ended(
      await deployer.destroy(),
      1,
      'Key "payroll" is deactivated and is waiting for a person to request its destruction',
    );
  }
  ended(await deployer.uko(["request", key]), 0);
  expect(await scenario.key()).toMatchObject({ state: "deactivated" });
  await scenario.advance("4h1m");
  ended(await deployer.approve(key), 12);
  ended(await administrator.approve(key), 0);
  expect(await scenario.key()).toMatchObject({ state: "destroyed" });
  await scenario.advance("31d");
  ended(await administrator.destroy(), 0);
  expect(await administrator.resources()).toEqual([]);
});

test.each(profilesFor())(
  "a missing right stops a run before the outage, and the message names the role (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, seed, apiKeys, people: ["chris", "vera"] });
    const [chris, vera] = [await scenario.person("chris"), await scenario.person("vera")];
    ended(await chris.up(), 0);
    const key = await scenario.keyPath();
    const created = await scenario.mark();

    const unwritten = ended(
      await vera.destroy(),
      1,
      `IBMid-550000VERA ("Vera") cannot write a consent record to key "payroll": missing right hs-crypto.managed-keys.write or hs-crypto.managed-keys.write-tags`,
    );
    expect(messageOf(unwritten.output)).toContain(
      "This right requires the role Key Custodian - Deployer or Key Custodian - Creator.",
    );
    expect(await scenario.writes(created)).toEqual([]);

    ended(await chris.uko(["request", key]), 0);
    const asked = await scenario.mark();
    await refused(scenario, "vera", 13, /missing right hs-crypto.managed-keys.active-deactivate/);
    await refused(scenario, "dan", 12, /Could not read the backing KMS key/);
    await scenario.control(`keys/${(await scenario.key()).id}`, { backingKey: { dualAuthDelete: true } });
    await refused(scenario, "dora", 13, /IBMid-550000DORA \("Dora"\) cannot set the backing KMS key of/);
    expect(await scenario.writes(asked)).toEqual([]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
    expect(await chris.resources()).toMatchObject([{ outputs: { lifecycleState: "active" } }]);
  },
);

async function refused(scenario: Scenario, name: string, exitCode: number, says: RegExp): Promise<void> {
  const run = await scenario.runUko(name, ["approve", await scenario.keyPath()]);
  expect(run).toMatchObject({ exitCode, stdout: expect.stringMatching(says) });
}
