import { describe, expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import { recordId } from "../../support/oracle.ts";
import type { KeyInWorld } from "./support/emulator.ts";
import { approveNow, ended, firstLineOf, messageOf } from "./support/next-steps.ts";
import { keepsTags, profilesFor, sayAuthorUnder, sayFormerAuthorUnder } from "./support/profiles.ts";
import { recordOn } from "./support/records.ts";
import { programOf, type Scenario, vaultId, withScenario } from "./support/scenario.ts";

const names = ["expired", "edited", "forged", "replayed", "copied", "good"] as const;
const carol = "IBMid-550000CAROL";

/** The same record dated now, as a forger would write it; returns what to PATCH and the id that it would have. */
function forge(
  key: KeyInWorld,
  now: string,
): { readonly fields: Readonly<Record<string, unknown>>; readonly id: string } {
  const { fields, text } = recordOn(key);
  const seconds = Math.floor(Date.parse(now) / 1_000);
  const forged = text.startsWith("[uko1")
    ? text.slice(0, 8) + seconds.toString(16).padStart(8, "0") + text.slice(16)
    : Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(text, "hex").toString()), t: seconds })).toString("hex");
  expect(forged).not.toBe(text);
  return { fields: JSON.parse(JSON.stringify(fields).replace(text, forged)), id: recordId(key.id, forged) };
}

const people = async (scenario: Scenario) => [await scenario.person("alice"), await scenario.person("bob")] as const;

describe.each(profilesFor())("under %s", (profile) => {
  const bobsRecord = `The record that names ${sayFormerAuthorUnder(profile, "Bob")} as author does not count`;

  test("expired, overwritten, forged, replayed and copied records do not count, and the message says why", () =>
    withScenario(
      { profile, program: programOf(Object.fromEntries(names.map((name) => [name, {}]))) },
      async (scenario) => {
        const [alice, bob] = await people(scenario);
        const outsider = scenario.outsider("carol");
        ended(await bob.up(), 0);
        const key = (name: string) => scenario.key(name);
        ended(await bob.uko(["request", "expired"]), 0);
        const expired = recordOn(await key("expired")).id;
        await scenario.advance("6d23h");
        ended(await bob.destroy(["--continue-on-error"]), 1);
        const ids = await Promise.all(names.map(async (name) => recordOn(await key(name)).id));
        expect(ids[0], "a binding record is not written again").toBe(expired);
        await scenario.advance("2h");

        const { description } = await key("edited");
        await outsider.patch((await key("edited")).id, {
          label: "edited",
          description: `reviewed\n${description}`.trim(),
        });
        const forged = forge(await key("forged"), (await scenario.uko.world()).now);
        await outsider.patch((await key("forged")).id, forged.fields);
        const replayed = recordOn(await key("replayed"));
        ended(await bob.uko(["withdraw", await scenario.keyPath("replayed")]), 0);
        await outsider.patch((await key("replayed")).id, replayed.fields);
        await outsider.patch((await key("copied")).id, recordOn(await key("good")).fields);

        const mark = await scenario.mark();
        const approved = ended(await alice.approve(names), 12);
        expect(approved.output).toContain("You cannot approve 5 keys now");
        const steps = await scenario.writes(mark);
        expect(steps.map(({ operation, label }) => [operation, label])).toEqual([["deactivateManagedKey", "good"]]);

        // Alice's engine asks for each anew; the message says what became of the record that people relied on.
        const run = ended(await alice.destroy(["--continue-on-error"]), 1);
        const voided = `${bobsRecord}: ${carol} wrote to the key on 1 Dec 2026 15:2`;
        const told = {
          expired: `The request of ${sayAuthorUnder(profile, "Bob")} expired on 1 Dec 2026 14:22 UTC.`,
          edited: voided,
          forged: voided,
          replayed: voided,
          copied: voided,
        };
        let explained = 0;
        for (const [name, why] of Object.entries(told)) {
          const message = messageOf(run.output, name);
          expect(firstLineOf(message)).toContain(
            `Key "${name}" is waiting for a second person to approve its deactivation`,
          );
          expect([...ids, forged.id]).not.toContain(recordOn(await key(name)).id);
          // Of many messages with one reason only the first ones have facts.
          if (!message.trimEnd().includes("\n")) continue;
          explained += 1;
          expect(message).toContain(why);
          expect(message).toContain("You requested the deactivation on 1 Dec 2026 15:2");
        }
        expect(explained).toBeGreaterThanOrEqual(3);
        expect((await bob.resources()).map(({ outputs }) => outputs.label).sort()).toEqual([...names].sort());
      },
    ));
});

test.each(profilesFor().filter(keepsTags))(
  "under %s: writes within one second, a reactivated key and a key deactivated a year ago do not let a record count",
  (profile) => {
    const aged = {
      template: "payroll",
      vault: "payments",
      createdAt: "2025-01-01T08:00:00Z",
      createdBy: carol,
    } as const;
    const updated = { updatedAt: "2025-11-20T08:00:00Z", updatedBy: carol } as const;
    const old = "9b2d0000-0000-4000-8000-000000000001";
    const seed: Seed = {
      ...demoSeed,
      keys: [
        { ...aged, ...updated, id: old, label: "old", state: "deactivated", deactivatedAt: "2025-11-20T08:00:00Z" },
        { ...aged, ...updated, label: "raced" },
        { ...aged, ...updated, label: "reactivated" },
      ],
    };
    const program = programOf({ old: { existingKeyId: old } });
    return withScenario({ profile, seed, program }, async (scenario) => {
      const [alice, bob] = await people(scenario);
      const outsider = scenario.outsider("carol");

      // Bob edits in the very second of Alice's record, so that both share an ETag, while Carol's run is looking.
      await scenario.control("clock", { tickMs: 0 });
      const raced = await scenario.keyPath("raced");
      const requester = await scenario.person("carol");
      ended(await requester.uko(["request", raced]), 0);
      ended(await alice.storeApproval("raced"), 0);
      const running = requester.uko(["continue", raced]);
      const { description, updated_at, id: keyId } = await scenario.key("raced");
      const looked = async () =>
        (await scenario.audit()).some(
          ({ operation, callerName }) => operation === "getManagedKey" && callerName === "Carol Example",
        );
      for (let tries = 0; tries < 500 && !(await looked()); tries += 1)
        await new Promise((next) => setTimeout(next, 10));
      expect(await looked()).toBe(true);
      await scenario.outsider("bob").patch(keyId, { description: `x${description}` });
      expect((await scenario.key("raced")).updated_at, "one second, one ETag").toBe(updated_at);
      const late = ended(await running, 10, 'Key "raced" is waiting for a person to request its deactivation');
      expect(late.output).toContain(`IBMid-550000BOB wrote to the key on 24 Nov 2026 14:22 UTC`);
      await scenario.control("clock", { tickMs: 1_000 });

      // The request for destroy is void once the key was active again.
      const reactivated = await scenario.keyPath("reactivated");
      ended(await bob.uko(["request", reactivated]), 0);
      await scenario.advance("1m");
      ended(await alice.approveAndRequest(reactivated), 0);
      await scenario.advance("5h");
      await outsider.act((await scenario.key("reactivated")).id, "activate");
      ended(await bob.approve(reactivated), 12);
      ended(
        await bob.uko(["continue", reactivated]),
        10,
        'Key "reactivated" is waiting for a person to request its deactivation',
      );
      await outsider.act((await scenario.key("reactivated")).id, "deactivate");
      await scenario.advance("5h");
      ended(await bob.approve(reactivated), 12);
      ended(
        await bob.uko(["continue", reactivated]),
        10,
        'Key "reactivated" is deactivated and is waiting for a person to request its destruction',
      );

      // A deactivation by another person, however long ago, does not approve a destroy, but ends the cool-down.
      expect(await scenario.keyPath("old")).toBe(`${vaultId}/${old}`);
      ended(await bob.up(), 0);
      const asked = ended(
        await alice.destroy(),
        1,
        'Key "old" is deactivated and is waiting for a person to request its destruction',
      );
      expect(asked.output).not.toContain("cooling down");
      const requested = ended(await alice.runNext(asked.output, /^uko request /), 0);
      await scenario.advance("1m");
      ended(await bob.runNext(requested.output, approveNow), 0);
      expect(await scenario.key("old")).toMatchObject({ state: "destroyed" });
    });
  },
);
