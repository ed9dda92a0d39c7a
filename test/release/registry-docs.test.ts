import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { extract, list } from "tar";
import { expect, test } from "vitest";
import { packRegistryDocs } from "../../sdk/release/registry-docs.ts";
import { sha256 } from "../../sdk/release/release-file.ts";
import { useFolder } from "../support/use-folder.ts";

const pages = fileURLToPath(new URL("../../provider/docs/registry/", import.meta.url));
const required = ["_index.md", "installation-configuration.md"];

const folder = useFolder();

test("packs the pages that the Pulumi Registry requires in docs, without other files", async () => {
  const { name, sha256: sum } = await packRegistryDocs(folder, "1.2.3", pages, path.join(folder, "work"));
  const archive = path.join(folder, name);
  expect([name, sum]).toEqual(["pulumi-registry-docs-v1.2.3.tar.gz", await sha256(archive)]);

  const packed: string[] = [];
  await list({ file: archive, onReadEntry: ({ path: entry }) => packed.push(entry) });
  expect(packed.sort()).toEqual(["docs/", ...required.map((page) => `docs/${page}`)]);

  await extract({ file: archive, cwd: folder });
  for (const page of required) {
    const text = await readFile(path.join(folder, "docs", page), "utf8");
    const source = await readFile(path.join(pages, page), "utf8");
    expect(source).toContain("/blob/main/");
    expect(text, "links lead to the version of the release").toBe(source.replaceAll("/blob/main/", "/blob/v1.2.3/"));
    const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link);
    expect(
      links.filter((link) => !/^(https:|#)/.test(link)),
      "links that break in another folder",
    ).toEqual([]);
  }
});

test("leaves out files that are not pages", async () => {
  const source = await mkdtemp(path.join(folder, "pages-"));
  for (const name of ["_index.md", "draft.txt"]) await writeFile(path.join(source, name), name);
  const { name } = await packRegistryDocs(folder, "1.2.3", source, path.join(folder, "work"));
  const packed: string[] = [];
  await list({ file: path.join(folder, name), onReadEntry: ({ path: entry }) => packed.push(entry) });
  expect(packed.sort()).toEqual(["docs/", "docs/_index.md"]);
});
