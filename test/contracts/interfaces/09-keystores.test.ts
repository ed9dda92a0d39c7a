import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import { ended, firstLineOf, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { openScenario, programWith, type Scenario } from "./support/scenario.ts";

/** A key of template `cards` lives in two keystores at AWS. */
const seed: Seed = {
  ...demoSeed,
  keystores: [
    ...demoSeed.keystores,
    { name: "aws-paris", vault: "payments", type: "aws_kms", groups: ["cards"], location: "eu_west_3", pendingDays: 9 },
  ],
};
const bucket = { crn: "crn:v1:bucket", name: "ledger", preventKeyDeletion: true };

test.each(profilesFor())(
  "a retention policy stops a run before the outage, and metadata stays while a keystore may hold the key (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, seed, program: programWith({ template: "cards" }) });
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    ended(await bob.up(), 0);
    const key = await scenario.keyPath();
    const { id } = await scenario.key();
    const setKeystore = (name: string, change: unknown) => scenario.control(`keystores/${name}`, change);
    const carryOn = (who: "alice" | "bob") => scenario.runUko(who, ["continue", key]);

    // A resource with a retention policy: nothing is written, nothing is cut off.
    await scenario.control(`keys/${id}`, { addResource: bucket });
    const created = await scenario.mark();
    const retained = ended(await bob.destroy(), 1, '1 resource with a retention policy still needs key "payroll"');
    expect(messageOf(retained.output)).toContain("cloud-object-storage ledger\n");
    expect(await scenario.writes(created)).toEqual([]);
    expect(await bob.resources()).toMatchObject([{ outputs: { lifecycleState: "active" } }]);
    await scenario.control(`keys/${id}`, { removeResource: bucket.crn });
    ended(await bob.uko(["request", key]), 0);
    await scenario.control(`keys/${id}`, { addResource: bucket });
    const asked = await scenario.mark();
    const held = ended(await alice.approve(key), 12);
    expect(held.output).toContain("with a retention policy still needs the key");
    await scenario.control(`keys/${id}`, { removeResource: bucket.crn });

    // No keystore takes part in the deactivation: the service refuses, and the key stays as it is.
    for (const name of ["aws-frankfurt", "aws-paris"]) await setKeystore(name, { refuses: ["deactivate"] });
    expect(ended(await alice.approve(key), 12).output).toContain("The service refused to deactivate the key");
    expect(await scenario.writes(asked)).toEqual([]);
    for (const name of ["aws-frankfurt", "aws-paris"]) await setKeystore(name, { refuses: [] });

    // One of two keystores refuses to destroy: out of sync there.
    ended(await alice.approveAndRequest(key), 0);
    await scenario.advance("4h1m");
    await setKeystore("aws-paris", { refuses: ["destroy"] });
    ended(await bob.approve(key), 0);
    const destroyed = await bob.destroy();
    const paris = 'uko did not remove key "payroll": keystore "aws-paris" may still hold the key';
    expect(destroyed.exitCode).toBe(1);
    expect(firstLineOf(destroyed.output)).toBe(paris);
    await scenario.advance("8d");
    const later = ended(await carryOn("bob"), 12, paris);
    ended(await bob.refresh(), 0);
    expect((await bob.resources())[0]?.outputs).toMatchObject({
      lifecycleState: "pending_destruction",
      keystores: expect.arrayContaining([
        expect.objectContaining({ name: "aws-frankfurt", status: "not_present", syncFlag: "ok" }),
        expect.objectContaining({ name: "aws-paris", status: "not_active", syncFlag: "out_of_sync" }),
      ]),
    });

    // The command that the message names, once the keystore takes part again.
    await setKeystore("aws-paris", { refuses: [] });
    ended(await bob.runNext(later.output, /^uko sync/), 0);
    ended(
      await carryOn("bob"),
      11,
      /^Key "payroll" is destroyed; keystore "aws-paris" still holds its material until /,
    );

    // The deletion is canceled at the provider: the material is back.
    await scenario.control(`keys/${id}`, {
      material: "enabled",
      keystoreId: await keystoreId(scenario, "aws-frankfurt"),
    });
    await scenario.advance("10d");
    const restored = ended(
      await bob.destroy(),
      1,
      'uko did not remove key "payroll": keystore "aws-frankfurt" may still hold the key',
    );
    expect(messageOf(restored.output)).toContain('Keystore "aws-frankfurt" (aws_kms) reports: active, out of sync.');
    expect(await bob.resources()).toHaveLength(1);
    ended(await bob.runNext(restored.output, /^uko sync/), 0);
    await scenario.advance("8d");

    // A keystore that does not answer, or answers nothing that helps.
    for (const statusResponse of ["error", "unknown"]) {
      await setKeystore("aws-paris", { statusResponse });
      const silent = await carryOn("bob");
      expect(silent).toMatchObject({ exitCode: 12, stdout: says("UKO_KEYSTORE_BLOCKS_REMOVAL") });
      expect(firstLineOf(silent.output)).toBe(paris);
    }
    expect(await scenario.findKey()).toMatchObject({ state: "destroyed" });
    await setKeystore("aws-paris", { statusResponse: "ok" });
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
    expect(await alice.uko(["status", key])).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("is gone") });
  },
);

function says(code: string): unknown {
  return expect.stringContaining(`[${code}]`);
}

async function keystoreId(scenario: Scenario, name: string): Promise<string> {
  const { keystores } = (await scenario.control("world")) as { keystores: readonly { id: string; name: string }[] };
  return keystores.find((keystore) => keystore.name === name)?.id ?? "";
}
