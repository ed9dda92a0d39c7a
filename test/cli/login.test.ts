/** `uko login`: what is sent, when tokens end, and what other programs get; transcripts/login.txt shows the rest. */

import { describe, expect, it } from "vitest";
import type { Environment, UkoWorld } from "../../provider/cli/cli-world.ts";
import { runCli } from "../../provider/cli/program.ts";
import { actorOf } from "../../provider/services/iam.ts";
import { useCliStage } from "./cli-stage.ts";
import { quietWorld } from "./harness.ts";

const { world } = useCliStage();

/** The code that the page shows to a person who signs in there. */
async function codeFor(person: string): Promise<string> {
  const answer = await fetch(`${world.url}/identity/passcode?person=${encodeURIComponent(person)}`);
  return ((await answer.json()) as { passcode: string }).passcode;
}

interface Terminal {
  readonly person?: string;
  readonly code?: string;
  readonly lines?: readonly string[];
  readonly environment?: Environment;
}

/** A person at a terminal, who signs in and types these lines. */
function atTerminal({ person = "Bob Example", code, lines = [], environment = {} }: Terminal = {}) {
  const shown: {
    asked: [string, boolean | undefined][];
    pages: string[];
    started: [string, readonly string[], Environment][];
  } = {
    asked: [],
    pages: [],
    started: [],
  };
  const left = [...lines];
  const { UKO_API_KEY: _key, ...settings } = world.environmentOf("carol");
  const here: UkoWorld & { readonly output: { out: string; err: string } } = quietWorld({
    environment: { ...settings, ...environment },
    async ask(question, isSecret) {
      shown.asked.push([question, isSecret]);
      return code ?? (await codeFor(person));
    },
    readLine: async () => left.shift(),
    openBrowser: (url) => void shown.pages.push(url),
    async runProgram(command, args, given) {
      shown.started.push([command, args, given]);
      return 7;
    },
  });
  return { here, shown, run: (...typed: readonly string[]) => runCli(["login", ...typed], here) };
}

it("reads the code without an echo, after a warning, and says who logged in", async () => {
  const { here, shown, run } = atTerminal();
  expect(await run("--", "whoami", "--json")).toBe(0);
  expect(shown).toMatchObject({ asked: [["One-time code: ", true]], pages: [`${world.url}/identity/passcode`] });
  expect(here.output.err).toMatch(
    /Open this page.*\n {2}http\S+\/identity\/passcode\nA person who gets this code can act as you\./,
  );
  expect(here.output.err).toContain('You are logged in as IBMid-550000BOB ("Bob Example").\n');
  expect(JSON.parse(here.output.out)).toMatchObject({ iamId: "IBMid-550000BOB", isPerson: true });
});

it("ends a session with its input, and returns the code of the last command", async () => {
  expect(await atTerminal({ lines: ["stauts"] }).run()).toBe(2);
});

it("renews the token of a long session by its refresh token", async () => {
  const { here, run } = atTerminal({ lines: ["whoami --json", "later", "whoami --json"] });
  const { readLine } = here;
  const patient: UkoWorld = {
    ...here,
    async readLine(prompt) {
      const line = await readLine?.(prompt);
      if (line === "later") await world.advance("2h");
      return line === "later" ? "explain" : line;
    },
  };
  expect(await runCli(["login"], patient)).toBe(0);
  expect(run).toBeDefined();
  const tokens = (await world.trail()).filter(({ operation }) => operation === "token");
  expect(tokens).toHaveLength(2);
});

it("says how to log in again when the log-in has ended", async () => {
  const { here } = atTerminal({ lines: ["explain", "whoami"] });
  const { readLine } = here;
  const late: UkoWorld = {
    ...here,
    async readLine(prompt) {
      const line = await readLine?.(prompt);
      if (line === "whoami") await world.advance("8d");
      return line;
    },
  };
  expect(await runCli(["login"], late)).toBe(1);
  expect(here.output.err).toMatch(
    /Your log-in has ended\n[\s\S]*Next: log in again with\n {4}uko login\n[\s\S]*\[UKO_CREDENTIAL_REFUSED\]/,
  );
});

describe("another program", () => {
  it("gets the access token only, after a warning, and its exit code counts", async () => {
    const { here, shown, run } = atTerminal({
      environment: { UKO_API_KEY: "a", UKO_API_KEY_FILE: "b", UKO_SIGN_PASSPHRASE_FILE: "c", PATH: "/bin" },
    });
    expect(await run("--expose-token", "--", "pulumi", "destroy")).toBe(7);
    const [command, args, environment] = shown.started[0] ?? ["", [], {} as Environment];
    expect([command, args]).toEqual(["pulumi", ["destroy"]]);
    expect(Object.keys(environment).filter((name) => /KEY|TOKEN|PASS|^PATH/.test(name))).toEqual(["PATH", "UKO_TOKEN"]);
    expect(actorOf(environment.UKO_TOKEN ?? "", (text) => text).identity?.iamId).toBe("IBMid-550000BOB");
    expect(here.output.err).toContain(
      "Warning: pulumi, and each plugin and hook that it starts, can use your access token.",
    );
  });
});

describe("a code", () => {
  it.each([
    ["unknown", "0123456789"],
    ["that is none", "a b&c"],
  ])("%s is refused, sent once, and not repeated", async (_, code) => {
    const { here, run } = atTerminal({ code });
    expect(await run("--", "ls")).toBe(1);
    expect(here.output.err).toMatch(/IBM Cloud IAM rejected the passcode\n[\s\S]*\[UKO_CREDENTIAL_REFUSED\]/);
    expect(here.output.err).not.toContain(code);
    expect((await world.trail()).filter(({ operation }) => operation === "token")).toHaveLength(1);
  });

  it("works once", async () => {
    const code = await codeFor("Alice Example");
    expect(await atTerminal({ code }).run("--", "ls")).toBe(0);
    expect(await atTerminal({ code }).run("--", "ls")).toBe(1);
  });
});

it.each(["passcode_endpoint", "token_endpoint"])("refuses a description whose %s is not IAM's", async (name) => {
  const address = "https://iam.cloud.ibm.com.example.com/identity/passcode";
  const endpoints = { passcode_endpoint: `${world.url}/p`, token_endpoint: `${world.url}/t`, [name]: address };
  await world.control("faults", { operation: "discovery", status: 200, body: JSON.stringify(endpoints) });
  const { here, shown, run } = atTerminal();
  expect(await run("--", "ls")).toBe(1);
  expect(shown).toEqual({ asked: [], pages: [], started: [] });
  expect(here.output.err).toContain(`It names ${address}. Do not enter a passcode`);
  expect(here.output.err).toContain("[UKO_HOST_NOT_ALLOWED]");
});
