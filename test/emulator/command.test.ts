/** The command `uko-emulator`, as the package has it: what it prints, how it fails, and its health. */

import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { read } from "../support/documents.ts";
import { send, stageWorld } from "./harness.ts";
import { clientTable } from "./live-tests/clients.ts";

const world = stageWorld();
const script = fileURLToPath(new URL("../../provider/emulator/main.ts", import.meta.url));
function run(args: readonly string[], node: readonly string[] = []) {
  const env = { ...process.env, UKO_ENDPOINT: "" };
  const { stdout, stderr, status } = spawnSync(process.execPath, [...node, script, ...args], {
    encoding: "utf8",
    env,
    timeout: 20_000,
  });
  return { stdout, stderr, status };
}

describe("uko-emulator", () => {
  it("prints its options with --help, and its version with --version", () => {
    const help = run(["--help"]);
    expect([help.status, help.stderr]).toEqual([0, ""]);
    for (const option of [
      "--port",
      "--host",
      "--allow-host",
      "--public-url",
      "--seed",
      "--generate",
      "--tls",
      "--json",
    ]) {
      expect(help.stdout).toMatch(new RegExp(`^  ${option}( <\\w+>)?  +\\w`, "m"));
    }
    expect(help.stdout).toContain("uko-emulator advance <duration>");
    expect(run(["--version"])).toEqual({ status: 0, stdout: `${packageFile.version}\n`, stderr: "" });
  });

  it("advances the clock of one that runs", async () => {
    // The emulator runs in this process, which must not wait for the command.
    const { stdout } = await promisify(execFile)(process.execPath, [script, "advance", "5h", "--url", world.url]);
    expect(stdout).toMatch(/^The emulated time is 20.*Z\.\n$/);
  });

  it.each([
    [["--no-such-option"], /--no-such-option/],
    [["nonsense"], /nonsense/],
    [["advance"], /duration/],
    [["advance", "soon", "--url", "http://127.0.0.1:1"], /No emulator answers/],
    [["--port", "many"], /port/i],
    [["--profile", "nonsense"], /tags-dropped/],
  ])("says in a sentence what is wrong with %s, without a stack", (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it("does not wait for a writer of a pipe in the place of a seed", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "uko-pipe-"));
    const pipe = path.join(folder, "seed.json");
    spawnSync("mkfifo", [pipe]);
    const { status, stderr } = run(["--seed", pipe]);
    rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([1, `${pipe} is not a regular file.\n`]);
  });

  it("refuses a Node that is too old, and names the one it needs", () => {
    const old = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.19.0"}})';
    const { status, stderr } = run([], ["--import", `data:text/javascript,${old}`]);
    expect([status, stderr]).toEqual([1, "The emulator needs Node 22.19 or newer; this is 20.19.0.\n"]);
  });
});

it("answers GET /health without a credential, as a container or a cluster asks", async () => {
  const { status, body } = await send(`${world.url}/health`, "GET");
  expect([status, body.status]).toEqual([200, "ok"]);
});

it("the examples have the table of clients, as the suites run them", () => {
  expect(read("examples/emulator/README.md")).toContain(clientTable());
});
