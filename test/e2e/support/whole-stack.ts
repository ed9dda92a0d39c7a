/** A stack of vault, two keystores, four templates and five keys, from an instance that has none of them. */

import { demoSeed } from "../../../provider/emulator/demo-seed.ts";
import type { Seed } from "../../../provider/emulator/seed.ts";

/** The demo world's people, and nothing else. */
export const emptySeed: Seed = { ...demoSeed, vaults: [], keystores: [], templates: [] };

export const keyNames = ["ledger", "cards", "draft", "retired", "buried"] as const;

const made = { algorithm: "aes", size: "256", activationPeriod: "P0D", expirationPeriod: "P5Y" };

interface Resource {
  readonly type: "Vault" | "Keystore" | "KeyTemplate" | "ManagedKey" | "KmsKey";
  readonly args: Readonly<Record<string, unknown>>;
  readonly dependsOn?: string;
}

/** Each by its name; `$name.output` in arguments is another one's output. */
export type Resources = Readonly<Record<string, Resource>>;

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

/** The program that declares them, in this order. */
export function programFor(resources: Resources): string {
  const types = [...new Set(Object.values(resources).map(({ type }) => type))].sort();
  const lines = Object.entries(resources).map(([name, { type, args, dependsOn }]) => {
    const code = JSON.stringify(args).replace(/"\$(\w+\.\w+)"/g, "$1");
    return `const ${name} = new ${type}("${name}", ${code}${dependsOn === undefined ? "" : `, { dependsOn: ${dependsOn} }`});`;
  });
  return `import { ${types.join(", ")} } from "pulumi-uko";\n${lines.join("\n")}\n`;
}
