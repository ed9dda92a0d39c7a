/** Programs with KMS keys, and what a scenario reads of them. */

import { isKmsCall } from "../../../support/calls.ts";
import { userInterface } from "../user-interface.ts";
import type { Scenario } from "./scenario.ts";

export function kmsProgramOf(keys: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  return userInterface.programFor(
    Object.fromEntries(
      Object.entries(keys).map(([name, args]) => [name, { type: "KmsKey", args: { name, ...args } } as const]),
    ),
  );
}

/** As `uko` takes it. */
export const kmsPathOf = async (scenario: Scenario, name: string): Promise<string> =>
  `kms/${(await kmsKeyNamed(scenario, name)).id}`;

export async function kmsKeyNamed(scenario: Scenario, name: string) {
  const found = (await scenario.uko.world()).kmsKeys.find((key) => key.name === name);
  if (found === undefined) throw new Error(`KMS has no key "${name}".`);
  return found;
}

/** What was done to KMS keys: call and who. */
export const kmsStepsSince = async (scenario: Scenario, mark: number): Promise<readonly string[]> =>
  (await scenario.writes(mark))
    .filter(({ operation }) => isKmsCall(operation))
    .map(({ operation, callerName }) => `${operation} ${callerName}`);
