/** The settings that a Pulumi stack's configuration may hold, under `uko:`; the environment outweighs them. */

import type { StoredSettings } from "../compose.ts";

const names = [
  "endpoint",
  "kmsEndpoint",
  "iamEndpoint",
  "instanceId",
  "region",
  "apiKey",
  "token",
  "dualAuthorization",
] as const satisfies readonly (keyof StoredSettings)[];

/** Reads each by its name; what the configuration lacks stays out. */
export function storedSettings(get: (name: string) => string | undefined): StoredSettings {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
