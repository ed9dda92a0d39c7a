/** A zip of the provider like a release's, but small. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packZip } from "../../sdk/release/archive.ts";

/** Makes the zip that `file` names, with the contents of a release of that name by default. */
export async function aReleasedZip(file: string, names: readonly string[] = namesFor(file)): Promise<string> {
  const folder = mkdtempSync(path.join(path.dirname(file), "zip-"));
  for (const name of names) writeFileSync(path.join(folder, name), `${name}\n`);
  await packZip(folder, names, file);
  rmSync(folder, { recursive: true });
  return file;
}

function namesFor(file: string): readonly string[] {
  const [, version = "", system = ""] = path.basename(file).split("_");
  return ["LICENSE", `terraform-provider-uko_v${version}${system === "windows" ? ".exe" : ""}`];
}
