import { expect, test } from "vitest";
import { ended, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { type Scenario, withScenario } from "./support/scenario.ts";
import { emptySeed, keyOf, ring, templateFor, vault } from "./support/whole-stack.ts";
import { type Resources, userInterface } from "./user-interface.ts";

const goOn = ["--continue-on-error"];
const first: Resources = {
  vault,
  ring,
  ofLedger: templateFor("ledger", "ledger"),
  ledger: keyOf("ofLedger", "ledger", "ring"),
};

test.each(profilesFor())(
  "a second stack adopts a stack without a write, and neither deletes it alone (%s)",
  (profile) =>
    withScenario({ profile, seed: emptySeed, program: userInterface.programFor(first) }, async (scenario) => {
      const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
      await using other = await userInterface.open();
      ended(await bob.up(), 0);
      await scenario.advance("1m");
      const vaultId = (await scenario.uko.world()).vaults[0]?.id ?? "";
      await scenario.outsider("carol").create({ vault: { id: vaultId }, template_name: "ledger", label: "unmarked" });

      const program = await adopting(scenario);
      const second = await other.person("carol", { program, env: scenario.environmentOf("carol") });
      const mark = await scenario.mark();
      const up = ended(await second.up(), 0);
      const since = async () => (await scenario.writes(mark)).map(({ operation, label }) => `${operation} ${label}`);
      const said = messageOf(up.output);
      expect(said).toContain('Key "ledger" keeps its marker "both"');
      expect(said).toContain("The rule of an existing key only gets stricter.");
      expect(said).not.toContain('Key "unmarked"');
      // Where a service drops tags the marker is written a second time, into the description.
      const marking = await since();
      expect([...new Set(marking)], "the marker of the key that had none").toEqual(["updateManagedKey unmarked"]);
      ended(await second.up(), 0);
      expect(await since()).toEqual(marking);

      // The second stack asks; what the first one made and holds is its too.
      const asked = ended(await second.destroy(goOn), 1);
      expect(messageOf(asked.output, "ring")).toMatch(/^Keystore "treasury-ring" still holds 2 keys: /);
      await scenario.advance("1m");
      ended(await alice.approveAndRequest(["ledger", "unmarked"]), 0);
      await scenario.advance("4h1m");
      ended(await bob.approve(["ledger", "unmarked"]), 0);
      ended(await second.destroy(goOn), 1);

      // The first stack to run removes the key; the other stack finds it gone.
      await scenario.advance("31d");
      ended(await second.destroy(goOn), 1);
      expect((await scenario.uko.world()).keys).toEqual([]);
      const removed = await scenario.mark();
      const rest = ended(await bob.destroy(goOn), 1);
      expect(messageOf(rest.output, "ring")).toContain("[UKO_KMS_METADATA_REMAINS]");
      expect((await bob.resources()).map(({ urn }) => urn.split("::").at(-1)).sort()).toEqual(["ring", "vault"]);
      expect((await scenario.writes(removed)).map(({ operation }) => operation)).toEqual(["deleteTemplate"]);

      await scenario.advance("60d");
      ended(await second.destroy(goOn), 0);
      expect((await scenario.uko.world()).vaults).toEqual([]);
      // With the vault gone too, this endpoint proves nothing: what the first stack holds stays, until it is asked of the right instance.
      const unproven = ended(await bob.destroy(goOn), 1);
      expect(messageOf(unproven.output, "ring")).toContain("[UKO_GONE_UNPROVEN]");
      expect(await bob.resources()).toHaveLength(2);
    }),
);

async function adopting(scenario: Scenario): Promise<string> {
  const world = await scenario.uko.world();
  const idOf = (all: readonly { id: string }[], index = 0) => all[index]?.id;
  const [vaultId, template] = [idOf(world.vaults), "ledger"];
  const key = async (label: string, more = {}) =>
    ({
      type: "ManagedKey",
      args: { vaultId, template, existingKeyId: (await scenario.key(label)).id, ...more },
    }) as const;
  const { args } = templateFor("ledger", "ledger");
  return userInterface.programFor({
    vault: { type: "Vault", args: { ...vault.args, existingVaultId: vaultId } },
    ring: { type: "Keystore", args: { ...ring.args, existingKeystoreId: idOf(world.keystores) } },
    ofLedger: { type: "KeyTemplate", args: { ...args, existingTemplateId: idOf(world.templates) } },
    // The marker that the first stack wrote takes precedence.
    ledger: await key("ledger", { dualAuthorization: "single" }),
    unmarked: await key("unmarked"),
  });
}
