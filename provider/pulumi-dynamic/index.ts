/**
 * `pulumi-uko`: keys, vaults, keystores and templates of IBM Unified Key Orchestrator, for Pulumi
 * programs in TypeScript and JavaScript.
 */

export {
  type GetKeystoreArgs,
  type GetKeyTemplateArgs,
  type GetKmsKeyArgs,
  type GetManagedKeyArgs,
  type GetVaultArgs,
  getKeystore,
  getKeystoreOutput,
  getKeyTemplate,
  getKeyTemplateOutput,
  getKmsKey,
  getKmsKeyOutput,
  getManagedKey,
  getManagedKeyOutput,
  getVault,
  getVaultOutput,
  type InVault,
  listKeystores,
  listKeystoresOutput,
  listKeyTemplates,
  listKeyTemplatesOutput,
  listKmsKeys,
  listManagedKeys,
  listManagedKeysOutput,
  listPendingDeletions,
  listPendingDeletionsOutput,
  listVaults,
  type PendingDeletion,
  planDeletion,
  planDeletionOutput,
} from "./functions.ts";
export {
  KeyTemplate,
  type KeyTemplateArgs,
  type KeyTemplateAzureArgs,
  type KeyTemplateCcaArgs,
  type KeyTemplateGoogleArgs,
} from "./key-template.ts";
export {
  Keystore,
  type KeystoreArgs,
  type KeystoreAwsArgs,
  type KeystoreAzureArgs,
  type KeystoreCcaArgs,
  type KeystoreGoogleArgs,
  type KeystoreIbmArgs,
} from "./keystore.ts";
export { KmsKey, type KmsKeyArgs } from "./kms-key.ts";
export { ManagedKey, type ManagedKeyArgs } from "./managed-key.ts";
export { Vault, type VaultArgs } from "./vault.ts";
