/** The files for hosting the repository: they parse, and everything that they name exists. */

import { execFileSync } from "node:child_process";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { minimumVersion } from "./engines/find-pulumi.ts";
import { read, repository } from "./support/documents.ts";

const step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  run: z.string().optional(),
});
const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
const job = z.strictObject({
  name: z.string(),
  if: z.string().optional(),
  needs: z.string().optional(),
  strategy: z.unknown().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  "runs-on": z.string(),
  "timeout-minutes": z.number().max(360),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).min(1),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.unknown(),
  permissions,
  concurrency: z.unknown(),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.literal("bash") }) }),
  jobs: z.record(z.string(), job),
});
type Workflow = z.infer<typeof workflow>;

const ruleset = z.looseObject({
  enforcement: z.literal("active"),
  bypass_actors: z.array(z.unknown()).max(0),
  rules: z.array(
    z.object({
      type: z.string(),
      parameters: z
        .looseObject({ required_status_checks: z.array(z.object({ context: z.string() })).optional() })
        .optional(),
    }),
  ),
});

const manifest = JSON.parse(read("package.json")) as {
  readonly scripts: Record<string, string>;
  readonly devDependencies: Record<string, string>;
};
const { scripts } = manifest;
const folder = path.join(repository, ".github/workflows");
const workflows = readdirSync(folder).map((name) => {
  const text = readFileSync(path.join(folder, name), "utf8");
  return [name, workflow.parse(parse(text))] as const;
});

const toolsOfRunners: ReadonlySet<string> = new Set(
  "cp docker find gh git gpg jq mkdir mvn tar test timeout".split(" "),
);

/** The fault of a line that a workflow runs; the empty string if it has none. */
function faultOf(line: string): string {
  if (line.includes("${{")) return "an expression in a script can hold code of a stranger: pass it as a variable";
  const [command = "", first = "", ...rest] = line.split(/\s+/);
  if (command === "npm" && ["ci", "view"].includes(first)) return "";
  if (command === "npm") {
    const script = first === "run" ? (rest[0] ?? "") : first;
    return script in scripts ? "" : `npm has no script ${script}`;
  }
  if (command === "node") {
    const named = rest.filter((word) => /^test\//.test(word));
    const missing = [first, ...named].filter((file) => !existsSync(path.join(repository, file)));
    return missing.length === 0 ? "" : `${missing.join(", ")} is not there`;
  }
  // The executable that the line before has unpacked; a loop; a variable.
  if (["./uko", "for", "done"].includes(command) || /^\w+=\$\(/.test(command)) return "";
  if (command.startsWith(".")) return existsSync(path.join(repository, command)) ? "" : `${command} is not there`;
  return toolsOfRunners.has(command) ? "" : `${command} is not a command that a workflow may run`;
}

/** The faults of a workflow that its schema does not show. */
function faultsOf({ permissions: ofAll, jobs }: Workflow): readonly string[] {
  const faults = Object.values(ofAll).includes("write") ? ["every job may write"] : [];
  for (const [name, { steps, permissions: ofJob = {} }] of Object.entries(jobs)) {
    const mayWrite = Object.values(ofJob).includes("write");
    for (const { uses = "", run = "", with: options = {} } of steps) {
      if (uses !== "" && !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(uses)) faults.push(`${uses} names no digest`);
      if (uses.startsWith("actions/checkout@") && options["persist-credentials"] !== false) {
        faults.push(`${name} leaves the token in the checkout`);
      }
      if (mayWrite && /^\s*(npm (?!view)|node|npx|\.|mvn)/m.test(run))
        faults.push(`${name} may write and runs code of the repository`);
      for (const line of run.split("\n").map((each) => each.trim())) {
        if (line !== "" && faultOf(line) !== "") faults.push(`${name}: ${faultOf(line)}`);
      }
      for (const [, pattern = ""] of JSON.stringify(options).matchAll(/hashFiles\('([^']+)'\)/g)) {
        if (globSync(pattern, { cwd: repository }).length === 0) faults.push(`${pattern} matches no file`);
      }
    }
  }
  return faults;
}

describe("workflows", () => {
  test.each(workflows)("%s has least rights, pinned actions and commands that exist", (_name, each) => {
    expect(faultsOf(each)).toEqual([]);
  });

  test("a change runs .ci/run, the parts of the nightly run cover every test, a tag creates the archives", () => {
    const runsOf = (name: string): readonly string[] => {
      const jobs = workflows.find(([file]) => file === name)?.[1].jobs ?? {};
      return Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run = "" }) => run));
    };
    expect(runsOf("check.yml")).toContain(".ci/run");
    const { all } = workflows.find(([file]) => file === "nightly.yml")?.[1].jobs ?? {};
    const { part: parts } = z.object({ matrix: z.object({ part: z.array(z.number()) }) }).parse(all?.strategy).matrix;
    expect(parts).toEqual(parts.map((_, index) => index + 1));
    expect(runsOf("nightly.yml")).toContain(`npm run test:all -- --shard="$PART/${parts.length}"`);
    expect(runsOf("release.yml").includes("npm run release")).toBe(true);
  });

  test.each(workflows)("%s names the version of each action next to its digest", (name) => {
    const pins = read(`.github/workflows/${name}`).match(/\buses: .+$/gm) ?? [];
    for (const pin of pins) expect(pin).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("every workflow pins an action to the same digest", () => {
    const pins = workflows.flatMap(([name]) => read(`.github/workflows/${name}`).match(/\buses: .+$/gm) ?? []);
    const names = new Set(pins.map((pin) => pin.split("@")[0]));
    expect(new Set(pins).size).toBe(names.size);
  });

  test("a release is signed before it is attested, and its executables start before it is drafted", () => {
    const jobs: Workflow["jobs"] = workflows.find(([file]) => file === "release.yml")?.[1].jobs ?? {};
    expect(Object.entries(jobs).map(([name, { needs }]) => [name, needs])).toEqual([
      ["build", undefined],
      ["sign", "build"],
      ["start", "sign"],
      ["draft", "start"],
    ]);
    expect(jobs.draft?.steps.some(({ uses = "" }) => uses.startsWith("actions/attest-build-provenance@"))).toBe(true);
  });

  test("a published release goes to each registry, by trusted publishing where the registry has it", () => {
    const jobs: Workflow["jobs"] = workflows.find(([file]) => file === "publish.yml")?.[1].jobs ?? {};
    expect(Object.keys(jobs)).toEqual(["npm", "pypi", "maven", "image", "go", "repositories"]);
    for (const each of Object.values(jobs)) expect(each.environment).toBe("release");
    for (const name of ["npm", "pypi"]) {
      expect(jobs[name]?.permissions).toEqual({ contents: "read", "id-token": "write" });
      expect(JSON.stringify(jobs[name])).not.toMatch(/secrets\./);
    }
  });

  test("the rules of the branch want two approvals and checks that exist, and no release tag can be moved", () => {
    const rules = (name: string) => ruleset.parse(JSON.parse(read(`.github/rulesets/${name}.json`)));
    const branch = rules("main").rules.map(({ parameters = {} }) => parameters);
    expect(branch).toContainEqual(expect.objectContaining({ required_approving_review_count: 2 }));
    const checks = branch.flatMap(({ required_status_checks: its = [] }) => its.map(({ context }) => context));
    expect(checks).toHaveLength(2);
    const names = workflows.flatMap(([, { jobs }]) => Object.values(jobs).map(({ name }) => name));
    expect(names).toEqual(expect.arrayContaining(checks));
    expect(rules("releases").rules.map(({ type }) => type)).toEqual(["deletion", "update", "non_fast_forward"]);
  });

  const digest = "0".repeat(40);
  const broken: readonly (readonly [string, (good: Workflow) => unknown, string])[] = [
    ["a missing script", () => [{ run: "npm run nothing" }], "npm has no script nothing"],
    ["a missing folder", () => [{ run: "node package.json run test/nowhere" }], "test/nowhere is not there"],
    ["a tag instead of a digest", () => [{ uses: "actions/cache@v1.0.0" }], "names no digest"],
    ["a title in a script", () => [{ run: "echo $" + "{{ github.event.issue.title }}" }], "code of a stranger"],
    ["a checkout with a token", () => [{ uses: `actions/checkout@${digest}` }], "leaves the token"],
    ["a command of its own", () => [{ run: "curl example.com | sh" }], "curl is not a command"],
    [
      "a cache of nothing",
      () => [{ uses: `actions/cache@${digest}`, with: { key: "$" + "{{ hashFiles('nowhere/**') }}" } }],
      "nowhere/** matches no file",
    ],
  ];
  test.each(broken)("%s is found", (_what, steps, fault) => {
    const [, good] = workflows[0] ?? [];
    if (good === undefined) throw new Error("There is no workflow.");
    const [one] = Object.values(good.jobs);
    const jobs = { one: { ...one, steps: steps(good) } };
    expect(faultsOf(workflow.parse({ ...good, jobs }))).toEqual([expect.stringContaining(fault)]);
  });
});

const field = z.strictObject({
  type: z.enum(["markdown", "input", "textarea", "dropdown", "checkboxes"]),
  id: z.string().optional(),
  attributes: z.looseObject({ label: z.string().optional(), value: z.string().optional() }),
  validations: z.strictObject({ required: z.boolean() }).optional(),
});
const form = z.strictObject({
  name: z.string(),
  description: z.string(),
  labels: z.array(z.string()),
  body: z.array(field).min(1),
});

test.each(["bug.yml", "idea.yml"])("the issue form %s asks each question once, under a label", (name) => {
  const { body } = form.parse(parse(read(`.github/ISSUE_TEMPLATE/${name}`)));
  const questions = body.filter(({ type }) => type !== "markdown");
  const ids = questions.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, attributes } of questions)
    expect([id, attributes.label]).toEqual([expect.any(String), expect.any(String)]);
});

test("the dev container has a Pulumi CLI that the demo takes, so that nothing is built for it", () => {
  const container = JSON.parse(read(".devcontainer/devcontainer.json")) as { image: string; postCreateCommand: string };
  const [, version = ""] = /^pulumi\/pulumi:(\d+\.\d+\.\d+)$/.exec(container.image) ?? [];
  expect(version.localeCompare(minimumVersion, "en", { numeric: true })).toBeGreaterThanOrEqual(0);
  expect(container.postCreateCommand).toMatch(/^npm ci /);
});

test("vulnerabilities have a private channel, with the same address everywhere", () => {
  const address = "https://github.com/pulumi-uko/pulumi-uko/security/advisories/new";
  expect(read("SECURITY.md")).toContain(address);
  expect(parse(read(".github/ISSUE_TEMPLATE/config.yml"))).toMatchObject({
    blank_issues_enabled: false,
    contact_links: [{ url: address }],
  });
});

/** The first word of each line that is neither empty nor a comment. */
const patternsIn = (file: string): readonly string[] =>
  read(file)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(/\s+/)[0] ?? "");

test.each([".github/CODEOWNERS", ".gitattributes"])("every path in %s exists", (file) => {
  const paths = patternsIn(file).filter((pattern) => pattern.startsWith("/"));
  expect(paths.length).toBeGreaterThan(3);
  for (const each of paths)
    expect([each, globSync(each.slice(1), { cwd: repository }).length > 0]).toEqual([each, true]);
});

test("every committed text has the line ends that .gitattributes sets", () => {
  const listed = execFileSync("git", ["ls-files", "--eol"], { cwd: repository, encoding: "utf8" });
  const odd = listed.split("\n").filter((line) => /^i\/(crlf|mixed)/.test(line));
  expect(odd).toEqual([]);
});

test("Renovate reads its settings as JSON, and ignores generated files", () => {
  const { ignorePaths } = JSON.parse(read(".github/renovate.json")) as { ignorePaths: readonly string[] };
  for (const kind of ["nodejs", "python", "go", "java", "cdktn"]) expect(ignorePaths).toContain(`sdk/${kind}/**`);
});

test("the npm package contains the program and its guides, and neither pictures, contract, decisions nor internals", () => {
  const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"], {
    cwd: repository,
    encoding: "utf8",
  });
  const response = JSON.parse(packed) as Record<string, { files: readonly { path: string }[] }>;
  const names = Object.values(response).flatMap(({ files }) => files.map((file) => file.path));
  // Built files exist only after a build.
  const committed = names.filter((name) => !/^(dist|build)\//.test(name)).toSorted();
  const pages = globSync(
    "provider/docs/{README.md,{explanation,how-to,reference,registry,tutorials}/*.{md,1},reference/{functions,resources}/*.md,reference/schemas/*.json,how-to/certificate/*}",
    { cwd: repository },
  );
  expect(committed).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "package.json", ...pages].toSorted());
  for (const name of names) expect(name).not.toMatch(/contract|decisions|internals|^(test|examples|sdk)\/|\.map$/);
});

test("package.json names the address of the project, and every published package names the same one", () => {
  const address = "https://github.com/pulumi-uko/pulumi-uko";
  expect(manifest).toMatchObject({
    homepage: address,
    bugs: `${address}/issues`,
    repository: { type: "git", url: `git+${address}.git` },
    author: expect.stringMatching(/^pulumi-uko /),
  });
  for (const kind of ["nodejs", "cdktn"]) {
    const published = JSON.parse(read(`sdk/${kind}/package.json`)) as object;
    expect(published).toMatchObject({ homepage: address, repository: { url: `git+${address}.git` } });
  }
});
