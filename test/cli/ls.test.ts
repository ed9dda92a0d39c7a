/** `uko ls`, and the names that commands accept in place of IDs. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UkoWorld } from "../../provider/cli/cli-world.ts";
import { runCli } from "../../provider/cli/program.ts";
import { type CliTestWorld, keys, makeKmsKey, quietWorld, seed, startCliWorld, vaultId } from "./harness.ts";

const backingKey = "9b2e0000-0000-4000-8000-000000000001";
const payroll = seed.keys?.find(({ label }) => label === "payroll");
const secondVault = { id: "5c1f0000-0000-4000-8000-000000000001", name: "archive" };

let world: CliTestWorld;
beforeAll(async () => {
  const sameLabel = payroll === undefined ? [] : [{ ...payroll, id: backingKey, label: "cards", resources: [] }];
  world = await startCliWorld({
    seed: { ...seed, vaults: [...(seed.vaults ?? []), secondVault], keys: [...(seed.keys ?? []), ...sameLabel] },
  });
});
afterAll(() => world.close());

const ls = async (args: string): Promise<string> => {
  const { exitCode, out, err } = await world.uko("bob", `ls ${args}`);
  expect([exitCode, err]).toEqual([0, expect.not.stringContaining("[UKO_")]);
  return out;
};

it("lists vaults, and the contents of one of them by its name", async () => {
  const shown = `$ uko ls\n${await ls("")}\n$ uko ls payments\n${await ls("payments")}`;
  await expect(shown).toMatchFileSnapshot("../golden/cli/ls.txt");
});

it.each([
  ["--kind key --name ROLL", ["payroll"]],
  ["--state active --name v", ["vouchers"]],
  [`${vaultId} --kind template --name L-DRAFT`, ["payroll-draft"]],
  ["5c1f --kind key", []],
])("filters by %s", async (args, names) => {
  const listed = (await ls(`${args} --json`)).split("\n").filter((line) => line !== "");
  const objects = listed.map((line) => JSON.parse(line) as { label?: string; name?: string });
  expect(objects.map(({ label, name }) => label ?? name)).toEqual(names);
});

it("lists the keys that no state declares, which an engine has forgotten or never knew", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-ls-"));
  const key = (type: string, id: string) => ({ urn: `urn:pulumi:dev::shop::${type}::k`, type, id });
  const pulumi = { deployment: { resources: [key("uko:index:ManagedKey", keys.payroll)] } };
  const managed = (id: string) => ({
    address: "uko_managed_key.k",
    mode: "managed",
    type: "uko_managed_key",
    values: { id },
  });
  const tofu = { format_version: "1.0", values: { root_module: { resources: [managed(keys.vouchers)] } } };
  const [one, two] = [path.join(folder, "one.json"), path.join(folder, "two.json")];
  await writeFile(one, JSON.stringify(pulumi));
  await writeFile(two, JSON.stringify(tofu));
  const labels = async (args: string) =>
    (await ls(`${args} --json`)).split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line).label as string]));
  const all = await labels("--kind key");
  expect(await labels(`--undeclared ${one} ${two}`)).toEqual(
    all.filter((label) => label !== "payroll" && label !== "vouchers"),
  );
  expect(await labels(`--name payroll --state active --undeclared ${two}`)).toEqual(["payroll"]);
  expect(await world.uko("bob", `ls --undeclared ${one} --kind vault`)).toMatchObject({ exitCode: 1 });
  await rm(folder, { recursive: true });
});

it("prints every fact of a key as JSON", async () => {
  expect(JSON.parse(await ls("--kind key --name payroll --json"))).toEqual({
    v: 1,
    resource: "key",
    vaultId,
    vault: "payments",
    keyId: keys.payroll.split("/")[1],
    label: "payroll",
    lifecycleState: "active",
    keyState: "active",
    template: "payroll",
    algorithm: "aes",
    size: "256",
    keystores: ["payroll-ring"],
    holds: [],
  });
});

describe("a command that only reads", () => {
  it.each(["payments/payroll", "5c1e0000/payroll", "payroll", "9b2d0000-0000-4000-8000-000000000001", keys.payroll])(
    "accepts %s",
    async (name) => {
      const { exitCode, out } = await world.uko("bob", `status ${name} --json`);
      expect([exitCode, JSON.parse(out)]).toEqual([0, expect.objectContaining({ label: "payroll" })]);
    },
  );

  it.each([
    ["cards", 1, /^The key "cards" is ambiguous: the name fits 2 of them\n {2}Use the full ID of one of these:\n/],
    ["9b2", 1, /^No key "9b2" was found\n/],
    ["payments/nothing", 1, /^No key "payments\/nothing" was found\n[\s\S]*\[UKO_KEY_NOT_FOUND\]\n$/],
    ["absent/payroll", 1, /^No vault "absent" was found\n[\s\S]*\[UKO_NOT_FOUND\]\n$/],
  ])("refuses %s", async (name, code, message) => {
    const { exitCode, err } = await world.uko("bob", `plan ${name}`);
    expect(exitCode).toBe(code);
    expect(err).toMatch(message);
  });
});

it("shows a KMS key as set for deletion until its window ends", async () => {
  const key = `kms/${await makeKmsKey(world, "backup")}`;
  await world.uko("alice", `request ${key}`);
  expect(await ls("--kind kms --name backup")).toContain("active, set for deletion");
  await world.advance("7d");
  expect(await ls("--kind kms --name backup")).not.toContain("set for deletion");
  await world.reset();
});

it("uko status exits with 1 for a KMS key that does not exist", async () => {
  expect(await world.uko("bob", `status kms/${backingKey}`)).toMatchObject({
    exitCode: 1,
    out: expect.stringContaining("[UKO_NOT_FOUND]"),
  });
});

it.each(["payments", "5c1e0000", vaultId])("uko requests accepts the vault %s", async (vault) => {
  const { exitCode, out } = await world.uko("bob", `requests --long --vault ${vault}`);
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/^Key "draft" was never active, .*\n1 key in 1 vault: /s)]);
});

describe("a command that writes", () => {
  async function atTerminal(command: string, answer: string) {
    const questions: string[] = [];
    const ask: UkoWorld["ask"] = async (question) => {
      questions.push(question);
      return answer;
    };
    const here = quietWorld({ environment: world.environmentOf("bob"), ask });
    return { exitCode: await runCli(command.split(" "), here), questions, ...here.output };
  }

  it("shows the key that it found at a terminal, and stops without a yes", async () => {
    const { exitCode, questions, err } = await atTerminal("request payments/payroll", "");
    expect(questions).toEqual([`${keys.payroll}  payments/payroll  active\nRun uko request on this key? [y/N] `]);
    expect([exitCode, err]).toEqual([1, expect.stringMatching(/^uko request was not confirmed\n.*\n {2}\[UKO_CANC/)]);
    expect((await world.trail()).filter(({ effect, operation }) => effect && operation !== "seed")).toEqual([]);
  });

  it("holds the key that it found, and releases it", async () => {
    const held = await atTerminal("hold payments/draft --kind incident", "y");
    expect(held.questions).toEqual([expect.stringMatching(/\nRun uko hold on this key\? \[y\/N\] $/)]);
    expect([held.exitCode, held.out]).toEqual([0, expect.stringContaining(`Key ${keys.draft} is now held (incident)`)]);
    await world.advance("1m");
    expect((await atTerminal("hold payments/draft --release --reason solved", "n")).exitCode).toBe(1);
    const [listed] = (await ls("--held --json")).split("\n");
    expect(JSON.parse(listed ?? "")).toMatchObject({
      label: "draft",
      holds: [{ kind: "incident", since: "2026-11-24" }],
    });
    expect(await ls("--held")).toContain("pre_activation, held (incident)");
    expect((await atTerminal(`hold ${keys.draft} --release --reason solved`, "n")).out).toContain(
      `Key ${keys.draft} is released from its hold: incident, said to be set by IBMid_550000BOB on 2026-11-24`,
    );
    expect(await ls("--held")).toContain("Nothing matches.");
    expect((await world.uko("bob", "hold payments/draft")).err).toContain("accepts a name only at a terminal");
  });

  it("runs with a yes, and asks nothing about a full ID", async () => {
    expect(await atTerminal("request vouchers", "y")).toMatchObject({ exitCode: 0, questions: [expect.any(String)] });
    expect(await atTerminal(`withdraw ${keys.vouchers}`, "n")).toMatchObject({ exitCode: 0, questions: [] });
  });

  it("requires the full ID with --json, also at a terminal", async () => {
    const { exitCode, questions, out } = await atTerminal("sync payroll --json", "y");
    expect([exitCode, questions]).toEqual([1, []]);
    expect(JSON.parse(out)).toMatchObject({ error: { code: "UKO_INPUT_INVALID" } });
  });
});
