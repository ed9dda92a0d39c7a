import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PulumiPerson, PulumiWorkspace } from "../stage/pulumi.ts";

// A provider of the kind that we ship (a constant text that requires a module), without anything of ours in it.
const provider = `
import { setTimeout as sleep } from "node:timers/promises";
export const create = async (inputs) => ({ id: "id-1", outs: { ...inputs, madeBy: process.env.WHO ?? "nobody" } });
const refuse = async () => {
  if (process.env.SLOW) await sleep(60_000);
  if (process.env.WHO === "bob") return;
  throw Object.assign(new Error("Not alone\\nAsk Bob"), { code: 9, details: "Not alone\\nAsk Bob", stack: "" });
};
export { refuse as delete };
`;
const program = `
import { CustomResource } from "@pulumi/pulumi";
const text = \`exports.handler=()=>require("\${process.cwd()}/../../../provider.mjs")\`;
new CustomResource("pulumi-nodejs:dynamic/test:Thing", "thing", { __provider: text, size: 1 });
`;

let workspace: PulumiWorkspace;
let alice: PulumiPerson;
let bob: PulumiPerson;

beforeAll(async () => {
  workspace = await PulumiWorkspace.create();
  await writeFile(path.join(workspace.folder, "provider.mjs"), provider);
  alice = await workspace.person("alice", { program, env: { WHO: "alice" } });
  bob = await workspace.person("bob", { program, env: { WHO: "bob" } });
});
afterAll(() => workspace.dispose());

test("two people see one stack, each with an own environment", async () => {
  process.env.UKO_PLANTED = "must not reach a run";
  const up = await alice.up();
  expect(up).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
  expect(up.output, "a run without news is quiet").not.toContain("warning:");
  expect(alice.environment()).not.toHaveProperty("UKO_PLANTED");

  const { resources } = await bob.exportState();
  expect(resources).toMatchObject([{ id: "id-1", outputs: { madeBy: "alice", size: 1 } }]);
});

test("a refused delete exits 1, shows its first line and keeps the resource", async () => {
  expect(await alice.destroy()).toMatchObject({ exitCode: 1, firstErrorLine: "Not alone" });
  expect((await alice.exportState()).resources).toHaveLength(1);
});

test("a provider that is killed fails the run, and the next run goes on", async () => {
  const run = bob.start(["destroy", "--skip-preview", "--yes"], { env: { SLOW: "1" } });
  await new Promise<void>((resolve) => run.child.stdout?.on("data", (text) => /deleting/.test(text) && resolve()));
  expect(await run.killProvider()).toBe(1);
  expect((await run.result).exitCode).not.toBe(0);

  expect(await bob.destroy()).toMatchObject({ exitCode: 0 });
  expect((await bob.exportState()).resources).toEqual([]);
});

test("a run that takes too long is ended with all that it started", async () => {
  await alice.up();
  await expect(bob.destroy([], { env: { SLOW: "1" }, timeoutMs: 4_000 })).rejects.toThrow("took longer than 4000 ms");
});
