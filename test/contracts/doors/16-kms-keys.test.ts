import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/seed.ts";
import { isWhole } from "../../support/tier.ts";
import { door } from "./door.ts";
import { untilHeld } from "./support/emulator.ts";
import { codeOf, ended, firstLineOf, messageOf, nextCommands } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { type Scenario, withScenario } from "./support/scenario.ts";

const goOn = ["--continue-on-error"];
const offId = "0ff00000-0000-4000-8000-000000000001";
/** A key from before anybody asked for two people. */
const seed: Seed = { ...demoSeed, kmsKeys: [{ id: offId, name: "older" }] };

function programOf(keys: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  return door.programFor(
    Object.fromEntries(
      Object.entries(keys).map(([name, args]) => [name, { type: "KmsKey", args: { name, ...args } } as const]),
    ),
  );
}

/** The one window that an output tells people to name. */
function windowIn(output: string): string {
  const names = new Set(Array.from(output.matchAll(/UKO_CONSENT=([0-9a-f-]{36}@\S+Z)/g), ([, name]) => name ?? ""));
  const [name] = names;
  if (name === undefined || names.size > 1) throw new Error(`No single window to name in:\n${output}`);
  return name;
}

async function keyNamed(scenario: Scenario, name: string) {
  const found = (await scenario.uko.world()).kmsKeys.find((key) => key.name === name);
  if (found === undefined) throw new Error(`KMS has no key "${name}".`);
  return found;
}

/** What was done to KMS keys: row and who. */
const stepsSince = async (scenario: Scenario, mark: number): Promise<readonly string[]> =>
  (await scenario.writes(mark))
    .filter(({ operation }) => operation.startsWith("M"))
    .map(({ operation, callerName }) => `${operation} ${callerName}`);

test.each(profilesFor())("one sets a KMS key for deletion, another destroys it by naming the window (%s)", (profile) =>
  withScenario(
    { profile, program: programOf({ backup: {} }), people: ["alice", "bob", "carol", "pipeline"] },
    async (scenario) => {
      const [alice, bob, carol] = [
        await scenario.person("alice"),
        await scenario.person("bob"),
        await scenario.person("carol"),
      ];
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const mark = await scenario.mark();
      const asked = ended(await carol.destroy(), 1, 'KMS key "backup" is waiting for a second person to destroy it');
      const { id } = await keyNamed(scenario, "backup");
      expect(windowIn(asked.output)).toMatch(new RegExp(`^${id}@2026-12-01T14:23:0\\dZ$`));
      expect(messageOf(asked.output)).toContain("the deletion window ends on 1 Dec 2026 14:23 UTC");
      expect(await stepsSince(scenario, mark)).toEqual(["M14 Carol Example"]);

      // Carol cannot be both of the two, by this tool or past it; a machine is neither of them.
      await scenario.advance("1m");
      const own = ended(await carol.destroy(windowIn(asked.output)), 1);
      expect(firstLineOf(own.output)).toBe(
        'KMS requires another person to destroy KMS key "backup": according to KMS, you set it for deletion',
      );
      expect(nextCommands(own.output)).toContain(
        nextCommands(asked.output).find((command) => command.startsWith("UKO_CONSENT=")),
      );
      const raw = await scenario
        .outsider("carol")
        .call("DELETE", `/api/v2/keys/${id}`, undefined, { "bluemix-instance": scenario.uko.instanceId });
      expect(raw.status).toBe(409);
      const machine = ended(await (await scenario.person("pipeline")).destroy(windowIn(asked.output)), 1);
      expect(messageOf(machine.output)).toContain("is not a person, so it cannot be one of the two people.");
      const writer = ended(await alice.destroy(windowIn(asked.output)), 1);
      expect(messageOf(writer.output)).toContain("[UKO_RIGHTS_MISSING]");
      expect(await stepsSince(scenario, mark)).toEqual(["M14 Carol Example"]);

      // Nobody acted in time: the old name counts no more, and a new window has another one.
      await scenario.advance("8d");
      const anew = ended(await carol.destroy(windowIn(asked.output)), 1);
      expect(messageOf(anew.output)).toContain("The window that you named is not open: it expired,");
      expect(windowIn(anew.output)).not.toBe(windowIn(asked.output));
      await scenario.advance("1m");
      const old = ended(await bob.destroy(windowIn(asked.output)), 1);
      expect(firstLineOf(old.output)).toBe('KMS key "backup" is waiting for a second person to destroy it');
      expect(await stepsSince(scenario, mark)).toEqual(["M14 Carol Example", "M14 Carol Example"]);
      const done = ended(await bob.runNext(anew.output, /^UKO_CONSENT=.*(?:pulumi|tofu) destroy/), 0);
      expect(done.output).toMatch(
        /Until 1 Jan 2027 14:25 UTC, in 30 d, a changed restore_?[tT]rigger restores the key/,
      );
      expect(await stepsSince(scenario, mark)).toEqual(["M14 Carol Example", "M14 Carol Example", "M8 Bob Example"]);
      expect(await bob.resources()).toEqual([]);

      // Within 30 days it comes back, if its program says so; the window by which it was destroyed is used up.
      await scenario.advance("20d");
      await bob.writeProgram(programOf({ backup: { existingKeyId: id, restoreTrigger: "1" } }));
      ended(await bob.up(), 0);
      expect(await keyNamed(scenario, "backup")).toMatchObject({ state: 1 });
      const again = ended(await carol.destroy(), 1);
      await scenario.advance("1m");
      ended(await bob.destroy(windowIn(again.output)), 0);
      await scenario.advance("31d");
      await bob.writeProgram(programOf({ backup: { existingKeyId: id, restoreTrigger: "2" } }));
      ended(await bob.up(), 1, /^KMS key "backup" cannot be restored: KMS restores a key for 30 days, which ended on /);
    },
  ),
);

test.each(profilesFor())("what still needs a KMS key, or keeps nobody from ending it alone, is said (%s)", (profile) =>
  withScenario(
    {
      profile,
      seed,
      program: programOf({ used: {}, lone: { dualAuthorization: "single" }, older: { existingKeyId: offId } }),
    },
    async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      // The twin of a managed key is no key for a KmsKey.
      await scenario.outsider("carol").create();
      const twin = (await scenario.uko.world()).twins[0]?.id;
      await bob.writeProgram(programOf({ payroll: { existingKeyId: twin } }));
      const refused = ended(await bob.up(), 1);
      expect(messageOf(refused.output, "payroll")).toMatch(
        /a managed key depends on it\n.*\n\[UKO_KMS_KEY_IS_A_TWIN\]$/,
      );
      await bob.writeProgram(programOf({ used: {}, lone: { dualAuthorization: "single" } }));
      ended(await bob.up(), 0);
      expect(messageOf(ended(await alice.up(), 0).output)).toMatch(
        /^KMS key "older" has no KMS dual authorization, so it cannot be deleted by two people/,
      );
      const { id } = await keyNamed(scenario, "used");
      await scenario.control(`keys/${id}`, { addResource: { crn: "crn:v1:bucket:ordinary", name: "ledger" } });
      const first = ended(await bob.destroy([], goOn), 1);
      expect(codeOf(first.output, "used")).toBe("UKO_KEY_IN_USE");
      expect(messageOf(first.output, "used")).toContain("crn:v1:bucket:ordinary");
      expect(codeOf(first.output, "older")).toBe("UKO_KMS_DUAL_AUTHORIZATION_OFF");
      expect(await bob.resources(), "one person was enough for lone").toHaveLength(2);

      await scenario.control(`keys/${id}`, { addResource: { crn: "crn:v1:bucket:kept", preventsKeyDeletion: true } });
      const second = ended(await bob.destroy([], goOn), 1);
      expect(codeOf(second.output, "used")).toBe("UKO_RETENTION_POLICY");
      expect(messageOf(second.output, "used")).toContain("crn:v1:bucket:kept");
    },
  ),
);

const kills = (["set", "destroy"] as const).flatMap((step) =>
  (["before", "after"] as const).map((when) => ({ step, when })),
);

test.each(kills.filter(({ when }) => isWhole || when === "after"))(
  "a provider killed $when its call to $step leaves nothing that the next run does not bring to its end",
  ({ step, when }) =>
    withScenario({ profile: "documented", program: programOf({ backup: {} }) }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const mark = await scenario.mark();
      const isSet = step === "set";
      const asked = isSet ? undefined : windowIn(ended(await alice.destroy(), 1).output);
      await scenario.control("faults", { operation: isSet ? "M14" : "M8", hold: when, times: 1 });
      const env = asked === undefined ? {} : { env: { UKO_CONSENT: asked } };
      const started = (isSet ? alice : bob).engine.start(["destroy", "--skip-preview", "--yes"], env);
      await untilHeld(scenario.uko);
      expect(await started.killProvider()).toBe(1);
      expect((await started.result).exitCode).not.toBe(0);
      await scenario.control("faults/release", {});

      if (isSet) {
        const again = ended(await alice.destroy(), 1);
        expect(firstLineOf(again.output)).toMatch(/^KMS key "backup" is waiting for /);
        await scenario.advance("1m");
        ended(await bob.destroy(windowIn(again.output)), 0);
      } else ended(await bob.engine.destroy([], env), 0);
      expect(await stepsSince(scenario, mark)).toEqual(["M14 Alice Example", "M8 Bob Example"]);
      expect(await bob.resources()).toEqual([]);
    }),
);
