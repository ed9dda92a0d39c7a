/**
 * IBM's own live tests, which IBM runs against the service, with the addresses changed and nothing
 * else. Those of the Go client and of redstone come from package registries. Those of the Node client
 * are in its repository alone, so `live-tests/` has a copy. IBM's Java client has none.
 */

import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as tar from "tar";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../provider/emulator/start.ts";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
import { locateGo } from "../engines/find-go.ts";
import { installPython, isPythonLeftOut } from "../engines/find-python.ts";
import { send } from "./harness.ts";
import { clientRuns } from "./live-tests/clients.ts";
import { runLiveTests } from "./live-tests/node-runner.ts";

let emulator: Emulator;
let folder: string;
beforeEach(async () => {
  // A new instance of Key Protect, for which IBM writes its tests.
  const { instance, identities } = demoSeed;
  emulator = await startEmulator({ seed: { instance, identities }, profile: "key-protect" });
  folder = await mkdtemp(path.join(tmpdir(), "uko-live-tests-"));
});
afterEach(async () => {
  await emulator?.close();
  await rm(folder, { recursive: true, force: true });
});

const run = promisify(execFile);

/** Replaces the addresses of IBM's services; fails if a file no longer has one. */
async function redirect(file: string, ...addresses: readonly string[]): Promise<void> {
  let text = await readFile(file, "utf8");
  for (const address of addresses) {
    expect(text).toContain(address);
    text = text.replaceAll(address, emulator.url);
  }
  await chmod(file, 0o644);
  await writeFile(file, text);
}

/** Runs a program as Carol to its end, and returns all that it printed, whatever its exit code. */
async function printed(file: string, args: readonly string[], env: object = {}): Promise<string> {
  const identity = { IBMCLOUD_API_KEY: "carol-demo-key", KP_INSTANCE_ID: emulator.instanceId };
  const options = { cwd: folder, env: { ...process.env, ...env, ...identity }, timeout: 280_000, maxBuffer: 1e8 };
  const { stdout, stderr } = await run(file, args, options).catch((error: { stdout: string; stderr: string }) => error);
  return `${stdout}${stderr}`;
}

it("passes all live tests of IBM's Go client", async () => {
  const { goBin, env } = await locateGo();
  const { client, release, passes } = clientRuns.goLive;
  expect(client).toBe("`keyprotect-go-client`");
  const module = `github.com/IBM/keyprotect-go-client@v${release}`;
  const { stdout } = await run(goBin, ["mod", "download", "-json", module], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  await cp((JSON.parse(stdout) as { Dir: string }).Dir, folder, { recursive: true });
  for (const part of [folder, path.join(folder, "iam")]) await chmod(part, 0o755);
  await redirect(path.join(folder, "kp.go"), "https://us-south.kms.cloud.ibm.com");
  await redirect(path.join(folder, "iam/iam.go"), "https://iam.cloud.ibm.com");
  const source = await readFile(path.join(folder, "integration_test.go"), "utf8");
  const names = Array.from(source.matchAll(/^func (Test\w+)\(/gm), ([, name]) => name);
  const args = ["test", "-mod=mod", "-count=1", "-v", "-tags=integration", `-run=^(${names.join("|")})$`, "."];
  const output = await printed(goBin, args, env);
  const passed = names.filter((name) => output.includes(`--- PASS: ${name} (`));
  expect(passed, output).toEqual(names);
  expect(passes).toContain(`${passed.length} of ${names.length}`);
});

it("passes the live tests of IBM's Node client, but those of methods that the release lacks", async () => {
  const copy = await readFile(new URL("live-tests/keyprotect-nodejs-client.txt", import.meta.url), "utf8");
  // As git names the file at IBM's tag v0.1.2, so nobody has changed the copy.
  const blob = createHash("sha1")
    .update(`blob ${Buffer.byteLength(copy)}\0${copy}`)
    .digest("hex");
  expect(await readFile(new URL("live-tests/README.md", import.meta.url), "utf8")).toContain(blob);
  let source = copy;
  for (const host of ["iam", "us-south.kms", "resource-controller"]) {
    expect(source).toContain(`https://${host}.cloud.ibm.com`);
    source = source.replaceAll(`https://${host}.cloud.ibm.com`, emulator.url);
  }
  const form = { grant_type: "urn:ibm:params:oauth:grant-type:apikey", apikey: "carol-demo-key" };
  const token = await fetch(`${emulator.url}/identity/token`, { method: "POST", body: new URLSearchParams(form) });
  const authorization = `Bearer ${((await token.json()) as { access_token: string }).access_token}`;
  let creation: Promise<unknown> | undefined;
  /** The registry lacks the release of IBM's client that the tests import for their one call. */
  class ResourceController {
    createResourceInstance(body: object) {
      const created = send(`${emulator.url}/v2/resource_instances`, "POST", body, { authorization });
      creation = created;
      return created.then(({ body: result }) => ({ result }));
    }
  }
  const keyProtect = { apiKey: "carol-demo-key", resourceGroup: "default", correlationId: randomUUID() };
  const { passed, errors } = await runLiveTests({
    source,
    expect,
    modules: {
      "../resources/auth-helper.js": { describe: (_: string, add: () => void) => add(), auth: { keyProtect } },
      "@ibm-cloud/platform-services/resource-controller/v2": ResourceController,
    },
    wait: async (ms) => {
      await creation;
      await send(`${emulator.url}/_emulator/clock`, "POST", { advance: ms });
    },
  });
  // The npm package 0.1.2 is older than the tag, and has neither `purgeKey` nor `patchKey`.
  expect(errors.map((error) => error.split(":")[0])).toEqual(["purgeKey", "transferKeyRing"]);
  expect(clientRuns.nodeLive.passes).toContain(`${passed.length} of ${passed.length + errors.length}; `);
});

it.skipIf(isPythonLeftOut())(
  "passes the live tests of IBM's redstone, but KMIP, which the emulator does not serve",
  async () => {
    const { release, passes } = clientRuns.redstone;
    const requirements = fileURLToPath(new URL("live-tests/redstone.txt", import.meta.url));
    const python = await installPython(path.join(folder, "venv"), requirements);
    const fetch = ["-m", "pip", "download", "--no-deps", "--no-binary=:all:", "--dest", folder, `redstone==${release}`];
    await run(python, fetch, { timeout: 120_000 });
    const archive = (await readdir(folder)).find((name) => name.endsWith(".tar.gz")) ?? "";
    const bytes = await readFile(path.join(folder, archive));
    expect(await readFile(requirements, "utf8")).toContain(createHash("sha256").update(bytes).digest("hex"));
    await tar.extract({ file: path.join(folder, archive), cwd: folder, strip: 1 });
    const addresses = ["https://resource-controller.cloud.ibm.com", "https://{0}.kms.cloud.ibm.com"];
    await redirect(path.join(folder, "redstone/client.py"), ...addresses);
    await redirect(path.join(folder, "redstone/auth.py"), "https://iam.cloud.ibm.com");
    const modules = ["test.integration.test_keyprotect", "test.integration.test_resourcecontroller"];
    const output = await printed(python, ["-m", "unittest", "-v", ...modules], { PYTHONDONTWRITEBYTECODE: "1" });
    const results = Array.from(output.matchAll(/^(test_\w+) \(.*\.\.\. (ok|skipped|ERROR|FAIL)/gm));
    const named = (...words: readonly string[]) => results.filter(([, , word = ""]) => words.includes(word));
    expect(
      named("ERROR", "FAIL").map(([, name]) => name),
      output,
    ).toEqual(["test_kmip_happy_path"]);
    const count = named("ok").length;
    expect(passes).toContain(`${count} of ${count + 1}, without KMIP; IBM skips ${named("skipped").length}`);
  },
);
