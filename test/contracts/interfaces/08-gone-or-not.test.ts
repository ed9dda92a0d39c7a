import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import { emulatorAddresses } from "../../support/emulator-addresses.ts";
import { openEmulator } from "./support/emulator.ts";
import { approveNow, ended, messageOf, nextCommands } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { openScenario, programWith, type Scenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

test.each(profilesFor())("two people destroy a key that was never active, both by hand (%s)", async (profile) => {
  await using scenario = await openScenario({ profile, program: programWith({ template: "payroll-draft" }) });
  const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
  ended(await bob.up(), 0);

  // No engine requests what cannot be undone.
  const before = await scenario.mark();
  const asked = ended(await alice.destroy(), 1, 'Key "payroll" is waiting for a person to request its destruction');
  expect(nextCommands(asked.output)).toEqual(["uko request payroll"]);
  expect(await scenario.writes(before)).toEqual([]);
  const requested = ended(await alice.runNext(asked.output, /^uko request /), 0);
  ended(await bob.runNext(requested.output, approveNow), 0);
  ended(await bob.destroy(), 0);
  expect((await scenario.writes(before)).map(({ operation, to }) => `${operation} ${to ?? ""}`.trim())).toEqual([
    // A service that drops tags gets the record twice more: as a tag, and as the marker alone in the description.
    ...(profile === "tags-dropped" ? ["updateManagedKey pre_activation", "updateManagedKey pre_activation"] : []),
    "updateManagedKey pre_activation",
    "destroyManagedKey destroyed",
    "deleteManagedKey removed",
  ]);
  expect(await bob.resources()).toEqual([]);

  // The other way round: the person who may destroy such a key may not remove its metadata.
  const { body } = await scenario.outsider("bob").create({ template_name: "payroll-draft", label: "draft" });
  const draft = await scenario.keyPath("draft");
  ended(await bob.uko(["request", draft]), 0);
  ended(await alice.approve(draft), 0);
  const destroyed = ended(
    await alice.uko(["continue", draft]),
    13,
    'IBMid-550000ALICE ("Alice Example") cannot remove key "draft" from its vault: missing right hs-crypto.managed-keys.destroyed-remove',
  );
  ended(await bob.runNext(destroyed.output, /^uko continue/), 0);
  expect((await scenario.uko.world()).keys.map(({ id }) => id)).not.toContain(body.id);
});

test.each(profilesFor())(
  "only a proven 404 removes a key from the state, never a 401, a 403 or another instance's 404 (%s)",
  async (profile) => {
    await using scenario = await openScenario({ profile, people: ["bob"] });
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    const { id } = await scenario.key();
    const keyPath = await scenario.keyPath();
    const before = await scenario.mark();
    const renamed = { ...demoSeed.vaults[0], id: "5c1e0000-0000-4000-8000-00000000000f" };
    const elsewhere = await openEmulator(profile, {
      ...demoSeed,
      vaults: [renamed],
      clock: { start: (await scenario.uko.world()).now, frozen: true },
    });
    const there = emulatorAddresses(elsewhere.url);
    try {
      const unproven = `Key ${id} was not found, but uko could not verify that it was deleted`;
      for (const [faults, env, firstLine, code] of [
        [[["getManagedKey", 401]], {}, "Unified Key Orchestrator did not accept the identity", "UKO_ACCESS_DENIED"],
        [
          [["getManagedKey", 403]],
          {},
          "The identity lacks the right hs-crypto.managed-keys.read",
          "UKO_RIGHTS_MISSING",
        ],
        [
          [
            ["getManagedKey", 404],
            ["getVault", 404],
          ],
          {},
          unproven,
          "UKO_GONE_UNPROVEN",
        ],
        [[], there, unproven, "UKO_GONE_UNPROVEN"],
      ] as const) {
        for (const [operation, status] of faults) await scenario.control("faults", { operation, status });
        for (const [command, end] of [
          ["refresh", userInterface.refreshOfUnseen],
          [
            "destroy",
            { exitCode: 1, says: (summary: string) => userInterface.errorOfDeletion("payroll", keyPath, summary) },
          ],
        ] as const) {
          const run = await bob.engine[command]([], { env });
          expect(run.exitCode).toBe(end.exitCode);
          const message = messageOf(run.output, userInterface.refreshOfUnseen.resource);
          expect(message.split("\n")[0]).toBe(end.says(firstLine, code));
          expect(message).toContain(`[${code}]`);
        }
        await clearFaults(scenario);
      }
    } finally {
      await elsewhere.stop();
    }
    expect(await bob.resources()).toMatchObject([{ outputs: { keyId: id, lifecycleState: "active" } }]);
    // A 404 for the key beside a vault that may not be read proves nothing either.
    await scenario.control("faults", { operation: "getManagedKey", status: 404 });
    await scenario.control("faults", { operation: "getVault", status: 403 });
    expect(await bob.uko(["status", keyPath])).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining("[UKO_GONE_UNPROVEN]"),
    });
    await clearFaults(scenario);
    const otherId = "0e5f1c3a-7b1d-4c55-9d2e-000000000000";
    ended(
      await bob.engine.destroy([], { env: { UKO_INSTANCE_ID: otherId } }),
      1,
      `Key ${id} belongs to instance ${scenario.uko.instanceId}, but this run is connected to instance ${otherId}`,
    );
    expect(await scenario.writes(before)).toEqual([]);

    await endBeside(scenario);
    ended(await bob.refresh(), 0);
    expect(await bob.resources()).toEqual([]);
    ended(await bob.up(), 0);
    await endBeside(scenario);
    const gone = await scenario.mark();
    ended(await bob.destroy(), 0);
    expect(await bob.resources()).toEqual([]);
    expect(await scenario.writes(gone)).toEqual([]);
  },
);

/** Carol, who holds every role, ends the key in the console: no tool can keep her from it. */
async function endBeside(scenario: Scenario): Promise<void> {
  const { id } = await scenario.key();
  const carol = scenario.outsider("carol");
  await carol.act(id, "deactivate");
  await scenario.advance("5h");
  await carol.act(id, "destroy");
  await scenario.advance("31d");
  await carol.remove(id);
}

async function clearFaults(scenario: Scenario): Promise<void> {
  await fetch(`${scenario.url}/_emulator/faults`, { method: "DELETE" });
}
