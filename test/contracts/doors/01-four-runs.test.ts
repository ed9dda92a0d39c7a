import { expect, test } from "vitest";
import { door } from "./door.ts";
import { evidenceFile, expectEvidence } from "./support/evidence.ts";
import { type Kept, keptBy, keptOf, made } from "./support/kept-state.ts";
import { consentIn, endAgain, ended, firstLineOf, lookOf, messageOf } from "./support/next-steps.ts";
import { profilesByTier, sayAuthorUnder } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";

test.each(profilesByTier("tags-dropped"))("two people delete a key in four runs (%s)", (profile) =>
  withScenario({ profile, env: { UKO_EVIDENCE: evidenceFile } }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    const asks = (what: string) => `Key "payroll" ${what}`;

    const up = await bob.up();
    expect(up).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
    expect(messageOf(up.output), "a run without a message prints none").toBe("");
    expect(await bob.resources()).toMatchObject([{ outputs: { keyState: "active", lifecycleState: "active" } }]);

    // Bob asks.
    const asked = await bob.destroy();
    expect(asked).toMatchObject({
      exitCode: 1,
      firstErrorLine: asks("is waiting for a second person to approve its deactivation"),
    });
    const request = consentIn(asked.output);
    const path = await scenario.keyPath();
    const { id: keyId } = await scenario.key();
    const engineStep = door.engineStep(`UKO_CONSENT=${request} ${door.endOf("ManagedKey", "payroll")}`);
    expect(messageOf(asked.output).split("\n")).toEqual([
      asks("is waiting for a second person to approve its deactivation"),
      "  You requested the deactivation on 24 Nov 2026 14:22 UTC; the request expires on 1 Dec 2026 14:22 UTC, in 7 d.",
      "  Current state: active.",
      `  Next: another person with the role Key Custodian - Deployer runs${engineStep.length === 1 ? " one of these commands" : ""}:`,
      `    uko approve ${path} ${request}`,
      ...engineStep,
      "    or: to withdraw the request, someone who can write to the key runs:",
      `    uko withdraw ${path}`,
      "  [UKO_APPROVAL_PENDING]",
    ]);
    expect((await scenario.key()).state).toBe("active");
    const pending: Kept = {
      ...{ keyState: "active", lifecycleState: "pending_approval", deletionAwaits: "approval" },
      ...{ deletionRequestedBy: "IBMid-550000BOB", deletionRecordId: request },
    };
    expect(await keptOf(bob)).toEqual(keptBy({ now: pending, looked: made }));

    // Alice pastes what Bob sent her: it deactivates, and asks for the second step.
    await scenario.advance("1m");
    const deactivated = ended(await alice.runNext(asked.output, endAgain), 1);
    expect(lookOf(deactivated.output)).toEqual(
      door.predicts
        ? ['This run approves the deactivation of key "payroll"']
        : door.looksFirst
          ? [
              asks(
                `is waiting for approval of its deactivation: ${sayAuthorUnder(profile, "Bob")} requested it on 24 Nov 2026 14:22 UTC`,
              ),
            ]
          : [],
    );
    expect(firstLineOf(deactivated.output)).toBe(
      asks("is deactivated and is waiting for a second person to approve its destruction"),
    );
    const half = consentIn(deactivated.output);
    expect(half).not.toBe(request);
    expect(await scenario.key()).toMatchObject({ state: "deactivated", updated_by: "IBMid-550000ALICE" });

    const cooling: Kept = {
      ...{ keyState: "deactivated", lifecycleState: "cooling_down", deletionAwaits: "approval" },
      ...{ deletionRequestedBy: "IBMid-550000ALICE", deletionRecordId: half },
      deletionNotBefore: "2026-11-24T18:23",
    };
    expect(await keptOf(alice)).toEqual(keptBy({ now: cooling, looked: pending }));

    // Alice again, even naming her own record: nothing new.
    await scenario.advance("1h");
    const beforeAgain = await scenario.mark();
    const again = await alice.destroy(half);
    expect(again).toMatchObject({ exitCode: 1, firstErrorLine: firstLineOf(deactivated.output) });
    expect(consentIn(again.output)).toBe(half);
    const lapse = /You requested .* expires on 1 Dec 2026 14:23 UTC, in /;
    expect(messageOf(deactivated.output)).toMatch(lapse);
    expect(messageOf(again.output), "no expiry moved").toMatch(lapse);
    expect(messageOf(again.output)).toContain("You cannot approve your own request.");
    expect(await scenario.writes(beforeAgain), "no second request").toEqual([]);

    expect(await keptOf(alice)).toEqual(keptBy({ now: cooling, looked: cooling }));
    if (door.savesWhatFailed || door.looksFirst) {
      const [kept] = await alice.resources();
      expect(kept?.outputs?.deletionRecordLapsesAt).toMatch(/^2026-12-01T14:23/);
    }

    // Bob is too early. The message says until when he waits, and what he runs then.
    const early = await bob.destroy(half);
    expect(early).toMatchObject({
      exitCode: 1,
      firstErrorLine: asks("is deactivated and cooling down until 24 Nov 2026 18:23 UTC, in 3 h"),
    });
    expect(await scenario.writes(beforeAgain)).toEqual([]);
    await scenario.advance("3h1m");
    const destroyed = await bob.runNext(early.output, endAgain);
    expect(destroyed.exitCode).toBe(1);
    expect(firstLineOf(destroyed.output)).toBe(
      asks('is destroyed; keystore "payroll-ring" still holds its material until 24 Dec 2026 18:24 UTC, in 30 d'),
    );
    expect(await scenario.key()).toMatchObject({ state: "destroyed", updated_by: "IBMid-550000BOB" });
    const { deletionNotBefore: _over, ...cooled } = cooling;
    const pendingDestruction: Kept = {
      ...{ keyState: "destroyed", lifecycleState: "pending_destruction", deletionAwaits: "time" },
      deletionNotBefore: "2026-12-24T18:24",
    };
    expect(await keptOf(bob), "the key stays in the stack until the service removed it").toEqual(
      keptBy({ now: pendingDestruction, looked: { ...cooled, lifecycleState: "pending_approval" } }),
    );

    // Alice holds no Vault Administrator.
    await scenario.advance("31d");
    const denied = await alice.destroy();
    expect(denied).toMatchObject({
      exitCode: 1,
      firstErrorLine:
        'IBMid-550000ALICE ("Alice Example") cannot remove key "payroll" from its vault: missing right hs-crypto.managed-keys.destroyed-remove',
    });
    const over: Kept = { keyState: "destroyed", lifecycleState: "destroyed" };
    expect(await keptOf(alice), "the state names no wait").toEqual(keptBy({ now: over, looked: over }));
    const removed = ended(await bob.runNext(denied.output, endAgain), 0);
    expect(messageOf(removed.output)).toBe("");
    expect(await bob.resources()).toEqual([]);
    expect(await scenario.findKey()).toBeUndefined();
    expect((await scenario.writes()).filter(({ operation }) => operation !== "K4")).toMatchObject([
      { operation: "K2", callerName: "Bob Example" },
      { operation: "K7", callerName: "Alice Example" },
      { operation: "K8", callerName: "Bob Example" },
      { operation: "K5", callerName: "Bob Example" },
    ]);
    await expectEvidence(scenario, { alice, bob, keyId, request, half });
  }),
);
