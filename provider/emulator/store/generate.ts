/**
 * Generates the objects of an emulator in any number: vaults, keystores, keys of several states, some of which cannot
 * be deleted, and KMS keys. The same numbers always give the same objects, and every value is one that IBM's definitions
 * list, so that a client with strict types reads them.
 */

import { demoSeed } from "./demo-seed.ts";
import { type KeystoreType, keystoreTypes } from "./model.ts";
import type { Seed } from "./seed.ts";

/** The parts of a size, with the limits of a seed. */
const sizes = {
  keys: { least: 0, most: 20_000 },
  vaults: { least: 1, most: 100 },
  kms: { least: 0, most: 20_000 },
  blocked: { least: 0, most: 20_000 },
} as const;
type SizeName = keyof typeof sizes;
export type GeneratedSize = Readonly<Record<SizeName, number>>;

const isSizeName = (name: string): name is SizeName => Object.hasOwn(sizes, name);

/** Parses `keys=5000,vaults=12,kms=600,blocked=40`; each part may be left out. Throws an error that names the mistake. */
export function parseGeneratedSize(text: string): GeneratedSize {
  const size = { keys: 100, vaults: 3, kms: 0, blocked: 0 };
  for (const part of text.split(",")) {
    const [name = "", value = ""] = part.split("=");
    if (!isSizeName(name)) {
      throw new Error(
        `"${name}" cannot be generated. Use ${Object.keys(sizes).join(", ")}, such as keys=5000,vaults=12`,
      );
    }
    const { least, most } = sizes[name];
    const number = /^[0-9]{1,6}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= least && number <= most)) throw new Error(`${name} is a number from ${least} to ${most}`);
    size[name] = number;
  }
  if (size.blocked > size.keys) throw new Error("blocked counts keys, so it is at most as large as keys");
  return size;
}

const names = "payments cards mail archive ledger risk trading loans tax hr web logs".split(" ");
const history = {
  createdAt: "2024-03-11T08:00:00Z",
  createdBy: "IBMid-550000CAROL",
  updatedAt: "2025-06-02T08:00:00Z",
  updatedBy: "IBMid-550000CAROL",
} as const;

type SeededKey = NonNullable<Seed["keys"]>[number];
type Fields = Pick<SeededKey, "template"> & Partial<SeededKey>;

/** How each kind of keystore is connected. An internal one has no connection (uko-v4.md 3.7). */
const connections: Readonly<Record<KeystoreType, Readonly<Record<string, unknown>>>> = {
  aws_kms: { aws_region: "eu_central_1" },
  azure_key_vault: {
    azure_service_name: "emulated",
    azure_resource_group: "keys",
    azure_service_principal_client_id: idOf("a2c1", 1),
    azure_tenant: idOf("a2c1", 2),
    azure_subscription_id: idOf("a2c1", 3),
  },
  google_kms: { google_location: "europe-west3", google_key_ring: "keys" },
  ibm_cloud_kms: {},
  cca: { cca_host: "cca.example.com", cca_port: 9443, cca_public_key_hash: "ab12" },
};

/** The CRN of a bucket that uses a key. */
const bucket = (name: string): string =>
  `crn:v1:bluemix:public:cloud-object-storage:global:a/emulated-account:${idOf("c05b", 1)}:bucket:${name}`;

/** The reasons why a key cannot be deleted, one for each blocked key in rotation. */
const blockages: readonly ((number: number) => Fields)[] = [
  (number) => ({
    template: "ibm-cloud-kms",
    resources: [{ crn: bucket(`retained-${number}`), preventKeyDeletion: true }],
  }),
  () => ({ template: "aws-kms", tags: [{ name: "hold", value: "litigation" }] }),
  () => ({ template: "google-kms", state: "compromised" }),
  () => ({ template: "unreachable" }),
  () => ({ template: "refusing" }),
];

const templates = keystoreTypes.map((type) => ({ type, name: type.replaceAll("_", "-") }));

/**
 * An ordinary key. Every 5th key is in each kind of keystore; every 20th was never active, and every 25th is deactivated.
 */
function ordinary(number: number, inVault: number): Fields {
  if (number % 20 === 7) return { template: "draft" };
  const template = templates[inVault % templates.length]?.name ?? "aws-kms";
  if (number % 25 === 3) return { template, state: "deactivated", deactivatedAt: history.updatedAt };
  if (template !== "ibm-cloud-kms") return { template };
  return {
    template,
    ...(inVault % 3 === 0 && { resources: [{ crn: bucket(`bucket-${number}`) }] }),
    ...(inVault % 4 === 0 && { dualAuthDelete: true }),
  };
}

export function generateSeed({ keys, vaults, kms, blocked }: GeneratedSize): Seed {
  const vaultNames = Array.from({ length: vaults }, (_, at) => names[at] ?? `vault-${at + 1}`);
  const stride = blocked === 0 ? Number.POSITIVE_INFINITY : Math.floor(keys / blocked);
  const blockageOf = (number: number): Fields | undefined => {
    if (number % stride !== 0 || number / stride >= blocked) return undefined;
    return blockages[(number / stride) % blockages.length]?.(number);
  };
  return {
    instance: demoSeed.instance,
    identities: [...demoSeed.identities],
    vaults: vaultNames.map((name, at) => ({ id: idOf("5c1e", at + 1), name })),
    keystores: vaultNames.flatMap((vault) => [
      ...keystoreTypes.map((type) => ({
        name: `${vault}-${type.replaceAll("_", "-")}`,
        vault,
        type,
        groups: [type],
        fields: connections[type],
      })),
      {
        name: `${vault}-unreachable`,
        vault,
        type: "azure_key_vault",
        groups: ["unreachable"],
        statusResponse: "error",
        fields: connections.azure_key_vault,
      },
      {
        name: `${vault}-refusing`,
        vault,
        type: "aws_kms",
        groups: ["refusing"],
        refuses: ["destroy"],
        fields: connections.aws_kms,
      },
    ]),
    templates: vaultNames.flatMap((vault) => [
      ...templates.map(({ type, name }) => ({ name, vault, keystoreType: type, group: type })),
      { name: "draft", vault, keystoreType: "aws_kms", group: "aws_kms", keyState: "pre_activation" },
      { name: "unreachable", vault, keystoreType: "azure_key_vault", group: "unreachable" },
      { name: "refusing", vault, keystoreType: "aws_kms", group: "refusing" },
    ]),
    keys: Array.from({ length: keys }, (_, number) => {
      const vault = vaultNames[number % vaults] ?? "";
      const label = `${vault}-key-${String(number + 1).padStart(5, "0")}`;
      const fields = blockageOf(number) ?? ordinary(number, Math.floor(number / vaults));
      return { id: idOf("9b2d", number + 1), label, vault, ...history, ...fields };
    }),
    kmsKeys: Array.from({ length: kms }, (_, number) => ({
      id: idOf("4b5d", number + 1),
      name: `root-${String(number + 1).padStart(5, "0")}`,
      createdAt: history.createdAt,
      createdBy: history.createdBy,
      // Every 10th KMS key has no dual authorization in KMS, which has to be turned on first.
      dualAuthDelete: number % 10 !== 9,
    })),
  };
}

function idOf(kind: string, number: number): string {
  return `${kind}0000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}
