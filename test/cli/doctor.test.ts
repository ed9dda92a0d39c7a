import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Check } from "../../provider/engine/commands/doctor-messages.ts";
import { type CliTestWorld, keys, type Person, startCliWorld } from "./harness.ts";

let world: CliTestWorld;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

async function examine(who: Person, environment: Readonly<Record<string, string>> = {}) {
  const { exitCode, out } = await world.uko(who, "doctor --json", environment);
  const checks = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Check);
  const level = (name: string) => checks.find(({ check }) => check === name)?.level;
  return { exitCode, checks, level };
}

it("prints a line for each check, and changes nothing", async () => {
  const before = (await world.trail()).length;
  const { exitCode, out } = await world.uko("carol", "doctor");
  expect(exitCode).toBe(0);
  const steady = out
    .replaceAll(world.url, "http://127.0.0.1:7600")
    .replaceAll(/in \d+ ms/g, "in 3 ms")
    .replaceAll(/is (\d+ (s|min|h|d) )+(behind|ahead of)/g, "is 9 s behind");
  await expect(steady).toMatchFileSnapshot("../golden/cli/doctor.txt");
  expect((await world.trail()).slice(before).filter(({ effect }) => effect)).toEqual([]);
});

it.each([
  ["pipeline", /is not a person/],
  ["dave", /using a trusted profile/],
] as const)("warns %s about the limits of this identity", async (who, says) => {
  const { exitCode, checks } = await examine(who);
  expect(checks.find(({ check }) => check === "identity")).toMatchObject({
    level: "warn",
    says: expect.stringMatching(says),
  });
  expect(exitCode).toBe(0);
});

it("derives roles from the lists that succeed, and continues after a refused one", async () => {
  const { exitCode, checks, level } = await examine("erin");
  expect([exitCode, level("vaults"), level("keystores")]).toEqual([0, "warn", "warn"]);
  expect(checks.find(({ check }) => check === "keystores")?.do).toContain("Key Custodian - Deployer");
  expect(checks.at(-2)?.check).toBe("KMS keys");
  expect(checks.find(({ check }) => check === "API version")?.says).toBe("unknown: no data could be read");
});

describe("reports what it did not check", () => {
  const uncheckedBy = async (who: Person, environment = {}) => {
    const { checks } = await examine(who, environment);
    expect(checks.at(-1)?.check).toBe("not checked");
    return checks.at(-1)?.do;
  };

  it("the roles to change something, and the service's storage", async () => {
    const unchecked = await uncheckedBy("carol");
    expect(unchecked).toMatch(/^rights to change anything: no call reports them/m);
    expect(unchecked).toMatch(/^whether the service stores a request: the first request finds out/m);
    expect(unchecked).not.toMatch(/^keys/m);
  });

  it("the keys of vaults that it could not list, and of all vaults after the first five", async () => {
    expect(await uncheckedBy("erin")).toMatch(/^keys: the vaults could not be listed$/m);
    const resources = Array.from({ length: 7 }, (_, at) => ({
      id: `5c1e0000-0000-4000-8000-00000000001${at}`,
      name: `vault ${at}`,
    }));
    const body = { vaults: resources.map((each) => ({ ...each, updated_at: "2026-11-01T00:00:00Z" })), total_count: 7 };
    await fetch(`${world.url}/_emulator/faults`, {
      method: "POST",
      body: JSON.stringify({ operation: "listVaults", status: 200, body }),
    });
    expect(await uncheckedBy("carol")).toMatch(/^keys of 2 of the 7 vaults/m);
  });

  it("everything after a refused identity", async () => {
    expect(await uncheckedBy("bob", { UKO_API_KEY: "nobodys-key" })).toMatch(
      /^vaults, keys, keystores, templates and KMS keys: the identity is unknown$/m,
    );
  });
});

describe("exits with 1 if no run can begin", () => {
  it.each([
    ["a setting is missing", { UKO_INSTANCE_ID: "" }, "settings", "UKO_SETTINGS_INVALID"],
    ["a host may not have the credential", { UKO_ENDPOINT: "https://uko.example" }, "settings", "UKO_HOST_NOT_ALLOWED"],
    ["IAM does not know the key", { UKO_API_KEY: "nobodys-key" }, "identity", "UKO_CREDENTIAL_REFUSED"],
  ])("%s", async (_why, environment, check, code) => {
    const { exitCode, checks } = await examine("bob", environment);
    expect(exitCode).toBe(1);
    expect(checks.find((each) => each.check === check)).toMatchObject({
      level: "fail",
      says: expect.stringContaining(code),
      do: expect.stringMatching(/\S/),
    });
    expect(JSON.stringify(checks)).not.toContain("nobodys-key");
  });
});

it("reports that tags are kept if a key carries one", async () => {
  const saysOfTags = async () => (await examine("bob")).checks.find(({ check }) => check === "tags")?.says;
  expect(await saysOfTags()).toContain("unknown");
  await world.uko("bob", `request ${keys.payroll}`);
  expect(await saysOfTags()).toMatch(/^stored: 1 of 5/);
});
