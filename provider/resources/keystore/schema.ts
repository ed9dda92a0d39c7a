/** Defines the inputs and outputs of a keystore, each described once for all engines. */

import * as z from "zod";
import { deletionProtection, groupName, reported, uuid } from "../shared-inputs.ts";

/** The types, one word for `type` and `ibm_variant` of the API (uko-v4.md 3.7). */
export const keystoreTypes = [
  "internal",
  "hpcs",
  "key_protect",
  "aws_kms",
  "azure_key_vault",
  "google_kms",
  "cca",
] as const;
export type KeystoreType = (typeof keystoreTypes)[number];

/** A text with the service's own pattern and lengths (uko-v4.md 3.8), so that an invalid value fails in the preview. */
const text = (min: number, max: number, pattern: RegExp) =>
  z
    .string()
    .min(min, `has to have at least ${min} characters`)
    .max(max)
    .regex(pattern, `has characters that the service does not take: it has to match ${pattern.source}`);
const endpoint = text(1, 512, /^[A-Za-z0-9._~:/-]+$/);
const word = (max: number) => text(1, max, /^[A-Za-z0-9-_]*$/);
const azureId = text(1, 36, /^[-0-9a-zA-Z]+$/);

/** A secret, which the service never returns, so it is never compared with a response. */
const secret = (description: string) =>
  ({ description: `${description} State holds a digest.`, secret: true }) as const;
/** An input that says where the keystore is. A change would leave its keys behind (uko-v4.md 3.8, U22). */
const location = (description: string) => ({ description, immutable: true }) as const;

/** The connection of each kind of external keystore. A field's wire name follows from its name. */
export const connections = {
  ibm: z
    .strictObject({
      apiEndpoint: endpoint.meta(location("Endpoint of the other instance's KMS.")),
      iamEndpoint: endpoint.meta(location("IAM endpoint of the other instance.")),
      apiKey: text(1, 64, /^[A-Za-z0-9-_&.]*$/).meta(secret("API key for the other instance.")),
      instanceId: text(1, 256, /^[A-Za-z0-9-]*$/).meta(location("ID of the other instance.")),
      keyRing: text(2, 100, /^[a-zA-Z0-9-]*$/)
        .optional()
        .meta(location("Key ring in the other instance; `Default` if omitted.")),
    })
    .meta({ description: "Connection of a keystore of type `hpcs` or `key_protect`.", type: { name: "KeystoreIbm" } }),
  aws: z
    .strictObject({
      region: z
        .string()
        .min(1, "has to have at least 1 characters")
        .max(512)
        .regex(/^[A-Za-z0-9_]+$/, "must be written with underscores, as the service writes it: eu_central_1")
        .meta(location("Region, such as `eu_central_1`.")),
      accessKeyId: word(512).meta(secret("Access key ID.")),
      secretAccessKey: text(1, 512, /^[A-Za-z0-9-_/]*$/).meta(secret("Secret access key.")),
    })
    .meta({ description: "Connection of a keystore of type `aws_kms`.", type: { name: "KeystoreAws" } }),
  azure: z
    .strictObject({
      serviceName: text(3, 24, /^[A-Za-z0-9-]+$/).meta(location("Name of the key vault in Azure.")),
      resourceGroup: text(1, 90, /^[-\w._()]*[^.]$/).meta(location("Resource group of the key vault.")),
      servicePrincipalClientId: azureId.meta({ description: "Client ID of the service principal." }),
      servicePrincipalPassword: text(1, 256, /^[-0-9a-zA-Z_.]+$/).meta(secret("Password of the service principal.")),
      tenant: azureId.meta(location("ID of the tenant.")),
      subscriptionId: azureId.meta(location("ID of the subscription.")),
      variant: z
        .enum(["premium", "standard"])
        .meta({
          type: {
            name: "AzureVariant",
            description: "Tier of a key vault in Azure.",
            values: { premium: "Keys in hardware.", standard: "Keys in software." },
          },
        })
        .optional()
        .meta({ description: "Tier of the key vault." }),
      location: z.string().min(1).optional().meta({ description: "Location, up to API 4.12." }),
      environment: z
        .enum(["azure", "azure_china", "azure_germany", "azure_us_government"])
        .meta({
          type: {
            name: "AzureEnvironment",
            description: "An Azure cloud.",
            values: {
              azure: "The worldwide cloud.",
              azure_china: "Azure in China.",
              azure_germany: "Azure in Germany.",
              azure_us_government: "Azure for the government of the United States.",
            },
          },
        })
        .optional()
        .meta(location("The Azure cloud.")),
    })
    .meta({ description: "Connection of a keystore of type `azure_key_vault`.", type: { name: "KeystoreAzure" } }),
  google: z
    .strictObject({
      credentials: text(1, 524_288, /^[A-Za-z0-9+/]+={0,2}$/).meta(secret("Base64 of the JSON key file.")),
      location: text(1, 512, /^[A-Za-z0-9-]*$/)
        .optional()
        .meta(location("Location, such as `europe-west3`.")),
      keyRing: text(1, 1024, /^[A-Za-z0-9-]*$/)
        .optional()
        .meta(location("Key ring in Google Cloud.")),
      projectId: word(512).optional().meta(location("Project. If omitted, it comes from the credentials.")),
      privateKeyId: word(512)
        .optional()
        .meta(location("ID of the private key. If omitted, it comes from the credentials.")),
    })
    .meta({ description: "Connection of a keystore of type `google_kms`.", type: { name: "KeystoreGoogle" } }),
  cca: z
    .strictObject({
      host: z.string().min(1).meta({ description: "Host of the agent." }),
      port: z.int().min(1).max(65_535).meta({ description: "Port of the agent." }),
      publicKeyHash: z.string().min(1).meta({ description: "Hash of the agent's public key." }),
      useTls: z.boolean().optional().meta({ description: "Whether to connect to the agent over TLS." }),
      trustedIssuer: z.string().min(1).optional().meta({ description: "Issuer whose certificates are trusted." }),
    })
    .meta({
      description: "Connection of a keystore of type `cca`; on-premises only.",
      type: { name: "KeystoreCca" },
    }),
};

/** The inputs (uko-v4.md 3.7, 3.8). An absent input keeps the service's value. */
export const keystoreInputs = z.strictObject({
  vaultId: uuid.meta({ description: "UUID of the vault that the keystore serves.", immutable: true }),
  type: z.enum(keystoreTypes).meta({
    description: "`internal` is a key ring of this instance. All other types are external and need a connection.",
    immutable: true,
    type: { name: "KeystoreType", description: "The type of a keystore." },
  }),
  name: z
    .string()
    .max(100)
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/,
      "must be 1 to 100 letters, digits, blanks and . _ -, and to begin with a letter or digit",
    )
    .optional()
    .meta({
      description:
        "Name of the keystore, 1 to 100 characters, unique in its vault. Required except for `azure_key_vault`.",
    }),
  description: z.string().max(200).optional().meta({ description: "Up to 200 characters." }),
  groups: z.array(groupName).min(1).max(128).optional().meta({
    description:
      "Groups of the keystore: keys of a template are installed in every keystore of its group. Removing a group is refused while that would cut a key off.",
    isSet: true,
  }),
  tlsProxy: z
    .string()
    .regex(/^[A-Za-z0-9.-]+:[0-9]{1,5}$/, "has to have the form host:port")
    .optional()
    .meta({ description: "TLS proxy for a private endpoint, `host:port`." }),
  ibm: connections.ibm.optional(),
  aws: connections.aws.optional(),
  azure: connections.azure.optional(),
  google: connections.google.optional(),
  cca: connections.cca.optional(),
  existingKeystoreId: uuid
    .optional()
    .meta({ description: "Adopts this keystore instead of creating one.", immutable: true, role: "adoption" }),
  deletionProtection: deletionProtection("Refuses to delete the keystore."),
});
export type KeystoreInputs = z.infer<typeof keystoreInputs>;

const connectionInputs = Object.keys(connections);
/** The health is a result of the connection, which the service checks again after a change. */
const connectionAndProxy = [...connectionInputs, "tlsProxy"];
const known = reported(keystoreInputs.shape);
const { variant, environment } = connections.azure.shape;

/**
 * The state: the inputs as the service returns them, with digests for secrets, and the outputs that only the service
 * knows.
 */
export const keystoreState = z.object({
  ...known,
  vaultId: keystoreInputs.shape.vaultId,
  type: keystoreInputs.shape.type,
  groups: z.array(z.string()),
  azure: known.azure
    .unwrap()
    .extend({ variant: variant.catch(undefined), environment: environment.catch(undefined) })
    .optional(),
  instanceId: z.string().meta({ description: "ID of the instance that the keystore belongs to.", changedBy: [] }),
  keystoreId: z.string().meta({ description: "UUID of the keystore.", changedBy: [] }),
  location: z.string().meta({
    description: "Location, as the service reports it. May be empty.",
    changedBy: connectionInputs,
  }),
  ring: z.string().meta({
    description: "KMS key ring of an internal keystore; empty for all other types.",
    changedBy: [],
  }),
  health: z.string().meta({
    description: "`ok`, `not_responding`, `configuration_error`, `pending_check`, or empty.",
    changedBy: connectionAndProxy,
  }),
  healthMessage: z.string().meta({
    description: "The service's message about the health.",
    changedBy: connectionAndProxy,
  }),
});
export type KeystoreState = z.infer<typeof keystoreState>;
