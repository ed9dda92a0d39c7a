/** One operation on each named key, in order, with a report of each result. */

import type { Operations } from "../engine/key/commands.ts";
import type { KmsOperations } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { KmsKeyRef } from "../engine/ports/kms-keys.ts";
import type { CallOptions, KeyRef } from "../engine/ports/world.ts";
import { asUkoError, endsTheRun, mostSevere, UkoError } from "../errors.ts";
import type { KeyPath, KmsKeyPath, TypedKey } from "./arguments.ts";
import type { CliWorld, Environment, OpenOperations } from "./cli-world.ts";
import { createProgressLine, type ProgressLine } from "./progress-line.ts";
import { errorJson, errorText, reportJson, reportText } from "./render.ts";
import { isConfirmed, requireFullIds, resolveKeys } from "./typed-keys.ts";

export interface KeyRun {
  readonly keys: readonly TypedKey[];
  readonly json: boolean;
  /** The command, if it writes; then only a person at a terminal may name a key by its name. */
  readonly writes?: string;
  /** Asks at a terminal before a key is destroyed or removed. */
  readonly asks?: boolean;
  /** Options with the same meaning as a variable; the option takes precedence. */
  readonly over?: Environment;
  readonly act: (call: KeyCall) => Promise<Report>;
  /** The same for a KMS key; absent if the command is only for managed keys. */
  readonly actOnKms?: (call: KmsKeyCall) => Promise<Report>;
}

/** The input of an operation on one key. */
export interface KeyCall {
  readonly operations: Operations;
  readonly settings: OpenOperations["settings"];
  readonly ref: KeyRef;
  /** The position of the key in the command. */
  readonly index: number;
  readonly options: CallOptions;
}

export interface KmsKeyCall extends Pick<KeyCall, "settings" | "options"> {
  readonly operations: KmsOperations;
  readonly ref: KmsKeyRef;
}

/** Returns the exit code. Throws the error that stopped the run before its first key. */
export async function runOnKeys(world: CliWorld, run: KeyRun): Promise<number> {
  requireFullIds(world, run);
  const progress = createProgressLine(world.err);
  const environment = { ...world.environment, ...run.over };
  const opened = await world.openOperations(environment, { progress });
  const { close } = opened;
  const exitCodes: number[] = [];
  try {
    const keys = await resolveKeys(world, opened, run);
    const options = { signal: world.signal, ...confirmation(world, run, progress) };
    for (const [index, key] of keys.entries()) {
      if (index > 0 && !run.json) world.out.write("\n");
      try {
        const report = await actOn({ key, index }, run, opened, options);
        progress.clear();
        world.out.write(run.json ? reportJson(report) : reportText(report, world.out));
        exitCodes.push(report.exitCode);
      } catch (thrown) {
        progress.clear();
        const error = asUkoError(thrown);
        printError(world, error, run.json, "kmsKeyId" in key ? { keyId: key.kmsKeyId } : key);
        exitCodes.push(error.exitCode);
        if (endsTheRun.has(error.code)) break;
      }
    }
  } finally {
    await close();
  }
  return mostSevere(exitCodes);
}

/** A machine is never asked. */
function confirmation(world: CliWorld, { asks, json }: KeyRun, progress: ProgressLine): Pick<CallOptions, "confirm"> {
  if (asks !== true || json || world.ask === undefined) return {};
  return {
    confirm(question) {
      progress.clear();
      return isConfirmed(world, `${question} [y/N] `);
    },
  };
}

async function actOn(
  { key, index }: { readonly key: KeyPath | KmsKeyPath; readonly index: number },
  { act, actOnKms }: KeyRun,
  { operations, kmsOperations, settings }: OpenOperations,
  options: CallOptions,
): Promise<Report> {
  const { instanceId } = settings;
  if (!("kmsKeyId" in key)) return act({ operations, settings, ref: { instanceId, ...key }, index, options });
  if (actOnKms === undefined) throw new UkoError("UKO_BUG");
  return actOnKms({ operations: kmsOperations, settings, ref: { instanceId, ...key }, options });
}

/**
 * Reports an error where its reader looks: standard output for a machine, standard error for a
 * person.
 */
export function printError(world: CliWorld, error: UkoError, json: boolean, key?: Partial<KeyPath>): void {
  if (json) world.out.write(errorJson(error, key));
  else world.err.write(errorText(error, world.err));
}
