import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findJava, isJavaLeftOut, locateJava } from "./find-java.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-java-"));
});
afterEach(() => rm(home, { recursive: true }));

async function anExecutable(place: string, script: string): Promise<string> {
  const file = path.join(home, place);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
const env = (folder: string) => ({ HOME: home, PATH: `${path.join(home, folder)}:/usr/bin:/bin` });

test("prefers the JDK that JAVA_HOME names to PATH", async () => {
  await anExecutable("path/javac", "echo javac 11.0.2");
  const mavenBin = await anExecutable("path/mvn", "exit 0");
  await anExecutable("named/bin/javac", "echo javac 21.0.1");
  expect(await locateJava(env("path"))).toMatchObject({ version: "11.0.2", mavenBin, isReady: false });
  const chosen = await locateJava({ ...env("path"), JAVA_HOME: path.join(home, "named") });
  expect(chosen.version).toBe("21.0.1");
});

test("says what is missing, and how to leave Java out", async () => {
  const nowhere = { HOME: home, PATH: path.join(home, "path") };
  await expect(locateJava(nowhere)).rejects.toThrow(/^There is no javac on PATH[\s\S]*UKO_SKIP_JAVA=1/);
  await anExecutable("path/javac", "echo javac 1.8.0");
  await expect(locateJava(nowhere)).rejects.toThrow(/^There is no mvn on PATH[\s\S]*UKO_SKIP_JAVA=1/);
  await anExecutable("path/mvn", "exit 0");
  await expect(locateJava(nowhere)).rejects.toThrow(/is version 1\.8\.0, and 11 is needed/);
});

test("leaves nothing behind if Maven fails, and says what Maven said", async () => {
  await anExecutable("broken/javac", "echo javac 17.0.1");
  await anExecutable("broken/mvn", "echo no such artifact; exit 1");
  await expect(findJava(() => undefined, env("broken"))).rejects.toThrow(
    /^Could not download Pulumi's library for Java: no such artifact\nEither install/,
  );
  expect(await readdir(path.join(home, ".cache", "uko", "engines"))).toEqual([]);
});

test("is left out only if the reader says so", () => {
  expect([isJavaLeftOut({}), isJavaLeftOut({ UKO_SKIP_JAVA: "0" })]).toEqual([false, false]);
  expect(isJavaLeftOut({ UKO_SKIP_JAVA: "1" })).toBe(true);
});
