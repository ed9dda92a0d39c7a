/** Inputs and outputs of a keystore, each described once for every door. */

import * as z from "zod";
import { uuid } from "../uuid.ts";
import { keystoreTypes } from "./connection.ts";

/**
 * A text held to the service's own pattern and lengths (uko-v4.md 3.8), so that invalid values fail
 * in preview.
 */
const text = (min: number, max: number, pattern: RegExp, description: string) =>
  z
    .string()
    .min(min, `has to have at least ${min} characters`)
    .max(max)
    .regex(pattern, `has characters that the service does not take: it has to match ${pattern.source}`)
    .meta({ description });
const endpoint = (description: string) => text(1, 512, /^[A-Za-z0-9._~:/-]+$/, description);
const word = (max: number, description: string) => text(1, max, /^[A-Za-z0-9-_]*$/, description);
const azureId = (description: string) => text(1, 36, /^[-0-9a-zA-Z]+$/, description);

const ibm = z
  .strictObject({
    apiEndpoint: endpoint("Endpoint of the other instance's KMS. Cannot change."),
    iamEndpoint: endpoint("Endpoint of its IAM. Cannot change."),
    apiKey: text(1, 64, /^[A-Za-z0-9-_&.]*$/, "API key for it. Secret: the state has a digest."),
    instanceId: text(1, 256, /^[A-Za-z0-9-]*$/, "Id of the other instance. Cannot change."),
    keyRing: text(2, 100, /^[a-zA-Z0-9-]*$/, "Its key ring, Default where absent. Cannot change.").optional(),
  })
  .meta({ description: "Connection of a keystore of type hpcs or key_protect." });

const aws = z
  .strictObject({
    region: text(1, 512, /^[A-Za-z0-9-_]+$/, "Region, such as eu_central_1. Cannot change."),
    accessKeyId: word(512, "Access key id. Secret: the state has a digest."),
    secretAccessKey: text(1, 512, /^[A-Za-z0-9-_/]*$/, "Secret access key. Secret: the state has a digest."),
  })
  .meta({ description: "Connection of a keystore of type aws_kms." });

const azure = z
  .strictObject({
    serviceName: text(3, 24, /^[A-Za-z0-9-]+$/, "Name of the key vault in Azure. Cannot change."),
    resourceGroup: text(1, 90, /^[-\w._()]*[^.]$/, "Resource group. Cannot change."),
    servicePrincipalClientId: azureId("Client id of the service principal."),
    servicePrincipalPassword: text(1, 256, /^[-0-9a-zA-Z_.]+$/, "Its password. Secret: the state has a digest."),
    tenant: azureId("Tenant. Cannot change."),
    subscriptionId: azureId("Subscription. Cannot change."),
    variant: z.enum(["premium", "standard"]).optional().meta({ description: "Tier of the key vault." }),
    location: z.string().min(1).optional().meta({ description: "Location, up to API 4.12." }),
    environment: z
      .enum(["azure", "azure_china", "azure_germany", "azure_us_government"])
      .optional()
      .meta({ description: "Which Azure. Cannot change." }),
  })
  .meta({ description: "Connection of a keystore of type azure_key_vault." });

const google = z
  .strictObject({
    credentials: text(
      1,
      524_288,
      /^[A-Za-z0-9+/]+={0,2}$/,
      "Base64 of the JSON key file. Secret: the state has a digest.",
    ),
    location: text(1, 512, /^[A-Za-z0-9-]*$/, "Location, such as europe-west3. Cannot change.").optional(),
    keyRing: text(1, 1024, /^[A-Za-z0-9-_]*$/, "Key ring in Google. Cannot change.").optional(),
    projectId: word(512, "Project; told by the credentials where absent. Cannot change.").optional(),
    privateKeyId: word(512, "Id of the private key; told by the credentials where absent. Cannot change.").optional(),
  })
  .meta({ description: "Connection of a keystore of type google_kms." });

const cca = z
  .strictObject({
    host: z.string().min(1).meta({ description: "Host of the agent." }),
    port: z.int().min(1).max(65_535).meta({ description: "Its port." }),
    publicKeyHash: z.string().min(1).meta({ description: "Hash of its public key." }),
    useTls: z.boolean().optional().meta({ description: "Whether it is reached over TLS." }),
    trustedIssuer: z.string().min(1).optional().meta({ description: "Issuer whose certificates are trusted." }),
  })
  .meta({ description: "Connection of a keystore of type cca; on-premises only." });

/** uko-v4.md 3.7, 3.8. An absent input keeps the service's value. */
export const keystoreInputs = z.strictObject({
  vaultId: uuid.meta({ description: "UUID of the vault that the keystore serves. Cannot change." }),
  type: z
    .enum(keystoreTypes)
    .meta({ description: "internal is a key ring of this instance; all others are connected. Cannot change." }),
  name: z
    .string()
    .max(100)
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/, "has to begin with a letter or digit, and may hold blanks and . _ -")
    .optional()
    .meta({ description: "Name of the keystore, unique in its vault; may be absent for azure_key_vault alone." }),
  description: z.string().max(200).optional().meta({ description: "Up to 200 characters." }),
  groups: z
    .array(
      z
        .string()
        .max(200)
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9-_ ]+$/,
          "has to be 2 or more letters, digits, blanks, - and _, and to begin with a letter or digit",
        ),
    )
    .min(1)
    .max(128)
    .optional()
    .meta({
      description: "Groups whose templates' keys go here. Taking one away is refused while it would cut a key off.",
    }),
  tlsProxy: z
    .string()
    .regex(/^[A-Za-z0-9.-]+:[0-9]{1,5}$/, "has to have the form host:port")
    .optional()
    .meta({ description: "TLS proxy for a private endpoint, host:port." }),
  ibm: ibm.optional(),
  aws: aws.optional(),
  azure: azure.optional(),
  google: google.optional(),
  cca: cca.optional(),
  existingKeystoreId: uuid
    .optional()
    .meta({ description: "Adopts this keystore instead of making one. Cannot change." }),
  deletionProtection: z.boolean().default(false).meta({ description: "Refuses to delete the keystore." }),
});
export type KeystoreInputs = z.infer<typeof keystoreInputs>;

/**
 * Empty if the service does not return it: a secret of an adopted keystore, or a field that a
 * release omits.
 */
const told = z.string().default("");

/**
 * State: the inputs as the service returns them, with digests for secrets, and the outputs that
 * only the service knows.
 */
export const keystoreState = z.object({
  ...keystoreInputs.shape,
  name: z.string().optional(),
  description: z.string().optional(),
  groups: z.array(z.string()),
  tlsProxy: z.string().optional(),
  ibm: z
    .object({ apiEndpoint: told, iamEndpoint: told, apiKey: told, instanceId: told, keyRing: z.string().optional() })
    .optional(),
  aws: z.object({ region: told, accessKeyId: told, secretAccessKey: told }).optional(),
  azure: z
    .object({
      serviceName: told,
      resourceGroup: told,
      servicePrincipalClientId: told,
      servicePrincipalPassword: told,
      tenant: told,
      subscriptionId: told,
      variant: azure.shape.variant.catch(undefined),
      location: z.string().optional(),
      environment: azure.shape.environment.catch(undefined),
    })
    .optional(),
  google: z
    .object({
      credentials: told,
      location: z.string().optional(),
      keyRing: z.string().optional(),
      projectId: z.string().optional(),
      privateKeyId: z.string().optional(),
    })
    .optional(),
  cca: z
    .object({
      host: told,
      port: z.int().default(0),
      publicKeyHash: told,
      useTls: z.boolean().optional(),
      trustedIssuer: z.string().optional(),
    })
    .optional(),
  instanceId: z.string().meta({ description: "Instance that the keystore belongs to." }),
  keystoreId: z.string().meta({ description: "UUID of the keystore." }),
  location: z.string().meta({ description: "Where it is, as the service says; may be empty." }),
  ring: z.string().meta({ description: "KMS key ring of an internal keystore; empty otherwise." }),
  health: z.string().meta({ description: "ok, not_responding, configuration_error, pending_check, or empty." }),
  healthMessage: z.string().meta({ description: "What the service says beside it." }),
});
export type KeystoreState = z.infer<typeof keystoreState>;
