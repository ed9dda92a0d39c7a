import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/seed.ts";
import { door, type Resources } from "./door.ts";
import { codeOf, consentIn, endAgain, ended, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { type Scenario, vaultId, withScenario } from "./support/scenario.ts";
import { emptySeed, keyNames, templateFor, wholeStack } from "./support/whole-stack.ts";

const goOn = ["--continue-on-error"];
const codesOf = (output: string): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.keys(wholeStack).flatMap((name) => {
      const code = codeOf(output, name);
      return code === undefined ? [] : [[name, code]];
    }),
  );

test.each(profilesFor())("two people take a stack of eleven to empty in 92 days (%s)", (profile) =>
  withScenario({ profile, seed: emptySeed, program: door.programFor(wholeStack) }, async (scenario) => {
    const [alice, bob] = [await scenario.person("alice"), await scenario.person("bob")];
    const left = async () => (await bob.resources()).map(({ urn }) => urn.split("::").at(-1)).sort();
    ended(await bob.up(), 0);
    const carol = scenario.outsider("carol");
    for (const name of ["retired", "buried"]) await carol.act((await scenario.key(name)).id, "deactivate");
    await scenario.advance("4h1m");
    await carol.act((await scenario.key("buried")).id, "destroy");

    // Bob asks for four keys at once; nothing that holds a key is tried.
    const asked = ended(await bob.destroy([], goOn), 1);
    expect(codesOf(asked.output)).toEqual({
      ...Object.fromEntries(keyNames.map((name) => [name, "UKO_APPROVAL_PENDING"])),
      buried: "UKO_DESTRUCTION_PENDING",
    });
    const requests = keyNames
      .filter((name) => name !== "buried")
      .map((name) => consentIn(messageOf(asked.output, name)));

    // Alice names all four: two are deactivated, one that was never active is destroyed, and for one she lacks the right.
    await scenario.advance("1m");
    const named = ended(await alice.destroy(requests, goOn), 1);
    expect(codesOf(named.output)).toEqual({
      ledger: "UKO_APPROVAL_PENDING",
      cards: "UKO_APPROVAL_PENDING",
      draft: "UKO_RIGHTS_MISSING",
      retired: "UKO_RIGHTS_MISSING",
      buried: "UKO_DESTRUCTION_PENDING",
    });
    const answer = consentIn(ended(await alice.runNext(messageOf(named.output, "retired"), /^uko consent/), 0).output);

    await scenario.advance("4h1m");
    const halves = ["ledger", "cards"].map((name) => consentIn(messageOf(named.output, name)));
    const destroyed = ended(await bob.destroy([...halves, answer], goOn), 1);
    const pending = { ledger: "UKO_DESTRUCTION_PENDING", retired: "UKO_DESTRUCTION_PENDING" };
    expect(codesOf(destroyed.output)).toEqual({
      ...pending,
      cards: "UKO_DESTRUCTION_PENDING",
      buried: "UKO_DESTRUCTION_PENDING",
    });
    expect(await left()).toEqual([
      "aws",
      "buried",
      "cards",
      "ledger",
      "ofCards",
      "ofLedger",
      "retired",
      "ring",
      "vault",
    ]);

    // What AWS held is gone after seven days, and its keystore and template with it.
    await scenario.advance("8d");
    expect(codesOf(ended(await bob.destroy([], goOn), 1).output)).toEqual(pending);
    expect(await left()).toEqual(["ledger", "ofLedger", "retired", "ring", "vault"]);

    // KMS keeps what it knows of the destroyed keys for 90 days, and their key ring as long.
    await scenario.advance("23d");
    const remains = ended(await bob.destroy([], goOn), 1);
    expect(codesOf(remains.output)).toEqual({ ring: "UKO_KMS_METADATA_REMAINS" });
    expect(messageOf(remains.output, "ring")).toMatch(
      /^Keystore "treasury-ring" probably cannot be deleted until 22 Feb 2027 22:25 UTC, in .*: its key ring may still have the metadata of 2 destroyed keys\n/,
    );
    expect(await left()).toEqual(["ring", "vault"]);
    await scenario.advance("59d");
    ended(await bob.runNext(messageOf(remains.output, "ring"), endAgain), 0);
    ended(await bob.destroy(), 0);

    await expectNothingLeft(scenario, "bob");
    const deletions = (await scenario.audit()).filter(
      ({ operation, method }) => /^[VST]5$/.test(operation) && method === "DELETE",
    );
    expect(
      deletions.map(({ operation, status }) => `${operation} ${status}`).sort(),
      "none was tried too early but the keystore whose ring the service does not name",
    ).toEqual(["T5 204", "S5 204", "T5 204", "T5 204", "S5 409", "S5 204", "V5 204"].sort());
  }),
);

/** Each thing by its literal id, so that to Pulumi nothing depends on anything, and all of it is deleted at once. */
const adoptedRing = "ce110000-0000-4000-8000-000000000001";
const adoptedAws = "ce110000-0000-4000-8000-000000000002";
const adoptedTemplate = "7e110000-0000-4000-8000-000000000001";
const cardsTemplate = "7e110000-0000-4000-8000-000000000003";
const unordered: Resources = {
  vault: { type: "Vault", args: { name: "payments", existingVaultId: vaultId } },
  ring: {
    type: "Keystore",
    args: { vaultId, type: "internal", name: "payroll-ring", existingKeystoreId: adoptedRing },
  },
  aws: {
    type: "Keystore",
    args: { vaultId, type: "aws_kms", name: "aws-frankfurt", existingKeystoreId: adoptedAws },
  },
  ofLedger: templateFor("payroll", "ledger", {
    vaultId,
    group: "payroll",
    expirationPeriod: "P2Y",
    existingTemplateId: adoptedTemplate,
  }),
  ofCards: templateFor("cards", "cards", { vaultId, expirationPeriod: "P2Y", existingTemplateId: cardsTemplate }),
  ledger: { type: "ManagedKey", args: { vaultId, template: "payroll", label: "ledger", dualAuthorization: "single" } },
  cards: { type: "ManagedKey", args: { vaultId, template: "cards", label: "cards", dualAuthorization: "single" } },
};
const containers = ["vault", "ring", "aws", "ofLedger", "ofCards"] as const;
const adoptableSeed: Seed = {
  ...demoSeed,
  templates: demoSeed.templates.filter(({ name }) => !name.endsWith("-draft")),
};

test.each(profilesFor())(
  "a program that says nothing of what is in what ends right, whatever fails meanwhile (%s)",
  (profile) =>
    withScenario(
      {
        profile,
        seed: adoptableSeed,
        single: ["ledger", "cards"],
        people: ["carol"],
        program: door.programFor(unordered),
      },
      async (scenario) => {
        const carol = await scenario.person("carol");
        ended(await carol.up(), 0);
        const inUse = Object.fromEntries(containers.map((name) => [name, "UKO_CONTAINER_IN_USE"]));

        const first = ended(await carol.destroy([], goOn), 1);
        expect(codesOf(first.output)).toEqual({ ...inUse, ledger: "UKO_COOLING_DOWN", cards: "UKO_COOLING_DOWN" });
        const [firstLine] = messageOf(first.output, "ring").split("\n");
        expect(firstLine).toMatch(/^Keystore "payroll-ring" still holds key "ledger" \((active|deactivated)\)$/);
        expect((await carol.runNext(messageOf(first.output, "ring"), /^uko plan/)).exitCode).toBe(0);

        // A keystore that takes no part holds up its own key alone.
        await scenario.advance("4h1m");
        await scenario.control("keystores/aws-frankfurt", { refuses: ["destroy"] });
        const second = ended(await carol.destroy([], goOn), 1);
        expect(codesOf(second.output)).toEqual({
          ...inUse,
          ledger: "UKO_DESTRUCTION_PENDING",
          cards: "UKO_SERVICE_REFUSED",
        });

        // So does a service that is away for some calls: the rest goes on, and the next run ends it.
        await scenario.control("keystores/aws-frankfurt", { refuses: [] });
        await scenario.control("faults", { operation: "S3", path: adoptedAws, status: 503, retryAfter: 0, times: 10 });
        const third = ended(await carol.destroy([], goOn), 1);
        expect(codesOf(third.output)).toMatchObject({
          aws: "UKO_SERVICE_UNAVAILABLE",
          cards: "UKO_DESTRUCTION_PENDING",
          ledger: "UKO_DESTRUCTION_PENDING",
        });
        expect(codeOf(third.output, "ring")).toMatch(/^UKO_(CONTAINER_IN_USE|DESTRUCTION_PENDING)$/);
        await carol.uko(["status", await scenario.keyPath("cards")]);
        expect(await carol.resources()).toHaveLength(7);

        await scenario.advance("31d");
        ended(await carol.destroy([], goOn), 1);
        expect((await scenario.uko.world()).keys).toEqual([]);
        await scenario.advance("60d");
        // Pulumi may look at the vault before the last keystore has left it.
        for (let run = 0; run < 3 && (await carol.resources()).length > 0; run += 1) await carol.destroy([], goOn);
        await expectNothingLeft(scenario, "carol");
      },
    ),
);

async function expectNothingLeft(scenario: Scenario, name: string): Promise<void> {
  expect(await (await scenario.person(name)).resources()).toEqual([]);
  const { vaults, keystores, templates, keys, twins, kmsKeys } = await scenario.uko.world();
  expect({ vaults, keystores, templates, keys, twins, kmsKeys }).toEqual({
    ...{ vaults: [], keystores: [], templates: [] },
    ...{ keys: [], twins: [], kmsKeys: [] },
  });
}
