/** A key for payroll, by CDK Terrain. Its deletion requires two people, unless the code says otherwise. */

import { ManagedKey, UkoProvider } from "@uko/cdktn";
import { App, TerraformOutput, TerraformStack } from "cdktn";

const app = new App();
const stack = new TerraformStack(app, "payroll");

// Instance and credential come from each person's environment.
new UkoProvider(stack, "uko");

const payroll = new ManagedKey(stack, "payroll", {
  // The vault `payments` of the emulator's demo world.
  vaultId: "5c1e0000-0000-4000-8000-000000000001",
  template: "payroll",
  label: "payroll",
  deletionReason: "Payroll moved to the new ledger",
});

new TerraformOutput(stack, "lifecycle_state", { value: payroll.lifecycleState });

app.synth();
