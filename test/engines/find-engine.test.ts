import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findEngine, locateEngine } from "./find-engine.ts";
import { findGo } from "./find-go.ts";
import { hostLanguages, languageHost, languagePluginName } from "./language-hosts.ts";
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

describe.each(hostLanguages)("the language host of %s", (language) => {
  const host = (pulumiBin: string) => languageHost(language, pulumiBin);
  const name = `pulumi-language-${language}`;

  test("is the one that its variable names, then the one beside the CLI, on PATH, in the cache", async () => {
    const engine = host(path.join(home, "pulumi", "pulumi"));
    const cached = await anExecutable(`.cache/uko/engines/${engine.cacheName}`, name);
    const env = { HOME: home, PATH: path.join(home, "path") };
    expect(locateEngine(engine, env)).toEqual({ bin: cached, foundBy: "cache" });

    const onPath = await anExecutable("path", name);
    expect(locateEngine(engine, env)).toEqual({ bin: onPath, foundBy: "PATH" });

    const beside = await anExecutable("pulumi", name);
    expect(locateEngine(engine, env)).toEqual({ bin: beside, foundBy: "PATH" });

    const named = await anExecutable("elsewhere", "host");
    expect(locateEngine(engine, { ...env, [engine.variable]: named })).toEqual({ bin: named, foundBy: "variable" });
  });

  test("is looked for in the cache that XDG_CACHE_HOME names", async () => {
    const engine = host(path.join(home, "pulumi"));
    const cached = await anExecutable(`xdg/uko/engines/${engine.cacheName}`, name);
    const env = { HOME: home, PATH: "", XDG_CACHE_HOME: path.join(home, "xdg") };
    expect(locateEngine(engine, env)?.bin).toBe(cached);
  });

  test("has its version in the cache and in the name of the plugin", () => {
    const version = /-(\d+\.\d+\.\d+)$/.exec(host("pulumi").cacheName)?.[1];
    expect(languagePluginName(language)).toBe(`language-${language}-v${version}`);
    expect(host("pulumi").executable.ldflags).toContain(`=v${version}`);
  });

  test("is missed with a way out when there is neither it nor Go", async () => {
    const engine = host(path.join(home, "pulumi"));
    await expect(findEngine(engine, () => undefined, { HOME: home, PATH: "" })).rejects.toThrow(
      new RegExp(
        `Without Go it cannot be built here\\.\\nEither install the whole of Pulumi.*or set ${engine.variable}`,
      ),
    );
  });
});

test("says so when a variable names what is no executable", () => {
  const env = { HOME: home, PATH: "", UKO_SDK_GENERATOR: path.join(home, "none") };
  expect(() => locateEngine(sdkGenerator, env)).toThrow(/^UKO_SDK_GENERATOR names .*none, but there is no executable$/);
});

test("never takes somebody else's sdk-generator from PATH for ours", async () => {
  await anExecutable("path", "sdk-generator");
  expect(locateEngine(sdkGenerator, { HOME: home, PATH: path.join(home, "path") })).toBeUndefined();
});

describe("Go for programs in Go", () => {
  const go = (version: string) => anExecutable("go", "go", `echo '{"GOVERSION": "go${version}", "GOCACHE": "kept"}'`);
  const env = () => ({ HOME: home, PATH: `${path.join(home, "go")}:/usr/bin:/bin` });

  test("keeps its caches when HOME is another one", async () => {
    await go("1.26.8");
    expect(await findGo(() => undefined, env())).toMatchObject({ version: "1.26.8", env: { GOCACHE: "kept" } });
  });

  test("says what to do when it is too old or not there", async () => {
    await go("1.21.0");
    await expect(findGo(() => undefined, env())).rejects.toThrow(
      /is version 1\.21\.0, and 1\.25 is needed\.\nInstall Go/,
    );
    await expect(findGo(() => undefined, { HOME: home, PATH: "" })).rejects.toThrow(
      /no Go on PATH.*\nInstall Go 1\.25/,
    );
  });
});
