/** The executables of a release with 2,000 keys: the Node inside them must not fail where the Node of the tests works. */

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { credentials } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { extract } from "tar";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { hostPlatform, nodeVersion } from "../../sdk/release/platforms.ts";
import { commandLine, pulumiPlugin, type ReleasedProgram, terraformProvider } from "../../sdk/release/programs.ts";
import { makeRelease } from "../../sdk/release/release.ts";
import { caller, startEngine, unary, urnOf } from "../pulumi-plugin/engine.ts";
import { firstLine } from "../support/child-env.ts";
import { startHost } from "../terraform-plugin/host.ts";
import { handlesManyKeys, manyKeys, type Settings, startWithManyKeys } from "./many-keys.ts";
import { readZip } from "./read-zip.ts";

const { version } = packageFile;
const makingLimitMs = 10 * 60_000;
const limitMs = 5 * 60_000;
/** Pulumi and OpenTofu read this many resources at once. */
const atOnce = 10;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-many-keys-"));
  const build = fileURLToPath(new URL("../../build/", import.meta.url));
  await makeRelease({ platforms: [hostPlatform()], folder, build }, () => undefined);
}, makingLimitMs);
afterAll(() => rm(folder, { recursive: true, force: true }));

const archiveOf = (program: ReleasedProgram): string => path.join(folder, program.archive(version, hostPlatform()));

/** Unpacks the program and returns the path of its executable. */
async function unpack(program: ReleasedProgram): Promise<string> {
  const place = await mkdtemp(path.join(folder, "unpacked-"));
  const archive = archiveOf(program);
  const executable = path.join(place, program.executable(version, hostPlatform()));
  if (archive.endsWith(".tar.gz")) await extract({ file: archive, cwd: place });
  else {
    const found = readZip(await readFile(archive)).find(({ name }) => name === path.basename(executable));
    await writeFile(executable, found?.content ?? "", { mode: 0o755 });
  }
  return executable;
}

/** The settings of Carol for an emulator with many keys, and the IDs of all of them. */
async function carolWithManyKeys(): Promise<{ readonly settings: Settings; readonly ids: readonly string[] }> {
  const env = { PATH: process.env.PATH ?? "", HOME: folder };
  const own = await startWithManyKeys([await unpack(commandLine)], env);
  const settings: Settings = { ...own, UKO_API_KEY: "carol-demo-key" };
  const world = (await (await fetch(`${settings.UKO_ENDPOINT}/_emulator/world`)).json()) as {
    keys: readonly { readonly id: string; readonly vault: { readonly id: string } }[];
  };
  return { settings, ids: world.keys.map(({ id, vault }) => `${vault.id}/${id}`) };
}

/** Calls with each ID, some of them at once. */
async function withEach(ids: readonly string[], call: (id: string) => Promise<void>): Promise<void> {
  const left = ids.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const id of left) await call(id);
    }),
  );
}

test("the Node of the tests is the Node in the executables", () => {
  expect(packageFile.devDependencies.node).toBe(nodeVersion);
});

test(`the command line requests the deletion of ${manyKeys} keys, lists the requests, and installs a zip`, {
  timeout: limitMs,
}, async () => {
  await handlesManyKeys(
    [await unpack(commandLine)],
    archiveOf(terraformProvider),
    await mkdtemp(path.join(folder, "home-")),
  );
});

test(`the plugin reads ${manyKeys} keys`, { timeout: limitMs }, async () => {
  const { settings, ids } = await carolWithManyKeys();
  const engine = await startEngine([]);
  onTestFinished(() => engine.close());
  const plugin = spawn(await unpack(pulumiPlugin), [engine.address], { env: settings });
  onTestFinished(() => void plugin.kill());
  const port = await firstLine(plugin, () => "");
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  await unary((done) => client.configure(new providerPb.ConfigureRequest(), done));
  const type = "uko:index:ManagedKey";
  const found = new Set<string>();
  await withEach(ids, async (id) => {
    const reply = await caller(client, { urn: urnOf(type), type })("read", { Id: id });
    found.add(reply.getId());
  });
  expect(found.size).toBe(manyKeys);
  expect(plugin.exitCode).toBeNull();
});

test(`the provider imports ${manyKeys} keys`, { timeout: limitMs }, async () => {
  const { settings, ids } = await carolWithManyKeys();
  const host = await startHost(settings, undefined, { executable: await unpack(terraformProvider) });
  onTestFinished(() => host.close());
  await host.provider.configureProvider();
  const found = new Set<string>();
  await withEach(ids, async (id) => {
    const { importedResources, diagnostics } = await host.provider.importResourceState({
      typeName: "uko_managed_key",
      id,
    });
    expect(diagnostics).toEqual([]);
    if (importedResources.length === 1) found.add(id);
  });
  expect(found.size).toBe(manyKeys);
  expect(host.child.exitCode).toBeNull();
});
