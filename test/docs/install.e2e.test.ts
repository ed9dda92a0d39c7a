/**
 * The documented ways to install the npm packages, each run from an empty folder as a new user runs it. npm
 * takes from its cache what it can.
 */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { nextCommands } from "../contracts/interfaces/support/next-steps.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { blocksIn, read, repository } from "../support/documents.ts";
import { runAtTerminal } from "../support/terminal.ts";

const installLimitMs = 300_000;
const tarball = `pulumi-uko-${packageFile.version}.tgz`;

/** The repository's own npm settings do not belong in a user's terminal; a registry in a file of the user does. */
const npmEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
  ...{ npm_config_fund: "false", npm_config_audit: "false", npm_config_update_notifier: "false" },
  ...{ npm_config_prefer_offline: "true", npm_config_loglevel: "error" },
};

interface Ran {
  readonly exitCode: number;
  readonly output: string;
}

/** One line, typed into a terminal. */
function type(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  return new Promise((resolve) => {
    execFile("/bin/sh", ["-c", line], { cwd, env, timeout: installLimitMs }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

async function succeed(line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const ran = await type(line, cwd, env);
  expect(ran, `${line}\n${ran.output}`).toMatchObject({ exitCode: 0 });
  return ran;
}

/** The lines of a document's `sh` blocks from the one that begins with `first`. */
function linesFrom(file: string, first: string): readonly string[] {
  const block = blocksIn(file, "sh").find((each) => each.startsWith(first));
  if (block === undefined) throw new Error(`${file} has no block that begins with ${first}.`);
  return block.split("\n").map((line) => line.replace(/\s+#.*$/, ""));
}

let packed: string;
beforeAll(async () => {
  packed = await mkdtemp(path.join(os.tmpdir(), "uko-packed-"));
  await succeed(`npm pack --ignore-scripts --pack-destination ${packed}`, repository, npmEnv);
  expect(await readdir(packed)).toEqual([tarball]);
}, installLimitMs);
afterAll(() => rm(packed, { recursive: true }));

/** An empty folder for one user, whose global npm packages are next to it, and an emulator. */
async function newUser(workspace: PulumiWorkspace) {
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-user-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const prefix = path.join(home, "global");
  const folder = path.join(home, "keys");
  await mkdir(folder);
  const env = { ...npmEnv, npm_config_prefix: prefix };
  const terminalOf = async (name: string) => {
    const person = await workspace.person(name, { env: { ...uko.settings, UKO_API_KEY: `${name}-demo-key` } });
    const its = person.environment({ PULUMI_STACK: undefined });
    return { ...its, PATH: [path.join(prefix, "bin"), its.PATH].join(path.delimiter) };
  };
  return { home, folder, env, terminalOf };
}

/** The library of the native package, as a checkout has it after a build. */
function copyLibrary(checkout: string): Promise<void> {
  const isWanted = (file: string) => !file.includes("node_modules");
  const library = path.join("sdk", "nodejs");
  return cp(path.join(repository, library), path.join(checkout, library), { recursive: true, filter: isWanted });
}

/** Pulumi's own template for TypeScript, of today and of earlier years. */
const template = {
  "Pulumi.yaml": "name: keys\nruntime: nodejs\n",
  "package.json": JSON.stringify({
    ...{ name: "keys", main: "index.ts", devDependencies: { "@types/node": "^24", typescript: "^5.0.0" } },
    dependencies: { "@pulumi/pulumi": "^3.249.0" },
  }),
};
const today = { module: "nodenext", moduleResolution: "nodenext" };
const inEarlierYears = { module: "commonjs", moduleResolution: "node" };

test("README: the first up of the dynamic provider in Pulumi's template, and the printed command of the second person", {
  timeout: installLimitMs,
}, async () => {
  await using workspace = await PulumiWorkspace.create();
  const { folder, env, terminalOf } = await newUser(workspace);
  const bob = await terminalOf("bob");
  const [native = ""] = blocksIn("README.md", "ts");
  const program = native.replace('from "@uko/pulumi"', 'from "pulumi-uko"');
  for (const [name, text] of Object.entries({ ...template, "index.ts": program }))
    await writeFile(path.join(folder, name), text);
  await cp(path.join(packed, tarball), path.join(folder, tarball));
  for (const line of linesFrom("README.md", "npm install").filter((each) => each.startsWith("npm "))) {
    await succeed(line, folder, env);
  }
  await succeed("pulumi stack init first", folder, bob);
  const writeOptions = (modules: object) => {
    const compilerOptions = { strict: true, outDir: "bin", target: "es2020", sourceMap: true, ...modules };
    return writeFile(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
  };
  // The types of the package need no option that skips them.
  for (const modules of [today, inEarlierYears]) {
    await writeOptions(modules);
    await succeed("npx tsc --noEmit", folder, env);
  }
  await succeed("pulumi up --yes --skip-preview", folder, bob);
  const requested = await type("pulumi destroy --yes --skip-preview", folder, bob);
  const [command = ""] = nextCommands(requested.output).filter((each) => each.startsWith("uko approve"));
  expect(command, requested.output).toBe("uko approve payroll");
  const place = { cwd: folder, env: await terminalOf("alice"), timeoutMs: installLimitMs };
  const acted = await runAtTerminal(command, place);
  expect(acted, acted.output).toMatchObject({ exitCode: 0, output: expect.stringContaining("1 key deactivated") });
});

test("examples by hand: the copy of a folder, its package, and a key", { timeout: installLimitMs }, async () => {
  await using workspace = await PulumiWorkspace.create();
  const { home, env, terminalOf } = await newUser(workspace);
  const carol = await terminalOf("carol");
  const checkout = path.join(home, "pulumi-uko");
  const folder = path.join(home, "one-person");
  await cp(path.join(repository, "examples"), path.join(checkout, "examples"), { recursive: true });
  await cp(path.join(packed, tarball), path.join(checkout, tarball));
  await copyLibrary(checkout);
  const lines = linesFrom("examples/README.md", "npm pack").filter((line) => !line.startsWith("npm pack"));
  for (const line of lines.filter((each) => /^(?:npm|cp)\b/.test(each))) {
    await succeed(line, line.includes(" ../pulumi-uko/") ? folder : checkout, env);
  }
  expect((await type("uko --version", home, carol)).output.trim()).toBe(packageFile.version);
  for (const line of lines.filter((each) => each.startsWith("pulumi "))) {
    const ran = await type(line.replace(/ (up|destroy)$/, " $1 --yes --skip-preview"), folder, carol);
    expect(ran.output).toContain(line.endsWith("destroy") ? "[UKO_COOLING_DOWN]" : "");
    if (!line.endsWith("destroy")) expect(ran, ran.output).toMatchObject({ exitCode: 0 });
  }
});

test("the native package from a checkout: one copy of Pulumi's library, and the Automation API", {
  timeout: installLimitMs,
}, async () => {
  await using workspace = await PulumiWorkspace.create();
  const { home, folder, env, terminalOf } = await newUser(workspace);
  await copyLibrary(path.join(home, "pulumi-uko"));
  await mkdir(path.join(home, "pulumi-uko", "node_modules"));
  await symlink(
    path.join(repository, "node_modules", "@pulumi"),
    path.join(home, "pulumi-uko", "node_modules", "@pulumi"),
  );
  const page = "provider/docs/registry/installation-configuration.md";
  const [line = ""] = read(page).match(/^npm install .*sdk\/nodejs$/m) ?? [];
  await succeed(line, folder, env);
  await writeFile(path.join(folder, "automation.mjs"), automation);
  const { output } = await succeed("node automation.mjs", folder, await terminalOf("bob"));
  expect(JSON.parse(output)).toEqual({ copies: 1, changes: { create: 2 } });
});

const automation = `import { createRequire } from "node:module";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { ManagedKey } from "@uko/pulumi";

const here = createRequire(import.meta.url);
const there = createRequire(here.resolve("@uko/pulumi"));
const copies = new Set([here, there].map((from) => from.resolve("@pulumi/pulumi"))).size;
const program = async () => {
  new ManagedKey("payroll", { vaultId: "5c1e0000-0000-4000-8000-000000000001", template: "payroll", label: "payroll" });
};
const stack = await LocalWorkspace.createStack({ stackName: "auto", projectName: "auto", program });
const { changeSummary } = await stack.preview();
console.log(JSON.stringify({ copies, changes: changeSummary }));
`;
