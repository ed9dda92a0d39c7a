/**
 * A key under a hold, and people who want it gone all the same: through each command, through the console's operations,
 * with a planted release, with a request from before the hold, and in a campaign. The interfaces of engines are in
 * test/contracts/interfaces.
 */

import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { useCliStage } from "../cli/cli-stage.ts";
import { keys, type Person } from "../cli/harness.ts";
import { explainVerdict } from "../support/oracle.ts";

const { world, folder } = useCliStage();
afterEach(async () => {
  expect(explainVerdict(await world.verdict())).toBe("");
});

const key = keys.vouchers;
const held = "is held: legal, ticket L_7, said to be set by IBMid_550000CAROL";

async function by(who: Person, command: string): Promise<{ exitCode: number; text: string }> {
  await world.advance("1m");
  const { exitCode, out, err } = await world.uko(who, command);
  return { exitCode, text: out + err };
}
/** At a terminal. Without answers, the person agrees with each question. */
async function typed(who: Person, command: string, answers?: readonly string[]): Promise<string> {
  await world.advance("1m");
  const { out, err } = await world.type(who, command, answers);
  return out + err;
}
const stateNow = async () => JSON.parse((await world.uko("erin", `status ${key} --json`)).out).keyState as string;
interface TagOfKey {
  readonly name: string;
  readonly value: string;
}
/** Carol writes the tags of the key with another tool. */
async function writeTags(change: (tags: readonly TagOfKey[]) => readonly TagOfKey[]): Promise<void> {
  await world.advance("1m");
  const [, id = ""] = key.split("/");
  const { tags } = (await world.as("carol").key(id)).body;
  expect((await world.as("carol").patch(id, { tags: change(tags) })).status).toBe(200);
}

describe("a key under a legal hold", () => {
  beforeEach(async () => {
    expect((await by("carol", `hold ${key} --kind legal --ticket L-7`)).exitCode).toBe(0);
  });

  it("takes no step, by any command, and each message names the hold first", async () => {
    for (const command of [`request ${key}`, `continue ${key} --yes`, `status ${key}`, `plan ${key}`]) {
      const { text } = await by("bob", command);
      expect(text.split("\n")[0], command).toContain(held);
      expect(text, command).toContain(`uko hold vouchers --release --reason REASON`);
    }
    for (const command of [`approve ${key}`, `approve ${key} --store`]) {
      expect(await typed("alice", command), command).toContain(held);
    }
    expect(await stateNow()).toBe("active");
    expect(JSON.parse((await world.uko("bob", "ls --held --json")).out)).toMatchObject({
      label: "vouchers",
      holds: [{ kind: "legal", ticket: "L_7", setBy: "IBMid_550000CAROL" }],
    });
  });

  it("holds by any text of the tag, also one that another tool wrote after the request", async () => {
    await by("carol", `hold ${key} --release --reason test`);
    await by("bob", `request ${key}`);
    await writeTags((tags) => [...tags, { name: "hold", value: "court order 7" }]);
    expect(await typed("alice", `approve ${key}`)).toContain('is held: "court order 7", a text that uko');
    expect(await stateNow()).toBe("active");
    // The oracle judges writes of uko, and this one carried a record along.
    await world.reset();
  });

  it("holds by a tag in capital letters, and says what to do where the tag has no room for a second hold", async () => {
    await by("carol", `hold ${key} --release --reason test`);
    const text = "court order 7 ".padEnd(8192, "x");
    await writeTags((tags) => [...tags, { name: "HOLD", value: text }]);
    expect((await by("bob", `request ${key}`)).text).toContain("is held: ");
    expect((await by("carol", `hold ${key} --kind legal`)).text).toContain(
      "the key is held, and its tag has room for 8,192 characters, while all its holds would need 8,",
    );
    expect((await by("carol", `hold ${key} --release --reason over`)).text).toContain("is released from its hold");
    expect((await by("bob", `request ${key}`)).exitCode).toBe(0);
  });

  it("has as many releases as holds, also if two of another tool have the same text", async () => {
    await by("carol", `hold ${key} --release --reason test`);
    const court = { name: "hold", value: "court order 7" };
    await writeTags((tags) => [...tags, court, court]);
    const first = await by("carol", `hold ${key} --release --reason over`);
    expect(first.text).toMatch(
      /is released from its hold: "court order 7".*\n {2}The key is still held: "court order 7"/,
    );
    expect(first.exitCode).toBe(0);
    expect((await by("carol", `hold ${key} --release --reason over`)).text).not.toContain("still held");
    expect((await by("bob", `request ${key}`)).exitCode).toBe(0);
  });

  it("releases three holds, which do not fit into one tag, one by one", async () => {
    await by("carol", `hold ${key} --release --reason test`);
    const long = ["a", "b", "c"].map((letter) => ({ name: "hold", value: letter.repeat(5000) }));
    await writeTags((tags) => [...tags, ...long]);
    for (const isLeft of [true, true, false]) {
      const { text } = await by("carol", `hold ${key} --release --reason over`);
      expect([text.includes("is released from its hold"), text.includes("still held")]).toEqual([true, isLeft]);
    }
  });

  it("is released once although the answer of the service is lost, and the evidence has the release", async () => {
    const court = { name: "hold", value: "court order 7" };
    await writeTags((tags) => [...tags, court, court]);
    await world.control("faults", { operation: "updateManagedKey", drop: "after", times: 1 });
    const evidence = `${folder}/evidence.jsonl`;
    await world.advance("1m");
    const options = "--release --kind other --reason over";
    const { out, exitCode } = await world.uko("carol", `hold ${key} ${options}`, { UKO_EVIDENCE: evidence });
    expect(out).toMatch(/is released from its hold: "court order 7"/);
    expect(out).toMatch(/still held: .*"court order 7"/);
    expect(exitCode).toBe(0);
    expect(readFileSync(evidence, "utf8")).toMatch(/"step":"release"/);
  });

  it("stays held after a release that a person planted in the tag", async () => {
    await writeTags((tags) =>
      tags.map((tag) => (tag.name === "hold" ? { ...tag, value: `${tag.value} release IBMid_550000BOB` } : tag)),
    );
    expect((await by("bob", `request ${key}`)).text).toContain("a text that uko did not write");
    expect(await stateNow()).toBe("active");
  });

  it("is released by one person, with a reason that the two people see who act next", async () => {
    expect((await by("pipeline", `hold ${key} --release --reason over`)).text).toContain("Only people release a hold");
    expect((await by("bob", `hold ${key} --release`)).exitCode).toBe(2);
    const released = await by("bob", `hold ${key} --release --reason Case-closed`);
    expect(released.text).toContain(
      "is released from its hold: legal, ticket L_7, said to be set by IBMid_550000CAROL",
    );
    const seen = [await by("bob", `request ${key}`), await by("alice", `status ${key}`)].map(({ text }) => text);
    seen.push(await typed("alice", `approve ${key}`, ["no"]));
    for (const text of seen) expect(text).toMatch(/IBMid-550000BOB released the hold on .*: "Case-closed"/);
  });
});

describe("a hold between request and approval", () => {
  it("ends the request, and the approver reads the hold", async () => {
    await by("bob", `request ${key}`);
    expect((await by("carol", `hold ${key} --kind legal --ticket L-7`)).text).toContain("It ended the request of");
    expect(await typed("alice", `approve ${key}`)).toContain(held);
    await by("carol", `hold ${key} --release --reason over`);
    expect(await typed("alice", `approve ${key}`)).not.toContain("deactivated");
    expect(await stateNow()).toBe("active");
  });

  it("stops the requester's next run on a stored approval", async () => {
    await by("bob", `request ${key}`);
    await typed("alice", `approve ${key}`);
    await world.advance("5h");
    await by("bob", `request ${key} --yes`);
    await typed("carol", `approve ${key} --store`);
    await by("carol", `hold ${key} --kind legal --ticket L-7`);
    expect((await by("bob", `continue ${key} --yes`)).text).toContain(held);
    expect(await stateNow()).toBe("deactivated");
    expect((await by("alice", `reactivate ${key}`)).exitCode).toBe(0);
    expect(await stateNow()).toBe("active");
  });
});

it("releases several holds after their number was typed, and a legal one only alone", async () => {
  await by("carol", `hold ${keys.cards} --kind legal`);
  for (const each of [keys.payroll, keys.draft]) await by("carol", `hold ${each} --kind incident`);
  const command = "hold --vault payments --release --reason over";
  expect((await by("bob", `${command} --yes`)).text).toContain("there is no terminal to ask at");
  expect(await typed("bob", command, ["y", "release 3"])).toContain("The release was not confirmed");
  const ended = await typed("bob", command, ["y", "release 2"]);
  expect(ended).toContain("not released: a legal hold is released alone");
  expect(ended.match(/is released from its hold: incident/g)).toHaveLength(2);
  const left = (await world.uko("bob", "ls --held --json")).out.trim().split("\n");
  expect(left.map((line) => JSON.parse(line).label)).toEqual(["cards"]);
});

it("prints a command for each hold of a key, and each of them ends one", async () => {
  for (const which of ["", "--kind legal --ticket L-7", "--kind legal"])
    await by("carol", `hold ${keys.payroll} ${which}`);
  const { text } = await by("bob", `status ${keys.payroll}`);
  const printed = text.match(/uko hold payroll --release .*/g) ?? [];
  expect(printed).toEqual([
    "uko hold payroll --release --kind legal --ticket L_7 --reason REASON",
    "uko hold payroll --release --kind legal --ticket '' --reason REASON",
    "uko hold payroll --release --kind owner --reason REASON",
  ]);
  for (const line of printed) {
    const words = line.slice("uko ".length).replace("payroll", keys.payroll).replace("''", '""');
    expect(await typed("bob", words.replace("REASON", "over"))).toContain("is released from its hold");
  }
  expect((await by("bob", `status ${keys.payroll}`)).text).not.toContain("is held");
});

it("holds no KMS key, and names the ways to keep one", async () => {
  const { exitCode, text } = await by("bob", "hold kms/9b2d0000-0000-4000-8000-000000000001 --kind legal");
  expect(exitCode).toBe(2);
  expect(text).toMatch(/carries no tags[\s\S]*class leave[\s\S]*prevent_destroy/);
});

describe("a destroyed key under a hold", () => {
  const draft = keys.draft;
  beforeEach(async () => {
    await world.reset({ patchDestroyed: "refused" });
    await typed("bob", `request ${draft}`);
    await typed("carol", `approve ${draft}`);
    // The hold came with another tool, and the service keeps the tags of a destroyed key as they are.
    await world.control(`keys/${draft.split("/")[1]}`, {
      record: { tags: [{ name: "hold", value: "court order 7" }] },
    });
  });

  it("keeps its metadata, unless a person types the label and a reason at a terminal", async () => {
    expect((await by("bob", `continue ${draft} --yes`)).text).toContain('is held: "court order 7"');
    expect((await by("bob", `hold ${draft} --release --reason over`)).text).toContain("was not changed");
    expect(await typed("bob", `continue ${draft}`, ["drafts"])).toContain("is held");
    expect((await by("bob", `status ${draft}`)).text).toContain("is held");
    await typed("bob", `continue ${draft}`, ["draft", "Case closed", "y"]);
    expect((await by("bob", `status ${draft}`)).text).toContain("is gone");
  });
});

describe("a key that a person released from a hold", () => {
  const openKey = keys.draft;

  beforeEach(async () => {
    await by("carol", `hold ${openKey} --kind legal --ticket L-7`);
    await by("carol", `hold ${openKey} --release --reason "The case is closed"`);
  });

  it("shows its requester the release before the label is typed", async () => {
    const text = await typed("bob", `request ${openKey}`, ["no"]);
    expect(text).toContain("IBMid-550000CAROL released the hold");
    expect(text).toContain('"The case is closed"');
  });
});
