import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findEngine, locateEngine } from "./find-engine.ts";
import { hostLanguages, languageHost } from "./language-hosts.ts";
import { sdkGenerator } from "./sdk-generator.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-engines-"));
});
afterEach(() => rm(home, { recursive: true }));

async function anExecutable(folder: string, name: string, script = "exit 0"): Promise<string> {
  const file = path.join(home, folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

test.each(hostLanguages)(
  "the language host of %s is missed with a way out when there is neither it nor Go",
  async (language) => {
    const engine = languageHost(language, path.join(home, "pulumi"));
    await expect(findEngine(engine, () => undefined, { HOME: home, PATH: "" })).rejects.toThrow(
      new RegExp(
        `Without Go it cannot be built here\\.\\nEither install the whole of Pulumi.*or set ${engine.variable}`,
      ),
    );
  },
);

test("never takes somebody else's sdk-generator from PATH for ours", async () => {
  await anExecutable("path", "sdk-generator");
  expect(locateEngine(sdkGenerator, { HOME: home, PATH: path.join(home, "path") })).toBeUndefined();
});
