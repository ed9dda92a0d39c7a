/** Bundles a plugin that does nothing, as ours is bundled, in a folder of its own. */

import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { terraformResources } from "../../provider/resources/schema/terraform.ts";
import { valueTypeOf } from "../../provider/resources/schema/terraform-leaves.ts";

const key = terraformResources.get("uko_managed_key")?.attributes.filter(({ role }) => role !== "timeouts") ?? [];
const attributes = key.map(({ name, schema, type }) => [name, { ...schema, type: valueTypeOf(type) }]);

/** `source` is a file beside this one. Answers the executable; beside it nothing else is needed. */
export async function buildNull(source: string, folder: string, name: string): Promise<string> {
  const outfile = path.join(folder, name);
  await build({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minifyWhitespace: true,
    minifySyntax: true,
    keepNames: true,
    define: { KEY_ATTRIBUTES: JSON.stringify(Object.fromEntries(attributes)) },
    banner: { js: "#!/usr/bin/env node" },
  });
  await chmod(outfile, 0o755);
  await writeFile(path.join(folder, "package.json"), '{ "type": "commonjs" }\n');
  return outfile;
}
