/** The PyPI package: it builds, and the programs of its documentation register what they say. */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageVersion } from "../../sdk/make/schema-file.ts";
import { findPython, isPythonLeftOut } from "../engines/find-python.ts";
import { examplePrograms } from "./support/example-programs.ts";

/** Runs a program against an engine that says yes to everything, and prints what it was asked to register. */
const withMocks = `
import json, runpy, sys, pulumi

class Engine(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return [args.name + "-id", args.inputs]
    def call(self, args):
        return {}

registered = []
class Recording(Engine):
    def new_resource(self, args):
        registered.append([args.typ, sorted(args.inputs)])
        return super().new_resource(args)

pulumi.runtime.set_mocks(Recording())
pulumi.runtime.set_all_config({"project:awsAccessKeyId": "a", "project:awsSecretAccessKey": "b"})

@pulumi.runtime.test
def run():
    runpy.run_path(sys.argv[1], run_name="__main__")

run()
print(json.dumps(registered))
`;

describe.skipIf(isPythonLeftOut())("the Python package", () => {
  let folder: string;
  let python: (args: readonly string[], cwd?: string) => Promise<string>;

  beforeAll(async () => {
    const { pythonBin } = await findPython(() => undefined);
    folder = await mkdtemp(path.join(os.tmpdir(), "uko-python-"));
    const env = { ...process.env, PYTHONPATH: path.join(folder, "installed"), PYTHONDONTWRITEBYTECODE: "1" };
    python = async (args, cwd = folder) => (await promisify(execFile)(pythonBin, args, { cwd, env })).stdout;
    // A build leaves files beside the sources.
    await cp(fileURLToPath(new URL("../../sdk/python", import.meta.url)), path.join(folder, "sources"), {
      recursive: true,
    });
    const pip = ["-m", "pip", "--disable-pip-version-check", "--no-input"];
    const build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", path.join(folder, "wheels"), "."];
    await python([...pip, ...build], path.join(folder, "sources"));
    const wheel = `pulumi_uko-${packageVersion()}-py3-none-any.whl`;
    const install = ["install", "--no-deps", "--no-index", "--target", path.join(folder, "installed")];
    await python([...pip, ...install, path.join(folder, "wheels", wheel)]);
    await writeFile(path.join(folder, "with_mocks.py"), withMocks);
    await mkdir(path.join(folder, "programs"));
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true }));

  async function register(name: string, text: string): Promise<readonly (readonly [string, readonly string[]])[]> {
    const file = path.join(folder, "programs", `${name}.py`);
    await writeFile(file, text);
    return JSON.parse(await python(["with_mocks.py", file]));
  }

  test("its wheel compiles, and brings types and the note by which Pulumi finds the plugin", async () => {
    await python(["-m", "compileall", "-q", path.join(folder, "installed", "pulumi_uko")]);
    const files = await readdir(path.join(folder, "installed", "pulumi_uko"));
    expect(files).toEqual(expect.arrayContaining(["py.typed", "pulumi-plugin.json", "managed_key.py"]));
    const version = "import pulumi_uko; print(pulumi_uko._utilities.get_version())";
    expect((await python(["-c", version])).trim()).toBe(packageVersion());
  });

  test.each(examplePrograms("python"))(
    "the documented program $name registers what it says",
    async ({ name, text }) => {
      const registered = await register(name, text);
      const said = [...text.matchAll(/uko\.([A-Z]\w+)\("/g)].map(([, resource]) => `uko:index:${resource}`);
      expect(registered.map(([type]) => type).toSorted()).toEqual(said.toSorted());
    },
  );

  test("an argument that is not there is an error", async () => {
    const text = examplePrograms("python")[0]?.text.replace("template=", "templat=") ?? "";
    await expect(register("faulty", text)).rejects.toThrow("templat");
  });
});
