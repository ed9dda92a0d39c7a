/** Bundles the command line, from which a release makes one executable. */

import { buildBundleIfStale } from "./build-bundle.mjs";

/** Does nothing when the bundle is newer than all its sources. */
export function buildCliIfStale(repository) {
  buildBundleIfStale(repository, {
    folder: "cli",
    name: "uko",
    entry: "provider/bin/uko.ts",
    texts: {
      UKO_ERROR_PAGE: "provider/docs/reference/errors.md",
      UKO_HTMX: "node_modules/htmx.org/dist/htmx.min.js",
    },
  });
}
