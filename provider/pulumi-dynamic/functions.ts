/** Functions for Pulumi programs: what is there, what waits, and how a key would end. They change nothing. */

import { Config, type Input, log, type Output, output } from "@pulumi/pulumi";
import { openHandlers } from "../compose.ts";
import type { Handlers } from "../engine/handlers.ts";
import type { Report } from "../engine/report.ts";
import { UkoError } from "../errors.ts";
import type { KeystoreState, KeyTemplateState, KmsKeyState, ManagedKeyState, VaultState } from "../resources/index.ts";
import { storedSettings } from "./stored-settings.ts";

/** Narrows a list to one vault; without it every vault's are listed. */
export interface InVault {
  readonly vaultId?: string;
}

const warn = (line: string): void => void log.warn(line);
const handlers = openHandlers(
  () => {
    const config = new Config("uko");
    return storedSettings((name) => config.get(name));
  },
  { progress: { report: () => {} }, warn },
  { rerun: "pulumi destroy" },
);

export type GetManagedKeyArgs = { readonly vaultId: string; readonly keyId: string };
/** A managed key as it is now; throws UKO_KEY_NOT_FOUND. */
export function getManagedKey({ vaultId, keyId }: GetManagedKeyArgs): Promise<ManagedKeyState> {
  return get(handlers.managedKey, `${vaultId}/${keyId}`, "UKO_KEY_NOT_FOUND");
}
export const getManagedKeyOutput = ofOutput(getManagedKey);

/** Every managed key in every state. */
export function listManagedKeys(filter: InVault = {}): Promise<readonly ManagedKeyState[]> {
  return list(handlers.managedKey, filter);
}
export const listManagedKeysOutput = ofOutput(listManagedKeys);

export type GetVaultArgs = { readonly vaultId: string };
/** A vault as it is now; throws UKO_NOT_FOUND. */
export function getVault({ vaultId }: GetVaultArgs): Promise<VaultState> {
  return get(handlers.vault, vaultId);
}
export const getVaultOutput = ofOutput(getVault);

/** Every vault of the instance. */
export function listVaults(): Promise<readonly VaultState[]> {
  return list(handlers.vault, {});
}

export type GetKeystoreArgs = { readonly vaultId: string; readonly keystoreId: string };
/** A keystore as it is now, without its secrets; throws UKO_NOT_FOUND. */
export function getKeystore({ vaultId, keystoreId }: GetKeystoreArgs): Promise<KeystoreState> {
  return get(handlers.keystore, `${vaultId}/${keystoreId}`);
}
export const getKeystoreOutput = ofOutput(getKeystore);

/** Every keystore. */
export function listKeystores(filter: InVault = {}): Promise<readonly KeystoreState[]> {
  return list(handlers.keystore, filter);
}
export const listKeystoresOutput = ofOutput(listKeystores);

export type GetKeyTemplateArgs = { readonly vaultId: string; readonly templateId: string };
/** A key template as it is now; throws UKO_NOT_FOUND. */
export function getKeyTemplate({ vaultId, templateId }: GetKeyTemplateArgs): Promise<KeyTemplateState> {
  return get(handlers.keyTemplate, `${vaultId}/${templateId}`);
}
export const getKeyTemplateOutput = ofOutput(getKeyTemplate);

/** Every key template. */
export function listKeyTemplates(filter: InVault = {}): Promise<readonly KeyTemplateState[]> {
  return list(handlers.keyTemplate, filter);
}
export const listKeyTemplatesOutput = ofOutput(listKeyTemplates);

export type GetKmsKeyArgs = { readonly keyId: string };
/** A KMS key as it is now, without its material; throws UKO_NOT_FOUND. */
export function getKmsKey({ keyId }: GetKmsKeyArgs): Promise<KmsKeyState> {
  return get(handlers.kmsKey, keyId);
}
export const getKmsKeyOutput = ofOutput(getKmsKey);

/** Every KMS key that this tool can look after. */
export function listKmsKeys(): Promise<readonly KmsKeyState[]> {
  return list(handlers.kmsKey, {});
}

/** A managed key whose end waits for a person or for time. */
export type PendingDeletion = Pick<
  ManagedKeyState,
  | "vaultId"
  | "keyId"
  | "label"
  | "keyState"
  | "lifecycleState"
  | "deletionAwaits"
  | "deletionNotBefore"
  | "deletionRequestedBy"
  | "deletionRecordId"
>;

/** Every managed key whose end is under way: asked for, cooling down, or waiting for its keystores. */
export async function listPendingDeletions(filter: InVault = {}): Promise<readonly PendingDeletion[]> {
  const keys = await listManagedKeys(filter);
  return keys.filter(({ deletionAwaits }) => deletionAwaits !== undefined).map(toPending);
}
export const listPendingDeletionsOutput = ofOutput(listPendingDeletions);

/** The whole way of a key to its end: what stops working when, who has to act, and where there is no way back. */
export function planDeletion({ vaultId, keyId }: GetManagedKeyArgs): Promise<Report> {
  return handlers.planDeletion({ vaultId, keyId }, unstoppable());
}
export const planDeletionOutput = ofOutput(planDeletion);

async function get<Inputs, State extends Inputs>(
  { lookup }: Handlers<Inputs, State>,
  id: string,
  code: "UKO_NOT_FOUND" | "UKO_KEY_NOT_FOUND" = "UKO_NOT_FOUND",
): Promise<State> {
  const found = await lookup(id, unstoppable());
  if (found === undefined) throw new UkoError(code, { detail: `There is nothing with the id ${id}.` });
  return found.state;
}

async function list<Inputs, State extends Inputs>(
  handlersOfOne: Handlers<Inputs, State>,
  filter: InVault,
): Promise<readonly State[]> {
  return (await handlersOfOne.list(filter, { ...unstoppable(), warn })).map(({ state }) => state);
}

function toPending(key: ManagedKeyState): PendingDeletion {
  const { vaultId, keyId, label, keyState, lifecycleState } = key;
  const { deletionAwaits, deletionNotBefore, deletionRequestedBy, deletionRecordId } = key;
  return {
    vaultId,
    keyId,
    ...(label !== undefined && { label }),
    keyState,
    lifecycleState,
    ...(deletionAwaits !== undefined && { deletionAwaits }),
    ...(deletionNotBefore !== undefined && { deletionNotBefore }),
    ...(deletionRequestedBy !== undefined && { deletionRequestedBy }),
    ...(deletionRecordId !== undefined && { deletionRecordId }),
  };
}

/** The same function for arguments that other resources have yet to tell. */
function ofOutput<Args extends object, Result>(
  call: (args: Args) => Promise<Result>,
): (args: { readonly [Name in keyof Args]: Input<Args[Name]> }) => Output<Result> {
  return (args) => output(args).apply((known) => call(known as Args)) as Output<Result>;
}

/** A program is ended as a whole; the calls' own deadlines bound it. */
function unstoppable(): { readonly signal: AbortSignal } {
  return { signal: new AbortController().signal };
}
