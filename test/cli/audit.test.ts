/** What `uko audit` prints for people: a table, and the open questions of the evidence below it. */

import { hash } from "node:crypto";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { bob, consent, evidenceText as line, alice as withoutLogin } from "../support/evidence-text.ts";
import { useFolder } from "../support/use-folder.ts";
import { quietWorld } from "./harness.ts";

const folder = useFolder({ isKept: true });

const alice = { ...withoutLogin, loggedInBy: "passcode, mfa" };
const both = (over: Readonly<Record<string, unknown>>) => [line({ ...over, phase: "before" }), line(over)];
const deactivation = { step: "deactivate", from: "active", to: "deactivated" };

/** The lines as runs write them, each with its number and the digest of the line before it. */
function chained(lines: readonly string[]): readonly string[] {
  let [seq, prev] = [0, hash("sha256", "")];
  return lines.map((each) => {
    const isWhole = each.endsWith("}");
    const text = isWhole ? `${each.slice(0, -1)},"seq":${seq + 1},"prev":"${prev}"}` : each;
    [seq, prev] = [seq + Number(isWhole), hash("sha256", text)];
    return text;
  });
}

/** Writes the lines, and the head record that names the last one. */
function fileOf(lines: readonly string[], name = "evidence.jsonl"): string {
  const file = path.join(folder, name);
  writeFileSync(file, lines.map((each) => `${each}\n`).join(""));
  const count = lines.filter((each) => each.endsWith("}")).length;
  writeFileSync(`${file}.head`, JSON.stringify({ v: 1, count, head: hash("sha256", lines.at(-1) ?? "") }));
  return file;
}

async function run(args: readonly string[], columns?: number) {
  const world = quietWorld();
  const out = { ...world.out, ...(columns !== undefined && { columns }) };
  const exitCode = await runCli(["audit", ...args], { ...world, out });
  return { exitCode, ...world.output };
}

async function audit(lines: readonly string[], columns?: number, filter: readonly string[] = []): Promise<string> {
  const { exitCode, out } = await run(["--file", fileOf(chained(lines)), ...filter], columns);
  expect(exitCode).toBe(0);
  return out.replaceAll(folder, "/evidence");
}

const story = [
  line({
    time: "2026-11-24T10:00:00Z",
    step: "write_record",
    from: "active",
    to: "active",
    record: consent(bob.iamId, "deactivate"),
  }),
  ...both({
    ...deactivation,
    time: "2026-11-24T10:05:00Z",
    actor: alice,
    allowedBy: consent(bob.iamId, "deactivate"),
  }),
  ...both({ time: "2026-11-24T15:00:00Z", actor: alice, allowedBy: consent(bob.iamId) }),
  ...both({ time: "2026-11-24T16:00:00Z", keyId: "k-2", label: "scratch" }),
  line({ time: "2026-11-24T17:00:00Z", phase: "before", step: "remove", from: "destroyed", to: "absent" }),
  '{"v":1,"time',
  line({ v: 3 }),
];

test("prints a table, and the open questions of the lines below it", async () => {
  await expect(await audit(story)).toMatchFileSnapshot("../golden/cli/audit.txt");
});

test("prints a block per step on a narrow terminal, and loses nothing", async () => {
  const narrow = await audit(story, 80);
  expect(narrow).toMatch(/^TIME {10}2026-11-24T10:00:00Z\nSTEP {10}request to deactivate\n/);
  expect(
    narrow.split("\n").filter((each) => each.startsWith('REQUESTED BY  IBMid-550000BOB ("Bob Example")')),
  ).toHaveLength(3);
});

test("removes control characters of the file, which could control the terminal", async () => {
  const hostile = "\u001b[2J\u202Eadmin\nK";
  const consented = { ...consent(hostile), id: hostile, reason: hostile };
  const over = {
    time: hostile,
    label: hostile,
    step: hostile,
    from: hostile,
    to: hostile,
    resource: hostile,
    allowedBy: consented,
  };
  const text = line({ ...over, actor: { iamId: hostile, name: "" } });
  const out = await audit([text]);
  expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(out.split("\n")).toHaveLength(6);
});

test.each(["hold", "restore"])("selects the entries of the step %s", async (step) => {
  const taken = line({ step, from: "active", to: "active", time: "2026-11-24T10:02:00Z" });
  expect(await audit([...story, taken], undefined, ["--step", step])).toMatch(
    new RegExp(`^TIME.*\\n.* ${step} +payroll +active`),
  );
});

const [vaultId, keyId] = ["5c1e0000-0000-4000-8000-000000000001", "9b2d0000-0000-4000-8000-000000000001"];

test.each([
  ["path", `${vaultId}/${keyId}`, ["here", "again"]],
  ["path in another vault", `${vaultId.replace("5c1e", "5c1f")}/${keyId}`, []],
  ["ID", keyId, ["here", "again"]],
  ["label", "again", ["again"]],
  ["KMS key", `kms/${keyId.replace("9b2d", "9b2e")}`, ["kms"]],
])("selects the entries of one key by its %s", async (_, key, labels) => {
  const of = (label: string, over: object) => both({ vaultId, keyId, label, allowedBy: consent(alice.iamId), ...over });
  const kms = { resource: "kms_key", vaultId: "", keyId: keyId.replace("9b2d", "9b2e") };
  const text = chained([...of("here", {}), ...of("again", { time: "2026-11-25T00:00:00Z" }), ...of("kms", kms)]);
  const { out } = await run(["--file", fileOf(text, "keys.jsonl"), key, "--json"]);
  const found = out.split("\n").flatMap((each) => (each === "" ? [] : [JSON.parse(each) as { label: string }]));
  expect([...new Set(found.map(({ label }) => label))]).toEqual(labels);
});

describe("evidence that a person changed", () => {
  const forged = () => {
    const [first = "", ...rest] = chained([
      ...both({ allowedBy: consent(alice.iamId) }),
      line({ step: "remove", from: "destroyed" }),
    ]);
    return fileOf([first.replaceAll("ALICE", "CAROL"), ...rest], "forged.jsonl");
  };

  test("is shown after a sentence that says so, and the exit code is 1", async () => {
    const { exitCode, out, err } = await run(["--file", forged()]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^\S+forged\.jsonl: the chain is broken: 3 lines, .*\n {2}Line 1 was changed, .*\n/);
    expect(out.indexOf("TIME")).toBeGreaterThan(out.indexOf("Do not rely on it."));
    expect(err).toContain("[UKO_EVIDENCE_BROKEN]");
  });

  test("is one line of JSON per step as before, and standard error says first that the chain is broken", async () => {
    const { exitCode, out, err } = await run(["--file", forged(), "--json"]);
    expect(exitCode).toBe(1);
    expect(out.match(/"step":"\w+","from"/g)).toEqual(
      ["not_recorded", "destroy", "remove"].map((step) => `"step":"${step}","from"`),
    );
    expect(err).toMatch(/^\S+forged\.jsonl: the chain is broken/);
  });
});

test("refuses a head record that is a link, because it could name the lines of another file", async () => {
  const file = fileOf(chained([line({})]), "linked.jsonl");
  rmSync(`${file}.head`);
  symlinkSync(fileOf([], "other.jsonl"), `${file}.head`);
  const { exitCode, err } = await run(["--file", file]);
  expect([exitCode, err]).toEqual([1, expect.stringContaining(`The head record ${file}.head could not be read`)]);
});

test("names the files that were read, with the people whose steps each has", async () => {
  const [bobs, alices] = [
    fileOf(chained([line({})]), "bob.jsonl"),
    fileOf(chained([line({ actor: alice })]), "a.jsonl"),
  ];
  rmSync(`${alices}.head`);
  const { out } = await run(["--file", bobs, "--file", alices]);
  expect(out.slice(out.indexOf("Evidence read"))).toBe(
    [
      "Evidence read: 2 files. Each machine has its own. Pass those of other machines with --file.",
      `  ${bobs}: 1 line, with steps of IBMid-550000BOB`,
      `  ${alices}: 1 line, with steps of IBMid-550000ALICE; no head record, so missing lines at the end do not show`,
      "",
    ].join("\n"),
  );
});

describe("--activity-tracker", () => {
  const event = (time: string, iamId: string, over: Readonly<Record<string, unknown>> = {}) => ({
    ...{ eventTime: time.replace("Z", ".42+0000"), action: "hs-crypto.managed-keys.write", outcome: "success" },
    ...{ initiator: { id: iamId }, target: { id: "crn:v1:bluemix:public:hs-crypto:us-south:a/0:i-1:managed-key:k-1" } },
    ...over,
  });
  const requested = line({ step: "write_record", from: "active", to: "active", record: consent(bob.iamId) });
  const removal = { step: "remove", from: "destroyed", to: "absent", time: "2026-12-25T10:00:00Z" };
  const evidence = () => fileOf(chained([requested, ...both(removal)]));
  const eventsFile = (events: readonly object[]): string => {
    const file = path.join(folder, "events.json");
    writeFileSync(file, JSON.stringify(events));
    return file;
  };

  test("names the person who destroyed a key in the console", async () => {
    const events = [
      event("2026-11-24T14:22:01Z", bob.iamId),
      event("2026-12-01T09:00:00Z", "IBMid-550000CAROL"),
      event("2026-12-01T09:00:00Z", "IBMid-550000DAVE", { action: "hs-crypto.managed-keys.read" }),
      event("2026-12-01T09:00:00Z", "IBMid-550000DAVE", { outcome: "failure" }),
    ];
    const { exitCode, out } = await run(["--file", evidence(), "--activity-tracker", eventsFile(events)]);
    expect(exitCode).toBe(0);
    const rows = out.split("\n").filter((row) => row.startsWith("2026"));
    expect(rows.map((row) => row.replaceAll(/ {2,}/g, " "))).toEqual([
      expect.stringContaining("14:22:00Z request to destroy payroll active active"),
      "2026-12-01T09:00:00Z not in the evidence payroll IBMid-550000CAROL audit event hs-crypto.managed-keys.write",
      expect.stringContaining("not in the evidence payroll active destroyed at this time or before"),
      expect.stringMatching(/remove .* only stated$/),
    ]);
    expect(rows[0]).not.toContain("only stated");
    expect(out).toContain("1 audit event shows a change that no line shows: ");
    expect(out).toContain("1 step is only stated: no audit event shows it.");
  });

  test("shows a key that the evidence does not have, and only the person that --person names", async () => {
    const target = { target: { id: "crn:v1:bluemix:public:hs-crypto:us-south:a/0:i-1:managed-key:k-9" } };
    const events = [event("2026-12-01T09:00:00Z", alice.iamId, target), event("2026-12-01T09:01:00Z", bob.iamId)];
    const from = ["--file", evidence(), "--activity-tracker", eventsFile(events), "--json"];
    const { out } = await run([...from, "--person", "alice"]);
    const found = out
      .trimEnd()
      .split("\n")
      .filter((each) => each.includes('"event"'));
    expect(found.map((each) => JSON.parse(each))).toEqual([
      expect.objectContaining({ keyId: "k-9", actor: { iamId: alice.iamId, name: "" }, step: "not_recorded" }),
    ]);
  });

  test("does not let a line that names a part of each event as its key take the events of another key", async () => {
    const planted = fileOf(chained([line({ keyId: "hs-crypto", label: "scratch" })]), "planted.jsonl");
    const events = eventsFile([event("2026-12-01T09:00:00Z", bob.iamId)]);
    const { out } = await run(["--file", planted, "--activity-tracker", events, "k-1", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ keyId: "k-1", actor: { iamId: bob.iamId } });
  });

  test("refuses an export with an event that it cannot read", async () => {
    const { exitCode, err } = await run(["--file", evidence(), "--activity-tracker", eventsFile([{}])]);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("is not an export of audit events")]);
  });
});
