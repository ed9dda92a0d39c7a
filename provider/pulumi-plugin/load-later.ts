/**
 * Loads what talks to the service when it is first needed. In the bundle it is a text within the one file, compiled only then:
 * reading it takes longer than all else that a start does, and an engine starts the plugin for every run.
 */

import { compileFunction } from "node:vm";
import { gunzipSync } from "node:zlib";

export type Later = typeof import("./later.ts");

/** Base64 of a gzipped CommonJS module, given by the bundler; not there where the sources run. */
declare const UKO_LATER: string | undefined;

let loaded: Promise<Later> | undefined;

export function loadLater(): Promise<Later> {
  loaded ??= typeof UKO_LATER === "string" ? compile(UKO_LATER) : import("./later.ts");
  return loaded;
}

/** All that a bundle still requires is Node's own. */
async function compile(text: string): Promise<Later> {
  const module = { exports: {} };
  const code = gunzipSync(Buffer.from(text, "base64")).toString("utf8");
  const run = compileFunction(code, ["module", "exports", "require"], { filename: "later.cjs" });
  run(module, module.exports, process.getBuiltinModule);
  return module.exports as Later;
}
