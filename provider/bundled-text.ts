/** Code that a bundle carries as a text, so that a start does not read what only some runs need (decision 0019). */

import { compileFunction } from "node:vm";
import { gunzipSync } from "node:zlib";

/** Base64 of a gzipped CommonJS module, given by the bundler; not there where the sources run. */
declare const UKO_LATER: string | undefined;

/** Loads a door's `deferred.ts` once, at its first use: in a bundle from the text within the file, else by `source`. */
export function lazyImport<Module>(source: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return () => {
    loaded ??= typeof UKO_LATER === "string" ? fromText(UKO_LATER) : source();
    return loaded;
  };
}

/** All that a bundle still requires is Node's own. */
async function fromText<Module>(text: string): Promise<Module> {
  const module = { exports: {} };
  const code = gunzipSync(Buffer.from(text, "base64")).toString("utf8");
  const run = compileFunction(code, ["module", "exports", "require"], { filename: "later.cjs" });
  run(module, module.exports, process.getBuiltinModule);
  return module.exports as Module;
}
