/** The schemas of releases, which later ones must not break. */

import { readdirSync, readFileSync } from "node:fs";
import type { Schema } from "./breaking-changes.ts";
import { sdkFolder } from "./schema-file.ts";

export const releasedFolder = new URL("released/", sdkFolder);

export interface ReleasedSchema {
  readonly version: string;
  readonly schema: Schema;
}

/** Returns the schemas that a version must not break: those of its own major version. */
export function releasedSchemas(version: string, folder: URL = releasedFolder): readonly ReleasedSchema[] {
  return readdirSync(folder)
    .flatMap((file) => {
      const released = /^schema-(?<version>[0-9]+\.[0-9]+\.[0-9]+)\.json$/.exec(file)?.groups?.version;
      return released === undefined ? [] : [released];
    })
    .filter((released) => released.split(".")[0] === version.split(".")[0])
    .map((released) => ({
      version: released,
      schema: JSON.parse(readFileSync(new URL(`schema-${released}.json`, folder), "utf8")),
    }));
}
