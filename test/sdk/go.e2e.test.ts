/** The Go package: it compiles, go vet is content, and so it is with the programs of its documentation. */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findGo, type GoEngine } from "../engines/find-go.ts";
import { examplePrograms } from "./support/example-programs.ts";

const sdk = fileURLToPath(new URL("../../sdk/go", import.meta.url));
const module = "github.com/pulumi-uko/pulumi-uko/sdk/go";
/** The first time Pulumi's library is compiled with it. */
const coldLimitMs = 1_200_000;

let engine: GoEngine;
let examples: string;
beforeAll(async () => {
  engine = await findGo(() => undefined);
  examples = await mkdtemp(path.join(os.tmpdir(), "uko-go-"));
  // What the package needs is all that a program needs, so its sums serve both.
  const needed = await readFile(path.join(sdk, "go.mod"), "utf8");
  const added = `\nrequire ${module} v0.0.0\n\nreplace ${module} => ${sdk}\n`;
  await writeFile(path.join(examples, "go.mod"), needed.replace(`module ${module}`, "module example") + added);
  await cp(path.join(sdk, "go.sum"), path.join(examples, "go.sum"));
}, coldLimitMs);
afterAll(() => rm(examples, { recursive: true }));

/** Returns what Go complains of. */
async function go(args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, ...engine.env, GOWORK: "off" };
  return promisify(execFile)(engine.goBin, args, { cwd, env }).then(
    () => "",
    ({ stdout, stderr, message }: { stdout: string; stderr: string; message: string }) =>
      `${stdout}${stderr}${message}`,
  );
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(path.join(examples, name));
  await writeFile(path.join(examples, name, "main.go"), text);
}

test("it compiles, and go vet finds nothing", { timeout: coldLimitMs }, async () => {
  expect(await go(["build", "./..."], sdk)).toBe("");
  expect(await go(["vet", "./..."], sdk)).toBe("");
});

test("its go.mod names what it imports, no more and no less", async () => {
  expect(await go(["mod", "tidy", "-diff"], sdk)).toBe("");
});

test("every Go program of the documentation compiles, is formatted, and go vet finds nothing", {
  timeout: coldLimitMs,
}, async () => {
  const programs = examplePrograms("go");
  for (const { name, text } of programs) await write(name, text);
  expect(await go(["vet", ...programs.map(({ name }) => `./${name}`)], examples)).toBe("");
  const { stdout } = await promisify(execFile)(path.join(path.dirname(engine.goBin), "gofmt"), ["-l", "."], {
    cwd: examples,
  });
  expect(stdout).toBe("");
});

test("a program that names what is not there does not", async () => {
  const text = examplePrograms("go")[0]?.text.replace("Template:", "Template2:") ?? "";
  await write("faulty", text);
  expect(await go(["vet", "./faulty"], examples)).toContain("unknown field Template2");
});
