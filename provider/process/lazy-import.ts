/**
 * Loads code when a run first needs it. A bundle carries this code as compressed text within its one file, so that a
 * start does not parse and compile what only some runs need (decision 0019).
 */

import { Script } from "node:vm";
import { gunzipSync } from "node:zlib";

/** Base64 of gzipped content: the code, and V8's compiled form of it for the one runtime that is named. */
type Later = { readonly text: string; readonly compiled: string; readonly runtime: string };
/** The bundler sets this; undefined where the sources run. */
declare const UKO_LATER: Later | undefined;

/** Returns a function that loads an interface's `deferred.ts` once: in a bundle from the text, otherwise by `source`. */
export function lazyImport<Module>(source: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return () => {
    loaded ??= typeof UKO_LATER === "object" ? fromText(UKO_LATER) : source();
    return loaded;
  };
}

/** Runs the code of the text. It requires only Node's own modules. V8 ignores a compiled form that it cannot use. */
async function fromText<Module>({ text, compiled, runtime }: Later): Promise<Module> {
  const module = { exports: {} };
  const unpacked = (packed: string) => gunzipSync(Buffer.from(packed, "base64"));
  const isOurs = runtime === `${process.version} ${process.platform} ${process.arch}`;
  const options = { filename: "later.cjs", ...(isOurs && { cachedData: unpacked(compiled) }) };
  const run = new Script(unpacked(text).toString(), options).runInThisContext();
  run(module, module.exports, process.getBuiltinModule);
  return module.exports as Module;
}
