/** The pages that the Pulumi Registry reads in `docs` at the root of the repository, as an archive to unpack there. */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { packTar } from "./archive.ts";
import { type ReleaseFile, sha256 } from "./release-file.ts";

/**
 * Packs the Markdown files of `pages`, with links to the repository as it is at this version; `workFolder` holds the copy
 * that is packed.
 */
export async function packRegistryDocs(
  folder: string,
  version: string,
  pages: string,
  workFolder: string,
): Promise<ReleaseFile> {
  const docs = path.join(workFolder, "docs");
  await mkdir(docs, { recursive: true });
  for (const page of await readdir(pages)) {
    if (!page.endsWith(".md")) continue;
    const text = await readFile(path.join(pages, page), "utf8");
    await writeFile(path.join(docs, page), text.replaceAll("/blob/main/", `/blob/v${version}/`));
  }
  const name = `pulumi-registry-docs-v${version}.tar.gz`;
  await packTar(workFolder, ["docs"], path.join(folder, name));
  return { name, sha256: await sha256(path.join(folder, name)) };
}
