/** Every resource and function of the provider; the only barrel. */

export { checkArguments, type DeletionPlan, functions, type PendingDeletion } from "./functions.ts";
export { keyTemplate } from "./key-template/index.ts";
export type { KeyTemplateInputs, KeyTemplateState } from "./key-template/schema.ts";
export { keystore } from "./keystore/index.ts";
export type { KeystoreInputs, KeystoreState } from "./keystore/schema.ts";
export { kmsKey } from "./kms-key/index.ts";
export type { KmsKeyInputs, KmsKeyState } from "./kms-key/schema.ts";
export { managedKey } from "./managed-key/index.ts";
export type { ManagedKeyInputs, ManagedKeyState } from "./managed-key/schema.ts";
export { type VaultInputs, type VaultState, vault } from "./vault.ts";
