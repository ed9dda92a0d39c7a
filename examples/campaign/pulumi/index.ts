/** The key of the payroll, which a campaign retires while this stack still declares it. */

import { ManagedKey } from "pulumi-uko";

const payroll = new ManagedKey("payroll", {
  // The vault `payments` of the emulator's demo world.
  vaultId: "5c1e0000-0000-4000-8000-000000000001",
  template: "payroll",
  label: "payroll",
  deletionReason: "The instance ends",
});

export const lifecycleState = payroll.lifecycleState;
