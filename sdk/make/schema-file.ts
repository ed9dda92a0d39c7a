/** The committed schema and what is made beside it: where they are, and the one text that belongs into the schema's file. */

import { readFileSync } from "node:fs";
import { pulumiSchema } from "../../provider/schema/pulumi.ts";

export const sdkFolder = new URL("../", import.meta.url);
export const schemaFile = new URL("schema.json", sdkFolder);
export const referenceFile = new URL("../provider/docs/reference.md", sdkFolder);

/** Answers the committed form, which has no version: a release must not be a change of its own. */
export function schemaText(): string {
  return `${JSON.stringify(pulumiSchema(), undefined, 2)}\n`;
}

/** Answers the version of the plugin and its packages. */
export function packageVersion(): string {
  const { version }: { version: string } = JSON.parse(readFileSync(new URL("../package.json", sdkFolder), "utf8"));
  return version;
}
