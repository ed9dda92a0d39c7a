/** Exports the package subpath `pulumi-uko/emulator`, with which programs and tests in Node start an emulator. */

import { startEmulator as start } from "./start.ts";
import type { RunningEmulator as Emulator, EmulatorOptions } from "./store/options.ts";

export type { Seed, SwitchChoices } from "./store/generated.ts";
export type { Emulator, EmulatorOptions };

/**
 * Starts an emulator in this process. Rejects if an option is not valid.
 *
 * @example
 * ```ts
 * import { startEmulator } from "pulumi-uko/emulator";
 *
 * const emulator = await startEmulator({ profile: "tags-dropped" });
 * await fetch(`${emulator.url}/_emulator/clock`, { method: "POST", body: '{"advance":"5h"}' });
 * await emulator.close();
 * ```
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { world: _, ...emulator } = await start(options);
  return emulator;
}
