/**
 * Functions for Pulumi programs: pending deletions and the deletion path of a key, and what the
 * functions of each resource share. They change nothing.
 */

import { Config, type Input, log, type Output, output } from "@pulumi/pulumi";
import { openHandlers, storedSettings } from "../compose/engines.ts";
import type { ListOptions } from "../engine/resource/definition.ts";
import type { DeletionPlan, PendingDeletion } from "../resources/functions.ts";

export type { DeletionPlan, PendingDeletion };

/** Narrows a list to one vault; without it the list covers every vault. */
export interface InVault {
  readonly vaultId?: string;
}

const warn = (line: string): void => void log.warn(line);
/** A program is stopped as a whole; the calls' own deadlines bound it. */
export const unstoppable: ListOptions = { signal: new AbortController().signal, warn };
export const { ask } = openHandlers(
  () => {
    const config = new Config("uko");
    return storedSettings((name) => config.get(name));
  },
  { progress: { report: () => {} }, warn },
  { rerun: "pulumi destroy" },
);

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
export function planDeletion(args: { readonly vaultId: string; readonly keyId: string }): Promise<DeletionPlan> {
  return ask.planDeletion(args, unstoppable);
}
export const planDeletionOutput = ofOutput(planDeletion);

/** The same function for arguments that depend on other resources' outputs. */
export function ofOutput<Args extends object, Result>(
  call: (args: Args) => Promise<Result>,
): (args: { readonly [Name in keyof Args]: Input<Args[Name]> }) => Output<Result> {
  return (args) => output(args).apply((known) => call(known as Args)) as Output<Result>;
}
