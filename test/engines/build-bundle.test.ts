/** Code that a bundle carries in compiled form: only the Node that compiled it uses that form. */

import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test, vi } from "vitest";
import { lazyImport } from "../../provider/process/lazy-import.ts";

const { compiledBy } = createRequire(import.meta.url)("./build-bundle.mjs") as {
  compiledBy(node: string | undefined, bundle: string): string;
};
afterEach(() => {
  vi.unstubAllGlobals();
});

const packed = (code: string): string => gzipSync(code).toString("base64");
const codeThatNames = (name: string): string => `(function(module){module.exports={name:${JSON.stringify(name)}}})`;
const bundle = compiledBy(
  process.execPath,
  `var UKO_LATER={text:"${packed(codeThatNames("compiled it"))}",compiled:"",runtime:""};`,
);
const [, compiled = "", runtime = ""] = /compiled:"([^"]*)",runtime:"([^"]*)"/.exec(bundle) ?? [];

/**
 * V8 tells two texts apart by their lengths alone, so the name shows which form ran. A text that it has met before, it does not
 * compile again.
 */
async function nameOf(name: string, changed: Readonly<Record<string, string>> = {}): Promise<string> {
  vi.stubGlobal("UKO_LATER", { text: packed(codeThatNames(name)), compiled, runtime, ...changed });
  const load = lazyImport<{ name: string }>(() => Promise.reject(new Error("There is a text.")));
  return (await load()).name;
}

test("the Node that compiled the code runs the compiled form", async () => {
  expect(await nameOf("from text 1")).toBe("compiled it");
});

test.each([
  ["of another version", runtime.replace(/^v\d+/, "v1"), "from text 2"],
  ["for another processor", `${runtime}-other`, "from text 3"],
])("a Node %s runs the text", async (_, other, text) => {
  expect(await nameOf(text, { runtime: other })).toBe(text);
});

test("a form that V8 does not read is ignored", async () => {
  expect(await nameOf("from text 4", { compiled: packed("no code of V8") })).toBe("from text 4");
});
