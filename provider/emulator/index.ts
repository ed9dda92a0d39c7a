/** The package subpath `pulumi-uko/emulator`: the emulator for programs and tests in Node. */

import { type EmulatorOptions, type Emulator as StartedEmulator, startEmulator as start } from "./start.ts";

export type { Seed } from "./seed.ts";
export type { SwitchChoices } from "./switches.ts";
export type { EmulatorOptions };

/** A running emulator. Change its world with the control API under `/_emulator/`. */
export type Emulator = Omit<StartedEmulator, "world">;

/** Starts an emulator in this process. Rejects if an option is not valid. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { world: _, ...emulator } = await start(options);
  return emulator;
}
