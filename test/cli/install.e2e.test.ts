/** `uko install terraform` for a user without an OpenTofu configuration, and the real OpenTofu after it. */

import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LocalUko } from "../stage/local-uko.ts";
import { TofuWorkspace } from "../stage/tofu.ts";

const configuration = `resource "uko_managed_key" "payroll" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  template = "payroll"
  label    = "payroll"
}
`;

test("OpenTofu finds the provider without any configuration, works with it, and no longer finds it after its removal", async () => {
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  await using workspace = await TofuWorkspace.create();
  const env = { ...uko.settings, UKO_API_KEY: "carol-demo-key", TF_CLI_CONFIG_FILE: undefined };
  const carol = await workspace.person("carol", { env, program: configuration });
  const inWork = (name: string): string => path.join(carol.workingCopy, name);
  // The workspace always has a provider, and a file that names its mirror.
  const forget = async (): Promise<void> => {
    for (const name of [".terraform", ".terraform.lock.hcl"]) await rm(inWork(name), { recursive: true, force: true });
  };
  await forget();

  const { exitCode, stdout } = await carol.uko(["install", "terraform"]);
  expect(exitCode).toBe(0);
  const mirror = path.join(carol.home, ".local", "share", "terraform", "plugins");
  expect(stdout).toContain(`  ${mirror}`);
  const version = /^Installed pulumi-uko\/uko (\S+) /.exec(stdout)?.[1];
  const initialized = await carol.init();
  expect(initialized, initialized.output).toMatchObject({ exitCode: 0 });
  expect(initialized.output).toContain(`Installed pulumi-uko/uko v${version} (unauthenticated)`);
  expect(await readFile(inWork(".terraform.lock.hcl"), "utf8")).toMatch(/"registry\.[a-z.]+\/pulumi-uko\/uko"/);

  const applied = await carol.apply();
  expect(applied, applied.output).toMatchObject({ exitCode: 0, applied: { add: 1 } });
  expect((await carol.destroy()).firstErrorSays).toBe(
    `Key "payroll" is waiting for a second person to approve its deactivation`,
  );

  expect((await carol.uko(["install", "terraform", "--remove"])).exitCode).toBe(0);
  await forget();
  // Only the registry remains, and this test does not contact it.
  const lost = await carol.init(["-plugin-dir", mirror]);
  expect([lost.exitCode, lost.output]).toEqual([1, expect.stringContaining("pulumi-uko/uko")]);
});
