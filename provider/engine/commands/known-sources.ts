/**
 * The code that this project's resources may name in a state. Any other code there was put in by an
 * editor of the state.
 */

/**
 * Versions that were or will be released from this source tree, newest last. A test compares the
 * list with sdk/released.
 */
export const knownVersions: readonly string[] = ["0.1.0"];

/** Where the engine downloads the native package from. */
export const packageDownloadUrl = "github://api.github.com/pulumi-uko/pulumi-uko";

/** The last part of the provider's address in every registry. */
export const terraformSource = "pulumi-uko/uko";

/** The frozen text that every release writes for this resource of the dynamic provider. */
export function providerTextOf(kind: string): string {
  const handlers = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return `exports.handler=()=>require("pulumi-uko/dynamic-provider").${handlers}`;
}
