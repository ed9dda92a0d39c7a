/** Defines the inputs and outputs of a key template, each described once for all engines. */

import * as z from "zod";
import { namesWhere } from "../../engine/resource/property.ts";
import { deletionProtection, groupName, reported, uuid } from "../shared-inputs.ts";

const period = z
  .string()
  .max(100)
  .regex(/^P(?=[0-9])([0-9]+Y)?([0-9]+M)?([0-9]+W)?([0-9]+D)?$/, "must be an ISO 8601 period such as P5Y1M1W2D");
const protection = z.enum(["hsm", "software"]).meta({
  type: {
    name: "ProtectionLevel",
    description: "Where a cloud keeps a key.",
    values: { hsm: "In a hardware security module.", software: "In software." },
  },
});

const google = z
  .strictObject({
    protectionLevel: protection.meta({ description: "Protection level of the keys." }),
    purpose: z.enum(["encrypt_decrypt", "asymmetric_decrypt", "asymmetric_sign", "mac"]).meta({
      description: "Operations that Google allows with the key.",
      type: { name: "GooglePurpose", description: "Operations that Google allows with a key." },
    }),
    algorithm: z
      .string()
      .regex(/^[a-z0-9_]{1,100}$/, "must be one of Google's, such as google_symmetric_encryption")
      .meta({ description: "Google's algorithm, such as `google_symmetric_encryption`." }),
  })
  .meta({ description: "For templates of `google_kms`.", type: { name: "KeyTemplateGoogle" } });
const azure = z
  .strictObject({
    protectionLevel: protection.optional().meta({ description: "Protection level of the keys." }),
    operations: z
      .array(
        z.enum(["decrypt", "encrypt", "sign", "unwrap_key", "verify", "wrap_key"]).meta({
          type: { name: "AzureOperation", description: "An operation that Azure allows with a key." },
        }),
      )
      .optional()
      .meta({ description: "Operations that Azure allows with the key." }),
  })
  .meta({ description: "For templates of `azure_key_vault`.", type: { name: "KeyTemplateAzure" } });
const cca = z
  .strictObject({
    usageControl: z
      .enum(["key_management_only", "signature_and_key_management", "signature_only"])
      .meta({ type: { name: "CcaUsageControl", description: "Uses that CCA allows for a key." } })
      .optional()
      .meta({ description: "Uses that CCA allows for the key." }),
    keyType: z
      .enum(["cipher", "data", "exporter", "importer"])
      .meta({ type: { name: "CcaKeyType", description: "A key type of CCA." } })
      .optional()
      .meta({ description: "CCA's key type." }),
    keyWords: z.array(z.string().min(1)).optional().meta({ description: "CCA's key words." }),
  })
  .meta({ description: "For templates of `cca`; on-premises only.", type: { name: "KeyTemplateCca" } });

const immutable = (description: string) => ({ description, immutable: true }) as const;

/** The inputs (uko-v4.md 2.5 T2, T4, 3.5, 3.6). An absent input keeps the service's value. */
export const keyTemplateInputs = z.strictObject({
  vaultId: uuid.meta(immutable("UUID of the vault that holds the template.")),
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, "must be 1 to 100 letters, digits and -, and to begin with a letter")
    .meta({
      description:
        "Name of the template, 1 to 100 characters, unique in its vault. Some releases accept up to 30 characters.",
    }),
  description: z.string().max(200).optional().meta({ description: "Up to 200 characters." }),
  namingScheme: z.string().min(1).optional().meta(immutable("Scheme of the labels of keys, with `<tags>`.")),
  algorithm: z.enum(["aes", "rsa", "hmac", "ec", "des", "dilithium"]).meta({
    ...immutable("Algorithm of the keys; `des` and `dilithium` on-premises only."),
    type: { name: "KeyAlgorithm", description: "Algorithm of the keys of a template." },
  }),
  size: z
    .string()
    .regex(/^[A-Za-z0-9]{1,100}$/, "may hold letters and digits")
    .meta({ description: "Size of the keys, such as `256`." }),
  activationPeriod: period.meta({ description: "Time from creation to the first day of use, such as `P0D`." }),
  expirationPeriod: period.meta({ description: "Time to the last day of use, such as `P2Y`." }),
  keyState: z
    .enum(["active", "pre_activation"])
    .meta({
      type: {
        name: "NewKeyState",
        description: "State of a new key.",
        values: { active: "Installed at once.", pre_activation: "Created, and not installed." },
      },
    })
    .default("active")
    .meta({ description: "State of a new key. An `active` key is installed at once." }),
  deactivateOnRotation: z.boolean().optional().meta({
    description:
      "Whether a rotation deactivates the older versions of a key. `uko` then does not rotate a key in another cloud.",
  }),
  keystoreType: z.enum(["ibm_cloud_kms", "aws_kms", "azure_key_vault", "google_kms", "cca"]).meta({
    ...immutable("Type of the keystores in which keys are installed."),
    type: { name: "TemplateKeystoreType", description: "Type of the keystores in which keys are installed." },
  }),
  group: groupName.meta({
    description:
      "Group of the keystores in which keys are installed. A change is refused while it would cut a key off.",
  }),
  keystoreNamingScheme: z.string().min(1).optional().meta(immutable("Scheme of the names of keys in the keystore.")),
  google: google.optional(),
  azure: azure.optional().meta({ immutable: true }),
  cca: cca.optional(),
  archived: z.boolean().default(false).meta({
    description:
      "Whether the template is archived: it allows no new keys and no alignment. Existing keys keep working.",
  }),
  existingTemplateId: uuid
    .optional()
    .meta({ ...immutable("Adopts this template instead of creating one."), role: "creation" }),
  deletionProtection: deletionProtection("Refuses to delete the template."),
});
export type KeyTemplateInputs = z.infer<typeof keyTemplateInputs>;

/**
 * The state: the inputs as the service returns them, and the outputs that only the service knows. Texts are not checked
 * by the rules for new inputs.
 */
export const keyTemplateState = z.object({
  ...reported(keyTemplateInputs.shape),
  vaultId: keyTemplateInputs.shape.vaultId,
  instanceId: z.string().meta({ description: "ID of the instance that the template belongs to.", changedBy: [] }),
  templateId: z.string().meta({ description: "UUID of the template.", changedBy: [] }),
  version: z.int().meta({
    description: "Incremented by each update.",
    changedBy: namesWhere(keyTemplateInputs, ({ immutable, role }) => immutable === undefined && role === undefined),
  }),
});
export type KeyTemplateState = z.infer<typeof keyTemplateState>;
