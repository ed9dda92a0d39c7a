/** The program of the Automation API in provider/docs/how-to/test-programs.md, run as documented with a key that waits. */

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { LocalUko } from "../../stage/local-uko.ts";
import { PulumiWorkspace } from "../../stage/pulumi.ts";
import { blocksIn } from "../../support/documents.ts";

const documented = blocksIn("provider/docs/how-to/test-programs.md", "ts").at(-1) ?? "";
const before = `
import { readFile } from "node:fs/promises";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { ManagedKey } from "@uko/pulumi";
const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const program = async () => void new ManagedKey("payroll", { vaultId, template: "payroll", label: "payroll" });
const stack = await LocalWorkspace.createOrSelectStack({ stackName: "automation", projectName: "keys", program });
await stack.up();
`;

test("a program of the Automation API reads from UKO_REPORT what a key waits for", async () => {
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  await using workspace = await PulumiWorkspace.create();
  const bob = await workspace.person("bob", { env: { ...uko.settings, UKO_API_KEY: "bob-demo-key" } });
  await writeFile(path.join(bob.workingCopy, "automation.mjs"), `${before}${documented}`);
  const env = bob.environment({ PULUMI_STACK: undefined });
  const { stdout } = await promisify(execFile)(process.execPath, ["automation.mjs"], { cwd: bob.workingCopy, env });
  expect(stdout).toBe("payroll approval undefined\n");
});
