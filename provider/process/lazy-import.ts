/** Code that a bundle carries as a text, so that a start does not read what only some runs need (decision 0019). */

import { Script } from "node:vm";
import { gunzipSync } from "node:zlib";

/** Base64 of what is gzipped: the code, and the form into which V8 of the one named runtime compiled it. */
type Later = { readonly text: string; readonly compiled: string; readonly runtime: string };
/** Given by the bundler; not there where the sources run. */
declare const UKO_LATER: Later | undefined;

/** Loads an interface's `deferred.ts` once, at its first use: in a bundle from the text within the file, else by `source`. */
export function lazyImport<Module>(source: () => Promise<Module>): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return () => {
    loaded ??= typeof UKO_LATER === "object" ? fromText(UKO_LATER) : source();
    return loaded;
  };
}

/** All that a bundle still requires is Node's own. V8 ignores a form that it cannot use. */
async function fromText<Module>({ text, compiled, runtime }: Later): Promise<Module> {
  const module = { exports: {} };
  const unpacked = (packed: string) => gunzipSync(Buffer.from(packed, "base64"));
  const isOurs = runtime === `${process.version} ${process.platform} ${process.arch}`;
  const options = { filename: "later.cjs", ...(isOurs && { cachedData: unpacked(compiled) }) };
  const run = new Script(unpacked(text).toString(), options).runInThisContext();
  run(module, module.exports, process.getBuiltinModule);
  return module.exports as Module;
}
