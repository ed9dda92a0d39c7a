/** Every resource and function of the provider; the only barrel. */

export { type DeletionPlan, functions, type PendingDeletion } from "./functions.ts";
export { keyTemplate } from "./key-template.ts";
export type { KeyTemplateInputs, KeyTemplateState } from "./key-template-properties.ts";
export { keystore } from "./keystore.ts";
export type { KeystoreInputs, KeystoreState } from "./keystore-properties.ts";
export { kmsKey } from "./kms-key.ts";
export type { KmsKeyInputs, KmsKeyState } from "./kms-key-properties.ts";
export { managedKey } from "./managed-key.ts";
export type { ManagedKeyInputs, ManagedKeyState } from "./managed-key-properties.ts";
export { checkArguments } from "./question-arguments.ts";
export { type VaultInputs, type VaultState, vault } from "./vault.ts";
