/** Tests a program against the emulator in this process, with the real Pulumi CLI and its Automation API. */

import assert from "node:assert/strict";
import { mkdtemp, readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { ManagedKey } from "@uko/pulumi";
import { type Emulator, startEmulator } from "pulumi-uko/emulator";

async function program(): Promise<void> {
  new ManagedKey("payroll", {
    // The vault `payments` of the emulator's demo world.
    vaultId: "5c1e0000-0000-4000-8000-000000000001",
    template: "payroll",
    label: "payroll",
  });
}

let emulator: Emulator;
let stack: Stack;
let report: string;
before(async () => {
  emulator = await startEmulator();
  const folder = await mkdtemp(path.join(os.tmpdir(), "keys-"));
  report = path.join(folder, "report.jsonl");
  const envVars = {
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    UKO_ENDPOINT: emulator.url,
    UKO_KMS_ENDPOINT: emulator.url,
    UKO_IAM_ENDPOINT: emulator.url,
    UKO_ALLOWED_HOSTS: new URL(emulator.url).host,
    UKO_INSTANCE_ID: emulator.instanceId,
    UKO_API_KEY: "bob-demo-key",
    UKO_EVIDENCE: path.join(folder, "evidence.jsonl"),
    UKO_REPORT: report,
  };
  stack = await LocalWorkspace.createStack({ stackName: "test", projectName: "keys", program }, { envVars });
});
after(() => emulator.close());

test("a destroy waits for a second person, and reports it", async () => {
  const { summary } = await stack.up();
  assert.equal(summary.result, "succeeded");
  // A destroy rejects while a key waits, and the resource stays in the state.
  await assert.rejects(stack.destroy({ continueOnError: true }), /UKO_APPROVAL_PENDING/);
  const lines = (await readFile(report, "utf8")).trim().split("\n");
  const { label, awaits } = JSON.parse(lines.at(-1) ?? "");
  assert.deepEqual({ label, awaits }, { label: "payroll", awaits: "approval" });
});
