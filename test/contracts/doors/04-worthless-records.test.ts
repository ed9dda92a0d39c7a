import { describe, expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/seed.ts";
import { recordId } from "../../support/oracle.ts";
import type { KeyInWorld } from "./support/emulator.ts";
import { consentIn, endAgain, ended, firstLineOf, messageOf } from "./support/next-steps.ts";
import { profilesFor, sayAuthorUnder, sayFormerAuthorUnder } from "./support/profiles.ts";
import { programOf, type Scenario, vaultId, withScenario } from "./support/scenario.ts";

const names = ["lapsed", "edited", "forged", "replayed", "copied", "good"] as const;
const carol = "IBMid-550000CAROL";

/** Where a record rides on a key, as raw text. */
function carrierOn(key: KeyInWorld): { readonly fields: Readonly<Record<string, unknown>>; readonly text: string } {
  const value = key.tags.find(({ name }) => name === "uko_deletion")?.value;
  if (value !== undefined) return { fields: { tags: key.tags }, text: value };
  const text = /\[uko1[bd][dx].*\]$/.exec(key.description)?.[0];
  if (text === undefined) throw new Error(`Key "${key.label}" carries no record.`);
  return { fields: { description: key.description }, text };
}

/** The same record dated now, as a forger would write it; answers what to PATCH and the id that it would have. */
function forge(
  key: KeyInWorld,
  now: string,
): { readonly fields: Readonly<Record<string, unknown>>; readonly id: string } {
  const { fields, text } = carrierOn(key);
  const seconds = Math.floor(Date.parse(now) / 1_000);
  const forged = text.startsWith("[uko1")
    ? text.slice(0, 8) + seconds.toString(16).padStart(8, "0") + text.slice(16)
    : Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(text, "hex").toString()), t: seconds })).toString("hex");
  expect(forged).not.toBe(text);
  return { fields: JSON.parse(JSON.stringify(fields).replace(text, forged)), id: recordId(key.id, forged) };
}

describe.each(profilesFor())("under %s", (profile) => {
  const bobsRecord = `The record that names ${sayFormerAuthorUnder(profile, "Bob")} as author does not count`;
  const people = async (scenario: Scenario) => [await scenario.person("alice"), await scenario.person("bob")] as const;

  test("expired, overwritten, forged, replayed and copied records do not count, and the message says why", () =>
    withScenario(
      { profile, program: programOf(Object.fromEntries(names.map((name) => [name, {}]))) },
      async (scenario) => {
        const [alice, bob] = await people(scenario);
        const outsider = scenario.outsider("carol");
        ended(await bob.up(), 0);
        const lapsed = consentIn(ended(await bob.uko(["request", await scenario.keyPath("lapsed")]), 0).output);
        await scenario.advance("6d23h");
        const asked = ended(await bob.destroy([], ["--continue-on-error"]), 1);
        const ids = Object.fromEntries(names.map((name) => [name, consentIn(messageOf(asked.output, name))]));
        expect(ids.lapsed, "a binding record is not written again").toBe(lapsed);
        await scenario.advance("2h");

        const key = (name: string) => scenario.key(name);
        const { description } = await key("edited");
        await outsider.patch((await key("edited")).id, {
          label: "edited",
          description: `reviewed\n${description}`.trim(),
        });
        const forged = forge(await key("forged"), (await scenario.uko.world()).now);
        await outsider.patch((await key("forged")).id, forged.fields);
        const replayed = carrierOn(await key("replayed"));
        ended(await bob.uko(["withdraw", await scenario.keyPath("replayed")]), 0);
        await outsider.patch((await key("replayed")).id, replayed.fields);
        await outsider.patch((await key("copied")).id, carrierOn(await key("good")).fields);

        const mark = await scenario.mark();
        const named = [...Object.values(ids), forged.id];
        const run = ended(await alice.destroy(named, ["--continue-on-error"]), 1);
        const steps = (await scenario.writes(mark)).filter(({ operation }) => operation !== "K4");
        expect(steps.map(({ operation, label }) => [operation, label])).toEqual([["K7", "good"]]);

        // Each is asked for anew, by Alice, under a new id; the message says what became of the record that people relied on.
        const voided = `${bobsRecord}: ${carol} wrote to the key on 1 Dec 2026 15:2`;
        const told = {
          lapsed: `The request of ${sayAuthorUnder(profile, "Bob")} expired on 1 Dec 2026 14:22 UTC.`,
          edited: voided,
          forged: voided,
          replayed: voided,
          copied: voided,
        };
        for (const [name, why] of Object.entries(told)) {
          const message = messageOf(run.output, name);
          expect(firstLineOf(message)).toBe(`Key "${name}" is waiting for a second person to approve its deactivation`);
          expect(message).toContain(why);
          expect(message).toContain("You requested the deactivation on 1 Dec 2026 15:2");
          expect(named).not.toContain(consentIn(message));
        }
        expect((await bob.resources()).map(({ outputs }) => outputs.label).sort()).toEqual([...names].sort());
      },
    ));

  test("writes within one second, a reactivated key and a key deactivated a year ago do not let a record count", () => {
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
      const request = async (name: string) =>
        consentIn(ended(await bob.uko(["request", await scenario.keyPath(name)]), 0).output);

      // Carol edits in the very second of Bob's record, so that both share an ETag, while Alice's run is looking.
      await scenario.control("clock", { tickMs: 0 });
      const raced = await scenario.keyPath("raced");
      const id = await request("raced");
      const running = alice.uko(["continue", raced, "--consent", id]);
      const { description, updated_at, id: keyId } = await scenario.key("raced");
      const looked = async () =>
        (await scenario.audit()).some(
          ({ operation, callerName }) => operation === "K3" && callerName === "Alice Example",
        );
      for (let tries = 0; tries < 500 && !(await looked()); tries += 1)
        await new Promise((next) => setTimeout(next, 10));
      expect(await looked()).toBe(true);
      await outsider.patch(keyId, { description: `x${description}` });
      expect((await scenario.key("raced")).updated_at, "one second, one ETag").toBe(updated_at);
      const late = ended(
        await running,
        10,
        'Key "raced" is waiting for two people: its deactivation has not been requested',
      );
      expect(late.output).toContain(`${carol} wrote to the key on 24 Nov 2026 14:22 UTC`);
      await scenario.control("clock", { tickMs: 1_000 });

      // The half that was given for destroy is void once the key was active again.
      const reactivated = await scenario.keyPath("reactivated");
      const first = await request("reactivated");
      await scenario.advance("1m");
      const half = consentIn(ended(await alice.uko(["continue", reactivated, "--consent", first]), 10).output);
      await scenario.advance("5h");
      await outsider.act((await scenario.key("reactivated")).id, "activate");
      ended(
        await bob.uko(["continue", reactivated, "--consent", half]),
        10,
        /^Key "reactivated" is waiting for two people: its deactivation has not been requested$/,
      );
      await outsider.act((await scenario.key("reactivated")).id, "deactivate");
      await scenario.advance("5h");
      ended(
        await bob.uko(["continue", reactivated, "--consent", half]),
        10,
        /^Key "reactivated" is deactivated and is waiting for two people: its destruction has not been requested$/,
      );

      // A deactivation by another person, however long ago, does not approve a destroy, but ends the cool-down.
      expect(await scenario.keyPath("old")).toBe(`${vaultId}/${old}`);
      ended(await bob.up(), 0);
      const asked = ended(
        await alice.destroy(),
        1,
        'Key "old" is deactivated and is waiting for a second person to approve its destruction',
      );
      expect(asked.output).not.toContain("cooling down");
      await scenario.advance("1m");
      ended(
        await bob.runNext(asked.output, endAgain),
        1,
        /^Key "old" is destroyed; keystore "payroll-ring" still holds its material until /,
      );
      expect(await scenario.key("old")).toMatchObject({ state: "destroyed" });
    });
  });
});
