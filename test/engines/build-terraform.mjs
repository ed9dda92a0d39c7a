/** Builds the provider for OpenTofu and Terraform in a folder as they unpack one. */

import { buildBundleIfStale } from "./build-bundle.mjs";

/** Does nothing when the provider is newer than all its sources. */
export function buildTerraformIfStale(repository) {
  buildBundleIfStale(repository, {
    folder: "terraform",
    name: "terraform-provider-uko",
    entry: "provider/terraform-plugin/main.ts",
    later: "provider/terraform-plugin/deferred.ts",
    encoded: "provider/terraform-plugin/encoded-responses.ts",
  });
}
