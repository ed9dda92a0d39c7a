import { expect, test } from "vitest";
import { demoSeed } from "../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/store/seed.ts";
import { codeOf, ended, messageOf } from "./support/next-steps.ts";
import { profilesFor } from "./support/profiles.ts";
import { vaultId, withScenario } from "./support/scenario.ts";
import { codesOf, expectNothingLeft, templateFor } from "./support/whole-stack.ts";
import { type Resources, userInterface } from "./user-interface.ts";

const goOn = ["--continue-on-error"];

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
  "a program without dependencies between its resources is deleted, whatever fails meanwhile (%s)",
  (profile) =>
    withScenario(
      {
        profile,
        seed: adoptableSeed,
        single: ["ledger", "cards"],
        people: ["carol"],
        program: userInterface.programFor(unordered),
      },
      async (scenario) => {
        const carol = await scenario.person("carol");
        ended(await carol.up(), 0);
        const inUse = Object.fromEntries(containers.map((name) => [name, "UKO_CONTAINER_IN_USE"]));

        const first = ended(await carol.destroy(goOn), 1);
        expect(codesOf(unordered, first.output)).toEqual({
          ...inUse,
          ledger: "UKO_COOLING_DOWN",
          cards: "UKO_COOLING_DOWN",
        });
        const [firstLine] = messageOf(first.output, "ring").split("\n");
        expect(firstLine).toMatch(/^Keystore "payroll-ring" still holds key "ledger" \((active|deactivated)\)/);
        // Of many messages with one reason only the first ones have commands.
        const explained = containers
          .map((name) => messageOf(first.output, name))
          .find((said) => said.match(/uko plan/g)?.length === 1);
        expect((await carol.runNext(explained ?? "", /^uko plan/)).exitCode).toBe(0);

        // A keystore that takes no part holds up its own key alone.
        await scenario.advance("4h1m");
        await scenario.control("keystores/aws-frankfurt", { refuses: ["destroy"] });
        const second = ended(await carol.destroy(goOn), 1);
        expect(codesOf(unordered, second.output)).toEqual({
          ...inUse,
          ledger: "UKO_DESTRUCTION_PENDING",
          cards: "UKO_SERVICE_REFUSED",
        });

        // So does a service that is away for some calls: the rest goes on, and the next run ends it.
        await scenario.control("keystores/aws-frankfurt", { refuses: [] });
        await scenario.control("faults", {
          operation: "getKeystore",
          path: adoptedAws,
          status: 503,
          retryAfter: 0,
          times: 10,
        });
        const third = ended(await carol.destroy(goOn), 1);
        expect(codesOf(unordered, third.output)).toMatchObject({
          aws: "UKO_SERVICE_UNAVAILABLE",
          cards: "UKO_DESTRUCTION_PENDING",
          ledger: "UKO_DESTRUCTION_PENDING",
        });
        expect(codeOf(third.output, "ring")).toMatch(/^UKO_(CONTAINER_IN_USE|DESTRUCTION_PENDING)$/);
        await carol.uko(["status", await scenario.keyPath("cards")]);
        expect(await carol.resources()).toHaveLength(7);

        await scenario.advance("31d");
        ended(await carol.destroy(goOn), 1);
        expect((await scenario.uko.world()).keys).toEqual([]);
        await scenario.advance("60d");
        // Pulumi may look at the vault before the last keystore has left it.
        for (let run = 0; run < 3 && (await carol.resources()).length > 0; run += 1) await carol.destroy(goOn);
        await expectNothingLeft(scenario, "carol");
      },
    ),
);
