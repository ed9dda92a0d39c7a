/** A program that declares a key. */

import { ManagedKey } from "@uko/pulumi";

export const payroll = new ManagedKey("payroll", {
  vaultId: "5c1e0000-0000-4000-8000-000000000001",
  template: "payroll",
  label: "payroll",
  tags: { team: "payroll" },
});
