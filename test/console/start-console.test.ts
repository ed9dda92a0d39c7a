import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { openOperations } from "../../provider/compose/operations.ts";
import { type RunningConsole, startConsole } from "../../provider/console/start-console.ts";
import { useCliStage } from "../cli/cli-stage.ts";
import { quietWorld } from "../cli/harness.ts";

let console: RunningConsole;
let close: () => Promise<void>;
let refused = 0;
const stop = new AbortController();

const { world } = useCliStage();
beforeAll(async () => {
  const run = openOperations(world.environmentOf("bob"), { progress: { report: () => {} } });
  close = run.close;
  console = await startConsole({
    run,
    signal: stop.signal,
    nowMs: () => 0,
    random: (bytes) => new Uint8Array(bytes),
    timeZone: "Europe/Berlin",
    onCode: () => {},
    onLocked: () => {},
    onRefused: () => {
      refused += 1;
    },
  });
});
afterAll(async () => {
  console.close();
  await close();
});

it("listens on loopback on a free port, and serves htmx from its package", async () => {
  expect(console.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const script = await (await fetch(`${console.url}assets/htmx.js`)).text();
  expect(script).toContain("htmx");
  expect((await fetch(console.url)).url).toBe(`${console.url}login?to=%2Fwaiting`);
});

it.runIf(process.platform === "linux" && process.geteuid?.() === 0)(
  "closes connections of another user before it reads them",
  async () => {
    const program = `require("net").connect(${new URL(console.url).port}, "127.0.0.1").on("data", (d) => process.stdout.write(d)).on("error", () => {}).end("GET /login HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n")`;
    const child = spawn("node", ["-e", program], { uid: 65_534, cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
    expect(await text(child.stdout)).toBe("");
    expect(refused).toBe(1);
  },
);

it("prints the address without the code in it, and stops with the run", async () => {
  const end = new AbortController();
  const here = quietWorld({
    environment: world.environmentOf("bob"),
    signal: end.signal,
    startConsole: async ({ onCode }) => {
      onCode("BCDF-GHJK");
      setTimeout(() => end.abort());
      return { url: "http://127.0.0.1:1/", close: () => {} };
    },
  });
  expect(await runCli(["console"], here)).toBe(0);
  expect(here.output.out).toMatchInlineSnapshot(`
    "Code for the next log-in: BCDF-GHJK
    You are IBMid-550000BOB ("Bob Example"), a person.
    Open this address in a browser, and type the code:
      http://127.0.0.1:1/
    Press Ctrl-C to stop the console.
    "
  `);
});

it("exits with 1 after too many wrong codes", async () => {
  const here = quietWorld({
    environment: world.environmentOf("bob"),
    startConsole: async ({ onLocked }) => {
      setTimeout(onLocked);
      return { url: "http://127.0.0.1:1/", close: () => {} };
    },
  });
  expect(await runCli(["console"], here)).toBe(1);
  expect(here.output.err).toContain("The code was wrong 5 times");
});

it("serves the person who logs in with a one-time code, without a stored key", async () => {
  const { UKO_API_KEY: _key, ...settings } = world.environmentOf("bob");
  const here = quietWorld({
    environment: settings,
    ask: async () => {
      const response = await fetch(`${world.url}/identity/passcode?person=Alice%20Example`);
      return ((await response.json()) as { passcode: string }).passcode;
    },
    startConsole: async ({ run, onLocked }) => {
      const survey = await run.operations.pending([], { signal: new AbortController().signal });
      expect(survey.vaults).toBe(1);
      setTimeout(onLocked);
      return { url: "http://127.0.0.1:1/", close: () => {} };
    },
  });
  await runCli(["login", "--", "console"], here);
  expect(here.output.out).toContain('You are IBMid-550000ALICE ("Alice Example"), a person.');
});
