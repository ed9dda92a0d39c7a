/** Code that a bundle carries as a text, so that a start does not read what only some runs need (decision 0019). */

import { compileFunction } from "node:vm";
import { gunzipSync } from "node:zlib";

/** Answers the exports of base64 of a gzipped CommonJS module; all that a bundle still requires is Node's own. */
export function loadBundled(text: string): unknown {
  const module = { exports: {} };
  const code = gunzipSync(Buffer.from(text, "base64")).toString("utf8");
  const run = compileFunction(code, ["module", "exports", "require"], { filename: "later.cjs" });
  run(module, module.exports, process.getBuiltinModule);
  return module.exports;
}
