/**
 * `pulumi-uko`: keys, vaults, keystores and templates of IBM Unified Key Orchestrator, for Pulumi
 * programs in TypeScript and JavaScript.
 */

export {
  type InVault,
  listPendingDeletions,
  listPendingDeletionsOutput,
  type PendingDeletion,
  planDeletion,
  planDeletionOutput,
} from "./functions.ts";
export * from "./generated.ts";
