/** A stack of vault, two keystores, four templates and five keys, from an instance that has none of them. */

import { expect } from "vitest";
import { demoSeed } from "../../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../../provider/emulator/store/seed.ts";
import type { Resource, Resources } from "../user-interface.ts";
import { codeOf } from "./next-steps.ts";
import type { Scenario } from "./scenario.ts";

/** The demo world's people, and nothing else. */
export const emptySeed: Seed = { ...demoSeed, vaults: [], keystores: [], templates: [] };

const made = { algorithm: "aes", size: "256", activationPeriod: "P0D", expirationPeriod: "P5Y" };

export const vault: Resource = { type: "Vault", args: { name: "treasury" } };
export const ring: Resource = {
  type: "Keystore",
  args: { vaultId: "$vault.vaultId", type: "internal", name: "treasury-ring", groups: ["ledger"] },
};
export const aws: Resource = {
  type: "Keystore",
  args: {
    ...{ vaultId: "$vault.vaultId", type: "aws_kms", name: "aws-frankfurt", groups: ["cards"] },
    aws: { region: "eu_central_1", accessKeyId: "AKIAEXAMPLE", secretAccessKey: "hush-hush" },
  },
};

export function templateFor(
  name: string,
  group: "ledger" | "cards",
  args: Readonly<Record<string, unknown>> = {},
): Resource {
  const keystoreType = group === "ledger" ? "ibm_cloud_kms" : "aws_kms";
  return { type: "KeyTemplate", args: { vaultId: "$vault.vaultId", name, ...made, keystoreType, group, ...args } };
}

/** A key of one of the templates below, made once its keystore is there. */
export function keyOf(
  template: string,
  label: string,
  dependsOn: "ring" | "aws",
  args: Readonly<Record<string, unknown>> = {},
): Resource {
  return {
    type: "ManagedKey",
    args: { vaultId: "$vault.vaultId", template: `$${template}.name`, label, ...args },
    dependsOn,
  };
}

/** The whole, in the order in which a person would write it. */
export const wholeStack: Resources = {
  vault,
  ring,
  aws,
  ofLedger: templateFor("ledger", "ledger"),
  ofDrafts: templateFor("ledger-draft", "ledger", { keyState: "pre_activation" }),
  ofCards: templateFor("cards", "cards"),
  ledger: keyOf("ofLedger", "ledger", "ring"),
  retired: keyOf("ofLedger", "retired", "ring"),
  draft: keyOf("ofDrafts", "draft", "ring"),
  cards: keyOf("ofCards", "cards", "aws"),
  buried: keyOf("ofCards", "buried", "aws"),
};

/** The codes of an output, by the resource's name in its program. */
export const codesOf = (program: Resources, output: string): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.keys(program).flatMap((name) => {
      const code = codeOf(output, name);
      return code === undefined ? [] : [[name, code]];
    }),
  );

export async function expectNothingLeft(scenario: Scenario, name: string): Promise<void> {
  expect(await (await scenario.person(name)).resources()).toEqual([]);
  const { vaults, keystores, templates, keys, backingKeys, kmsKeys } = await scenario.uko.world();
  expect({ vaults, keystores, templates, keys, backingKeys, kmsKeys }).toEqual({
    ...{ vaults: [], keystores: [], templates: [] },
    ...{ keys: [], backingKeys: [], kmsKeys: [] },
  });
}
