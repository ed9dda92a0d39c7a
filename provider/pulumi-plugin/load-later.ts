/**
 * Loads what talks to the service when it is first needed. In the bundle it is a text within the one file, compiled only then:
 * reading it takes longer than all else that a start does, and an engine starts the plugin for every run.
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
