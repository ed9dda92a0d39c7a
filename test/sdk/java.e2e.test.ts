/** The Java package: the programs of its documentation compile with it. */

import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findJava, isJavaLeftOut } from "../engines/find-java.ts";
import { examplePrograms } from "./support/example-programs.ts";

const sdk = fileURLToPath(new URL("../../sdk/java/src/main/java", import.meta.url));
/** The first time Pulumi's library is downloaded with it. */
const coldLimitMs = 1_200_000;

describe.skipIf(isJavaLeftOut())("the Java package", () => {
  let folder: string;
  let compile: (programs: readonly { readonly name: string; readonly text: string }[]) => Promise<string>;

  beforeAll(async () => {
    const { compilerBin, libraries } = await findJava(() => undefined);
    folder = await mkdtemp(path.join(os.tmpdir(), "uko-java-"));
    const jars = globSync("**/*.jar", { cwd: libraries }).map((jar) => path.join(libraries, jar));
    const classes = path.join(folder, "classes");
    const flags = ["-proc:none", "-d", classes, "-sourcepath", sdk];
    flags.push("-classpath", [classes, ...jars].join(path.delimiter));
    compile = async (programs) => {
      for (const { name, text } of programs) {
        await mkdir(path.join(folder, name));
        // Every program of the documentation is a class named App.
        await writeFile(path.join(folder, name, "App.java"), `package ${name};\n\n${text}`);
      }
      const files = programs.map(({ name }) => path.join(folder, name, "App.java"));
      return promisify(execFile)(compilerBin, [...flags, ...files], { cwd: folder }).then(
        ({ stderr }) => stderr,
        ({ stderr, message }: { stderr: string; message: string }) => `${message}${stderr}`,
      );
    };
  }, coldLimitMs);
  afterAll(() => folder && rm(folder, { recursive: true }));

  test("every Java program of the documentation compiles", { timeout: coldLimitMs }, async () => {
    const programs = examplePrograms("java");
    expect(programs).toHaveLength(examplePrograms("go").length);
    expect(await compile(programs)).toBe("");
  });

  test("a program that names what is not there does not", { timeout: coldLimitMs }, async () => {
    const text = examplePrograms("java")[0]?.text.replace(".template(", ".template2(") ?? "";
    expect(await compile([{ name: "faulty", text }])).toContain("template2");
  });
});
