/** A key for payroll. One person may delete it, which the program has to say. */

import { ManagedKey } from "@uko/pulumi";

const payroll = new ManagedKey("payroll", {
  // The vault `payments` of the emulator's demo world.
  vaultId: "5c1e0000-0000-4000-8000-000000000001",
  template: "payroll",
  label: "payroll",
  dualAuthorization: "single",
});

export const keyId = payroll.keyId;
export const lifecycleState = payroll.lifecycleState;
