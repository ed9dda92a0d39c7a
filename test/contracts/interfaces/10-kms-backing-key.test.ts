import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import { ended } from "./support/next-steps.ts";
import { keepsTags, profilesFor } from "./support/profiles.ts";
import { openScenario, type Scenario } from "./support/scenario.ts";

/** The instance's policy: each new key's backing key starts under KMS's own dual authorization. */
const seed: Seed = { ...demoSeed, instance: { ...demoSeed.instance, dualAuthDelete: true } };
const carolId = "IBMid-550000CAROL";

test.each(profilesFor().filter(keepsTags))(
  "the person who opened the KMS window cannot destroy, and the other person can (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, seed, people: ["bob", "carol"] });
    const [bob, carol] = [await scenario.person("bob"), await scenario.person("carol")];
    ended(await bob.up(), 0);
    const key = await scenario.keyPath();
    ended(await bob.uko(["request", key]), 0);

    // Carol's run opens the window. She requests no destruction; Bob does.
    ended(await carol.approve(key), 0);
    expect(await backingKey(scenario)).toMatchObject({ setBy: carolId });
    ended(await bob.uko(["request", key]), 0);
    await scenario.advance("4h1m");

    const asked = await scenario.mark();
    const setter = ended(await carol.approve(key), 12);
    expect(setter.output).toContain("KMS requires another person to destroy");
    expect(await scenario.writes(asked)).toEqual([]);

    // So she stores her approval, and Bob's engine destroys.
    ended(await carol.storeApproval(key), 0);
    ended(
      await bob.destroy(),
      1,
      /^Key "payroll" is destroyed; keystore "payroll-ring" still holds its material until /,
    );
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
    ended(await bob.uko(["request", key]), 0);

    await scenario.control("switches", { kmsWindowHours: 24 });
    const asked = await scenario.mark();
    expect(ended(await alice.approve(key), 12).output).toContain("would end less than a day after the cool-down");
    expect((await scenario.writes(asked)).map(({ operation }) => operation)).toEqual([
      "setKeyForDeletion",
      "unsetKeyForDeletion",
    ]);
    expect(await scenario.key()).toMatchObject({ state: "active" });
    expect((await backingKey(scenario)).dualAuthDelete).toEqual({ enabled: true, keySetForDeletion: false });

    await scenario.control("switches", { kmsWindowHours: 168 });
    ended(await alice.approveAndRequest(key), 0);
    await scenario.advance("8d");
    const before = await scenario.mark();
    const expired = ended(
      await bob.destroy(),
      1,
      'The KMS deletion window of key "payroll" expired on 1 Dec 2026 14:22 UTC, and KMS opens one for active keys only',
    );
    expect(await scenario.writes(before)).toEqual([]);

    // Reactivate, and again.
    ended(await alice.runNext(expired.output, /^uko reactivate/), 0);
    ended(await bob.uko(["request", key]), 0);
    ended(await alice.approveAndRequest(key), 0);
    expect(await backingKey(scenario)).toMatchObject({ setBy: "IBMid-550000ALICE" });
    await scenario.advance("4h1m");
    ended(await bob.approve(key), 0);
    ended(
      await bob.destroy(),
      1,
      /^Key "payroll" is destroyed; keystore "payroll-ring" still holds its material until /,
    );
    await scenario.advance("31d");
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
  },
);

async function backingKey(scenario: Scenario) {
  const [found] = (await scenario.uko.world()).backingKeys;
  if (found === undefined) throw new Error("There is no backing key.");
  return found;
}
