import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { buildProgram, runCli } from "../../provider/cli/program.ts";
import { quietWorld } from "./harness.ts";

async function scriptFor(shell: string): Promise<string> {
  const world = quietWorld();
  expect(await runCli(["completion", shell], world)).toBe(0);
  return world.output.out;
}
const program = buildProgram(quietWorld(), () => {});
const commands = program.commands.flatMap((command) => [command.name(), ...command.aliases()]);

function hasShell(shell: string): boolean {
  return spawnSync(shell, ["-c", "exit 0"]).status === 0;
}

describe("bash", () => {
  /** The words that bash offers after the words typed so far; the last one is incomplete. */
  async function offered(...words: readonly string[]): Promise<readonly string[]> {
    const script = `${await scriptFor("bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); _uko; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync("bash", ["-c", script, "bash", "uko", ...words], {
      encoding: "utf8",
      cwd: import.meta.dirname,
    });
    expect([status, stderr]).toEqual([0, ""]);
    return stdout.split("\n").filter((word) => word !== "");
  }

  it("is registered for uko", async () => {
    const { stdout } = spawnSync("bash", ["-c", `${await scriptFor("bash")}\ncomplete -p uko`], { encoding: "utf8" });
    expect(stdout).toBe("complete -F _uko uko\n");
  });

  it("offers every command, and options", async () => {
    expect(await offered("")).toEqual([...commands, "--version", "--debug", "--help"]);
    expect(await offered("re")).toEqual(commands.filter((name) => name.startsWith("re")));
  });

  it.each(commands)("offers every option of %s", async (name) => {
    const found = program.commands.find((command) => [command.name(), ...command.aliases()].includes(name));
    // A command with commands of its own offers the options of all of them.
    const options = [found, ...(found?.commands ?? [])].flatMap((each) => each?.options.map(({ long }) => long) ?? []);
    expect(await offered(name, "--")).toEqual([...new Set(options), "--help"]);
  });

  it("offers the values of an option or argument, files for a file, and nothing if the values are unknown", async () => {
    expect(await offered("import", "--format", "")).toEqual(["pulumi", "tofu", "terraform"]);
    expect(await offered("completion", "z")).toEqual(["zsh"]);
    expect(await offered("install", "t")).toEqual(["terraform", "tofu"]);
    expect(await offered("help", "sy")).toEqual(["sync"]);
    expect(await offered("help", "en")).toEqual(["environment"]);
    expect(await offered("audit", "--file", "completion.t")).toEqual(["completion.test.ts"]);
    expect(await offered("continue", "--wait", "")).toEqual([]);
    expect(await offered("continue", "--vault", "")).toEqual([]);
    expect(await offered("continue", "--step", "re")).toEqual(["remove"]);
  });
});

describe.each(["zsh", "fish"])("%s", (shell) => {
  it("knows every command and option", async () => {
    const script = await scriptFor(shell);
    for (const command of program.commands) {
      expect(script).toContain(command.name());
      for (const { long } of command.options)
        expect(script).toContain(shell === "fish" ? `-l ${long?.slice(2)}` : `${long}`);
    }
  });

  it.skipIf(!hasShell(shell))("accepts the script", async () => {
    const { status, stderr } = spawnSync(shell, ["-n", "/dev/stdin"], {
      input: await scriptFor(shell),
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([0, ""]);
  });
});
