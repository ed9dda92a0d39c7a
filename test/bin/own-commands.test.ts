import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { buildKeyProgram } from "../../provider/cli/key-program.ts";
import { isOwnCommand, ownCommands } from "../../provider/engine/text/own-commands.ts";
import { quietWorld } from "../cli/harness.ts";
import { main as plugin } from "../pulumi-plugin/engine.ts";
import { childEnv } from "../support/child-env.ts";
import { main as provider } from "../terraform-plugin/host.ts";

const executables = { plugin, provider };

test("the table of own commands names every command of the program behind it", () => {
  const program = buildKeyProgram("pulumi-resource-uko", quietWorld(), () => {});
  const names = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
  expect(names.sort()).toEqual([...ownCommands].sort());
});

test.each([undefined, "127.0.0.1:41234", "--logtostderr", "-v=9", "--tracing", "--debug", "payroll"])(
  "an executable whose first argument is %s serves an engine",
  (first) => expect(isOwnCommand(first)).toBe(false),
);

describe.each(Object.entries(executables))("the executable of the %s", (_, main) => {
  const run = (...args: readonly string[]) => spawnSync(process.execPath, [main, ...args], { env: childEnv });

  test("prints its version", () => {
    expect(run("--version").stdout.toString()).toBe(`${packageFile.version}\n`);
  });

  test("lists its commands, and says which executable answers them", () => {
    const help = run("--help").stdout.toString();
    for (const name of ownCommands) expect(help).toContain(name);
    expect(help).toContain("uko stands for this executable");
  });

  test("refuses a command without settings as uko does", () => {
    const { status, stderr } = run("whoami");
    expect([status, stderr.toString()]).toEqual([1, expect.stringContaining("[UKO_SETTINGS_INVALID]")]);
  });
});
