import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/seed.ts";
import { door } from "./door.ts";
import { consentIn, ended } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { openScenario, programWith, type Scenario } from "./support/scenario.ts";

/** The instance's policy: each new key's twin starts under KMS's own dual authorization. */
const seed: Seed = { ...demoSeed, instance: { ...demoSeed.instance, dualAuthDelete: true } };
const carolId = "IBMid-550000CAROL";

test.each(profilesFor())(
  "the person who opened the KMS window cannot destroy, and the other person can (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, seed, people: ["bob", "carol"] });
    const [bob, carol] = [await scenario.person("bob"), await scenario.person("carol")];
    ended(await bob.up(), 0);
    const key = await scenario.keyPath();
    const record = consentIn((await bob.uko(["request", key])).output);

    // Carol wants it deactivated and no more, so her run leaves no record for destroy; Bob writes it.
    await carol.writeProgram(programWith({ state: "deactivated" }));
    ended(await carol.up([], { env: { UKO_CONSENT: record } }), 0);
    expect(await twin(scenario)).toMatchObject({ setBy: carolId });
    const request = consentIn((await bob.uko(["request", key])).output);
    await scenario.advance("4h1m");

    const asked = await scenario.mark();
    const setter = ended(
      await carol.destroy(request),
      1,
      'KMS requires another person to destroy key "payroll": you opened its deletion window',
    );
    expect(await scenario.writes(asked)).toEqual([]);
    expect(await carol.resources()).toMatchObject([
      { outputs: { lifecycleState: door.looksFirst ? "pending_approval" : "deactivated" } },
    ]);

    const consented = ended(await carol.runNext(setter.output, /^uko consent/), 0);
    ended(await bob.uko(["continue", key, "--consent", consentIn(consented.output)]), 11);
    await scenario.advance("31d");
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
  },
);

test.each(profilesFor())(
  "a KMS window that is too short stops a run before the outage, and an expired one is explained (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, seed });
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    ended(await bob.up(), 0);
    const key = await scenario.keyPath();
    const first = consentIn((await bob.uko(["request", key])).output);

    await scenario.control("switches", { kmsWindowHours: 24 });
    const asked = await scenario.mark();
    ended(
      await alice.destroy(first),
      1,
      'The KMS deletion window of key "payroll" would end less than a day after the cool-down',
    );
    expect((await scenario.writes(asked)).map(({ operation }) => operation)).toEqual(["M14", "M15"]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
    expect((await twin(scenario)).dualAuthDelete).toEqual({ enabled: true, keySetForDeletion: false });
    expect(await alice.resources()).toMatchObject([
      { outputs: { lifecycleState: door.looksFirst ? "pending_approval" : "active" } },
    ]);

    await scenario.control("switches", { kmsWindowHours: 168 });
    ended(await alice.uko(["continue", key, "--consent", first]), 10);
    await scenario.advance("8d");
    const before = await scenario.mark();
    const lapsed = ended(
      await bob.destroy(),
      1,
      'The KMS deletion window of key "payroll" expired on 1 Dec 2026 14:22 UTC, and KMS opens one for active keys only',
    );
    expect(await scenario.writes(before)).toEqual([]);

    // Reactivate, and again.
    ended(await alice.runNext(lapsed.output, /^uko reactivate/), 0);
    const second = consentIn((await bob.uko(["request", key])).output);
    const again = await alice.uko(["continue", key, "--consent", second]);
    expect(again).toMatchObject({ exitCode: 10 });
    expect(await twin(scenario)).toMatchObject({ setBy: "IBMid-550000ALICE" });
    await scenario.advance("4h1m");
    ended(
      await bob.destroy(consentIn(again.output)),
      1,
      /^Key "payroll" is destroyed; keystore "payroll-ring" still holds its material until /,
    );
    await scenario.advance("31d");
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
  },
);

async function twin(scenario: Scenario) {
  const [found] = (await scenario.uko.world()).twins;
  if (found === undefined) throw new Error("There is no twin.");
  return found;
}
