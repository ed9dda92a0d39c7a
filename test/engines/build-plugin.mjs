/**
 * Builds the Pulumi plugin in a folder as the CLI installs one. There is no PulumiPlugin.yaml in it on purpose: where that stands, the
 * CLI takes the folder for sources to install with npm, and not for a plugin that is ready.
 */

import { buildBundleIfStale } from "./build-bundle.mjs";

/** Does nothing when the plugin is newer than all its sources. */
export function buildPluginIfStale(repository) {
  buildBundleIfStale(repository, {
    folder: "plugin",
    name: "pulumi-resource-uko",
    entry: "provider/pulumi-plugin/main.ts",
    later: "provider/pulumi-plugin/deferred.ts",
  });
}
