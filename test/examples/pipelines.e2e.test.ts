/**
 * The shell steps of the pipeline recipes, run by bash as a runner would, with the real `uko` and the emulator. The hosting
 * itself is played: its variables, its files for outputs and summaries, and its clients that comment.
 */

import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type CliTestWorld, executable, keys, type Person, startCliWorld } from "../cli/harness.ts";
import { locatePulumi } from "../engines/find-pulumi.ts";
import { read, repository } from "../support/documents.ts";

type Variables = Readonly<Record<string, string>>;

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Variables;
}

const github = parse(read("examples/github-actions/delete-keys.yml"));
const steps = github.jobs.delete.steps as readonly Step[];
const gitlab = parse(read("examples/gitlab/delete-keys.gitlab-ci.yml"))["delete-keys"];
const key = keys.vouchers;

let world: CliTestWorld;
let folder: string;
beforeAll(async () => {
  world = await startCliWorld();
});
beforeEach(async () => {
  await world.reset();
  folder = mkdtempSync(path.join(tmpdir(), "uko-pipelines-"));
  cpSync(path.join(repository, "examples/github-actions"), path.join(folder, "pipelines"), { recursive: true });
  program("uko", `exec "${process.execPath}" "${executable}" "$@"`);
  // What comments is played: it keeps its arguments, its input, and the file that it would send.
  program("gh", `{ echo "$*"; cat summary.md; } >> "${folder}/comments"`);
  program("curl", `{ echo "$*"; cat; cat summary.md; } >> "${folder}/comments"`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
afterAll(() => world.close());

function program(name: string, script: string): void {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const written = (name: string): string => readFileSync(path.join(folder, name), "utf8");

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
}

/** Runs a script as a runner does: it ends at the first command that fails. */
async function bash(script: string, variables: Variables): Promise<Ended> {
  const PATH = [folder, path.dirname(process.execPath), process.env.PATH ?? ""].join(path.delimiter);
  const child = spawn("bash", ["-eo", "pipefail", "-c", script], {
    cwd: folder,
    env: { ...variables, PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const output = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exitCode: await ended, output: output.join("") };
}

const service = { UKO_API_KEY: "pipeline-demo-key" } as const;

describe("the workflow for GitHub Actions", () => {
  interface Dispatch {
    /** The service ID by default. */
    readonly who?: Person;
    readonly isScheduled?: boolean;
    readonly destroy: string;
    readonly pullRequest?: string;
  }

  interface Job {
    readonly exitCode: number;
    readonly skipped: readonly string[];
    readonly outputs: Variables;
    readonly log: string;
  }

  /** Runs the steps with their conditions; by the schedule or by hand. */
  async function run({ who, isScheduled = false, destroy, pullRequest = "" }: Dispatch): Promise<Job> {
    const event = isScheduled ? "schedule" : "workflow_dispatch";
    const files = { GITHUB_OUTPUT: path.join(folder, "outputs"), GITHUB_STEP_SUMMARY: path.join(folder, "summaries") };
    for (const file of [...Object.values(files), path.join(folder, "comments")]) writeFileSync(file, "");
    const outputs: Record<string, string> = {};
    const skipped: string[] = [];
    let log = "";
    const conditions: Readonly<Record<string, () => boolean>> = {
      "github.event_name == 'workflow_dispatch' || steps.due.outputs.due == 'true'": () =>
        event === "workflow_dispatch" || outputs.due === "true",
      "inputs.pull_request != ''": () => pullRequest !== "",
      "steps.destroy.outcome == 'success'": () => !skipped.includes("Destroy"),
    };
    for (const { name = "", run: script, if: condition, env = {} } of steps.filter((step) => step.run !== undefined)) {
      if (script?.startsWith("npm install") || name.startsWith("Install")) continue;
      const isOn = condition === undefined ? undefined : conditions[condition];
      if (condition !== undefined && isOn === undefined) throw new Error(`The test does not play: ${condition}`);
      if (isOn?.() === false) {
        skipped.push(name);
        continue;
      }
      const expressions: Readonly<Record<string, string>> = {
        "$\u007B{ github.token }}": "token",
        "$\u007B{ inputs.pull_request }}": pullRequest,
        "$\u007B{ steps.destroy.outputs.exit_code }}": outputs.exit_code ?? "",
        "$\u007B{ steps.destroy.outputs.not_before }}": outputs.not_before ?? "",
      };
      const ofStep = Object.entries(env).map(([variable, value]) => [variable, expressions[value] ?? "?"]);
      const ended = await bash(script ?? "", {
        ...world.environmentOf(who ?? "bob"),
        ...(who === undefined && service),
        ...files,
        UKO_REPORT: path.join(folder, "report.jsonl"),
        DESTROY: destroy,
        ...Object.fromEntries(ofStep),
      });
      log += ended.output;
      for (const [, output = "", value = ""] of written("outputs").matchAll(/^(\w+)=(.*)$/gm)) outputs[output] = value;
      if (ended.exitCode !== 0) return { exitCode: ended.exitCode ?? 1, skipped, outputs, log };
    }
    return { exitCode: 0, skipped, outputs, log };
  }

  it("deletes a key: two people at their terminals, and the rest by the schedule when its time has come", async () => {
    await world.uko("bob", `request ${key}`);
    const requested = await run({ destroy: `uko continue ${key}`, pullRequest: "7" });
    expect(requested).toMatchObject({ exitCode: 0, outputs: { exit_code: "10", outcome: "waiting_for_person" } });
    expect(requested.log).toContain("::notice::Waiting for another person.");
    expect(written("comments")).toContain("pr comment 7 --edit-last --create-if-none --body-file summary.md\n### Key");
    expect(written("summaries")).toMatch(
      /^\| `vouchers` \| `pending_approval` \| `a person other than IBMid-550000BOB/m,
    );

    const early = await run({ isScheduled: true, destroy: "exit 99" });
    expect(early).toMatchObject({ exitCode: 0, outputs: { due: "false" } });
    expect(early.skipped).toEqual(["Destroy", "Comment on the pull request", "End with the outcome"]);

    await world.advance("1m");
    expect((await world.type("alice", `approve ${key}`)).exitCode).toBe(0);
    await world.advance("5h");
    // Not even the credential of a person makes a pipeline request a destruction, or approve.
    const asked = await run({ who: "bob", destroy: `uko request ${key}` });
    expect(asked).toMatchObject({ exitCode: 1, log: expect.stringContaining("a person has to type this request") });
    await run({ destroy: `uko continue ${key}` });
    expect(written("summaries")).toContain("| `pending_request` | `a person who requests the next step` |");
    await world.type("bob", `request ${key}`, ["vouchers"]);
    await world.advance("1m");
    const approved = await run({ who: "alice", destroy: `uko approve ${key} --store` });
    expect(approved).toMatchObject({ exitCode: 1, log: expect.stringContaining("there is no terminal to ask at") });
    expect((await world.type("alice", `approve ${key} --store`)).exitCode).toBe(0);
    const stored = await run({ destroy: `uko continue ${key}` });
    expect(stored.outputs).toMatchObject({ exit_code: "10", outcome: "waiting_for_person" });
    expect(written("summaries")).toContain("| `approved` | `the next run of IBMid-550000BOB");
    expect((await world.type("bob", `continue ${key}`)).exitCode).toBe(11);
    const destroyed = await run({ destroy: `uko continue ${key}` });
    expect(destroyed.outputs).toMatchObject({ exit_code: "11", outcome: "waiting_for_time" });
    expect(destroyed.outputs.not_before).toMatch(/^2026-12-24T/);
    expect(destroyed.log).toContain(
      `::notice::Waiting for time. The job continues after ${destroyed.outputs.not_before}`,
    );
    expect((await run({ isScheduled: true, destroy: "exit 99" })).outputs.due).toBe("false");

    await world.advance("31d");
    const removed = await run({ isScheduled: true, destroy: "uko continue --step remove" });
    expect(removed).toMatchObject({ exitCode: 0, outputs: { due: "true", outcome: "done" } });
    expect((await world.uko("bob", `status ${key} --json`)).out).toContain('"lifecycleState":"gone"');
    expect(await world.verdict()).toEqual({ ok: true, violations: [] });
  });

  it("fails with the code of a missing right, and of a command that reports nothing", async () => {
    const silent = await run({ who: "carol", destroy: "false" });
    expect(silent).toMatchObject({ exitCode: 1, outputs: { outcome: "failed" } });
    const unread = await run({ who: "erin", destroy: "true" });
    expect(unread).toMatchObject({ exitCode: 13, log: expect.stringContaining("UKO_RIGHTS_MISSING") });
  });
});

describe("the job for GitLab", () => {
  const run = (who: Person, variables: Variables, isScheduled = false): Promise<Ended> =>
    bash((gitlab.script as readonly string[]).join("\n"), {
      ...world.environmentOf(who),
      UKO_REPORT: path.join(folder, "report.jsonl"),
      CI_PIPELINE_SOURCE: isScheduled ? "schedule" : "web",
      CI_API_V4_URL: "https://gitlab.example/api/v4",
      CI_PROJECT_ID: "42",
      ...variables,
    });

  it("ends with the code that the job allows, comments, and leaves a schedule that is not due", async () => {
    const comment = { MERGE_REQUEST: "7", GITLAB_NOTE_TOKEN: "note-secret" };
    await world.uko("bob", `request ${key}`);
    const requested = await run("bob", { DESTROY: `uko continue ${key}`, ...comment });
    expect([requested.exitCode, gitlab.allow_failure.exit_codes]).toEqual([10, [10, 11]]);
    const [args = "", ...sent] = written("comments").split("\n");
    expect(args).toContain("https://gitlab.example/api/v4/projects/42/merge_requests/7/notes");
    expect([args.includes("note-secret"), sent[0]]).toEqual([false, 'header = "PRIVATE-TOKEN: note-secret"']);
    const early = await run("bob", { DESTROY: "exit 99", ...service }, true);
    expect(early.exitCode, early.output).toBe(0);
    expect(written("summary.md")).toContain("| `vouchers` | `pending_approval` |");
  });
});

it("each recipe installs the engine and the plugin with the real Pulumi CLI", async () => {
  const { pulumiBin = "" } = (await locatePulumi()) ?? {};
  const plugin = path.join(repository, "build/plugin");
  execFileSync("tar", ["-czf", path.join(folder, "pulumi-resource-uko-v0.1.0-linux-amd64.tar.gz"), "-C", plugin, "."]);
  program("curl", "true");
  const github = steps.find(({ name }) => name === "Install the engine and the plugin")?.run ?? "";
  for (const script of [github, (gitlab.before_script as readonly string[]).slice(1).join("\n")]) {
    const HOME = mkdtempSync(path.join(folder, "home-"));
    mkdirSync(path.join(HOME, ".pulumi/bin"), { recursive: true });
    symlinkSync(pulumiBin, path.join(HOME, ".pulumi/bin/pulumi"));
    // The CLI asks the system for the home of its user, whatever HOME says.
    const PULUMI_HOME = path.join(HOME, ".pulumi");
    const own = { HOME, PULUMI_HOME, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const environment = { ...own, GITHUB_PATH: path.join(folder, "path") };
    const ended = await bash(`${script}\n"$HOME/.pulumi/bin/pulumi" plugin ls`, environment);
    expect(ended.output).toMatch(/^uko +resource +0\.1\.0/m);
  }
});

describe("the summary", () => {
  const summaryOf = (lines: readonly object[]): Promise<Ended> => {
    writeFileSync(path.join(folder, "lines"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return bash("node pipelines/report.mts summary < lines", {});
  };

  it("shows a hostile label as text of one cell, and each key once", async () => {
    const hostile = "`*x*` | @org/team\n<img src=x> [a](http://b) \u202Ec";
    const line = { vaultId: "v", keyId: "k", label: hostile, lifecycleState: "active", exitCode: 0 };
    const { output } = await summaryOf([{ ...line, lifecycleState: "old" }, line]);
    const [row, ...others] = output.split("\n").filter((each) => each.includes("img"));
    expect(row).toBe("| ` *x* @org/team <img src=x> [a](http://b) c` | `active` |  |  |  |".replace("` *x*", "`*x*"));
    expect(others).toEqual([]);
  });

  it("names the code of a fault, and says that nothing is pending", async () => {
    expect((await summaryOf([{ vaultId: "v", error: { code: "UKO_RIGHTS_MISSING" }, exitCode: 13 }])).output).toContain(
      "| `v` | `UKO_RIGHTS_MISSING` |",
    );
    expect((await summaryOf([])).output).toContain("No deletion is pending.");
  });
});

it("the recipes pin their actions, keep texts of others out of scripts, and let one run at a time work", () => {
  for (const { uses = "", run = "" } of steps) {
    if (uses !== "") expect(uses).toMatch(/^actions\/[\w-]+@v\d+\.\d+\.\d+$/);
    expect(run).not.toContain("$\u007B{");
  }
  expect([github.permissions, github.concurrency.group, gitlab.resource_group]).toEqual([
    { contents: "read" },
    "delete-keys",
    "delete-keys",
  ]);
});
