import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPulumi, locatePulumi } from "./find-pulumi.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-engines-"));
});
afterEach(() => rm(home, { recursive: true }));

/** A folder with a CLI that answers this version, and its language host unless told otherwise. */
async function anInstallation(folder: string, version: string, host = true): Promise<string> {
  const place = path.join(home, folder);
  await mkdir(place, { recursive: true });
  for (const name of host ? ["pulumi", "pulumi-language-nodejs"] : ["pulumi"]) {
    await writeFile(path.join(place, name), `#!/bin/sh\necho ${version}\n`);
    await chmod(path.join(place, name), 0o755);
  }
  return place;
}
const cache = ".cache/uko/engines/pulumi-3.259.0";

test("prefers the one that UKO_PULUMI names to PATH, and PATH to the cache", async () => {
  const named = await anInstallation("named", "v3.260.0");
  const onPath = await anInstallation("path", "v3.249.0");
  await anInstallation(cache, "v3.259.0");
  const all = { HOME: home, PATH: onPath, UKO_PULUMI: path.join(named, "pulumi") };

  expect(await locatePulumi(all)).toMatchObject({ foundBy: "UKO_PULUMI", version: "3.260.0" });
  expect(await locatePulumi({ ...all, UKO_PULUMI: "" })).toMatchObject({ foundBy: "PATH", version: "3.249.0" });
  expect(await locatePulumi({ HOME: home, PATH: "" })).toMatchObject({ foundBy: "cache", version: "3.259.0" });
});

test("passes over a CLI on PATH that is too old or has no Node language host", async () => {
  const old = await anInstallation("old", "v3.99.0");
  const bare = await anInstallation("bare", "v3.260.0", false);
  expect(await locatePulumi({ HOME: home, PATH: old })).toBeUndefined();
  expect(await locatePulumi({ HOME: home, PATH: bare })).toBeUndefined();
});

test("says why the one that UKO_PULUMI names cannot be used", async () => {
  const old = path.join(await anInstallation("old", "v3.99.0"), "pulumi");
  await expect(locatePulumi({ HOME: home, PATH: "", UKO_PULUMI: old })).rejects.toThrow(
    "but it is version 3.99.0, and 3.249.0 is needed",
  );
});

test("says what to do when there is neither a CLI nor Go", async () => {
  const finding = findPulumi(() => undefined, { HOME: home, PATH: "" });
  await expect(finding).rejects.toThrow(/without Go it cannot be built here[\s\S]*install Pulumi 3\.249\.0 or newer/);
});
