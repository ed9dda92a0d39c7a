/**
 * Loads the calls, the schema and what talks to the service. In the bundle they are a text within the one file, compiled once the
 * host has its line: hosts start a provider several times in each run, and wait for it each time.
 */

import { loadBundled } from "../bundled-text.ts";

export type Later = typeof import("./later.ts");

/** Given by the bundler; not there where the sources run. */
declare const UKO_LATER: string | undefined;

let loaded: Promise<Later> | undefined;

export function loadLater(): Promise<Later> {
  loaded ??= typeof UKO_LATER === "string" ? compile(UKO_LATER) : import("./later.ts");
  return loaded;
}

async function compile(text: string): Promise<Later> {
  return loadBundled(text) as Later;
}
