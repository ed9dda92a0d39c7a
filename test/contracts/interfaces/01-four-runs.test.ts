import { expect, test } from "vitest";
import { evidenceFile, expectEvidence } from "./support/evidence.ts";
import { type Kept, keptBy, keptOf, made } from "./support/kept-state.ts";
import { approveNow, endAgain, ended, lookOf, messageOf } from "./support/next-steps.ts";
import { profilesByTier } from "./support/profiles.ts";
import { recordOn } from "./support/records.ts";
import { withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

test.each(profilesByTier("tags-dropped"))("two people delete a key in four runs (%s)", (profile) =>
  withScenario({ profile, env: { UKO_EVIDENCE: evidenceFile } }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    const asks = (what: string) => `Key "payroll" ${what}`;

    const up = await bob.up();
    expect(up).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
    expect(messageOf(up.output), "a run without a message prints none").toBe("");
    expect(await bob.resources()).toMatchObject([{ outputs: { keyState: "active", lifecycleState: "active" } }]);

    // Bob's destroy requests the deactivation, and nothing more.
    const asked = ended(await bob.destroy(), 1, asks("is waiting for a second person to approve its deactivation"));
    const { id: request } = recordOn(await scenario.key());
    const { id: keyId } = await scenario.key();
    expect(messageOf(asked.output).split("\n")).toEqual([
      asks("is waiting for a second person to approve its deactivation"),
      ...userInterface.pathOfDeletion("payroll", await scenario.keyPath()),
      "  You requested the deactivation on 24 Nov 2026 14:22 UTC; the request expires on 1 Dec 2026 14:22 UTC, in 7 d.",
      "  Next: another person with the role Key Custodian - Deployer runs:",
      "    uko approve payroll",
      // A record in a description has no room for an approval.
      ...(profile.startsWith("tags-")
        ? []
        : [
            "    or: to let your next run deactivate the key, another person with the role Key Custodian - Creator runs:",
            "    uko approve payroll --store",
          ]),
      "  [UKO_APPROVAL_PENDING]",
    ]);
    expect((await scenario.key()).state).toBe("active");
    const pending: Kept = {
      ...{ keyState: "active", lifecycleState: "pending_approval", deletionAwaits: "approval" },
      ...{ deletionRequestedBy: "IBMid-550000BOB", deletionRecordId: request },
    };
    expect(await keptOf(bob)).toEqual(keptBy({ now: pending, looked: made }));

    // Alice's own destroy approves nothing.
    await scenario.advance("1m");
    const beforeOther = await scenario.mark();
    const other = ended(await alice.destroy(), 1, asks("is waiting for a second person to approve its deactivation"));
    expect(await scenario.writes(beforeOther)).toEqual([]);
    expect(lookOf(other.output)).toEqual(
      userInterface.predicts ? ['Key "payroll" is waiting for a second person to approve its deactivation'] : [],
    );

    // She types what was printed: it deactivates the key, and prints the request of the destruction.
    const approved = ended(await alice.runNext(other.output, approveNow), 0);
    expect(approved.output).toContain("1 key deactivated");
    ended(await alice.runNext(approved.output, /^uko request /), 0);
    const { id: half } = recordOn(await scenario.key());
    expect(half).not.toBe(request);
    expect(await scenario.key()).toMatchObject({ state: "deactivated", updated_by: "IBMid-550000ALICE" });

    // Alice again: nothing new, by the engine or by hand.
    await scenario.advance("1h");
    const beforeAgain = await scenario.mark();
    const again = ended(
      await alice.destroy(),
      1,
      asks("is deactivated and is waiting for a second person to approve its destruction"),
    );
    expect(messageOf(again.output)).toMatch(/You requested .* expires on 1 Dec 2026 14:23 UTC, in /);
    ended(await alice.approve("payroll"), 12);
    expect(await scenario.writes(beforeAgain), "no second request").toEqual([]);
    const cooling: Kept = {
      ...{ keyState: "deactivated", lifecycleState: "cooling_down", deletionAwaits: "approval" },
      ...{ deletionRequestedBy: "IBMid-550000ALICE", deletionRecordId: half },
      deletionNotBefore: "2026-11-24T18:23",
    };
    expect(await keptOf(alice)).toEqual(keptBy({ now: cooling, looked: cooling }));
    if (userInterface.savesWhatFailed || userInterface.looksFirst) {
      const [kept] = await alice.resources();
      expect(kept?.outputs?.deletionRecordExpiresAt).toMatch(/^2026-12-01T14:23/);
    }

    // Bob is too early. The message says until when he waits, and what he runs then.
    const early = ended(await bob.destroy(), 1);
    expect(messageOf(early.output)).toContain(
      "The key is cooling down. It can be destroyed after 24 Nov 2026 18:23 UTC, in 3 h",
    );
    ended(await bob.approve("payroll"), 12);
    expect(await scenario.writes(beforeAgain)).toEqual([]);
    await scenario.advance("3h1m");
    const destroyed = ended(await bob.runNext(early.output, approveNow), 0);
    expect(destroyed.output).toContain("1 key destroyed");
    expect(await scenario.key()).toMatchObject({ state: "destroyed", updated_by: "IBMid-550000BOB" });
    const kept = ended(
      await bob.destroy(),
      1,
      asks('is destroyed; keystore "payroll-ring" still holds its material until 24 Dec 2026 18:24 UTC, in 30 d'),
    );
    expect(messageOf(kept.output)).toContain("[UKO_DESTRUCTION_PENDING]");
    const pendingDestruction: Kept = {
      ...{ keyState: "destroyed", lifecycleState: "pending_destruction", deletionAwaits: "time" },
      deletionNotBefore: "2026-12-24T18:24",
    };
    expect(await keptOf(bob), "the key stays in the stack until the service removed it").toEqual(
      keptBy({ now: pendingDestruction, looked: pendingDestruction }),
    );

    // Alice holds no Vault Administrator.
    await scenario.advance("31d");
    const denied = ended(
      await alice.destroy(),
      1,
      'IBMid-550000ALICE ("Alice Example") cannot remove key "payroll" from its vault: missing right hs-crypto.managed-keys.destroyed-remove',
    );
    const over: Kept = { keyState: "destroyed", lifecycleState: "destroyed" };
    expect(await keptOf(alice), "the state names no wait").toEqual(keptBy({ now: over, looked: over }));
    const removed = ended(await bob.runNext(denied.output, endAgain), 0);
    expect(messageOf(removed.output)).toBe("");
    expect(await bob.resources()).toEqual([]);
    expect(await scenario.findKey()).toBeUndefined();
    expect((await scenario.writes()).filter(({ operation }) => operation !== "updateManagedKey")).toMatchObject([
      { operation: "createManagedKey", callerName: "Bob Example" },
      { operation: "deactivateManagedKey", callerName: "Alice Example" },
      { operation: "destroyManagedKey", callerName: "Bob Example" },
      { operation: "deleteManagedKey", callerName: "Bob Example" },
    ]);
    await expectEvidence(scenario, { alice, bob, keyId, request, half });
  }),
);
