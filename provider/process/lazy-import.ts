/**
 * Loads code when a run first needs it. A bundle carries this code as compressed text within its one file, so that a
 * start does not parse and compile what only some runs need (decision 0019).
 */

import { Script } from "node:vm";
import { gunzipSync } from "node:zlib";

/** The gzipped code in base64. The bundler sets it; undefined where the sources run. */
declare const UKO_LATER: string | undefined;

/** Returns a function that loads an interface's `deferred.ts` once: in a bundle from the text, otherwise by `source`. */
export function lazyImport<Module>(source: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return () => {
    loaded ??= typeof UKO_LATER === "string" ? fromText(UKO_LATER) : source();
    return loaded;
  };
}

/** Runs the code of the text. It requires only Node's own modules. */
async function fromText<Module>(text: string): Promise<Module> {
  const module = { exports: {} };
  const code = gunzipSync(Buffer.from(text, "base64")).toString();
  new Script(code, { filename: "later.cjs" }).runInThisContext()(module, module.exports, process.getBuiltinModule);
  return module.exports as Module;
}
