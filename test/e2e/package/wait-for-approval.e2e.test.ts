/**
 * `waitForApproval` on the engine's own onError hook: one destroy that ends when the other person has acted and the time has
 * passed. The program runs through Pulumi's automation library, with the real CLI: the language host that can be built here is
 * older than hooks, and stands between a program of its own and the engine.
 */

import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { expect, test } from "vitest";
import { waitForApproval } from "../../../provider/pulumi-hooks/wait-for-approval.ts";
import { LocalUko } from "../../stage/local-uko.ts";
import { type PulumiPerson, PulumiWorkspace } from "../../stage/pulumi.ts";
import { explainVerdict, judge } from "../../support/oracle.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";

interface Stage {
  readonly uko: LocalUko;
  readonly alice: PulumiPerson;
  readonly bob: PulumiPerson;
  /** Bob's stack with one key, whose destroy may wait so long. */
  readonly stack: Stack;
}

async function withKey(atMost: string, body: (stage: Stage) => Promise<void>): Promise<void> {
  const uko = await LocalUko.start();
  try {
    await using workspace = await PulumiWorkspace.create();
    const person = (name: string) =>
      workspace.person(name, { env: { ...uko.settings, UKO_API_KEY: `${name}-demo-key` } });
    const [bob, alice] = [await person("bob"), await person("alice")];
    const program = async (): Promise<void> => {
      const { ManagedKey } = await import("../../../sdk/nodejs/bin/index.js");
      const hooks = { onError: [waitForApproval({ atMost, every: "1s" })] };
      new ManagedKey("payroll", { vaultId, template: "payroll", label: "payroll" }, { hooks });
    };
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "waits", projectName: "keys", program },
      {
        pulumiCommand: await commandOf(workspace),
        envVars: bob.environment(),
        pulumiHome: path.join(bob.home, ".pulumi"),
      },
    );
    await stack.up();
    await body({ uko, alice, bob, stack });
    const verdict = judge(await uko.audit(), { required: true, gate: "both" });
    expect(verdict.ok, explainVerdict(verdict)).toBe(true);
  } finally {
    await uko.stop();
  }
}

/** The library wants the CLI as an installation has it. */
async function commandOf({ folder, engine }: PulumiWorkspace): Promise<PulumiCommand> {
  await mkdir(path.join(folder, "bin"));
  await symlink(engine.pulumiBin, path.join(folder, "bin", "pulumi"));
  return PulumiCommand.get({ root: folder });
}

test("a destroy waits for the other person, stops if its own person has to approve, and then waits for time", () =>
  withKey("90s", async ({ uko, alice, stack }) => {
    const parts: string[] = [];
    const onOutput = (text: string): void => void parts.push(text);
    const waiting = expect(stack.destroy({ runProgram: true, onOutput })).rejects.toThrow(/\[new run\]/);
    const pending = async () => {
      const { stdout } = await alice.uko(["requests", "--json"]);
      return stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Pending] : []))[0];
    };
    await expect.poll(pending, { timeout: 60_000, interval: 500 }).toMatchObject({ deletion: { awaits: "approval" } });
    const asked = await pending();
    const key = `${asked?.vaultId}/${asked?.keyId}`;

    // Alice approves and deactivates by command. Her run requests the destruction, unless Bob's run, which reads again and again, is faster.
    expect((await alice.uko(["continue", key, "--consent", asked?.deletion.recordId ?? ""])).exitCode).toBe(10);
    const request = (await pending())?.deletion;
    const isBobs = request?.requestedBy === "IBMid-550000BOB";
    const answered = isBobs ? (await alice.uko(["consent", key, request.recordId])).output : "";
    const [, half = request?.recordId ?? ""] = /uko approve \S+ ([0-9a-f]{32})/.exec(answered) ?? [];
    // Only a new run of Bob can approve that.
    await waiting;
    expect(parts.join("")).toContain("retrying delete due to on-error hook request");

    stack.workspace.envVars = { ...stack.workspace.envVars, UKO_CONSENT: half };
    const destroyed = stack.destroy({ runProgram: true });
    const steps = async () => (await uko.audit()).filter(({ effect }) => effect).map(({ operation }) => operation);
    await uko.advance("4h1m");
    await expect.poll(steps, { timeout: 60_000, interval: 500 }).toContain("K8");
    await uko.advance("31d");
    expect((await destroyed).summary.result).toBe("succeeded");
    expect((await stack.exportStack()).deployment.resources ?? []).toEqual([]);
  }));

test("a wait that its program no longer allows ends with the reason, after one request", () =>
  withKey("3s", async ({ uko, stack }) => {
    await expect(stack.destroy({ runProgram: true })).rejects.toThrow(/\[UKO_APPROVAL_PENDING\]/);
    const records = (await uko.audit()).filter(({ operation, effect }) => operation === "K4" && effect);
    expect(records).toHaveLength(1);
  }));

interface Pending {
  readonly vaultId: string;
  readonly keyId: string;
  readonly deletion: { readonly recordId: string; readonly requestedBy?: string };
}
