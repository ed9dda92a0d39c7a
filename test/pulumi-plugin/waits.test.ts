/** Waits within a run: granted explicitly, reported rarely, stopped at once, and never longer than the engine lives. */

import { spawn } from "node:child_process";
import { status } from "@grpc/grpc-js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";
import { describe, expect, test } from "vitest";
import { approve, options } from "../engine/harness.ts";
import { childEnv } from "../support/child-env.ts";
import { caller, main, statusOf, urnOf } from "./engine.ts";
import { usePluginStage } from "./plugin-stage.ts";

const waitingLine = /^Waiting for a second person to run: uko approve payroll$/;

const stage = usePluginStage();

describe("a wait within a run", () => {
  const requestDeletion = async () => {
    const { properties } = await stage.made();
    await statusOf(stage.bob.delete(properties));
    return { properties };
  };

  test("does not begin unless the caller grants it", async () => {
    const { properties } = await requestDeletion();
    const before = stage.bob.log.length;
    await statusOf(stage.bob.delete(properties));
    expect(stage.bob.log.slice(before).filter(({ message }) => /^Waiting/.test(message))).toEqual([]);
  });

  test("shows one temporary line on the resource, and ends at once with the reason if canceled", async () => {
    const { properties } = await requestDeletion();
    const waiting = await stage.another(stage.environmentOf("bob"));
    const call = statusOf(waiting.delete(properties, 3600));
    await expect
      .poll(() => waiting.log.map(({ message }) => message), { timeout: 25_000 })
      .toContainEqual(expect.stringMatching(waitingLine));
    const begun = performance.now();
    await waiting.cancel();
    const error = await call;
    // Long before the next read of the key, half a minute later.
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details.split("\n")[0]).toMatch(/^Key "payroll" is waiting for a second person/);
    expect(error.details).toContain("The wait was canceled");
    const line = waiting.log.find(({ message }) => waitingLine.test(message));
    expect(line).toMatchObject({ ephemeral: true, urn: urnOf("uko:index:ManagedKey") });
    expect(waiting.log.filter(({ severity }) => severity === enginePb.LogSeverity.WARNING)).toEqual([]);
  });

  test("is overridden by the caller's own setting, and causes a warning in a pipeline", async () => {
    const { properties } = await requestDeletion();
    const impatient = await stage.another({ ...stage.environmentOf("bob"), UKO_WAIT: "0" });
    await statusOf(impatient.delete(properties, 3600));
    expect(impatient.log.filter(({ message }) => waitingLine.test(message))).toEqual([]);

    const pipeline = await stage.another({ ...stage.environmentOf("bob"), UKO_WAIT: "2h", CI: "true" });
    const call = statusOf(pipeline.delete(properties));
    const warnings = () => pipeline.log.filter(({ severity }) => severity === enginePb.LogSeverity.WARNING);
    await expect.poll(warnings, { timeout: 25_000 }).toHaveLength(1);
    expect(warnings()[0]?.message).toMatch(/^This run waits for up to 2 h and holds the state lock/);
    await pipeline.cancel();
    await call;
  });

  test("continues by itself after its date", async () => {
    const { properties } = await requestDeletion();
    const { clock: serviceClock } = stage.uko.test.emulator.world;
    await stage.uko.advance("60s");
    const ref = stage.uko.ref(String(properties.keyId));
    await approve(stage.uko.run("alice"), ref);
    const deactivatedAtMs = serviceClock.nowMs();
    await stage.uko.run("bob").operations.request(ref, undefined, options);
    await approve(stage.uko.run("alice"), ref, { stores: true });
    // Seconds are left of the cool-down.
    serviceClock.set(deactivatedAtMs + (4 * 3600 - 6) * 1000);
    const patient = await stage.another(stage.environmentOf("bob"));
    const clock = setInterval(() => void stage.uko.advance("1s"), 500);
    const error = await statusOf(patient.delete(properties, 60)).finally(() => clearInterval(clock));
    expect(error.details.split("\n")[0]).toMatch(/^Key "payroll" is destroyed; keystore "payroll-ring" still holds/);
    expect(patient.log.map(({ message }) => message)).toContain("Cooling down, 1 min left");
    await stage.uko.expectNobodyAlone();
  });

  test("does not outlive the engine", async () => {
    const { properties } = await requestDeletion();
    // A killed engine that had started the plugin: the shell is its parent.
    const script = `"${process.execPath}" "${main}" 127.0.0.1:9 & echo "pid $!"; wait`;
    const engine = spawn("/bin/sh", ["-c", script], { env: { ...childEnv, ...stage.environmentOf("bob") } });
    let out = "";
    engine.stdout.on("data", (text: Buffer) => {
      out += text.toString();
    });
    await expect.poll(() => /pid (\d+)[\s\S]*^\d+$/m.test(out), { timeout: 20_000 }).toBe(true);
    const pid = Number(/pid (\d+)/.exec(out)?.[1]);
    const isAlive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isAlive()).toBe(true);
    engine.kill("SIGKILL");
    await expect.poll(isAlive, { timeout: 25_000 }).toBe(false);
    expect(properties.keyId).toBeDefined();
  });
});

describe("a key that waits", () => {
  const warnings = (plugin: { log: readonly { severity: number; message: string; urn: string }[] }, from = 0) =>
    plugin.log
      .slice(from)
      .filter(({ severity }) => severity === enginePb.LogSeverity.WARNING)
      .map(({ message }) => message);
  const waiting = /^Key "payroll" is waiting for approval of its deactivation: IBMid-550000BOB/;
  const asked = async () => {
    const { id, inputs, properties } = await stage.made();
    await statusOf(stage.bob.delete(properties));
    const alice = await stage.another(stage.environmentOf("alice"));
    const read = () => alice.read(id, properties, inputs);
    return { alice, inputs, properties, read };
  };

  test("is one error of a destroy, without the warning of the refresh before it", async () => {
    const { alice, properties, read } = await asked();
    await read();
    expect((await statusOf(alice.delete(properties))).details).toContain("[UKO_APPROVAL_PENDING]");
    await alice.cancel();
    expect(warnings(alice)).toEqual([]);
  });

  test("is one warning of a run whose program declares the key", async () => {
    const { alice, inputs, read } = await asked();
    await read();
    await alice.check(inputs);
    await alice.cancel();
    expect(warnings(alice)).toEqual([expect.stringMatching(waiting)]);
  });

  test("is a warning of a run that only reads, which also says what a destroy does", async () => {
    const { alice, read } = await asked();
    await read();
    expect(warnings(alice)).toEqual([]);
    await alice.cancel();
    const [wait, preview = ""] = warnings(alice);
    expect(wait).toMatch(waiting);
    expect(preview.split("\n").slice(0, 3)).toEqual([
      "What a destroy does now, resources of type uko:index:ManagedKey: 1",
      '  Key "payroll" is waiting for a second person to approve its deactivation',
      '    IBMid-550000BOB ("Bob Example") requested the deactivation. Until another person, such as you, approves the request, a run changes nothing and fails.',
    ]);
    expect(preview).toContain("if you have the role for this step, run:");
  });

  test("says to its requester that another person has to approve", async () => {
    const { id, inputs, properties } = await stage.made();
    await statusOf(stage.bob.delete(properties));
    const again = await stage.another(stage.environmentOf("bob"));
    await again.read(id, properties, inputs);
    await again.cancel();
    expect(warnings(again).at(-1)).toContain(
      "You requested the deactivation. Until another person approves the request, a run changes nothing and fails.",
    );
  });
});

describe("a preview of a program without an active key", () => {
  const warnings = ({ log }: { log: readonly { severity: number; message: string }[] }) =>
    log.filter(({ severity }) => severity === enginePb.LogSeverity.WARNING).map(({ message }) => message);
  /** The engine has read the key before, because it requires two people. */
  const preview = async (over: { readonly label?: string } = {}) => {
    const { id, inputs, properties } = await stage.made(over);
    const plugin = await stage.another(stage.environmentOf("bob"));
    await plugin.read(id, properties, inputs);
    return { plugin, inputs };
  };

  test("says what the run does to the key, and what stops working later", async () => {
    const { plugin } = await preview();
    const other = caller(plugin.client, {
      urn: "urn:pulumi:dev::keys::uko:index:Vault::archive",
      type: "uko:index:Vault",
    });
    await other("check", { News: { name: "archive" }, Olds: {} });
    await plugin.cancel();
    const [said = "", ...others] = warnings(plugin);
    expect(others).toEqual([]);
    expect(said.split("\n").slice(0, 3)).toEqual([
      "This run requests the deactivation of 1 key: payroll",
      '  Deleting key "payroll" requires two people and several runs',
      "    1. This run requests the deactivation and ends with an error that shows the approval command. Nothing stops working.",
    ]);
    expect(said).toContain("everything that uses it stops working");
  });

  test("says nothing of a key that the program still has, or has under another name", async () => {
    const { plugin, inputs } = await preview();
    await plugin.check(inputs);
    await plugin.cancel();
    expect(warnings(plugin)).toEqual([]);
  });

  test("names a key by its label, beside the name of its resource if that differs", async () => {
    const { plugin } = await preview({ label: "orders" });
    plugin.beginProgram();
    await plugin.cancel();
    expect(warnings(plugin)).toEqual([expect.stringMatching(/ of 1 key: orders \(payroll\)\n/)]);
  });

  test("names the condition if the program calls no Check here: another provider may declare the key", async () => {
    const { plugin } = await preview();
    plugin.beginProgram();
    await plugin.cancel();
    expect(warnings(plugin)).toEqual([
      expect.stringMatching(
        /^Unless another provider of the program declares them, this run requests the deactivation of 1 key: payroll\n/,
      ),
    ]);
  });

  test("names the condition if a function failed, because a program that ends with an error deletes nothing", async () => {
    const { plugin } = await preview();
    plugin.beginProgram();
    await expect(plugin.invoke("uko:index:getVault", { name: "payment" })).rejects.toThrow();
    await plugin.cancel();
    const condition =
      "Unless another provider of the program declares them, or the program ended with an error, this run";
    expect(warnings(plugin)).toEqual([
      expect.stringMatching(new RegExp(`^${condition} requests the deactivation of 1 key: payroll\n`)),
    ]);
  });

  test("says nothing if the run only refreshes", async () => {
    const refreshing = await stage.another(stage.environmentOf("bob"));
    const orders = await stage.made({ label: "orders" });
    await refreshing.read(orders.id, orders.properties, orders.inputs);
    await refreshing.cancel();
    expect(warnings(refreshing)).toEqual([]);
  });
});
