import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findTofu, locateTofu } from "./find-tofu.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-engines-"));
});
afterEach(() => rm(home, { recursive: true }));

/** A `tofu` that knows nothing but its version. */
async function aTofu(folder: string, version: string, product = "OpenTofu"): Promise<string> {
  const file = path.join(home, folder, "tofu");
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho '${product} v${version}'\n`);
  await chmod(file, 0o755);
  return file;
}

const env = () => ({ HOME: home, PATH: path.join(home, "path") });

test("OpenTofu is the one that UKO_TOFU names, then the one on PATH, then in the cache", async () => {
  expect(await locateTofu(env())).toBeUndefined();
  const cached = await aTofu(".cache/uko/engines/tofu-1.12.6", "1.12.6");
  const command = "tofu";
  expect(await locateTofu(env())).toEqual({ tofuBin: cached, foundBy: "cache", command, version: "1.12.6" });
  const onPath = await aTofu("path", "1.13.0");
  expect(await locateTofu(env())).toEqual({ tofuBin: onPath, foundBy: "PATH", command, version: "1.13.0" });
  const named = await aTofu("elsewhere", "1.12.0");
  expect(await locateTofu({ ...env(), UKO_TOFU: named })).toEqual({
    ...{ tofuBin: named, foundBy: "UKO_TOFU", command, version: "1.12.0" },
  });
});

test("UKO_TOFU may name Terraform", async () => {
  const named = await aTofu("elsewhere", "1.15.6", "Terraform");
  expect(await locateTofu({ ...env(), UKO_TOFU: named })).toMatchObject({ command: "terraform", version: "1.15.6" });
});

test("one on PATH that is too old is passed over; one that UKO_TOFU names is refused with the reason", async () => {
  const cached = await aTofu(".cache/uko/engines/tofu-1.12.6", "1.12.6");
  const old = await aTofu("path", "1.9.4");
  expect((await locateTofu(env()))?.tofuBin).toBe(cached);
  await expect(locateTofu({ ...env(), UKO_TOFU: old })).rejects.toThrow(
    `UKO_TOFU names ${old}, but it is version 1.9.4, and 1.12.0 is needed`,
  );
  await expect(locateTofu({ ...env(), UKO_TOFU: path.join(home, "none") })).rejects.toThrow("there is no executable");
});

test("where there is neither it nor Go, people are told three ways on", async () => {
  await expect(findTofu(() => {}, { HOME: home, PATH: "" })).rejects.toThrow(
    /^Not found: OpenTofu 1\.12\.6\.[\s\S]*install OpenTofu 1\.12\.0 or newer[\s\S]*set UKO_TOFU[\s\S]*Go 1\.26\.6 or newer/,
  );
});
