/** Programs with KMS keys, and what a scenario reads of them. */

import { door } from "../door.ts";
import type { Scenario } from "./scenario.ts";

export function kmsProgramOf(keys: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  return door.programFor(
    Object.fromEntries(
      Object.entries(keys).map(([name, args]) => [name, { type: "KmsKey", args: { name, ...args } } as const]),
    ),
  );
}

/** The one window that an output tells people to name. */
export function windowIn(output: string): string {
  const names = new Set(Array.from(output.matchAll(/UKO_CONSENT=([0-9a-f-]{36}@\S+Z)/g), ([, name]) => name ?? ""));
  const [name] = names;
  if (name === undefined || names.size > 1) throw new Error(`No single window to name in:\n${output}`);
  return name;
}

export async function kmsKeyNamed(scenario: Scenario, name: string) {
  const found = (await scenario.uko.world()).kmsKeys.find((key) => key.name === name);
  if (found === undefined) throw new Error(`KMS has no key "${name}".`);
  return found;
}

/** What was done to KMS keys: row and who. */
export const kmsStepsSince = async (scenario: Scenario, mark: number): Promise<readonly string[]> =>
  (await scenario.writes(mark))
    .filter(({ operation }) => operation.startsWith("M"))
    .map(({ operation, callerName }) => `${operation} ${callerName}`);
