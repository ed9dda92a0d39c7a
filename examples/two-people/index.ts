/** A key that no person can delete alone, whatever tool they use: the roles are split. */

import { ManagedKey } from "@uko/pulumi";

const ledger = new ManagedKey("ledger", {
  // The vault `payments` of the emulator's demo world.
  vaultId: "5c1e0000-0000-4000-8000-000000000001",
  template: "payroll",
  label: "ledger",
});

export const keyId = ledger.keyId;
