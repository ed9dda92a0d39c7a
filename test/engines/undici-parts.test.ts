/** What bundles have of undici: each name that the sources take from it, and dispatchers that can do what they do elsewhere. */

import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const parts = path.join(repository, "test/engines/undici-parts.cjs");

/** In a process of its own, since both load the same files. */
function shapeOf(entry: string): { readonly names: readonly string[]; readonly methods: readonly string[] } {
  const script = `const { Agent, ...others } = require(${JSON.stringify(entry)});
    const methods = [];
    for (let at = Agent.prototype; at !== null; at = Object.getPrototypeOf(at)) methods.push(...Object.getOwnPropertyNames(at));
    console.log(JSON.stringify({ names: ["Agent", ...Object.keys(others)], methods: [...new Set(methods)].sort() }));`;
  return JSON.parse(execFileSync(process.execPath, ["-e", script], { cwd: repository, encoding: "utf8" }));
}

test("every value that the sources load is there, and dispatchers have the methods that undici's own index gives them", () => {
  const loaded = globSync("provider/**/*.ts", { cwd: repository }).flatMap((file) => {
    const text = readFileSync(path.join(repository, file), "utf8");
    expect(text, "types alone are imported at once").not.toMatch(/^import (?!type ).*"undici";$/m);
    const [, names] = /const \{ (.*) \} = await import\("undici"\);/.exec(text) ?? [];
    return names?.split(", ") ?? [];
  });
  expect(loaded.length).toBeGreaterThan(0);
  const ours = shapeOf(parts);
  expect(ours.names).toEqual(expect.arrayContaining(loaded));
  expect(ours.methods).toContain("connect");
  expect(ours.methods).toEqual(shapeOf("undici").methods);
});
