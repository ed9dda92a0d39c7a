import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { advanceEmulator, refusalOfNode, startEmulator } from "../../provider/bin/machine.ts";
import { runCli } from "../../provider/cli/program.ts";
import { answerTo } from "../support/answers.ts";
import { compileCache } from "../support/child-env.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { explainVerdict, judge, type TrailEntry } from "../support/oracle.ts";
import { apiKeys, type Ended, executable, keys, type Person, quietWorld, reportOf, seed, vaultId } from "./harness.ts";

/** `uko` as a separate process, without this process's environment. */
function start(typed: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [executable, ...typed], {
    env: { NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err] = [text(child.stdout), text(child.stderr)];
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      Promise.all([out, err]).then(([out, err]) => resolve({ exitCode: code ?? -1, out, err }), reject);
    });
  });
  return { child, ended };
}

function firstMatch(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  let output = "";
  return new Promise((resolve, reject) => {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
      const match = pattern.exec(output);
      if (match !== null) resolve(match[0]);
    });
    stream.on("end", () => reject(new Error(`ended with: ${output}`)));
  });
}

let folder: string;
let emulator: ReturnType<typeof start>;
let ready: { readonly url: string; readonly pid: number; readonly instanceId: string };

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "uko-cli-"));
  const seedFile = path.join(folder, "seed.json");
  writeFileSync(seedFile, JSON.stringify(seed));
  emulator = start(["emulator", "--port", "0", "--json", "--seed", seedFile]);
  ready = JSON.parse(await firstMatch(emulator.child.stdout, /^.*\n/));
});
afterAll(async () => {
  emulator.child.kill("SIGINT");
  expect(await emulator.ended).toMatchObject({ exitCode: 0, err: "" });
  rmSync(folder, { recursive: true, force: true });
});

const environmentOf = (who: Person) => ({
  ...emulatorAddresses(ready.url),
  UKO_INSTANCE_ID: ready.instanceId,
  UKO_API_KEY: apiKeys[who],
  XDG_STATE_HOME: folder,
});
/** A command in this process, which starts sooner. At its terminal, the person agrees. */
async function here(who: Person, ...typed: readonly string[]): Promise<Ended> {
  const advance = (url: string, duration: string) => advanceEmulator(url, duration, new AbortController().signal);
  const ask = async (question: string) => answerTo(question);
  const world = quietWorld({ environment: environmentOf(who), advanceEmulator: advance, ask });
  return { exitCode: await runCli(typed, world), ...world.output };
}
const clock = (change: unknown) =>
  fetch(`${ready.url}/_emulator/clock`, { method: "POST", body: JSON.stringify(change) });

it("the emulator is ready soon, and prints its address", () => {
  expect(ready).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    pid: emulator.child.pid,
    instanceId: seed.instance.id,
  });
});

it("two people delete a key, one waits for the keystores, and no stack is required", async () => {
  const key = keys.payroll;
  const next = (ended: Ended) => reportOf(ended).explanation.next[0]?.commands[0]?.split(" ").slice(1) ?? [];
  const requested = await start(["request", key, "--json"], environmentOf("bob")).ended;
  expect(requested.exitCode).toBe(0);
  await clock({ advance: "1m" });
  expect(await here("alice", ...next(requested))).toMatchObject({ exitCode: 0 });
  expect(await here("alice", "request", key)).toMatchObject({ exitCode: 0 });
  const deactivated = await here("alice", "status", key, "--json");
  expect(reportOf(deactivated).lifecycleState).toBe("cooling_down");
  const advanced = await here("bob", "emulator", "advance", "4h1m");
  expect(advanced.out).toMatch(/^The emulated time is \d+ \w+ \d{4} \d\d:\d\d UTC\.\n$/);
  expect(await here("bob", ...next(deactivated))).toMatchObject({ exitCode: 0 });
  const destroyed = await here("bob", "continue", key, "--json");
  expect([destroyed.exitCode, reportOf(destroyed).lifecycleState]).toEqual([11, "pending_destruction"]);

  const dueMs = Date.parse(reportOf(destroyed).deletion.notBefore ?? "");
  await clock({ set: new Date(dueMs - 1_000).toISOString() });
  const waiting = start([...next(destroyed), "--wait", "1h", "--json"], environmentOf("bob"));
  await firstMatch(waiting.child.stderr, /^Waiting for the keystores to delete the key material, 1 min left\n/m);
  await clock({ advance: "1m" });
  const removed = await waiting.ended;
  expect([removed.exitCode, reportOf(removed).lifecycleState, reportOf(removed).taken]).toEqual([
    0,
    "gone",
    ["remove"],
  ]);

  const trail = (await (await fetch(`${ready.url}/_emulator/audit`)).json()) as readonly TrailEntry[];
  const verdict = judge(trail, { required: true, gate: "both" });
  expect(verdict.ok, explainVerdict(verdict)).toBe(true);
});

/** `uko` at a real terminal, which a test types into at any time. */
function startAtTerminal(line: string, environment: NodeJS.ProcessEnv) {
  const child = spawn("script", ["-qefc", `${process.execPath} ${executable} ${line}`, "/dev/null"], {
    env: { NODE_COMPILE_CACHE: compileCache, TERM: "xterm", ...environment },
  });
  const ended = new Promise<number>((resolve) => void child.on("close", (code) => resolve(code ?? -1)));
  return { child, ended };
}

it("drops what was typed before a question, so that a paste answers no later question", async () => {
  await clock({ advance: "1m" });
  const before = (await requestsOf(keys.draft)).length;
  const { child, ended } = startAtTerminal(`request ${keys.draft}`, environmentOf("bob"));
  // The label of the key, and half a line, before the command asks for anything.
  child.stdin.write("draft\ndraft\ndra");
  await firstMatch(child.stdout, /to request the destruction: /);
  child.stdin.write("ft\n");
  expect(await ended).toBe(1);
  expect(await requestsOf(keys.draft)).toHaveLength(before);

  const second = startAtTerminal(`request ${keys.draft}`, environmentOf("bob"));
  await firstMatch(second.child.stdout, /to request the destruction: /);
  second.child.stdin.write("draft\n");
  expect(await second.ended).toBe(0);
  expect(await requestsOf(keys.draft)).toHaveLength(before + 1);
});

async function requestsOf(key: string): Promise<readonly TrailEntry[]> {
  const trail = (await (await fetch(`${ready.url}/_emulator/audit`)).json()) as readonly TrailEntry[];
  return trail.filter(
    ({ operation, effect, keyId = "" }) => effect && operation === "updateManagedKey" && key.endsWith(keyId),
  );
}

it.each(["SIGINT", "SIGTERM"] as const)(
  "%s ends a waiting run at once, and it says that completed steps stay in effect",
  async (signal) => {
    const { child, ended } = start(["continue", keys.vouchers, "--wait", "5h"], environmentOf("pipeline"));
    await firstMatch(child.stderr, /Waiting for a person to run: uko request vouchers\n/);
    const stoppedMs = performance.now();
    child.kill(signal);
    const { exitCode, out, err } = await ended;
    expect(performance.now() - stoppedMs).toBeLessThan(20_000);
    expect([exitCode, out]).toEqual([1, ""]);
    expect(err).toMatch(
      /The run was stopped\n {2}Completed steps stay in effect\. Run again to continue\.\n {2}\[UKO_CANCELED\]\n$/,
    );
  },
);

it("waits at most as long as its budget", async () => {
  const startedMs = performance.now();
  const { exitCode } = await here("pipeline", "continue", keys.vouchers, "--wait", "1s");
  expect(exitCode).toBe(10);
  expect(performance.now() - startedMs).toBeGreaterThan(1_000);
});

it("starts the emulator as a person who may create keys", async () => {
  const stop = new AbortController();
  const world = quietWorld({ signal: stop.signal, startEmulator });
  const ended = runCli(["emulator", "--port", "0"], world);
  await expect.poll(() => world.output.out).toContain("UKO_API_KEY=bob-demo-key\n");
  stop.abort();
  expect(await ended).toBe(0);
});

it("prints the error without a stack trace", async () => {
  const missing = await start(["status", keys.vouchers]).ended;
  expect([missing.exitCode, missing.out]).toEqual([1, ""]);
  expect(missing.err).toContain("[UKO_SETTINGS_INVALID]");

  expect(missing.err).not.toMatch(/^\s+at /m);
});

it("ends if the system cannot make a folder below an existing one", async () => {
  const typed = ["import", "--vault", vaultId, "--out", "/proc/1/x"];
  const { child, ended } = start(typed, environmentOf("carol"));
  // A system call that never returns blocks every other signal.
  const killed = setTimeout(() => child.kill("SIGKILL"), 10_000);
  const { exitCode, out, err } = await ended;
  clearTimeout(killed);
  expect([exitCode, out, err]).toEqual([
    1,
    "",
    expect.stringContaining("The program could not be written to /proc/1/x\n"),
  ]);
});

it("names the required Node version before it does anything in an older one", () => {
  const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })";
  const args = ["--import", `data:text/javascript,${older}`, executable, "--help"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: environmentOf("bob") });
  expect([status, stdout, stderr]).toEqual([1, "", `${refusalOfNode("20.20.2")}\n`]);
});
