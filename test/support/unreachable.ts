/** Settings of a service that does not answer: then a preview checks no creation, and the rest of it speaks. */

import { emulatorAddresses } from "./emulator-addresses.ts";

export const unreachable = {
  UKO_INSTANCE_ID: "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e",
  UKO_API_KEY: "no-key",
  ...emulatorAddresses("http://127.0.0.1:9"),
} as const;
