/** The texts that a scenario leaves behind, in which tests search for secrets. */

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** At -v=9 the engine itself writes what it decrypts and hands on, for any provider; uko writes no secret. */
export const engineOwn = /"msg":"(?:Unm|M)arshaling property for RPC\[/;

/** Every file of every person and of the backend, but for the packages. */
export async function textsBelow(folder: string): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${path.sep}node_modules${path.sep}`));
  return Promise.all(files.map(async (file) => [path.relative(folder, file), await readFile(file, "latin1")] as const));
}
