/** The executables that engines install, in the hands of two people on whose PATH there is no `uko`. */

import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { magicCookie } from "../../provider/terraform-plugin/handshake.ts";
import { type CliTestWorld, keys, type Person, startCliWorld } from "../cli/harness.ts";
import { firstLine } from "../support/child-env.ts";
import { runAtTerminal } from "../support/terminal.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const timeoutMs = 60_000;

const installed = {
  plugin: { built: "build/plugin", file: ".pulumi/plugins/resource-uko-v0.1.0/pulumi-resource-uko", env: {} },
  provider: {
    built: "build/terraform",
    file: "my work/.terraform/providers/registry.opentofu.org/pulumi-uko/uko/0.1.0/linux_amd64/terraform-provider-uko",
    env: { TF_PLUGIN_MAGIC_COOKIE: magicCookie, PLUGIN_PROTOCOL_VERSIONS: "5,6" },
  },
} as const;

let uko: CliTestWorld;
let home: string;
beforeAll(async () => {
  uko = await startCliWorld();
  home = mkdtempSync(path.join(tmpdir(), "uko-home-"));
  for (const { built, file } of Object.values(installed)) {
    const folder = path.dirname(path.join(home, file));
    mkdirSync(folder, { recursive: true });
    cpSync(path.join(repository, built), folder, { recursive: true });
  }
});
afterAll(async () => {
  await uko.close();
  rmSync(home, { recursive: true, force: true });
});

describe.each(Object.entries(installed))("the executable of the %s", (_, { file, env }) => {
  const program = () => path.join(home, file);
  const environmentOf = (who: Person) => ({
    ...uko.environmentOf(who),
    HOME: home,
    // Node alone: this test shows what works without uko.
    PATH: [path.dirname(process.execPath), "/usr/bin", "/bin"].join(":"),
  });
  const run = (who: Person, ...args: readonly string[]) =>
    spawn(program(), args, { env: environmentOf(who), stdio: ["ignore", "pipe", "pipe"] });
  const ended = (who: Person, ...args: readonly string[]) =>
    new Promise<{ readonly code: number | null; readonly out: string }>((resolve, reject) => {
      const child = run(who, ...args);
      let out = "";
      child.stdout.on("data", (text: Buffer) => {
        out += text.toString();
      });
      child.stderr.on("data", (text: Buffer) => {
        out += text.toString();
      });
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, out }));
    });

  test("answers two people who delete a key", async () => {
    await uko.reset();
    expect(spawnSync("sh", ["-c", "command -v uko"], { env: environmentOf("bob") }).status).not.toBe(0);
    expect(await ended("bob", "whoami")).toEqual({ code: 0, out: expect.stringContaining("IBMid-550000BOB") });
    expect(await ended("bob", "status", keys.vouchers)).toEqual({ code: 0, out: expect.stringContaining("active") });
    const requested = await ended("bob", "request", keys.vouchers, "--reason", "Moved");
    expect(requested, requested.out).toMatchObject({ code: 0 });
    // Each printed command can be pasted, although neither the message nor PATH has uko.
    const runNext = (who: Person, output: string, command: RegExp) =>
      runAtTerminal(command.exec(output)?.[1] ?? output, { cwd: home, env: environmentOf(who), timeoutMs });
    await uko.advance("1m");
    const approved = await runNext("alice", requested.out, /^ {4}(~\/.* approve vouchers)$/m);
    expect(approved, approved.output).toMatchObject({ exitCode: 0 });
    expect(approved.output).toContain("Moved");
    expect(approved.output).toContain("1 key deactivated");
    const half = await runNext("alice", approved.output, /^ {4}(~\/.* request vouchers)$/m);
    expect(half, half.output).toMatchObject({ exitCode: 0 });
    await uko.advance("4h1m");
    const destroyed = await runNext("bob", half.output, /^ {4}(~\/.* approve vouchers)$/m);
    expect(destroyed, destroyed.output).toMatchObject({ exitCode: 0 });
    expect(destroyed.output).toContain("1 key destroyed");
    expect((await uko.verdict()).ok).toBe(true);
  });

  test("declines and withdraws", async () => {
    await uko.reset();
    expect((await ended("bob", "request", keys.vouchers)).code).toBe(0);
    await uko.advance("1m");
    expect((await ended("alice", "decline", keys.vouchers)).code).toBe(0);
    expect((await ended("bob", "request", keys.vouchers)).code).toBe(0);
    await uko.advance("1m");
    expect((await ended("bob", "withdraw", keys.vouchers)).code).toBe(0);
  });

  test("approves nothing without a terminal", async () => {
    const { code, out } = await ended("alice", "approve", keys.vouchers);
    expect([code, out]).toEqual([1, expect.stringContaining("there is no terminal to ask at")]);
  });

  test.each([[[]], [["127.0.0.1:1"]], [["--logtostderr", "-v=9", "127.0.0.1:1"]]])(
    "serves an engine that starts it with %j",
    async (args) => {
      const child = spawn(program(), args, { env: { ...environmentOf("bob"), ...env } });
      expect(await firstLine(child, () => "nothing")).toMatch(/^(\d+|1\|6\|unix\|.*\|grpc\|)$/);
      child.kill("SIGKILL");
    },
  );
});
