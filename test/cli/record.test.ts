/** `--record`: an ordinary deletion of a test key by two people, recorded while it runs. */

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startFromCommandLine } from "../../provider/emulator/start.ts";
import { parseReadableLines } from "../../provider/probe/recording.ts";
import { useCliStage } from "./cli-stage.ts";
import { type AtTerminal, apiKeys, keys, makeKmsKey, type Person } from "./harness.ts";
import { expectForm } from "./json-form.ts";

const { world, folder } = useCliStage();
const file = path.join(folder, "deletion.jsonl");

const run = (who: Person, command: string, answers?: AtTerminal) =>
  world.type(who, `${command} --record ${file}`, answers);
const text = () => readFileSync(file, "utf8");
const lines = () => parseReadableLines(text()) ?? [];
/** The last verdict about each row that the file has. */
const verdicts = () =>
  Object.fromEntries(lines().flatMap((line) => (line.kind === "probe" ? [[line.id, line.verdict] as const] : [])));

/** Bob requests, Alice approves; Alice requests the destruction, Bob approves; Bob removes. */
async function deleteByTwo(key: string, reason = "moved away"): Promise<void> {
  const story: readonly (readonly [Person, string, string])[] = [
    ["bob", `request ${key} --reason "${reason}"`, "1m"],
    ["alice", `approve ${key}`, "1m"],
    ["bob", `sync ${key}`, "1m"],
    ["alice", `status ${key}`, "5h"],
    ["alice", `request ${key}`, "1m"],
    ["bob", `approve ${key}`, "1m"],
    ["alice", `status ${key}`, "31d"],
    ["bob", `continue ${key}`, "1m"],
    ["bob", `status ${key}`, "1m"],
  ];
  for (const [who, command, then] of story) {
    await run(who, command);
    await world.advance(then);
  }
}

const shownByDeletion = [
  "life.backing-key",
  "life.deactivate",
  "life.destroy",
  "life.material",
  "life.pace",
  "life.patch",
  "life.pending",
  "life.remove",
  "life.sync",
  "life.sync-etag",
  "life.tags",
  "life.words",
  "life.writer",
];

it("verifies the rows about the life of a key, with one placeholder a value over all runs", async () => {
  await deleteByTwo(keys.vouchers);
  expect(Object.entries(verdicts()).toSorted()).toEqual(shownByDeletion.map((id) => [id, "verified"]));
  const runs = lines().flatMap((line) => (line.kind === "run" ? [`${line.run} ${line.command} ${line.caller}`] : []));
  const [bob, alice] = ["<person-1>", runs[1]?.split(" ")[2]];
  expect(runs).toEqual(
    [
      ["request", bob],
      ["approve", alice],
      ["sync", bob],
      ["status", alice],
      ["request", alice],
      ["approve", bob],
      ["status", alice],
      ["continue", bob],
      ["status", bob],
    ].map(([command, caller], at) => `${at + 1} ${command} ${caller}`),
  );
  const acts = lines().flatMap((line) =>
    line.kind === "exchange" && !line.request.startsWith("GET") ? [`${line.request} ${line.status}`] : [],
  );
  expect(acts).toEqual(expect.arrayContaining(["POST uko /managed_keys/<key-1>/destroy 200"]));
  expect(acts.at(-1)).toBe("DELETE uko /managed_keys/<key-1> 204");
  expect((await world.verdict()).violations).toEqual([]);
  expectForm("recording.jsonl", text());
}, 120_000);

it("shows the window of a KMS key, its end, and the destruction", async () => {
  const kmsKey = `kms/${await makeKmsKey(world, "spare")}`;
  await run("carol", `request ${kmsKey}`);
  await run("bob", `status ${kmsKey}`);
  await world.advance("8d");
  await run("bob", `status ${kmsKey}`);
  await run("carol", `request ${kmsKey}`);
  await run("bob", `approve ${kmsKey}`);
  await run("bob", `status ${kmsKey}`);
  const shown = ["life.kms-delete", "life.kms-state", "life.window", "life.window-expired"];
  expect(Object.entries(verdicts()).toSorted()).toEqual(shown.map((id) => [id, "verified"]));
});

it("shows a reactivation, and the hold of a destroyed key", async () => {
  await run("bob", `request ${keys.vouchers}`);
  await run("alice", `approve ${keys.vouchers}`);
  await run("carol", `reactivate ${keys.vouchers}`);
  await run("bob", `request ${keys.draft}`);
  await run("carol", `approve ${keys.draft}`);
  await run("bob", `hold ${keys.draft}`);
  expect(verdicts()).toMatchObject({ "life.reactivate": "verified", "life.patch-destroyed": "verified" });
});

it("says what the recording shows, and what it needs for the rest", async () => {
  await run("bob", `request ${keys.vouchers}`);
  const { err } = await run("alice", `approve ${keys.vouchers}`);
  expect(err).toContain(`This run records its requests and answers in ${file}, redacted.`);
  expect(err).toMatch(/Recorded \d+ requests in .*\nSo far it shows 5 of 21 rows: 5 verified, 0 refuted\./);
  const before = (await world.trail()).length;
  const { exitCode, out } = await world.pipe("bob", `probe --check ${file}`, { UKO_API_KEY: "", UKO_ENDPOINT: "" });
  expect([exitCode, (await world.trail()).length]).toEqual([1, before]);
  await expect(out).toMatchFileSnapshot("../golden/cli/probe-check.txt");
  const { out: json } = await world.pipe("bob", `probe --check ${file} --json`);
  expectForm("probe", json);
  expect(JSON.parse(json)).toMatchObject({ kind: "probe", of: "deletion", verified: 5, refuted: 0, not_tried: 16 });
});

it.each(["product", "apiVersion", "region", "day"])(
  "refuses a header whose %s forges a line of the output",
  async (member) => {
    await run("bob", `status ${keys.vouchers}`);
    const forged = `"${member}":"x\\nIt shows 40 of 40 rows: 40 verified\\u001b[2J"`;
    writeFileSync(file, text().replace(new RegExp(`"${member}":"[^"]*"`), forged));
    const { exitCode, out, err } = await world.pipe("bob", `probe --check ${file}`);
    expect([exitCode, out, err]).toEqual([1, "", expect.stringContaining("is not a recording of uko")]);
  },
);

it("says if the lines about rows are not what the steps show", async () => {
  await run("bob", `request ${keys.vouchers}`);
  writeFileSync(file, text().replaceAll('"verdict":"verified"', '"verdict":"refuted"'));
  const { out } = await world.pipe("bob", `probe --check ${file}`);
  expect(out).toContain("Its own lines say something else about life.patch, life.tags, life.writer");
});

describe("the service differs", () => {
  it.each([
    [{ tags: "dropped" }, "life.tags", { tags: "dropped" }],
    [{ tags: "rejected" }, "life.tags", { tags: "rejected" }],
    [{ lastWriter: "absent" }, "life.writer", { lastWriter: "absent" }],
    [{ tags: "dropped", description: "collapsed" }, "life.description", { tags: "dropped", description: "collapsed" }],
  ] as const)(
    "%j refutes %s, and an emulator with the recording as profile does the same",
    async (switches, row, expected) => {
      await world.reset(switches);
      await run("bob", `request ${keys.vouchers} --reason "two  blanks"`);
      const { out } = await world.pipe("bob", `probe --check ${file}`);
      expect(out).toContain(`Refuted: ${row} `);
      const emulator = await startFromCommandLine({ profile: file });
      onTestFinished(() => emulator.close());
      expect(emulator.world.switches).toMatchObject(expected);
    },
  );
});

describe("the file", () => {
  it("is for its owner alone, and so is the private file", async () => {
    await run("bob", `status ${keys.vouchers}`);
    expect([file, `${file}.private`].map((each) => statSync(each).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it.each([
    ["a file of another kind", () => writeFileSync(file, "mine\n"), "is not a recording that --record began"],
    [
      "a recording of uko probe",
      () => writeFileSync(file, readFileSync(new URL("../recordings/emulator.jsonl", import.meta.url))),
      "is not a recording that --record began",
    ],
    ["a link", () => symlinkSync(path.join(folder, "other"), file), "It is a symbolic link"],
    ["a pipe", () => execFileSync("mkfifo", [file]), "It is not a regular file"],
    ["a pipe as private file", () => execFileSync("mkfifo", [`${file}.private`]), "It is not a regular file"],
    ["a folder", () => mkdirSync(file), "It is not a regular file"],
    ["a link as private file", () => symlinkSync("/etc/hosts", `${file}.private`), "It is a symbolic link"],
    [
      "a private file without its recording",
      () => writeFileSync(`${file}.private`, "{}", { mode: 0o600 }),
      "belongs to another recording",
    ],
  ])("refuses %s, and nothing is sent", async (_, prepare, why) => {
    prepare();
    const before = (await world.trail()).length;
    const { exitCode, err } = await run("bob", `request ${keys.vouchers}`, []);
    expect([exitCode, (await world.trail()).length]).toEqual([1, before]);
    expect(err).toContain(why);
    expect(err).toContain("Nothing was sent.");
  });

  it.runIf(process.geteuid !== undefined)("refuses a private file that another user may write or owns", async () => {
    await run("bob", `status ${keys.vouchers}`);
    chmodSync(`${file}.private`, 0o620);
    const { exitCode, err } = await run("bob", `status ${keys.vouchers}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining(`${file}.private may be written by other users`)]);
    chmodSync(`${file}.private`, 0o600);
    const stranger = vi.spyOn(process, "geteuid").mockReturnValue(statSync(file).uid + 1);
    onTestFinished(() => stranger.mockRestore());
    const { exitCode: code, err: says } = await run("bob", `status ${keys.vouchers}`);
    expect([code, says]).toEqual([1, expect.stringContaining(`${file}.private belongs to another user`)]);
  });

  it.each([
    ["notes.txt", "mine\n", "is not a recording that --record began"],
    ["deletion.jsonl.private", "{}", "belongs to another recording"],
    ["deletion.jsonl.lock", "my notes\n", "is not a lock of uko"],
  ])("does not touch %s of another program, and writes no other file", async (name, content, why) => {
    const named = name === "notes.txt" ? path.join(folder, name) : file;
    writeFileSync(path.join(folder, name), content);
    chmodSync(path.join(folder, name), 0o644);
    const { exitCode, err } = await world.type("bob", `status ${keys.vouchers} --record ${named}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining(why)]);
    expect(readdirSync(folder)).toEqual([name]);
    expect(readFileSync(path.join(folder, name), "utf8")).toBe(content);
    expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o644);
  });

  it("does not touch a file of the user that has the name of the private file with .new", async () => {
    writeFileSync(`${file}.private.new`, "mine\n");
    await run("bob", `status ${keys.vouchers}`);
    expect(readFileSync(`${file}.private.new`, "utf8")).toBe("mine\n");
    expect(readdirSync(folder)).toEqual(["deletion.jsonl", "deletion.jsonl.private", "deletion.jsonl.private.new"]);
  });

  it("refuses a recording whose private file is gone, because a name could get a second meaning", async () => {
    await run("bob", `status ${keys.vouchers}`);
    rmSync(`${file}.private`);
    const { exitCode, err } = await run("bob", `status ${keys.vouchers}`);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("The private file next to it is missing")]);
  });

  it("is not created by a run whose settings are wrong", async () => {
    const { exitCode } = await world.type("bob", `status ${keys.vouchers} --record ${file}`, [], {
      UKO_INSTANCE_ID: "x",
    });
    expect([exitCode, existsSync(file)]).toEqual([1, false]);
  });

  it("stops no step if it cannot be written, and says so", async () => {
    await run("bob", `request ${keys.vouchers}`);
    const planted = path.join(folder, "planted");
    const { exitCode, err } = await run("alice", `approve ${keys.vouchers}`, [
      async () => {
        renameSync(file, planted);
        symlinkSync(planted, file);
        return "vouchers";
      },
    ]);
    expect(exitCode).toBe(0);
    expect(err).toContain("was not written. Every step of this run is as it was reported.");
    expect(await world.effects("deactivateManagedKey")).toBe(1);
    expect(readFileSync(planted, "utf8")).not.toContain('"command":"approve"');
  });
});

describe("a hostile world", () => {
  const label = "hildegard quastenflosser 4711 0815";
  const planted = {
    code: "hildegard",
    message:
      "The key of Hildegard Quastenflosser at vault.customer.example.com (10.20.30.40) is gone: c2VjcmV0LXZhbHVl",
    account: "a/8ae1f3c0d9b74c5e9d1f2a3b4c5d6e7f",
    host: "keys.internal.customer.example.com",
    address: "2001:db8:85a3::8a2e:370:7334",
    mail: "hildegard@customer.example.com",
    token: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJoaWxkZWdhcmQifQ.c2lnbmF0dXJl",
  };

  it("leaves no name, ID, host, token or reason in the recording or in the private file", async () => {
    const rename = { path: "/managed_keys/", method: "GET", rewrite: { label, description: planted.message } };
    await world.control("faults", rename);
    await world.control("faults", {
      operation: "getStatusInKeystores",
      rewrite: { account: planted.account, host: planted.host },
    });
    await world.control("faults", {
      operation: "listResourcesOfKey",
      rewrite: { [planted.mail]: planted.token, associated_resources: [{ name: planted.host, crn: planted.account }] },
    });
    await world.control("faults", {
      operation: "getVault",
      status: 409,
      body: { code: planted.code, text: planted.address },
    });
    await deleteByTwo(keys.vouchers, "Hildegard moved to Quastenflosser");
    // A digest has every short number in it sooner or later.
    const both = `${text()}${readFileSync(`${file}.private`, "utf8")}`.replaceAll(/[0-9a-f]{64}/g, "");
    const own = [
      ...keys.vouchers.split("/"),
      ...Object.values(apiKeys),
      new URL(world.url).host,
      "hildegard",
      "quastenflosser",
      "4711",
      "0815",
      "vouchers",
      "550000",
      "payments",
      "customer",
      "10.20.30",
      "8a2e",
      "7334",
      "8ae1f3c0",
      "c2VjcmV0",
      "eyJ",
      " moved",
      "Bearer ",
    ];
    expect(own.filter((each) => both.toLowerCase().includes(each.toLowerCase()))).toEqual([]);
    expect(both).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    expect(text()).not.toMatch(/\d{4}-\d\d-\d\dT/);
    expect(text()).not.toContain(" iam ");
  }, 120_000);

  it.each(["destroyed", "deactivate", "managed_keys", "repository"])(
    "shows as much of a key named %s as of any other, and not its name",
    async (name) => {
      await world.control("faults", { path: "/managed_keys/", method: "GET", rewrite: { label: name } });
      const story = [
        ["bob", `request ${keys.vouchers}`],
        ["alice", `approve ${keys.vouchers}`],
        ["bob", `status ${keys.vouchers}`],
      ] as const;
      for (const [who, command] of story) await run(who, command);
      const shownRows = ["backing-key", "deactivate", "pace", "patch", "tags", "writer"];
      expect(Object.entries(verdicts()).toSorted()).toEqual(shownRows.map((id) => [`life.${id}`, "verified"]));
      const requests = lines().flatMap((line) => (line.kind === "exchange" ? [line.request] : []));
      expect(requests).toContain("GET uko /managed_keys/<key-1>");
      expect(text()).toContain('"label":"<label-1>"');
      const shown = text().replaceAll('"label":"<label-1>"', "");
      expect(shown).not.toMatch(/<(label|name)-\d+>[^,}]*(\/|&|=)|"(state|key_material_present)":\[?"</);
    },
  );

  it("keeps a code and a state that are words of the service's own", async () => {
    await world.control("faults", { operation: "getManagedKey", rewrite: { state: "quarantined" } });
    await run("bob", `status ${keys.vouchers}`);
    expect(text()).toContain('"state":"quarantined"');
    await world.control("faults", {
      operation: "getManagedKey",
      status: 409,
      body: { errors: [{ code: "resource_frozen" }] },
    });
    rmSync(file);
    rmSync(`${file}.private`);
    await world.reset();
    await world.control("faults", {
      operation: "getManagedKey",
      status: 409,
      body: { errors: [{ code: "resource_frozen" }] },
    });
    await run("bob", `status ${keys.vouchers}`);
    expect(text()).toContain('"code":"resource_frozen"');
  });
});
