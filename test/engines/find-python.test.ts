import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findPython, isPythonLeftOut, locatePython } from "./find-python.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-python-"));
});
afterEach(() => rm(home, { recursive: true }));

/** A Python that answers what it is asked about itself, and does `otherwise` for all else. */
async function aPython(folder: string, version: string, hasVenv = "True", otherwise = "exit 0"): Promise<string> {
  const file = path.join(home, folder, "python3");
  await mkdir(path.dirname(file), { recursive: true });
  const script = `if [ "$1" = -c ]; then echo ${version}; echo ${hasVenv}; else ${otherwise}; fi`;
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
const env = (folder: string) => ({ HOME: home, PATH: `${path.join(home, folder)}:/usr/bin:/bin` });
const quietly = () => undefined;

test("prefers the Python that UKO_PYTHON names to PATH", async () => {
  const named = await aPython("named", "3.12.1");
  await aPython("path", "3.11.7");
  expect(await locatePython(env("path"))).toMatchObject({ version: "3.11.7", foundBy: "PATH" });
  const chosen = await locatePython({ ...env("path"), UKO_PYTHON: named });
  expect(chosen).toMatchObject({ version: "3.12.1", foundBy: "UKO_PYTHON", isReady: false });
});

test("gives each Python a virtual environment of its own in the cache", async () => {
  await aPython("one", "3.11.7");
  await aPython("two", "3.11.7");
  const [one, two] = [await locatePython(env("one")), await locatePython(env("two"))];
  expect(one.pythonBin).toMatch(
    /\.cache\/uko\/engines\/python-3\.11\.7-pulumi-\d+\.\d+\.\d+-[0-9a-f]{8}\/bin\/python$/,
  );
  expect(two.pythonBin).not.toBe(one.pythonBin);
});

test("says which Python cannot be used and why", async () => {
  const old = await aPython("old", "3.9.2");
  await expect(locatePython({ HOME: home, PATH: "", UKO_PYTHON: old })).rejects.toThrow(
    "but it is version 3.9.2, and 3.10 is needed",
  );
  const bare = await aPython("bare", "3.11.7", "False");
  await expect(locatePython({ HOME: home, PATH: "", UKO_PYTHON: bare })).rejects.toThrow(
    "it cannot make virtual environments (Debian and Ubuntu: apt install python3-venv)",
  );
  await expect(locatePython({ HOME: home, PATH: path.join(home, "old") })).rejects.toThrow(/is version 3\.9\.2/);
});

test("says what to do when there is no Python", async () => {
  const finding = findPython(quietly, { HOME: home, PATH: "" });
  await expect(finding).rejects.toThrow(
    /^There is no Python on PATH\.\nEither install Python 3\.10[\s\S]*UKO_SKIP_PYTHON=1/,
  );
});

test("leaves nothing behind when the library cannot be installed, and says what pip said", async () => {
  await aPython("broken", "3.11.7", "True", "echo no matching distribution >&2; exit 1");
  await expect(findPython(quietly, env("broken"))).rejects.toThrow(
    /^Could not install Pulumi's library for Python: no matching distribution\nEither install/,
  );
  expect(await readdir(path.join(home, ".cache", "uko", "engines"))).toEqual([]);
});

test("is left out only by the reader's own word", () => {
  expect([isPythonLeftOut({}), isPythonLeftOut({ UKO_SKIP_PYTHON: "0" })]).toEqual([false, false]);
  expect(isPythonLeftOut({ UKO_SKIP_PYTHON: "1" })).toBe(true);
});
