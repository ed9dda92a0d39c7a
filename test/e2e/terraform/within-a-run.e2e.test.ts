/** One run of the real OpenTofu: canceled waits, changed secrets, and a provider in a debugger. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createSession } from "../../../provider/terraform-plugin/create-session.ts";
import { credentialsFor, reattachLine } from "../../../provider/terraform-plugin/handshake.ts";
import { createLog } from "../../../provider/terraform-plugin/log.ts";
import { createServer } from "../../../provider/terraform-plugin/server.ts";
import { keyProgram, vaultId, withMade, withStage } from "./support/tofu-stage.ts";

test("Ctrl-C cancels a wait at once, keeps the current state, and says what the run was waiting for", () =>
  withMade(keyProgram(), async ({ stage, bob }) => {
    await stage.advance(60_000);
    const run = bob.start(["destroy"], { env: { UKO_WAIT: "2h" } });
    await expect.poll(async () => (await stage.effects()).includes("updateManagedKey"), { timeout: 30_000 }).toBe(true);
    // The wait begins after the look that follows the request.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const begun = performance.now();
    // A terminal sends it to the engine and to the provider alike.
    expect(await run.killProvider("SIGINT")).toBe(1);
    run.child.kill("SIGINT");
    const ended = await run.result;
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(ended.exitCode).toBe(1);
    expect(ended.output).toContain("The wait was canceled");
    expect((await bob.state()).resources).toMatchObject([
      { isTainted: false, attributes: { lifecycle_state: "pending_approval", deletion_awaits: "approval" } },
    ]);
  }));

test("a destroy waits as long as its timeouts block says, and a change of the block changes the state alone", () =>
  withStage(async (stage) => {
    const limited = (delay: string) => keyProgram(`timeouts {\n    delete = "${delay}"\n  }`);
    const bob = await stage.person("bob", limited("3s"));
    const made = await bob.apply();
    expect(made, made.output).toMatchObject({ exitCode: 0 });
    expect((await bob.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    await stage.advance(60_000);
    const begun = performance.now();
    const report = path.join(bob.workingCopy, "report.jsonl");
    const destroyed = await bob.destroy([], { env: { UKO_REPORT: report } });
    expect(performance.now() - begun).toBeGreaterThan(3_000);
    const lines = (await readFile(report, "utf8")).trim().split("\n");
    const destroys = lines.map((line) => JSON.parse(line)).filter(({ operation }) => operation === "delete");
    expect(destroys.map(({ code, isWaiting }) => [code, isWaiting])).toEqual([
      ["UKO_APPROVAL_PENDING", true],
      ["UKO_APPROVAL_PENDING", undefined],
    ]);
    expect(destroyed, destroyed.output).toMatchObject({ exitCode: 1, failed: ["uko_managed_key.payroll"] });
    expect(destroyed.output).toContain("[UKO_APPROVAL_PENDING]");
    expect((await bob.state()).resources[0]?.attributes).toMatchObject({ timeouts: { delete: "3s" } });

    const mark = await stage.mark();
    await bob.writeProgram(limited("5h"));
    expect(await bob.apply()).toMatchObject({ exitCode: 0, applied: { change: 1 } });
    expect((await bob.state()).resources[0]?.attributes).toMatchObject({ timeouts: { delete: "5h" } });
    expect(await stage.effects(mark)).toEqual([]);
    await bob.writeProgram(limited("soon"));
    expect((await bob.plan()).output).toContain("timeouts.delete is not a duration");
  }));

const keystore = (secret: string): string => `
resource "uko_keystore" "paris" {
  vault_id              = "${vaultId}"
  type                  = "aws_kms"
  name                  = "paris"
  groups                = ["paris"]
  aws_region            = "eu_west_3"
  aws_access_key_id     = "AKIAEXAMPLE"
  aws_secret_access_key = "${secret}"
}
`;

test("no secret is in state or plan, and a new secret is one update", () =>
  withStage(async (stage) => {
    const carol = await stage.person("carol", keystore("hush-hush"));
    const made = await carol.apply();
    expect(made, made.output).toMatchObject({ exitCode: 0, applied: { add: 1 } });
    expect((await carol.plan(["-detailed-exitcode"])).exitCode).toBe(0);
    await carol.writeProgram(keystore("hush-more"));
    const planned = await carol.plan(["-out=plan.bin"]);
    expect(planned.planned).toMatchObject({ add: 0, change: 1, remove: 0 });
    const shown = await carol.run(["show", "-json", "plan.bin"]);
    const mark = await stage.mark();
    const changed = await carol.apply(["plan.bin"]);
    // A saved plan has no secret, so the engine reads it from the configuration once more.
    expect(changed, changed.output).toMatchObject({ exitCode: 0 });
    expect(await stage.effects(mark)).toEqual(["updateKeystore"]);
    const { text } = await carol.state();
    expect(text.match(/scrypt:[\w-]{22}:[\w-]{43}/g), "the digests of both secrets").toHaveLength(2);
    for (const secret of ["hush-hush", "hush-more", "AKIAEXAMPLE"]) {
      // The configuration is part of a plan, and is the person's own.
      const { configuration: _theirs, ...plan } = JSON.parse(shown.stdout) as Readonly<Record<string, unknown>>;
      for (const each of [text, JSON.stringify(plan), made.output, planned.output, changed.output]) {
        expect(each).not.toContain(secret);
      }
    }
  }));

test("a provider in this process serves the engine through TF_REATTACH_PROVIDERS, and stays", () =>
  withStage(async (stage) => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "uko-reattach-"));
    const former = { ...process.env };
    Object.assign(process.env, stage.environmentOf("bob"));
    const server = createServer(
      createSession(
        createLog(
          {},
          () => new Date(),
          () => {},
        ),
        "tofu",
      ),
      () => {},
    );
    try {
      const address = path.join(folder, "uko.sock");
      await new Promise<void>((resolve, reject) => {
        server.bindAsync(`unix:${address}`, credentialsFor(undefined, undefined), (error) =>
          error ? reject(error) : resolve(),
        );
      });
      const line = reattachLine({ network: "unix" }, address, process.pid);
      const env = { TF_REATTACH_PROVIDERS: /='(.*)'$/.exec(line)?.[1] ?? "" };
      const nobody = await stage.workspace.person("nobody", { program: keyProgram() });
      expect(await nobody.apply([], { env })).toMatchObject({ exitCode: 0, applied: { add: 1 } });
      expect((await nobody.plan(["-detailed-exitcode"], { env })).exitCode).toBe(0);
      const asked = await nobody.destroy([], { env });
      expect(asked.firstErrorSays).toMatch(/^Key "payroll" /);
    } finally {
      server.forceShutdown();
      for (const name of Object.keys(stage.environmentOf("bob"))) delete process.env[name];
      Object.assign(process.env, former);
      await rm(folder, { recursive: true, force: true });
    }
  }));
