/** Many keys: one person requests, another reviews what was requested, and approves exactly this review. */

import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { explainVerdict } from "../support/oracle.ts";
import { useCliStage } from "./cli-stage.ts";
import { apiKeys, type Ended, keys, type Person, reportOf, vaultId } from "./harness.ts";
import { expectForm } from "./json-form.ts";

const { world, folder } = useCliStage();

let file = "";
let files = 0;
beforeEach(() => {
  files += 1;
  file = path.join(folder, `${files}.jsonl`);
});

const four = [keys.payroll, keys.ledger, keys.cards, keys.vouchers];

async function stateOf(key: string): Promise<string> {
  const { lifecycleState, deletion } = reportOf(await world.uko("erin", `status ${key} --json`));
  return deletion.recordId === undefined ? lifecycleState : `${lifecycleState}, requested`;
}

async function request(who: Person, named: readonly string[]): Promise<void> {
  await world.uko(who, `request ${named.join(" ")} --reason "The service ends"`);
  await world.advance("1m");
}

/** At a terminal, where the person types the phrase. */
const review = (who: Person, rest: string): Promise<Ended> => world.type(who, `review ${rest} --out ${file}`);
/** Without a terminal. */
const approve = (who: Person, rest = ""): Promise<Ended> =>
  world.uko(who, `approve --review ${file} --yes ${rest}`.trim());

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
    await expect(out.replaceAll(file, "review.jsonl")).toMatchFileSnapshot("../golden/cli/review.txt");
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
      { isReviewed: false, label: "draft", why: expect.stringContaining("it was never activated") },
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
    expect(existsSync(file)).toBe(false);
  });

  it("writes no file for a caller who is not a person, because no run could use the file", async () => {
    await request("bob", [keys.payroll]);
    const { exitCode, out } = await review("pipeline", `${keys.payroll} --step deactivate`);
    expect(exitCode).toBe(12);
    expect(out).toContain("No key can be approved with a review.");
    expect(existsSync(file)).toBe(false);
  });

  it("writes a file only for a person at a terminal, who types the step and the number of keys", async () => {
    await request("bob", four);
    const command = `review --requested-by IBMid-550000BOB --step deactivate --out ${file}`;
    const alone = await world.uko("alice", command);
    expect([alone.exitCode, alone.err]).toEqual([1, expect.stringContaining("there is no terminal to ask at")]);
    for (const typed of ["", "y", "deactivate", "deactivate 3", "destroy 4"]) {
      const { exitCode, err, questions } = await world.type("alice", command, [typed]);
      expect(questions).toEqual(['Type "deactivate 4" to keep this review for uko approve: ']);
      expect([exitCode, err]).toEqual([1, expect.stringContaining("No file was written.")]);
      expect(existsSync(file)).toBe(false);
    }
    expect((await world.type("alice", command, [" deactivate 4 "])).exitCode).toBe(0);
    expect(readFileSync(file, "utf8")).toMatch(/\n\{"seal":"[0-9a-f]{64}"\}\n$/);
  });

  it("writes no file for a run with a token, which has no seal", async () => {
    await request("bob", [keys.payroll]);
    const form = new URLSearchParams({
      grant_type: "urn:ibm:params:oauth:grant-type:apikey",
      apikey: apiKeys.alice,
    });
    const login = await fetch(`${world.url}/identity/token`, { method: "POST", body: form });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const command = `review ${keys.payroll} --step deactivate --out ${file}`;
    const { exitCode, err } = await world.type("alice", command, [], { UKO_API_KEY: "", UKO_TOKEN: token });
    expect([exitCode, err]).toEqual([1, expect.stringContaining("A review file requires an API key")]);
    expect(existsSync(file)).toBe(false);
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
    [`review ${keys.draft} --step destroy --digest ${"0".repeat(64)}`, "Unknown option '--digest'"],
    ["approve --review absent.jsonl --yes", "absent.jsonl"],
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
    for (const key of four) expect(await stateOf(key)).toBe("cooling_down");
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
    expect((await world.type("alice", `${command} --out ${file} --force`)).exitCode).toBe(0);
    expect((await approve("alice")).out).toContain(
      "\nNext: to go on, request the destruction:\n  uko request payroll\n",
    );
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
    // The run then waits for a person to request the next step.
    expect((await world.uko("alice", `continue ${keys.cards}`)).exitCode).toBe(10);
    expect(await stateOf(keys.cards)).toContain("cooling_down");
    await expectNobodyAlone();
  });

  it("asks a person at a terminal once more, unless --yes stands for what was typed before", async () => {
    await request("bob", four);
    await review("alice", `--requested-by IBMid-550000BOB --step deactivate`);
    const command = `approve --review ${file}`;
    for (const typed of ["y", "deactivate", "destroy 4", "deactivate 40"]) {
      const { exitCode, questions } = await world.type("alice", command, [typed]);
      expect([exitCode, questions]).toEqual([1, ['Type "deactivate 4" to go on: ']]);
    }
    expect(await stateOf(keys.cards)).toBe("pending_approval, requested");
    const approved = await world.type("alice", command, [" deactivate 4 "]);
    expect([approved.exitCode, approved.questions.length]).toEqual([0, 1]);
    expect(await stateOf(keys.cards)).toBe("cooling_down");
  });

  it("asks nothing at a terminal with --yes", async () => {
    await request("bob", [keys.cards]);
    await review("alice", `${keys.cards} --step deactivate`);
    expect((await world.type("alice", `approve --review ${file} --yes`, [])).exitCode).toBe(0);
  });

  it("asks nothing without a terminal, and then needs --yes", async () => {
    await request("bob", [keys.cards]);
    await review("alice", `${keys.cards} --step deactivate`);
    const { err } = await world.uko("alice", `approve --review ${file}`);
    expect(err).toContain("Add --yes to run it without a question: deactivate 1.");
    expect(await stateOf(keys.cards)).toBe("pending_approval, requested");
  });

  it("with --yes requests no destruction, because it asks no question", async () => {
    await request("bob", [keys.cards]);
    await review("alice", `${keys.cards} --step deactivate`);
    await approve("alice");
    expect(await stateOf(keys.cards)).toBe("cooling_down");
  });

  it("exits with 12 for a key that changed since, and takes the step on the others", async () => {
    await request("bob", [keys.cards, keys.vouchers]);
    await review("alice", `--requested-by IBMid-550000BOB --step deactivate`);
    await world.uko("bob", `withdraw ${keys.cards}`);
    const { exitCode, out } = await approve("alice");
    expect([exitCode, out]).toEqual([12, expect.stringContaining("1 key deactivated, 1 left")]);
    expect([await stateOf(keys.cards), await stateOf(keys.vouchers)]).toEqual(["active", "cooling_down"]);
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
