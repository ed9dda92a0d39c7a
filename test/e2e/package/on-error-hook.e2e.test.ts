/**
 * A program's own `onError` hook, by which Pulumi calls a delete again within one destroy. The program runs through
 * Pulumi's automation library, with the real CLI: the language host that can be built here is older than hooks.
 */

import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { ErrorHook } from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { LocalUko } from "../../stage/local-uko.ts";
import { PulumiWorkspace } from "../../stage/pulumi.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";

/** One destroy whose hook lets this time pass before each of its retries; returns the calls that changed the key. */
async function destroyWithRetries(
  dualAuthorization: "required" | "single",
  retriesAfter: readonly string[],
): Promise<{ readonly calls: readonly string[]; readonly errors: readonly string[]; readonly isDestroyed: boolean }> {
  const uko = await LocalUko.start();
  try {
    await using workspace = await PulumiWorkspace.create();
    const carol = await workspace.person("carol", { env: { ...uko.settings, UKO_API_KEY: "carol-demo-key" } });
    const errors: string[] = [];
    const program = async (): Promise<void> => {
      const { ManagedKey } = await import("../../../sdk/nodejs/bin/index.js");
      const retry = new ErrorHook("retry", async (failed) => {
        errors.push(failed.errors[0] ?? "");
        const pause = retriesAfter[errors.length - 1];
        if (pause !== undefined) await uko.advance(pause);
        return pause !== undefined;
      });
      const inputs = { vaultId, template: "payroll", label: "payroll", dualAuthorization };
      new ManagedKey("payroll", inputs, { hooks: { onError: [retry] } });
    };
    await mkdir(path.join(workspace.folder, "bin"));
    await symlink(workspace.engine.pulumiBin, path.join(workspace.folder, "bin", "pulumi"));
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "retries", projectName: "keys", program },
      {
        pulumiCommand: await PulumiCommand.get({ root: workspace.folder }),
        envVars: carol.environment(),
        pulumiHome: path.join(carol.home, ".pulumi"),
      },
    );
    await stack.up();
    await uko.advance("1m");
    const before = (await uko.audit()).length;
    const isDestroyed = await stack.destroy({ runProgram: true }).then(
      () => true,
      () => false,
    );
    const writes = (await uko.audit()).slice(before).filter(({ effect }) => effect);
    return { calls: writes.map(({ operation }) => operation), errors, isDestroyed };
  } finally {
    await uko.stop();
  }
}

test("a retry takes no step of a deletion that requires two people, and repeats no request", async () => {
  const { calls, errors, isDestroyed } = await destroyWithRetries("required", ["1m", "5h"]);
  expect([calls, isDestroyed]).toEqual([["updateManagedKey"], false]);
  expect(errors.map((error) => /\[(UKO_\w+)\]/.exec(error)?.[1])).toEqual(Array(3).fill("UKO_APPROVAL_PENDING"));
});

test("under single, a retry after the cool-down destroys in the destroy that deactivated, and an earlier one does not", async () => {
  const early = await destroyWithRetries("single", ["1m", "3h"]);
  expect(early.calls).toEqual(["deactivateManagedKey"]);
  expect(early.errors.at(-1)).toContain("[UKO_COOLING_DOWN]");
  const { calls, isDestroyed } = await destroyWithRetries("single", ["1m", "4h1m", "31d"]);
  expect([calls, isDestroyed]).toEqual([["deactivateManagedKey", "destroyManagedKey", "deleteManagedKey"], true]);
});
