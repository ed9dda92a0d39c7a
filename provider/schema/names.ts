/**
 * The names of enums and nested objects in SDKs. They are part of every language's interface, so
 * each is chosen here by hand.
 */

export interface NamedEnum {
  readonly name: string;
  readonly description: string;
  /** Each value and its meaning. */
  readonly values: Readonly<Record<string, string>>;
}

const dualAuthorization = {
  name: "DualAuthorization",
  description: "Whether two people stand behind the end of a key.",
  values: {
    required: "Two people, each with an identity of their own.",
    single: "One person is enough, unless the key, the provider or the environment asks for two.",
  },
} as const satisfies NamedEnum;

const protectionLevel = {
  name: "ProtectionLevel",
  description: "Where a cloud keeps the key.",
  values: { hsm: "In a hardware security module.", software: "In software." },
} as const satisfies NamedEnum;

/**
 * By resource and path. A name that consists of a resource's name and `State` or `Args` would clash
 * in Go.
 */
export const enums: Readonly<Record<string, NamedEnum>> = {
  "provider.dualAuthorization": dualAuthorization,
  "ManagedKey.dualAuthorization": dualAuthorization,
  "KmsKey.dualAuthorization": dualAuthorization,
  "ManagedKey.state": {
    name: "TargetState",
    description: "The state that a managed key is to reach.",
    values: {
      active: "In use.",
      deactivated: "Out of use, with a way back.",
      destroyed: "Its material is destroyed; there is no way back.",
    },
  },
  "ManagedKey.deletionGate": {
    name: "DeletionGate",
    description: "Which steps towards the end of a managed key take two people.",
    values: { both: "Its deactivation and its destruction.", destroy: "Its destruction alone." },
  },
  "ManagedKey.deletionCompletesAt": {
    name: "DeletionCompletesAt",
    description: "When a managed key may leave the state of the stack.",
    values: {
      removed: "Once its record is gone too.",
      destroyed: "Once every keystore has destroyed it.",
      destruction_scheduled: "Once it is destroyed and its keystores count down.",
    },
  },
  "ManagedKey.lifecycleState": {
    name: "LifecycleState",
    description: "The one state of a managed key that is derived from everything the service says.",
    values: {
      pending_destruction: "Destroyed; a keystore still counts down its pending period.",
      destroyed: "Destroyed everywhere; its record is there.",
      cooling_down: "Deactivated less than 4 hours ago, so it cannot be destroyed yet.",
      pending_approval: "One person asked for the next step; a second one has to consent.",
      deactivated: "Out of use.",
      compromised: "Marked as compromised.",
      active: "In use.",
      pre_activation: "Not installed yet.",
      unrecognised: "A state that this release does not know; nothing is done with such a key.",
    },
  },
  "KmsKey.lifecycleState": {
    name: "KmsKeyLifecycleState",
    description: "The one state of a KMS key that is derived from everything KMS says.",
    values: {},
  },
  "KmsKey.type": {
    name: "KmsKeyType",
    description: "What a KMS key is for.",
    values: { root: "Wraps other keys and never leaves KMS.", standard: "Is handed out." },
  },
  "KmsKey.deletionCompletesAt": {
    name: "KmsKeyDeletionCompletesAt",
    description: "When a KMS key may leave the state of the stack.",
    values: {
      destroyed: "Once it is destroyed.",
      removed: "Once KMS has forgotten its metadata, up to 90 days later.",
    },
  },
  "KmsKey.encryptionAlgorithm": {
    name: "EncryptionAlgorithm",
    description: "How the payload of a secure import is encrypted.",
    values: { RSAES_OAEP_SHA_256: "RSAES OAEP with SHA-256.", RSAES_OAEP_SHA_1: "RSAES OAEP with SHA-1." },
  },
  "Keystore.type": { name: "KeystoreType", description: "What a keystore is.", values: {} },
  "Keystore.azure.variant": {
    name: "AzureVariant",
    description: "Tier of a key vault in Azure.",
    values: { premium: "Keys in hardware.", standard: "Keys in software." },
  },
  "Keystore.azure.environment": {
    name: "AzureEnvironment",
    description: "Which Azure.",
    values: {
      azure: "The worldwide one.",
      azure_china: "Azure in China.",
      azure_germany: "Azure in Germany.",
      azure_us_government: "Azure of the government of the United States.",
    },
  },
  "KeyTemplate.algorithm": { name: "KeyAlgorithm", description: "Algorithm of the keys of a template.", values: {} },
  "KeyTemplate.keyState": {
    name: "NewKeyState",
    description: "State of a new key.",
    values: { active: "Installed at once.", pre_activation: "Made, and not installed." },
  },
  "KeyTemplate.keystoreType": { name: "TemplateKeystoreType", description: "What keys go to.", values: {} },
  "KeyTemplate.google.protectionLevel": protectionLevel,
  "KeyTemplate.azure.protectionLevel": protectionLevel,
  "KeyTemplate.google.purpose": { name: "GooglePurpose", description: "What Google lets a key do.", values: {} },
  "KeyTemplate.azure.operations": { name: "AzureOperation", description: "What Azure lets a key do.", values: {} },
  "KeyTemplate.cca.usageControl": { name: "CcaUsageControl", description: "What CCA lets a key do.", values: {} },
  "KeyTemplate.cca.keyType": { name: "CcaKeyType", description: "A key type of CCA.", values: {} },
};

/**
 * By resource and path. If an output is looser than the input of the same name, its type gets the
 * suffix `State`.
 */
export const objects: Readonly<Record<string, string>> = {
  "Keystore.ibm": "KeystoreIbm",
  "Keystore.aws": "KeystoreAws",
  "Keystore.azure": "KeystoreAzure",
  "Keystore.google": "KeystoreGoogle",
  "Keystore.cca": "KeystoreCca",
  "KeyTemplate.google": "KeyTemplateGoogle",
  "KeyTemplate.azure": "KeyTemplateAzure",
  "KeyTemplate.cca": "KeyTemplateCca",
  "ManagedKey.keystores": "ManagedKeyKeystore",
  "listManagedKeys.managedKeys": "ManagedKeyEntry",
  "listVaults.vaults": "VaultEntry",
  "listKeystores.keystores": "KeystoreEntry",
  "listKeyTemplates.keyTemplates": "KeyTemplateEntry",
  "listKmsKeys.kmsKeys": "KmsKeyEntry",
  "listPendingDeletions.pendingDeletions": "PendingDeletion",
  "planDeletion.deletion": "PlannedDeletion",
  "planDeletion.explanation": "PlanExplanation",
  "planDeletion.explanation.next": "PlanWayOn",
};

/**
 * Lists whose members are resources or parts of resources: the members' types are the resource's
 * types.
 */
export const entries: Readonly<Record<string, string>> = {
  "listManagedKeys.managedKeys": "ManagedKey",
  "listPendingDeletions.pendingDeletions": "ManagedKey",
  "listVaults.vaults": "Vault",
  "listKeystores.keystores": "Keystore",
  "listKeyTemplates.keyTemplates": "KeyTemplate",
  "listKmsKeys.kmsKeys": "KmsKey",
};
