/** The types of what starts an emulator, generated from the schemas that check it. */

import { seedSchema } from "../../provider/emulator/store/seed.ts";
import { switchChoices } from "../../provider/emulator/store/switches.ts";
import { memberTexts } from "./type-text.ts";

/** Returns the text of provider/emulator/store/generated.ts. */
export function emulatorTypes(): string {
  return [
    "/** Written by `npm run schema` from the schemas of the emulator. Do not edit. */\n",
    "/** Behavior that IBM's documents leave open. The reference of the emulator describes each switch. */",
    "export interface SwitchChoices {",
    ...memberTexts(switchChoices, "input"),
    "}\n",
    "/** The form of a seed file, in which defaults can be left out. */",
    "export interface Seed {",
    ...memberTexts(seedSchema, "input"),
    "}\n",
  ].join("\n");
}
