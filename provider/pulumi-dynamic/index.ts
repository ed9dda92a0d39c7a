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
export * from "./generated.ts";
