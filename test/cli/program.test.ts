import { describe, expect, it, vi } from "vitest";
import type { AllOperations, RunningEmulator } from "../../provider/cli/cli-world.ts";
import { examples } from "../../provider/cli/help.ts";
import { runCli } from "../../provider/cli/program.ts";
import type { Operations } from "../../provider/engine/key/commands.ts";
import { runMany } from "../../provider/engine/loop/many.ts";
import type { Report } from "../../provider/engine/loop/report.ts";
import { UkoError } from "../../provider/errors.ts";
import { readSettings } from "../../provider/settings.ts";
import { quietWorld } from "./harness.ts";

const vaultId = "5c1e0000-0000-4000-8000-000000000001";
const keyId = "9b2d0000-0000-4000-8000-000000000001";
const otherId = "9b2d0000-0000-4000-8000-000000000002";
const instanceId = "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e";
const key = `${vaultId}/${keyId}`;
const other = `${vaultId}/${otherId}`;
const ref = { instanceId, vaultId, keyId };
const environment = { UKO_INSTANCE_ID: instanceId, UKO_API_KEY: "secret" };

function aReport(exitCode = 0): Report {
  const explanation = { summary: `ended with ${exitCode}`, facts: [], next: [] };
  return { v: 1, ...ref, lifecycleState: "active", deletion: {}, taken: [], explanation, exitCode };
}

const unexpected = (): Promise<never> => Promise.reject(new Error("not in this test"));
const noDirectory: AllOperations["directory"] = {
  list: unexpected,
  vaultNames: unexpected,
  findVault: unexpected,
  keyFinder: () => unexpected,
  selectKmsKeys: unexpected,
  describeCaller: unexpected,
  explainCaller: unexpected,
};

const quietRun = { progress: { report: () => {} }, session: { serviceTimeMs: () => undefined } };

/** A world whose operations only record their calls. */
function aWorld(over: Partial<Operations> = {}, variables: Readonly<Record<string, string>> = {}) {
  const names = ["status", "plan", "request", "continue", "withdraw", "reactivate", "sync"] as const;
  const noted = Object.fromEntries(names.map((name) => [name, vi.fn(async () => aReport())]));
  const nothing = async () => ({ vaults: 0, reports: [], keys: [], unreadable: [] });
  const surveys = { requests: vi.fn(nothing), select: vi.fn(nothing) };
  const operations = { ...noted, ...surveys, ...over } as unknown as {
    [Name in keyof Operations]: ReturnType<typeof vi.fn>;
  };
  const close = vi.fn(async () => {});
  const world = quietWorld({
    environment: { ...environment, ...variables },
    openOperations: async (given): Promise<AllOperations> => ({
      operations: {
        ...operations,
        signRequests: async () => {},
        lookBeforeRequest: async () => [],
      } as unknown as Operations,
      kmsOperations: { ...noted, pending: async () => ({ keys: [] }) } as unknown as AllOperations["kmsOperations"],
      settings: readSettings(given),
      inventory: async () => ({ items: [], leftOut: [] }),
      directory: noDirectory,
      caller: async () => ({ reads: undefined, writesAs: undefined }) as never,
      many: (many, calls) => runMany(quietRun, many, calls),
      campaign: async () => expect.unreachable(),
      campaignAt: async () => expect.unreachable(),
      campaignHere: async () => undefined,
      campaignActs: async () => expect.unreachable(),
      campaignPages: async () => expect.unreachable(),
      close,
    }),
  });
  return { world, operations, close };
}

describe("each command calls its operation", () => {
  const options = { signal: expect.any(AbortSignal) };
  it.each([
    [["status", key], "status", [ref, options]],
    [["plan", key], "plan", [ref, options]],
    [["request", key], "request", [ref, undefined, options, { step: "deactivate" }]],
    [["request", key, "--reason", "moved away"], "request", [ref, "moved away", options, { step: "deactivate" }]],
    [["withdraw", key], "withdraw", [ref, options]],
    [["reactivate", key], "reactivate", [ref, options]],
    [["sync", key], "sync", [ref, options]],
    [["decline", key], "withdraw", [ref, options]],
    [["continue", key], "continue", [ref, undefined, { budgetMs: 0 }, options]],
    [["continue", key, "--wait", "5h"], "continue", [ref, undefined, { budgetMs: 18_000_000 }, options]],
  ] as const)("uko %j", async (typed, name, called) => {
    const { world, operations, close } = aWorld();
    expect(await runCli(typed, world)).toBe(0);
    for (const [each, operation] of Object.entries(operations)) {
      expect(operation.mock.calls).toEqual(each === name ? [called] : []);
    }
    expect(close).toHaveBeenCalledOnce();
  });
});

it("takes the wait from the environment, and an option takes precedence", async () => {
  const { world, operations } = aWorld({}, { UKO_WAIT: "30m" });
  await runCli(["continue", key], world);
  await runCli(["continue", key, "--wait", "0"], world);
  expect(operations.continue.mock.calls.map(([, , { budgetMs }]) => budgetMs)).toEqual([1_800_000, 0]);
});

it("takes no approval from the environment", async () => {
  const { world, operations } = aWorld({}, { UKO_CONSENT: "a".repeat(32), UKO_CONSENT_DIGEST: "b".repeat(64) });
  expect(await runCli(["continue", key], world)).toBe(0);
  expect(operations.continue.mock.calls).toEqual([[ref, undefined, { budgetMs: 0 }, expect.anything()]]);
});

it("processes several keys in order, a line of JSON each, and exits with the most severe code", async () => {
  const exitCodes = [10, 0];
  const { world } = aWorld({ status: async () => aReport(exitCodes.shift()) });
  expect(await runCli(["status", key, other, "--json"], world)).toBe(10);
  const lines = world.output.out.trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as Report).exitCode)).toEqual([10, 0]);
  expect(world.output.err).toBe("");
});

it("continues with the next key after a fault of one", async () => {
  const { world, operations } = aWorld({
    status: vi
      .fn()
      .mockRejectedValueOnce(new UkoError("UKO_GONE_UNPROVEN", { summary: "Not found" }))
      .mockResolvedValueOnce(aReport(11)),
  });
  expect(await runCli(["status", key, other], world)).toBe(1);
  expect(operations.status).toHaveBeenCalledTimes(2);
  expect(world.output).toEqual({ out: "\nended with 11\n", err: "Not found\n  [UKO_GONE_UNPROVEN]\n" });
});

it.each(["UKO_CANCELED", "UKO_CREDENTIAL_REFUSED", "UKO_HOST_NOT_ALLOWED"] as const)(
  "stops at the first key after %s, which would fail the next key too",
  async (code) => {
    const { world, operations, close } = aWorld({ plan: vi.fn().mockRejectedValue(new UkoError(code)) });
    expect(await runCli(["plan", key, other, "--json"], world)).toBe(1);
    expect(operations.plan).toHaveBeenCalledTimes(1);
    expect(JSON.parse(world.output.out)).toMatchObject({ v: 1, vaultId, keyId, error: { code } });
    expect(close).toHaveBeenCalledOnce();
  },
);

describe("a usage error", () => {
  it.each([
    [["status"], /No key was named/],
    [["sync", key, other], /Too many arguments/],
    [["status", "/payroll"], /is not the full ID of a key/],
    [["sync", keyId], /is not the full ID of a key\n.* only at a terminal/],
    [["withdraw", key, "payments/payroll"], /is not the full ID of a key\n.* only at a terminal/],
    [["consent", key], /Unknown command 'consent'/],
    [["continue", key, "--consent", "a".repeat(32)], /Unknown option '--consent'/],
    [["continue"], /^No key was named\n/],
    [["withdraw", "--label", "invoice-*"], /^Options that choose keys need a terminal\n/],
    [["decline", "--step", "remove"], /Allowed choices are deactivate, destroy\./],
    [["continue", key, "--wait", ""], /^--wait is not a duration/],
    [["requests", "--expiring", "2days"], /^--expiring is not a duration/],
    [["campaign", "approve"], /^Unknown command/],
    [["request", key, "--reason", "a".repeat(501)], /The reason has 501 characters/],
    [["continue", "--step", "remove", "--vault", "payments"], /is not the ID of a vault/],
    [["requests", "--vault", " "], /is not the name of a vault/],
    [["requests", "--al"], /Unknown option '--al'/],
    [["audit", "--since", "yesterday"], /is not a date/],
    [["audit", "--step", "destory"], /Allowed choices are write_record, .*, destroy, remove, delete\./],
    [["import"], /Required option '--vault <vault>' not specified/],
    [["import", "--vault", vaultId, "--format", "hcl"], /Allowed choices are pulumi, tofu, terraform\./],
    [["emulator", "--port", "http"], /is not a port/],
    [["emulator", "demo"], /^Unknown command 'demo'\n {2}uko emulator --help lists the commands/],
    [["help", "stauts"], /^Unknown command 'stauts'\n {2}\(Did you mean status\?\)\n {2}uko --help lists the commands/],
    [["help", "enviroment"], /^Unknown command 'enviroment'\n {2}\(Did you mean environment\?\)/],
    [
      ["help", "campaign", "stats"],
      /^Unknown command 'stats'\n {2}\(Did you mean status\?\)\n {2}uko campaign --help lists the commands/,
    ],
    [["help", "sync", "sync"], /^Unknown command 'sync sync'\n {2}uko sync --help lists the arguments/],
    [["explain", "UKO_NOTHING"], /^"UKO_NOTHING" is not a code of uko\n/],
    [["certificate", "verify", "c.json", "--trust", "a.pem", "--require", "0"], /must be a number from 1 to 999/],
    [["certificate", "create", "--evidence", "e.jsonl", "--out", "c.json"], /^A certificate needs one signer\n/],
    [["hold", `kms/${keyId}`], /^A KMS key carries no tags/],
    [["hold", key, "--release"], /^A release requires a reason\n/],
    [["hold", key, "--until", "2027-03-20", "--release", "--reason", "x"], /cannot be used with option '--release'/],
    [["approve", "--request", "r.jsonl", key], /^--request names its keys itself\n/],
    [["install", "terraform", "--from", "uko.zip"], /is not the name of a release of the provider/],
  ] as const)("uko %j exits with 2, and calls nothing", async (typed, message) => {
    const { world, operations } = aWorld();
    expect(await runCli(typed, world)).toBe(2);
    expect(world.output.err).toMatch(message);
    expect(world.output.err).toMatch(/\n {2}\[UKO_USAGE_INVALID\]\n$/);
    expect(world.output.out).toBe("");
    for (const operation of Object.values(operations)) expect(operation).not.toHaveBeenCalled();
  });

  it("is one line of JSON on standard output with --json", async () => {
    const { world } = aWorld();
    expect(await runCli(["sync", "payroll", "--json"], world)).toBe(2);
    expect(JSON.parse(world.output.out)).toMatchObject({ v: 1, error: { code: "UKO_USAGE_INVALID" }, exitCode: 2 });
    expect(world.output.err).toBe("");
  });
});

it("refuses a file of keys that does not exist, and calls nothing", async () => {
  const { world, operations } = aWorld();
  expect(await runCli(["request", "--keys", "absent.txt"], world)).toBe(1);
  expect(world.output).toEqual({ out: "", err: expect.stringMatching(/^The file absent.txt could not be read/) });
  for (const operation of Object.values(operations)) expect(operation).not.toHaveBeenCalled();
});

it("names the setting that is wrong", async () => {
  const world = quietWorld({ environment: { ...environment, UKO_WAIT: "5x" } });
  expect(await runCli(["status", key], world)).toBe(1);
  expect(world.output.err).toMatch(/^UKO_WAIT is not a duration[\s\S]*\[UKO_SETTINGS_INVALID\]/);
});

describe("uko alone", () => {
  it("says where to begin if no instance is set", async () => {
    const world = quietWorld({ environment: {} });
    expect(await runCli([], world)).toBe(0);
    expect(world.output.out).toMatch(/\nFirst time\?\n {2}uko emulator .*\n(?:.*\n)*? {2}uko login .*\n/);
    expect(world.output.out).toContain("provider/docs/tutorials/two-people.md");
  });

  it("does not say it to a person who has an instance", async () => {
    const { world } = aWorld();
    await runCli([], world);
    expect(world.output.out).not.toContain("First time?");
  });
});

describe("help", () => {
  const onKeys = ["status", "plan", "request", "continue", "withdraw", "reactivate", "sync"];
  const commands = Object.keys(examples);
  it("is shown for uko alone, with every command in a group", async () => {
    const { world } = aWorld();
    const { world: asked } = aWorld();
    expect(await runCli([], world)).toBe(0);
    expect(await runCli(["help"], asked)).toBe(0);
    expect(world.output).toEqual(asked.output);
    expect(world.output.out).not.toMatch(/^Commands:/m);
  });

  it.each([80, 95])("fits a terminal of %i columns, except for commands to paste", async (columns) => {
    const { world } = aWorld();
    const narrow = { ...world, out: { ...world.out, columns } };
    for (const command of commands) await runCli([command, "--help"], narrow);
    await runCli([], narrow);
    await runCli(["help", "environment"], narrow);
    await runCli(["explain", "approval-pending"], narrow);
    const wide = world.output.out.split("\n").filter((line) => line.length > columns);
    expect(wide.filter((line) => !/^ {2}(uko|pulumi|source|#) /.test(line))).toEqual([]);
  });

  it.each(["campaign", "certificate"])("is shown for uko %s alone", async (command) => {
    const { world } = aWorld();
    const { world: asked } = aWorld();
    expect([await runCli([command], world), await runCli([command, "--help"], asked)]).toEqual([0, 0]);
    expect(world.output).toEqual(asked.output);
  });

  it.each([
    ["environment", /^ {2}UKO_INSTANCE_ID +UUID of the instance, or the CRN of an instance of Key Protect$/m],
    ["steps", /^How two people delete a key:\n {2}uko request /],
    ["keys", /^Name a key by <vaultId>\/<keyId>/],
    ["output", /^Exit codes:\n {2}0 {3}done/],
  ])("has a topic about %s", async (topic, text) => {
    const { world } = aWorld();
    expect(await runCli(["help", topic], world)).toBe(0);
    expect(world.output.out).toMatch(text);
  });

  it("matches the golden files", async () => {
    const { world } = aWorld();
    expect(await runCli(["--help"], world)).toBe(0);
    expect(world.output.out.split("\n").length, "the list of commands fits a screen").toBeLessThanOrEqual(50);
    for (const command of commands) {
      world.out.write(`\n$ uko ${command} --help\n`);
      expect(await runCli([...command.split(" "), "--help"], world)).toBe(0);
    }
    await expect(world.output.out).toMatchFileSnapshot("../golden/cli/help.txt");
  });

  it("has valid examples", async () => {
    const { world } = aWorld();
    for (const command of [...onKeys, "requests"]) await runCli([command, "--help"], world);
    const examples = world.output.out.match(/^ {2}uko .*$/gm) ?? [];
    expect(examples.length).toBeGreaterThan(10);
    // One with --out would write a file, and the request of a KMS key asks a person.
    for (const example of examples.filter((each) => !/ --out |request kms\//.test(each))) {
      const typed = Array.from(example.trim().matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, word]) => quoted ?? word ?? "");
      expect(await runCli(typed.slice(1), world), example).toBe(0);
    }
  });

  it("prints the version", async () => {
    const { world } = aWorld();
    expect(await runCli(["--version"], world)).toBe(0);
    expect(world.output.out).toBe("0.0.0-test\n");
  });
});

describe("uko emulator", () => {
  const uko = { url: "http://127.0.0.1:7600", pid: 4711, instanceId };
  const firstKey = "5c1e0000-0000-4000-8000-000000000001/9b2d0000-0000-4000-8000-000000000002";
  const people = [
    { name: "Alice Example", apiKey: "alice-demo-key" },
    { name: "Bob Example", apiKey: "bob-demo-key" },
  ];

  async function runEmulator(typed: readonly string[], identities = people, over: Partial<RunningEmulator> = {}) {
    const stop = new AbortController();
    const close = vi.fn(async () => {});
    const startEmulator = vi.fn(async () => ({ ...uko, people: identities, firstKey, ...over, close }));
    const world = quietWorld({ signal: stop.signal, startEmulator });
    const ended = runCli(["emulator", ...typed], world);
    await vi.waitFor(() => expect(world.output.out).not.toBe(""));
    expect(close).not.toHaveBeenCalled();
    stop.abort();
    expect(await ended).toBe(0);
    expect(close).toHaveBeenCalledOnce();
    return { startEmulator, out: world.output.out };
  }

  it("prints how to use it, and runs until it is stopped", async () => {
    const { startEmulator, out } = await runEmulator([]);
    expect(startEmulator).toHaveBeenCalledWith({ port: 7600, host: "127.0.0.1" });
    await expect(out).toMatchFileSnapshot("../golden/cli/emulator.txt");
  });

  it("prints one line with --json, and passes its options on", async () => {
    const typed = ["--json", "--port", "0", "--host", "::1", "--seed", "world.json", "--profile", "zos"];
    const { startEmulator, out } = await runEmulator(typed, []);
    expect(startEmulator).toHaveBeenCalledWith({ port: 0, host: "::1", seed: "world.json", profile: "zos" });
    expect(JSON.parse(out)).toEqual(uko);
  });

  it("passes on the size of a generated world", async () => {
    const { startEmulator } = await runEmulator(["--json", "--generate", "keys=5000,vaults=12"], []);
    expect(startEmulator).toHaveBeenCalledWith({ port: 7600, host: "127.0.0.1", generate: "keys=5000,vaults=12" });
  });

  it.each(["0.0.0.0", "::"])("prints what other machines require, for %s", async (host) => {
    const { out } = await runEmulator(["--host", host]);
    expect(out).toMatch(
      /Other machines need TLS: restart with --tls --host ADDRESS.*\n.*UKO_ALLOWED_HOSTS=ADDRESS:7600\.\n/,
    );
  });

  it("passes on the names by which clients call, and the public address", async () => {
    const { startEmulator } = await runEmulator(
      ["--allow-host", "uko.test", "--allow-host", "emulator.svc", "--public-url", "https://uko.test"],
      [],
    );
    expect(startEmulator).toHaveBeenCalledWith(
      expect.objectContaining({ allowHost: ["uko.test", "emulator.svc"], publicUrl: "https://uko.test" }),
    );
  });

  it("prints the setting for another address", async () => {
    const plain = await runEmulator(["--host", "192.0.2.1"], people, { url: "http://192.0.2.1:7600" });
    expect(plain.out).toContain("uko calls this address only over TLS: restart with --tls.");
    const over = { url: "https://192.0.2.1:7600", caFile: "ca.pem" };
    const { out } = await runEmulator(["--host", "192.0.2.1", "--tls"], people, over);
    expect(out).toContain("  export UKO_ALLOWED_HOSTS=192.0.2.1:7600\n");
    expect(out).toContain("On another machine, set NODE_EXTRA_CA_CERTS to a copy of that file.\n");
  });

  it.each([
    ["where the environment says", ["5h"], { UKO_ENDPOINT: "http://127.0.0.1:7700" }, "http://127.0.0.1:7700"],
    [
      "at the address that is typed",
      ["5h", "--url", "http://127.0.0.1:1"],
      { UKO_ENDPOINT: "x" },
      "http://127.0.0.1:1",
    ],
    ["at the default address", ["5h"], { UKO_ENDPOINT: "" }, "http://127.0.0.1:7600"],
  ])("advances the clock of the emulator %s", async (_, typed, environment, url) => {
    const advanceEmulator = vi.fn(async () => Date.parse("2026-11-26T17:00:00Z"));
    const world = quietWorld({ environment, advanceEmulator });
    expect(await runCli(["emulator", "advance", ...typed], world)).toBe(0);
    expect(advanceEmulator).toHaveBeenCalledWith(url, "5h");
    expect(world.output.out).toBe("The emulated time is 26 Nov 2026 17:00 UTC.\n");
  });

  it("advances no clock with an option that starts an emulator", async () => {
    const world = quietWorld({ advanceEmulator: () => Promise.reject(new Error("advanced")) });
    expect(await runCli(["emulator", "--port", "7700", "advance", "5h"], world)).toBe(2);
    expect(world.output.err).toContain("--port starts an emulator; use --url for one that runs");
  });

  it("leaves out people if the world has none with an API key", async () => {
    expect((await runEmulator([], [])).out).not.toContain("UKO_API_KEY");
  });
});
