/** `uko certificate` for a run that was killed between a call and its line: no line says how the step ended. */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { signedByBoth, trustAll } from "../certificate/story.ts";
import { useStory } from "../certificate/use-story.ts";
import { linesIn } from "../support/json-lines.ts";
import { withOtherTool } from "../support/other-tool.ts";
import { keys, makeKmsKey } from "./harness.ts";

const story = useStory({ isKept: false });

type Entry = Readonly<Record<string, unknown>>;

/** Writes the entries as a chain with its head record. */
function writeChain(name: string, entries: readonly Entry[]): void {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  let head = sha256("");
  const lines = entries.map((entry, at) => {
    const line = JSON.stringify({ ...entry, seq: at + 1, prev: head });
    head = sha256(line);
    return line;
  });
  writeFileSync(story.file(name), `${lines.join("\n")}\n`);
  writeFileSync(story.file(`${name}.head`), `${JSON.stringify({ v: 1, count: lines.length, head })}\n`);
}

const entries = (): Entry[] => [...linesIn<Entry>(story.file("evidence.jsonl"))];

/** The evidence as a kill leaves it between the call of the step and the line after it. */
function loseLastLine(step: string): void {
  const all = entries();
  expect(all.pop()).toMatchObject({ step, phase: "after" });
  expect(all.at(-1)).toMatchObject({ step, phase: "before" });
  writeChain("evidence.jsonl", all);
}

const create = (name = "c") => story.uko("bob", `certificate create --sign-key @bob.key --out @${name}.json`);
const verify = (name = "c") =>
  story.uko("erin", `certificate verify @${name}.json --allow-emulator ${trustAll} --evidence @evidence.jsonl`);
const keyIn = async (name = "c") =>
  JSON.parse((await story.uko("erin", `certificate show @${name}.json --json`)).out).predicate.keys[0];

it("leaves out a key whose destruction was not confirmed, by name, until the service reports what became of it", async () => {
  await story.destroy("payroll");
  loseLastLine("destroy");
  const refused = await create();
  expect(refused).toMatchObject({ exitCode: 1, out: "" });
  expect(refused.err).toMatch(
    /^No key can be in the certificate, .*\n {4}payroll, key [\da-f-]{36}: destroy, begun on 2026-11-24T19:23/,
  );
  expect(refused.err).toContain(`uko continue ${keys.payroll}`);

  await story.remove("payroll");
  expect(await create()).toMatchObject({ exitCode: 0, err: "" });
  const { outcome, steps } = await keyIn();
  expect(outcome).toBe("removed");
  const destruction = steps.find(({ step }: { readonly step: string }) => step === "destroy");
  expect(destruction).toMatchObject({
    doneAt: expect.stringMatching(/^2026-11-24T19:23/),
    settled: { at: expect.stringMatching(/^2026-12-25/), state: "destroyed" },
  });
  expect(await verify()).toMatchObject({ exitCode: 0, out: expect.stringContaining("Valid: 1 of 1 key destroyed") });
});

const changedAfter = (lastWrite: Entry) => (entry: Entry) =>
  entry.step === "remove" && entry.key !== undefined ? { ...entry, key: { ...entry.key, ...lastWrite } } : entry;

it.each([
  ["of another person", { updatedBy: "IBMid-550000CAROL" }],
  ["an hour after the step began, when its approval need not hold", { updatedAt: "2026-11-24T20:23:03Z" }],
  ["before the step began", { updatedAt: "2026-11-24T19:00:00Z" }],
])("does not take a last write %s for the step that was not confirmed", async (_, lastWrite) => {
  await story.destroy("payroll");
  loseLastLine("destroy");
  await story.remove("payroll");
  writeChain("other.jsonl", entries().map(changedAfter(lastWrite)));
  const created = "certificate create --evidence @other.jsonl --sign-key @bob.key --out @other.json";
  expect(await story.uko("bob", created)).toMatchObject({ exitCode: 0, err: "" });
  const { out } = await story.uko("erin", "certificate show @other.json");
  expect(out).toMatch(/^payroll +destruction: not recorded/m);
});

const hasHeldCall = async (): Promise<boolean> => {
  const held = await fetch(`${story.world.url}/_emulator/faults`);
  return ((await held.json()) as { readonly held: readonly unknown[] }).held.length === 1;
};

it.each(["seen", "settled"])(
  "credits no person with a destruction by another tool after a refused call, also without the line %s",
  async (phase) => {
    const { world } = story;
    const key = keys.payroll;
    const environment = { UKO_EVIDENCE: story.file("evidence.jsonl") };
    await story.uko("bob", `request ${key} --reason "Payroll moved"`);
    await world.advance("1m");
    await world.type("alice", `approve ${key}`, undefined, environment);
    await story.uko("alice", `request ${key} --reason "Ledger closed"`);
    await world.advance("5h");
    await world.control("faults", { operation: "destroyManagedKey", hold: "before", times: 1 });
    const approval = world.type("bob", `approve ${key}`, undefined, environment);
    await expect.poll(hasHeldCall, { timeout: 10_000 }).toBe(true);
    await world.advance("30s");
    expect(await story.uko("alice", `withdraw ${key}`)).toMatchObject({ exitCode: 0 });
    await world.control("faults/release", {});
    expect((await approval).exitCode).not.toBe(0);
    await world.advance("30s");
    expect(await withOtherTool(world, "bob", key, { method: "POST", below: "/destroy" })).toBe(200);
    await world.advance("31d");
    expect(await world.type("bob", `continue ${key}`, ["payroll", "y"], environment)).toMatchObject({ exitCode: 0 });

    const lines = entries();
    expect(lines.filter(({ step }) => step === "destroy").map((each) => [each.phase, each.from, each.to])).toEqual([
      ["before", "deactivated", "destroyed"],
      ["settled", "deactivated", "deactivated"],
      ["seen", "destroyed", "destroyed"],
    ]);
    writeChain(
      "evidence.jsonl",
      lines.filter((each) => each.phase !== phase),
    );
    expect(await create()).toMatchObject({ exitCode: 0, err: "" });
    expect((await story.uko("erin", "certificate show @c.json")).out).toMatch(/^payroll +destruction: not recorded/m);
    expect(await verify()).toMatchObject({ exitCode: 1, err: expect.stringContaining("The destruction of key") });
  },
);

it.each(["sync", "destroy"])("does not leave out a removed key for a line that only begins a step %s", async (step) => {
  await story.destroy("payroll");
  await story.remove("payroll");
  const all = entries();
  const { correlationId: _, run: _run, ...last } = all.at(-1) ?? {};
  const actor = { iamId: "IBMid-550000CAROL", name: "Carol" };
  const begun = { ...last, step, phase: "before", from: "destroyed", to: "destroyed", actor };
  writeChain("evidence.jsonl", [...all, begun]);
  expect(await create()).toMatchObject({ exitCode: 0, err: "" });
  expect(await verify()).toMatchObject({ exitCode: 0, out: expect.stringContaining("Valid: 1 of 1 key destroyed") });
});

it("leaves out a key whose removal was not confirmed, until a run finds the key gone", async () => {
  await story.destroy("payroll");
  await story.destroy("vouchers");
  await story.remove("payroll");
  await story.remove("vouchers");
  loseLastLine("remove");

  const created = await create();
  expect(created).toMatchObject({ exitCode: 0, err: "" });
  expect(created.out).toMatch(/^Wrote .*: 1 of 2 keys destroyed\./);
  expect(created.out).toMatch(/Left out, .*\n {2}vouchers, key [\da-f-]{36}: remove, begun on 20\d\d-/);
  const page = await story.uko("erin", "certificate show @c.json --html @c.html");
  expect(page).toMatchObject({ exitCode: 0 });
  const shown = [
    (await story.uko("erin", "certificate show @c.json")).out,
    (await verify()).out,
    readFileSync(story.file("c.html"), "utf8"),
  ];
  const { out: asJson } = await story.uko("erin", `certificate verify @c.json --allow-emulator ${trustAll} --json`);
  expect(JSON.parse(asJson).leftOut).toMatchObject([{ label: "vouchers", step: "remove" }]);
  for (const text of shown) {
    expect(text).toContain("1 of 2 keys destroyed");
    expect(text).toMatch(/vouchers, key [\da-f-]{36}: remove, begun on 20\d\d-/);
  }

  await story.uko("bob", `continue ${keys.vouchers}`);
  expect((await create("d")).out).toMatch(/^Wrote .*: 2 of 2 keys destroyed\. [^\n]*\n$/);
  expect(await verify("d")).toMatchObject({ exitCode: 0, err: "" });
  const audit = await story.uko("erin", "audit --file @evidence.jsonl --json");
  expect(audit.out).not.toContain('"isConfirmed":false');
});

it("leaves out a KMS key whose destruction was not confirmed, until a run finds it destroyed", async () => {
  const id = await makeKmsKey(story.world, "backup");
  const environment = { UKO_EVIDENCE: story.file("evidence.jsonl") };
  await story.uko("alice", `request kms/${id}`);
  expect(await story.world.type("bob", `approve kms/${id}`, ["backup"], environment)).toMatchObject({ exitCode: 0 });
  loseLastLine("destroy");
  expect(await create()).toMatchObject({ exitCode: 1, err: expect.stringContaining("backup, key") });
  await story.uko("bob", `continue kms/${id}`);
  expect(await create()).toMatchObject({ exitCode: 0, err: "" });
  expect(await keyIn()).toMatchObject({ outcome: "destroyed" });
});

it("names a step that had no effect, and does not count it", async () => {
  await story.uko("bob", `request ${keys.payroll} --reason "Payroll moved"`);
  await story.world.advance("1m");
  const environment = { UKO_EVIDENCE: story.file("evidence.jsonl") };
  await story.world.type("alice", `approve ${keys.payroll}`, undefined, environment);
  loseLastLine("deactivate");
  expect(await withOtherTool(story.world, "alice", keys.payroll, { method: "POST", below: "/activate" })).toBe(200);
  await story.destroy("payroll");
  await story.remove("payroll");
  expect(await create()).toMatchObject({ exitCode: 0, err: "" });
  const { steps } = await keyIn();
  const settled = steps.flatMap((each: { readonly settled?: { readonly state: string } }) => each.settled ?? []);
  expect(settled).toMatchObject([{ state: "active" }]);
  expect(await verify()).toMatchObject({ exitCode: 0, err: "" });
});

it("is not valid with a key of which a step is open, and with a key that it calls open and the evidence does not", async () => {
  await story.destroy("payroll");
  await story.destroy("vouchers");
  await story.remove("payroll");
  await story.remove("vouchers");
  await create();
  await story.uko("alice", "certificate sign @c.json --sign-key @alice.key");
  const envelope = story.envelope("c.json");
  const forge = async (change: (predicate: ReturnType<typeof JSON.parse>) => void) => {
    const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8"));
    change(statement.predicate);
    const payload = Buffer.from(JSON.stringify(statement), "utf8").toString("base64");
    writeFileSync(story.file("m.json"), signedByBoth(story, { ...envelope, payload }));
    const { out } = await story.uko(
      "erin",
      `certificate verify @m.json --allow-emulator ${trustAll} --evidence @evidence.jsonl --json`,
    );
    return JSON.parse(out.split("\n")[0] ?? "").problems.map(({ kind }: { readonly kind: string }) => kind);
  };
  expect(await forge(({ keys: [key] }) => delete key.steps.at(-1).doneAt)).toContain("step_open");
  const [{ subject }] = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8")).predicate.keys;
  const leftOut = [{ subject, label: "payroll", step: "remove", startedAt: "2026-12-25T19:23:04Z" }];
  const asLeftOut = await forge((predicate) => Object.assign(predicate, { leftOut }));
  expect(asLeftOut).toEqual(expect.arrayContaining(["evidence_differs", "duplicate_subject"]));
  const foreign = leftOut.map((key) => ({ ...key, subject: "another-instance/v/k" }));
  expect(await forge((predicate) => Object.assign(predicate, { leftOut: foreign }))).toContain("subject_changed");
});
