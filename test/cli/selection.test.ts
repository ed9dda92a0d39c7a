/** Keys that a command takes by what a list shows of them: for the commands that write, and only at a terminal. */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Report } from "../../provider/engine/loop/report.ts";
import { useCliStage } from "./cli-stage.ts";
import { keys, makeKmsKey, reportOf } from "./harness.ts";

const { world, folder } = useCliStage();

/** The labels of the keys that wait for an approval. */
async function pending(): Promise<readonly string[]> {
  const { out } = await world.uko("carol", "requests --json");
  const lines = out.split("\n").filter((line) => line !== "");
  const reports = lines.map((line) => JSON.parse(line) as Report);
  const requested = reports.filter(({ deletion }) => deletion.requestedBy !== undefined);
  return requested.map(({ label = "" }) => label).toSorted();
}

const keysFile = (text: string): string => {
  const file = path.join(folder, "keys.txt");
  writeFileSync(file, text);
  return file;
};

it.each([
  ["--label c*", ["cards"]],
  ["--label ?ards", ["cards"]],
  ["--label cards*", ["cards"]],
  ["--label *a*d*", ["cards"]],
  ["--label *", ["cards", "draft", "ledger", "payroll", "vouchers"]],
  ["--template payroll", ["ledger", "payroll", "vouchers"]],
  ["--template payroll --label v*", ["vouchers"]],
  ["--step deactivate --vault payments --template cards", ["cards"]],
  [`${keys.draft} --label c*`, ["cards", "draft"]],
] as const)("uko request %s", async (options, labels) => {
  // The draft was never active, so that its request is of a destruction.
  const answers = labels.some((label) => label === "draft") ? ["y", "draft"] : ["y"];
  const { exitCode, questions } = await world.type("bob", `request ${options}`, answers);
  const found = labels.filter((label) => !options.includes(keys[label]));
  expect(
    questions[0]
      ?.split("\n")
      .slice(0, -1)
      .map((line) => line.split(/ {2,}/)[1])
      .toSorted(),
  ).toEqual(found);
  expect(questions[0]).toMatch(/\nRun uko request on (this key|these \d keys)\? \[y\/N\] $/);
  expect([exitCode, await pending()]).toEqual([0, labels]);
});

it.each(["--state pre_activation", "--step destroy"])("uko request %s asks for the label only", async (options) => {
  const { exitCode, questions } = await world.type("bob", `request ${options}`, ["draft"]);
  expect(questions).toEqual(['Type the label of the key, "draft", to request the destruction: ']);
  expect([exitCode, await pending()]).toEqual([0, ["draft"]]);
});

it("reads no pipe in the place of a file of keys, and refuses a file with too many before it calls the service", async () => {
  const pipe = path.join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  expect(await world.uko("bob", `request --keys ${pipe}`)).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining(`The file ${pipe} could not be read\n  It is not a regular file`),
  });
  const { length } = await world.trail();
  const ended = await world.uko("bob", `request --keys ${keysFile("payroll\n".repeat(10_001))}`);
  expect(ended).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining("names 10,001 keys\n  The limit is 10,000"),
  });
  expect(await world.trail()).toHaveLength(length);
});

it("takes a glob for text, in which no other character is special", async () => {
  for (const glob of ["card.", "car(d)s", "[c]ards", "cards|draft", "CARDS", "card"]) {
    const { exitCode, err } = await world.type("bob", `request --label ${glob}`, []);
    expect([glob, exitCode, err]).toEqual([glob, 1, expect.stringMatching(/^No key is like that\n/)]);
  }
});

it("changes nothing without a yes", async () => {
  for (const answer of ["", "n", "request", "5"]) {
    expect((await world.type("bob", "request --label *", [answer])).err).toMatch(/^uko request was not confirmed\n/);
  }
  expect(await pending()).toEqual([]);
});

describe("the requests of a person", () => {
  beforeEach(async () => {
    await world.uko("bob", `request ${keys.payroll} ${keys.cards}`);
    await world.uko("carol", `request ${keys.vouchers}`);
    await world.advance("1m");
  });

  it("are declined by another person", async () => {
    expect((await world.type("alice", "decline --requested-by IBMid-550000BOB", ["y"])).exitCode).toBe(0);
    expect(await pending()).toEqual(["vouchers"]);
  });

  it("are withdrawn by name, and by step", async () => {
    await world.type("bob", 'withdraw --requested-by "bob example" --step deactivate --label p*', ["y"]);
    expect(await pending()).toEqual(["cards", "vouchers"]);
  });

  it("are continued once they are approved", async () => {
    await world.type("carol", `approve ${keys.payroll} ${keys.cards} --store`, ["store 2"]);
    await world.advance("1m");
    const { out } = await world.type("alice", "continue --requested-by IBMid-550000BOB", ["y"]);
    expect(out.match(/waiting for the next run of IBMid-550000BOB/g)).toHaveLength(2);
    // Bob lacks the role to deactivate, which he learns for each key.
    expect((await world.type("bob", "continue --requested-by IBMid-550000BOB", ["y"])).exitCode).toBe(13);
  });
});

describe("a file of keys", () => {
  it("names keys by ID without a terminal, also on standard input", async () => {
    const file = keysFile(`# wave 1\n${keys.cards}  cards  active\n\n${keys.draft}\n`);
    expect((await world.uko("bob", `request --keys ${file}`)).exitCode).toBe(0);
    expect(await pending()).toEqual(["cards", "draft"]);
    expect((await world.uko("bob", "withdraw --keys - --json", {}, `${keys.cards}\n`)).exitCode).toBe(0);
    expect(await pending()).toEqual(["draft"]);
  });

  it("may name keys by label at a terminal, where the command asks", async () => {
    const file = keysFile("cards\npayments/draft\n");
    expect((await world.pipe("bob", `request --keys ${file}`)).err).toContain("It accepts a name only at a terminal");
    expect(await pending()).toEqual([]);
    expect((await world.type("bob", `request --keys ${file}`, ["y", "draft"])).exitCode).toBe(0);
    expect(await pending()).toEqual(["cards", "draft"]);
  });

  it("names no other key by the first word of a label with a blank", async () => {
    const file = keysFile("cards 2019\n");
    expect((await world.type("bob", `request --keys ${file}`, [])).err).toContain('No key "cards 2019"');
    expect(await pending()).toEqual([]);
    expect(
      (await world.type("bob", `request --keys ${keysFile("cards  active\ndraft\tactive\n")}`, ["y", "draft"]))
        .exitCode,
    ).toBe(0);
    expect(await pending()).toEqual(["cards", "draft"]);
  });

  it("may name KMS keys", async () => {
    const key = `kms/${await makeKmsKey(world, "backup")}`;
    expect((await world.uko("alice", `request --keys ${keysFile(key)}`)).exitCode).toBe(0);
    expect(reportOf(await world.uko("bob", `status ${key} --json`)).lifecycleState).toBe("pending_approval");
  });

  it.each([
    ["nothing", "# only a remark\n", "names no key"],
    ["no key in a line", `${keys.cards}\n/payroll\n`, "is not the full ID of a key"],
  ])("that names %s is refused", async (_title, text, why) => {
    expect((await world.type("bob", `request --keys ${keysFile(text)}`, [])).err).toContain(why);
    expect(await pending()).toEqual([]);
  });
});

it.each(["request", "withdraw", "decline", "continue", "reactivate"])(
  "uko %s takes options that choose keys only at a terminal, and never with --json",
  async (command) => {
    for (const run of [
      () => world.pipe("bob", `${command} --label *`),
      () => world.type("bob", `${command} --label * --json`, []),
    ]) {
      const { exitCode, out, err } = await run();
      expect([exitCode, out + err]).toEqual([1, expect.stringContaining("Options that choose keys need a terminal")]);
    }
    expect(await pending()).toEqual([]);
  },
);

it("lets a script choose keys with --yes, for commands that can be undone", async () => {
  expect((await world.pipe("bob", "request --label c* --yes")).exitCode).toBe(0);
  expect((await world.pipe("bob", "request payments/vouchers")).err).toContain("With --yes it does not ask.");
  expect((await world.pipe("bob", "request payments/vouchers --yes --json")).exitCode).toBe(0);
  expect((await world.pipe("bob", "request payments/draft --yes")).err).toContain("a person has to type this request");
  expect(await pending()).toEqual(["cards", "vouchers"]);
  expect((await world.uko("bob", "withdraw --label * --yes")).exitCode).toBe(0);
  expect(await pending()).toEqual([]);
  expect((await world.uko("bob", "hold payments/draft --yes")).exitCode).toBe(0);
  expect((await world.uko("bob", "sync payments/cards --yes")).err).toContain("Unknown option '--yes'");
});

it("names the vaults that it could not read", async () => {
  await world.control("faults", { operation: "listManagedKeys", status: 403, times: 1 });
  const { err } = await world.type("bob", "request --label *", []);
  expect(err).toMatch(/^Vault 5c1e0000-\S+: /m);
  expect(await pending()).toEqual([]);
});
