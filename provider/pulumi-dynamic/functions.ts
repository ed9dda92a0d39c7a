/**
 * Functions for Pulumi programs: inventory, pending deletions, and the deletion path of a key. They
 * change nothing.
 */

import { Config, type Input, log, type Output, output } from "@pulumi/pulumi";
import { openHandlers, storedSettings } from "../compose.ts";
import type { DeletionPlan, PendingDeletion } from "../resources/functions.ts";
import type { KeyTemplateState } from "../resources/key-template/schema.ts";
import type { KeystoreState } from "../resources/keystore/schema.ts";
import type { KmsKeyState } from "../resources/kms-key/schema.ts";
import type { ManagedKeyState } from "../resources/managed-key/schema.ts";
import type { VaultState } from "../resources/vault.ts";

export type { DeletionPlan, PendingDeletion };

/** Narrows a list to one vault; without it the list covers every vault. */
export interface InVault {
  readonly vaultId?: string;
}

const warn = (line: string): void => void log.warn(line);
/** A program is stopped as a whole; the calls' own deadlines bound it. */
const unstoppable = { signal: new AbortController().signal, warn };
const { ask } = openHandlers(
  () => {
    const config = new Config("uko");
    return storedSettings((name) => config.get(name));
  },
  { progress: { report: () => {} }, warn },
  { rerun: "pulumi destroy" },
);

export type GetManagedKeyArgs = { readonly vaultId: string; readonly keyId: string };
/** Reads a managed key; throws UKO_KEY_NOT_FOUND. */
export function getManagedKey(args: GetManagedKeyArgs): Promise<ManagedKeyState> {
  return ask.getManagedKey(args, unstoppable);
}
export const getManagedKeyOutput = ofOutput(getManagedKey);

/** Lists every managed key in every state. */
export async function listManagedKeys(filter: InVault = {}): Promise<readonly ManagedKeyState[]> {
  return (await ask.listManagedKeys(filter, unstoppable)).managedKeys;
}
export const listManagedKeysOutput = ofOutput(listManagedKeys);

export type GetVaultArgs = { readonly vaultId: string };
/** Reads a vault; throws UKO_NOT_FOUND. */
export function getVault(args: GetVaultArgs): Promise<VaultState> {
  return ask.getVault(args, unstoppable);
}
export const getVaultOutput = ofOutput(getVault);

/** Lists every vault of the instance. */
export async function listVaults(): Promise<readonly VaultState[]> {
  return (await ask.listVaults({}, unstoppable)).vaults;
}

export type GetKeystoreArgs = { readonly vaultId: string; readonly keystoreId: string };
/** Reads a keystore, without its secrets; throws UKO_NOT_FOUND. */
export function getKeystore(args: GetKeystoreArgs): Promise<KeystoreState> {
  return ask.getKeystore(args, unstoppable);
}
export const getKeystoreOutput = ofOutput(getKeystore);

/** Lists every keystore. */
export async function listKeystores(filter: InVault = {}): Promise<readonly KeystoreState[]> {
  return (await ask.listKeystores(filter, unstoppable)).keystores;
}
export const listKeystoresOutput = ofOutput(listKeystores);

export type GetKeyTemplateArgs = { readonly vaultId: string; readonly templateId: string };
/** Reads a key template; throws UKO_NOT_FOUND. */
export function getKeyTemplate(args: GetKeyTemplateArgs): Promise<KeyTemplateState> {
  return ask.getKeyTemplate(args, unstoppable);
}
export const getKeyTemplateOutput = ofOutput(getKeyTemplate);

/** Lists every key template. */
export async function listKeyTemplates(filter: InVault = {}): Promise<readonly KeyTemplateState[]> {
  return (await ask.listKeyTemplates(filter, unstoppable)).keyTemplates;
}
export const listKeyTemplatesOutput = ofOutput(listKeyTemplates);

export type GetKmsKeyArgs = { readonly keyId: string };
/** Reads a KMS key, without its material; throws UKO_NOT_FOUND. */
export function getKmsKey(args: GetKmsKeyArgs): Promise<KmsKeyState> {
  return ask.getKmsKey(args, unstoppable);
}
export const getKmsKeyOutput = ofOutput(getKmsKey);

/** Lists every KMS key that this tool can manage. */
export async function listKmsKeys(): Promise<readonly KmsKeyState[]> {
  return (await ask.listKmsKeys({}, unstoppable)).kmsKeys;
}

/**
 * Lists every managed key whose deletion is in progress: requested, in its cool-down, or waiting
 * for its keystores.
 */
export async function listPendingDeletions(filter: InVault = {}): Promise<readonly PendingDeletion[]> {
  return (await ask.listPendingDeletions(filter, unstoppable)).pendingDeletions;
}
export const listPendingDeletionsOutput = ofOutput(listPendingDeletions);

/**
 * Describes the whole deletion path of a key: what stops working when, who has to act, and which
 * steps cannot be undone.
 */
export function planDeletion(args: GetManagedKeyArgs): Promise<DeletionPlan> {
  return ask.planDeletion(args, unstoppable);
}
export const planDeletionOutput = ofOutput(planDeletion);

/** The same function for arguments that depend on other resources' outputs. */
function ofOutput<Args extends object, Result>(
  call: (args: Args) => Promise<Result>,
): (args: { readonly [Name in keyof Args]: Input<Args[Name]> }) => Output<Result> {
  return (args) => output(args).apply((known) => call(known as Args)) as Output<Result>;
}
