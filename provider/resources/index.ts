/** Every resource there is; the only barrel. */

export { managedKey } from "./managed-key.ts";
export type { ManagedKeyInputs, ManagedKeyState } from "./managed-key-properties.ts";
