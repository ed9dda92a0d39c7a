/** Many keys: one person requests, another reviews what was requested, and approves exactly this review. */

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { explainVerdict } from "../support/oracle.ts";
import {
  type CliTestWorld,
  type Ended,
  keys,
  type Person,
  quietWorld,
  reportOf,
  startCliWorld,
  vaultId,
} from "./harness.ts";
import { expectForm } from "./json-form.ts";

let world: CliTestWorld;
const folder = mkdtempSync(path.join(tmpdir(), "uko-review-"));
beforeAll(async () => {
  world = await startCliWorld();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

let file = "";
let files = 0;
beforeEach(async () => {
  await world.reset();
  files += 1;
  file = path.join(folder, `${files}.jsonl`);
});

const four = [keys.payroll, keys.ledger, keys.cards, keys.vouchers];
const digestOf = (name: string): string => createHash("sha256").update(readFileSync(name)).digest("hex");

async function stateOf(key: string): Promise<string> {
  const { lifecycleState, deletion } = reportOf(await world.uko("erin", `status ${key} --json`));
  return deletion.recordId === undefined ? lifecycleState : `${lifecycleState}, requested`;
}

async function request(who: Person, named: readonly string[]): Promise<void> {
  await world.uko(who, `request ${named.join(" ")} --reason "The service ends"`);
  await world.advance("1m");
}

const review = (who: Person, rest: string): Promise<Ended> => world.uko(who, `review ${rest} --out ${file}`);
const approve = (who: Person, rest = ""): Promise<Ended> =>
  world.uko(who, `approve --review ${file} --digest ${digestOf(file)} --yes ${rest}`.trim());

async function expectNobodyAlone(): Promise<void> {
  expect(explainVerdict(await world.verdict())).toBe("");
}

describe("uko review", () => {
  it("does not call a key unused if a copy is in another cloud, where UKO does not see its use", async () => {
    await request("bob", [keys.cards, keys.vouchers]);
    const { out } = await review("alice", `--vault ${vaultId} --step deactivate`);
    expect(out).toMatch(/^cards .* not visible to UKO /m);
    expect(out).toMatch(/^vouchers .* nothing /m);
    rmSync(file);
    const lines = (await review("alice", `--vault ${vaultId} --step deactivate --json`)).out.trimEnd().split("\n");
    const types = lines.map((line) => JSON.parse(line)).map(({ label, useNotVisibleIn }) => [label, useNotVisibleIn]);
    expect(Object.fromEntries(types)).toMatchObject({ cards: ["aws_kms"], vouchers: [] });
  });

  it("says so of the state of one key, too", async () => {
    expect((await world.uko("bob", `request ${keys.cards}`)).out).toContain("active, use not visible to UKO");
  });

  it("shows the exceptions first, then what the approval does, and the next command", async () => {
    // One after another, so that the times are the same in each run.
    for (const key of [...four, keys.draft]) await world.uko("bob", `request ${key} --reason "The service ends"`);
    await world.advance("1m");
    await world.uko("bob", `withdraw ${keys.cards}`);
    await world.advance("1m");
    await request("carol", [keys.cards]);
    const { out, exitCode } = await review(
      "alice",
      `--vault ${vaultId} --requested-by IBMid-550000BOB --step deactivate`,
    );
    expect(exitCode).toBe(0);
    await expect(out.replaceAll(file, "review.jsonl").replaceAll(digestOf(file), "<digest>")).toMatchFileSnapshot(
      "../golden/cli/review.txt",
    );
    expect(out).toContain(`SHA-256 of ${file}: ${digestOf(file)}`);
  });

  it("asks whose requests to review if several people requested keys", async () => {
    await request("bob", [keys.payroll]);
    await request("carol", [keys.cards]);
    const { err, exitCode } = await review("alice", `--vault ${vaultId} --step deactivate`);
    expect(exitCode).toBe(1);
    expect(err).toContain("2 people requested these keys");
    expect(err).toContain("uko review --step deactivate --requested-by IBMid-550000CAROL");
  });

  it("finds the requests of a person by name in every vault, and lists why others stand apart", async () => {
    await request("bob", [keys.payroll, keys.draft]);
    const { out } = await world.uko("alice", 'review --requested-by "bob example" --step deactivate --json');
    expectForm("review", out);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { isReviewed: false, label: "draft", why: "it was never activated" },
      {
        isReviewed: true,
        label: "payroll",
        requester: "IBMid-550000BOB",
        resources: ["crn%3Av1%3Abucket-1", "crn%3Av1%3Abucket-2"],
      },
      { review: { keys: 1, step: "deactivate", reviewer: "IBMid-550000ALICE" } },
    ]);
  });

  it.each([
    ["nothing was requested", "bob", [] as string[], `--vault ${vaultId} --step deactivate`],
    ["the reviewer requested it", "alice", [keys.payroll], `${keys.payroll} --step deactivate`],
    ["it is for another step", "bob", [keys.payroll], `${keys.payroll} --step destroy`],
  ] as const)("writes no file if %s", async (_title, who, named, rest) => {
    if (named.length > 0) await request(who, named);
    const { exitCode, out } = await review("alice", rest);
    expect(exitCode).toBe(12);
    expect(out).toContain("No key can be approved with a review.");
    expect(() => digestOf(file)).toThrow();
  });

  it("writes no file for a caller who is not a person, because no run could use the file", async () => {
    await request("bob", [keys.payroll]);
    const { exitCode, out } = await review("pipeline", `${keys.payroll} --step deactivate`);
    expect(exitCode).toBe(12);
    expect(out).toContain("No key can be approved with a review.");
    expect(() => digestOf(file)).toThrow();
  });

  it("never overwrites a file without --force", async () => {
    await request("bob", [keys.payroll]);
    await review("alice", `${keys.payroll} --step deactivate`);
    expect((await review("alice", `${keys.payroll} --step deactivate`)).err).toContain("exists");
    expect((await review("alice", `${keys.payroll} --step deactivate --force`)).exitCode).toBe(0);
  });

  it.each([
    ["review --step deactivate", "Nothing says which keys to review"],
    [`review ${keys.draft} --step deactivate --kind never-active`, "--kind never-active is for --step destroy"],
    ["approve --review x.jsonl --yes", "--digest is missing"],
    ["approve --review x.jsonl --digest 12", "is not a SHA-256"],
    [`approve ${keys.draft}`, "takes a key and the ID of its request, or a review"],
    [`approve ${keys.draft} ${"0".repeat(32)} --digest ${"0".repeat(64)}`, "takes a key and the ID of its request"],
    [`approve kms/${keys.draft.split("/")[1]} ${"0".repeat(32)} --store`, "cannot be approved without taking the step"],
  ])("refuses %s", async (command, summary) => {
    const { err, exitCode } = await world.uko("alice", command);
    expect(exitCode).toBe(1);
    expect(err).toContain(summary);
  });
});

describe("uko approve", () => {
  it("takes one step on every key of the review, and no other; each step has its own review", async () => {
    await request("bob", four);
    await review("alice", `--requested-by IBMid-550000BOB --step deactivate`);
    const { out, exitCode } = await approve("alice");
    expect(exitCode).toBe(0);
    expect(out).toContain("4 keys deactivated\n");
    for (const key of four) expect(await stateOf(key)).toBe("deactivated");
    expect((await approve("alice")).out).toContain("0 keys deactivated, 4 deactivated before");

    await world.advance("5h");
    await request("alice", [keys.payroll, keys.cards]);
    await review("bob", `--requested-by IBMid-550000ALICE --step destroy --force`);
    expect((await approve("bob")).out).toContain("2 keys destroyed\n");
    expect(await stateOf(keys.cards)).toBe("pending_destruction");
    expect(await stateOf(keys.vouchers)).toBe("deactivated");
    await expectNobodyAlone();
  });

  it("prints a review that can be pasted after the former one expired, and how to go on after a deactivation", async () => {
    await request("bob", [keys.payroll]);
    await review("alice", `--vault ${vaultId} --step deactivate`);
    await world.advance("25h");
    const { err } = await approve("alice");
    const [, command = ""] = /^ {2}Next: review the keys again with uko (review .*)\.$/m.exec(err) ?? [];
    expect((await world.uko("alice", `${command} --out ${file} --force`)).exitCode).toBe(0);
    expect((await approve("alice")).out).toContain("Next: to go on, request the destruction of the keys");
  });

  it("destroys keys that were never active in a set of their own", async () => {
    await request("bob", [keys.draft]);
    expect((await review("carol", `${keys.draft} --step destroy`)).out).toContain("--kind never-active");
    const { out } = await review("carol", `${keys.draft} --step destroy --kind never-active`);
    expect(out).toContain("Destroy 1 key that was never active. This cannot be undone.");
    expect((await approve("carol")).exitCode).toBe(0);
    expect(await stateOf(keys.draft)).toBe("destroyed");
    await expectNobodyAlone();
  });

  it("lets the requester act if the reviewer only writes approvals", async () => {
    await request("alice", [keys.payroll, keys.cards]);
    await review("bob", `--requested-by IBMid-550000ALICE --step deactivate`);
    const { out, exitCode } = await approve("bob", "--store");
    expect([exitCode, out.split("\n")[0]]).toEqual([0, "2 keys approved"]);
    expect((await approve("bob", "--store")).out).toContain("0 keys approved, 2 approved before");
    await world.advance("1m");
    const { recordId } = reportOf(await world.uko("erin", `status ${keys.cards} --json`)).deletion;
    // Like uko continue, the run then requests the next step and waits for it.
    expect((await world.uko("alice", `approve ${keys.cards} ${recordId}`)).exitCode).toBe(10);
    expect(await stateOf(keys.cards)).toContain("cooling_down");
    await expectNobodyAlone();
  });

  it("approves one key by the ID of its request, with or without the step", async () => {
    await request("bob", [keys.payroll]);
    const idOf = async () => reportOf(await world.uko("erin", `status ${keys.payroll} --json`)).deletion.recordId;
    expect((await world.uko("carol", `approve ${keys.payroll} ${await idOf()} --store`)).exitCode).toBe(0);
    await world.advance("1m");
    expect((await world.uko("alice", `approve ${keys.payroll} ${await idOf()}`)).exitCode).toBe(10);
    expect(await stateOf(keys.payroll)).toContain("cooling_down");
  });

  it("has the step and the number of keys typed at a terminal", async () => {
    await request("bob", four);
    await review("alice", `--requested-by IBMid-550000BOB --step deactivate`);
    const typedAnswer = async (answer: string) => {
      const questions: string[] = [];
      const ask = async (question: string) => {
        questions.push(question);
        return answer;
      };
      const here = quietWorld({ environment: world.environmentOf("alice"), ask });
      const exitCode = await runCli(["approve", "--review", file, "--digest", digestOf(file), "--yes"], here);
      return { exitCode, questions };
    };
    const questions = ['Type "deactivate 4" to go on: '];
    for (const answer of ["y", "deactivate", "destroy 4", "deactivate 40"]) {
      expect(await typedAnswer(answer)).toEqual({ exitCode: 1, questions });
    }
    expect(await stateOf(keys.cards)).toBe("pending_approval, requested");
    expect(await typedAnswer(" deactivate 4 ")).toEqual({ exitCode: 0, questions });
  });

  it("asks nothing without a terminal, and then needs --yes", async () => {
    await request("bob", [keys.cards]);
    await review("alice", `${keys.cards} --step deactivate`);
    const { err } = await world.uko("alice", `approve --review ${file} --digest ${digestOf(file)}`);
    expect(err).toContain("Add --yes to run it without a question: deactivate 1.");
    expect(await stateOf(keys.cards)).toBe("pending_approval, requested");
  });

  it("reports a missing role for each key, and goes on", async () => {
    await request("alice", [keys.payroll, keys.cards]);
    await review("bob", `--requested-by IBMid-550000ALICE --step deactivate`);
    const { out, exitCode } = await approve("bob", "--json");
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(exitCode).toBe(13);
    expect(lines).toMatchObject([
      { code: "UKO_RIGHTS_MISSING", taken: [] },
      { code: "UKO_RIGHTS_MISSING", taken: [] },
    ]);
  });
});
