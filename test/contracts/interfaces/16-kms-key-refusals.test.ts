import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import { kmsKeyNamed, kmsPathOf, kmsProgramOf, kmsStepsSince } from "./support/kms-keys.ts";
import { codeOf, ended, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { withScenario } from "./support/scenario.ts";
import { userInterface } from "./user-interface.ts";

const goOn = ["--continue-on-error"];
const offId = "0ff00000-0000-4000-8000-000000000001";
/** A key that was created before KMS dual authorization was on. */
const seed: Seed = { ...demoSeed, kmsKeys: [{ id: offId, name: "older" }] };

test.each(profilesFor())("a window counts for another person with the right, until it expires (%s)", (profile) =>
  withScenario(
    { profile, program: kmsProgramOf({ backup: {} }), people: ["alice", "bob", "carol", "pipeline"] },
    async (scenario) => {
      const [alice, bob, carol] = [
        await scenario.person("alice"),
        await scenario.person("bob"),
        await scenario.person("carol"),
      ];
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const mark = await scenario.mark();
      const path = await kmsPathOf(scenario, "backup");
      const [, id = ""] = path.split("/");
      ended(await carol.uko(["request", path]), 0);

      // KMS refuses Carol without uko, too. A machine is no person, and a Writer lacks the right.
      const raw = await scenario
        .outsider("carol")
        .call("DELETE", `/api/v2/keys/${id}`, undefined, { "bluemix-instance": scenario.uko.instanceId });
      expect(raw.status).toBe(409);
      const machine = await scenario.runUko("pipeline", ["approve", path]);
      expect(machine).toMatchObject({
        exitCode: 12,
        output: expect.stringContaining("is not a person, so it cannot be one of the two people."),
      });
      const writer = await alice.approve(path);
      expect(writer).toMatchObject({ exitCode: 13, output: expect.stringContaining("[UKO_RIGHTS_MISSING]") });
      expect(await kmsStepsSince(scenario, mark)).toEqual(["setKeyForDeletion Carol Example"]);

      // The expired window does not count.
      await scenario.advance("8d");
      ended(await bob.approve(path), 12);
      ended(await carol.uko(["request", path]), 0);
      await scenario.advance("1m");
      expect(await kmsStepsSince(scenario, mark)).toEqual([
        "setKeyForDeletion Carol Example",
        "setKeyForDeletion Carol Example",
      ]);
      ended(await bob.approve(path), 0);
      expect(await kmsStepsSince(scenario, mark)).toEqual([
        "setKeyForDeletion Carol Example",
        "setKeyForDeletion Carol Example",
        "deleteKmsKey Bob Example",
      ]);

      await scenario.advance("31d");
      await bob.writeProgram(kmsProgramOf({ backup: { existingKeyId: id, restoreTrigger: "1" } }));
      ended(await bob.up(), 1, /^KMS key "backup" cannot be restored: KMS restores a key for 30 days, which ended on /);
    },
  ),
);

test.each(profilesFor())(
  "refuses to delete a KMS key that is in use or that one person could delete, and says why (%s)",
  (profile) =>
    withScenario(
      {
        profile,
        seed,
        program: kmsProgramOf({ used: {}, lone: { dualAuthorization: "single" }, older: { existingKeyId: offId } }),
      },
      async (scenario) => {
        const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
        // The backing key of a managed key is no key for a KmsKey.
        await scenario.outsider("carol").create();
        const backingKey = (await scenario.uko.world()).backingKeys[0]?.id;
        await bob.writeProgram(kmsProgramOf({ payroll: { existingKeyId: backingKey } }));
        const refused = ended(await bob.up(), 1);
        expect(messageOf(refused.output, "payroll")).toMatch(
          /a managed key depends on it\n.*\n\[UKO_KMS_KEY_IS_BACKING_KEY\]$/,
        );
        await bob.writeProgram(kmsProgramOf({ used: {}, lone: { dualAuthorization: "single" } }));
        ended(await bob.up(), 0);
        expect(messageOf(ended(await alice.up(), 0).output)).toMatch(
          /^KMS key "older" has no KMS dual authorization, so it cannot be deleted by two people/,
        );
        const { id } = await kmsKeyNamed(scenario, "used");
        await scenario.control(`keys/${id}`, { addResource: { crn: "crn:v1:bucket:ordinary", name: "ledger" } });
        const first = ended(await bob.destroy(goOn), 1);
        expect(codeOf(first.output, "used")).toBe("UKO_KEY_IN_USE");
        expect(messageOf(first.output, "used")).toContain("crn:v1:bucket:ordinary");
        expect(codeOf(first.output, "older")).toBe("UKO_KMS_DUAL_AUTHORIZATION_OFF");
        expect(await bob.resources(), "one person was enough for lone").toHaveLength(2);

        await scenario.control(`keys/${id}`, { addResource: { crn: "crn:v1:bucket:kept", preventKeyDeletion: true } });
        const second = ended(await bob.destroy(goOn), 1);
        expect(codeOf(second.output, "used")).toBe("UKO_RETENTION_POLICY");
        expect(messageOf(second.output, "used")).toContain("crn:v1:bucket:kept");
      },
    ),
);

test("a renamed resource of a KMS key never ends the key, for one person and for two", async () => {
  for (const dualAuthorization of ["single", "required"]) {
    const programFor = (name: string) =>
      userInterface.programFor({ [name]: { type: "KmsKey", args: { name: "orders", dualAuthorization } } });
    await withScenario({ profile: "documented", program: programFor("orders") }, async (scenario) => {
      const bob = await scenario.person("bob");
      ended(await bob.up(), 0);
      const made = await scenario.mark();
      await bob.writeProgram(programFor("invoices"));
      // The dynamic provider is not shown the state before a creation.
      const isLate = userInterface.name === "dynamic";
      for (const run of [...(isLate ? [] : [await bob.preview()]), await bob.up()]) {
        const said = ended(run, 1).output.replaceAll(/[\s│]+/g, " ");
        const line = isLate ? "this run created a second one" : "this run would create a second one";
        expect(said).toContain(`${line} with the same name and key ring`);
        expect(said).toMatch(isLate ? /aliases/ : userInterface.name === "terraform" ? /moved \{/ : /aliases: \[/);
      }
      expect((await scenario.writes(made)).map(({ operation }) => operation)).toEqual(
        isLate ? [dualAuthorization === "single" ? "createKmsKey" : "createKmsKeyWithPolicies"] : [],
      );
      expect(await bob.resources()).toHaveLength(isLate ? 2 : 1);
    });
  }
});
