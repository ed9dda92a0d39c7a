import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findEngine } from "./find-engine.ts";
import { sdkGenerator } from "./sdk-generator.ts";

const size = { type: "integer", description: "How large it is." };
const schema = {
  name: "sample",
  version: "0.1.0",
  language: {
    nodejs: { packageName: "@sample/pulumi" },
    python: { packageName: "pulumi_sample", pyproject: { enabled: true } },
    go: { importBasePath: "example.com/sample/sdk/go/sample" },
  },
  resources: {
    "sample:index:Thing": {
      properties: { size },
      required: ["size"],
      inputProperties: { size },
      requiredInputs: ["size"],
    },
  },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-sdk-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function generate(content: unknown): Promise<string> {
  const { bin } = await findEngine(sdkGenerator, () => undefined);
  const file = path.join(folder, "schema.json");
  await writeFile(file, JSON.stringify(content));
  const out = path.join(folder, "sdk");
  await promisify(execFile)(bin, [file, out]);
  return out;
}

test("writes an SDK for Node, Python and Go", async () => {
  const out = await generate(schema);
  expect((await readdir(out)).sort()).toEqual(["go", "nodejs", "python"]);
  const read = (file: string) => readFile(path.join(out, file), "utf8");
  expect(await read("nodejs/thing.ts")).toContain("export class Thing extends pulumi.CustomResource");
  expect(await read("python/pulumi_sample/thing.py")).toContain("class Thing(pulumi.CustomResource)");
  expect(await read("go/sample/thing.go")).toContain("func NewThing(ctx *pulumi.Context");
});

test("says what is wrong with a schema, and then writes nothing", async () => {
  const { "sample:index:Thing": thing } = schema.resources;
  const misspelt = { ...schema, resources: { "sample:index:Thing": { ...thing, required: ["siz"] } } };
  await expect(generate(misspelt)).rejects.toMatchObject({
    stderr: expect.stringContaining('unknown required property "siz"'),
  });
  const unknown = { ...schema, resources: { "sample:index:Thing": { ...thing, requiredInput: ["size"] } } };
  await expect(generate(unknown)).rejects.toMatchObject({
    stderr: expect.stringContaining('unknown field "requiredInput"'),
  });
  expect(await readdir(folder)).toEqual(["schema.json"]);
});

test("never mixes an SDK with an older one", async () => {
  await generate(schema);
  await expect(generate(schema)).rejects.toMatchObject({
    stderr: expect.stringMatching(/is there already; remove it/),
  });
});
