/** The archives for this machine's platform, in the hands of somebody who has no Node; the others are looked at from outside. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { extract } from "tar";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { hostPlatform, type Platform, platforms } from "../../sdk/release/platforms.ts";
import {
  commandLine,
  programs,
  pulumiPlugin,
  type ReleasedProgram,
  terraformProvider,
} from "../../sdk/release/programs.ts";
import { readExecutable } from "../../sdk/release/read-executable.ts";
import { makeRelease } from "../../sdk/release/release.ts";
import { sha256 } from "../../sdk/release/release-file.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { TofuWorkspace } from "../stage/tofu.ts";
import { read, repository } from "../support/documents.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { isWhole } from "../support/tier.ts";
import { install, serve, serveInPlain } from "./install-script.ts";
import { readZip } from "./read-zip.ts";

const build = fileURLToPath(new URL("../../build/", import.meta.url));
const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const nowhere = { PATH: "/nowhere" };
const makingLimitMs = 10 * 60_000;
/** Five platforms take 3 minutes of computing and 250 MB of downloads, on a machine that may be busy. */
const makingAllLimitMs = 3 * makingLimitMs;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-release-test-"));
  // A copy, since whoever works on a program meanwhile makes a new one.
  for (const { folder: its } of programs) {
    await cp(path.join(build, its), path.join(folder, "build", its), { recursive: true });
    await cp(path.join(build, `${its}.metafile.json`), path.join(folder, "build", `${its}.metafile.json`));
  }
  await make([hostPlatform()], path.join(folder, "release"));
}, makingLimitMs);
afterAll(() => rm(folder, { recursive: true, force: true }));

function make(which: readonly Platform[], to: string) {
  const options = { platforms: which, folder: to, builder: "https://example.test/a-test" };
  return makeRelease({ ...options, build: path.join(folder, "build") }, () => undefined);
}

const bundleOf = (program: ReleasedProgram): string => path.join(folder, "build", program.folder, program.name);
const pluginArchive = (platform: Platform): string => pulumiPlugin.archive(version, platform);
const pluginExecutable = (platform: Platform): string => pulumiPlugin.executable(version, platform);

async function unpack(
  program: ReleasedProgram,
  platform: Platform,
  release = path.join(folder, "release"),
): Promise<string> {
  const place = await mkdtemp(path.join(folder, `${platform.name}-`));
  const archive = path.join(release, program.archive(version, platform));
  if (archive.endsWith(".tar.gz")) await extract({ file: archive, cwd: place });
  else
    for (const { name, content } of readZip(await readFile(archive))) await writeFile(path.join(place, name), content);
  return place;
}

test.each([
  { program: pulumiPlugin, itsOwn: "google-protobuf", more: [] },
  { program: terraformProvider, itsOwn: "@msgpack/msgpack", more: [] },
  { program: commandLine, itsOwn: "commander", more: ["_uko", "uko.1", "uko.bash", "uko.fish"] },
])(
  "the archive of $program.name holds one executable, and of everything in it the license",
  async ({ program, itsOwn, more }) => {
    const place = await unpack(program, hostPlatform());
    expect((await readdir(place)).sort()).toEqual(
      ["LICENSE", "README.md", "THIRD-PARTY-NOTICES.txt", program.executable(version, hostPlatform()), ...more].sort(),
    );
    const notices = await readFile(path.join(place, "THIRD-PARTY-NOTICES.txt"), "utf8");
    for (const name of ["Node.js", "undici", "zod", itsOwn]) expect(notices).toContain(name);
  },
);

test("each link of the README in an archive leads to a page of this version", async () => {
  const readme = await readFile(path.join(await unpack(commandLine, hostPlatform()), "README.md"), "utf8");
  const links = Array.from(readme.matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(20);
  const pages = `https://github.com/pulumi-uko/pulumi-uko/blob/v${version}/`;
  for (const link of links) {
    expect(link.slice(0, pages.length)).toBe(pages);
    const [file = ""] = link.slice(pages.length).split("#");
    expect(existsSync(path.join(repository, file)), link).toBe(true);
  }
});

test("the archive of the command line has its man page and the completions of three shells", async () => {
  const place = await unpack(commandLine, hostPlatform());
  const executable = path.join(place, commandLine.executable(version, hostPlatform()));
  for (const [shell, name] of [
    ["bash", "uko.bash"],
    ["zsh", "_uko"],
    ["fish", "uko.fish"],
  ] as const) {
    const { stdout } = await promisify(execFile)(executable, ["completion", shell], { env: nowhere });
    expect(await readFile(path.join(place, name), "utf8")).toBe(stdout);
  }
  expect(await readFile(path.join(place, "uko.1"), "utf8")).toBe(read("provider/docs/reference/uko.1"));
});

test("starts where no Node is, and returns the engine", async () => {
  const executable = path.join(await unpack(pulumiPlugin, hostPlatform()), pluginExecutable(hostPlatform()));
  const plugin = spawn(executable, [], { env: nowhere, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => end(plugin));
  let complaints = "";
  plugin.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const [port] = (await once(createInterface(plugin.stdout), "line")) as [string];
  expect(port).toMatch(/^\d+$/);

  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  const shaken = await new Promise<providerPb.ProviderHandshakeResponse>((resolve, reject) => {
    client.handshake(new providerPb.ProviderHandshakeRequest(), (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
  expect(shaken.getAcceptSecrets()).toBe(true);
  const told = await new Promise<string>((resolve, reject) => {
    client.getPluginInfo(new emptyPb.Empty(), (error, info) => (error ? reject(error) : resolve(info.getVersion())));
  });
  expect(told).toBe(version);
  expect(
    complaints,
    "Node must not warn, neither that this is experimental nor that the compiled code is not for it",
  ).toBe("");
});

test("the command line starts where no Node is, with its emulator, its pages and its demo world", async () => {
  const executable = path.join(
    await unpack(commandLine, hostPlatform()),
    commandLine.executable(version, hostPlatform()),
  );
  const run = async (args: readonly string[], env: NodeJS.ProcessEnv = nowhere) =>
    (await promisify(execFile)(executable, args, { env })).stdout;
  expect(await run(["--version"])).toBe(`${version}\n`);
  expect(await run(["explain", "UKO_APPROVAL_PENDING"])).toContain("UKO_APPROVAL_PENDING");

  const emulator = spawn(executable, ["emulator", "--port", "0", "--json"], {
    env: nowhere,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => end(emulator));
  const [line] = (await once(createInterface(emulator.stdout), "line")) as [string];
  const { url, instanceId } = JSON.parse(line) as { url: string; instanceId: string };
  const settings = { ...emulatorAddresses(url), UKO_INSTANCE_ID: instanceId };
  const carol = { ...nowhere, ...settings, UKO_API_KEY: "carol-demo-key" };
  expect(await run(["ls", "payments"], carol)).toContain("orders");

  const console = spawn(executable, ["console"], { env: carol, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => end(console));
  const [first] = (await once(createInterface(console.stdout), "line")) as [string];
  expect(first).toMatch(/^Code for the next log-in: /);
});

test(
  "is made of the same bytes when it is made again",
  async () => {
    const again = path.join(folder, "again");
    await make([hostPlatform()], again);
    const names = programs.flatMap((each) => [each.archive(version, hostPlatform()), `${each.stem(version)}.cdx.json`]);
    for (const name of names) {
      expect(await sha256(path.join(again, name)), name).toBe(await sha256(path.join(folder, "release", name)));
    }
  },
  makingLimitMs,
);

test("says the checksum of every file", async () => {
  const release = path.join(folder, "release");
  const lines = async (names: readonly string[]): Promise<string> =>
    (await Promise.all(names.map(async (name) => `${await sha256(path.join(release, name))}  ${name}\n`))).join("");
  const names = (await readdir(release)).filter((name) => name !== "checksums.txt").sort();
  expect(await readFile(path.join(release, "checksums.txt"), "utf8")).toBe(await lines(names));
  const zip = terraformProvider.archive(version, hostPlatform());
  const stem = terraformProvider.stem(version);
  expect(await readFile(path.join(release, `${stem}_SHA256SUMS`), "utf8")).toBe(
    await lines([zip, `${stem}_manifest.json`]),
  );
});

test("the script installs the command from a server, and says that no key checked the signature", async () => {
  const release = path.join(folder, "release");
  const { url, caFile } = await serve(release);
  const { code, output, home, installed } = await install({ release, folder, caFile }, ["--from", url]);
  expect([code, output]).toEqual([0, expect.stringContaining(`Installed uko ${version} in ${home}/.local/bin.\n`)]);
  expect(output).toContain("the signature was not, because --key names no public key");
  expect(installed).toContain(".local/bin/uko");
  const command = path.join(home, ".local/bin/uko");
  expect((await promisify(execFile)(command, ["--version"], { env: nowhere })).stdout).toBe(`${version}\n`);
});

test("the formula names the archive of this platform with its checksum", async () => {
  const formula = await readFile(path.join(folder, "release", "uko.rb"), "utf8");
  const archive = commandLine.archive(version, hostPlatform());
  const digest = await sha256(path.join(folder, "release", archive));
  const address = `https://github.com/pulumi-uko/pulumi-uko/releases/download/v${version}/${archive}`;
  expect(formula).toContain(`      url "${address}"\n      sha256 "${digest}"\n`);
  expect(formula.match(/^ *url /gm)).toHaveLength(1);
});

const program = `name: keys
runtime: yaml
resources:
  payroll:
    type: uko:ManagedKey
    properties:
      vaultId: 5c1e0000-0000-4000-8000-000000000001
      template: payroll
      label: payroll
      deletionReason: Payroll moved to the new ledger
`;

test("is taken by Pulumi from a file and from a server, and serves a YAML program where no Node is", async () => {
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  const project = path.join(folder, "project");
  await mkdir(project);
  await writeFile(path.join(project, "Pulumi.yaml"), program);
  await using workspace = await PulumiWorkspace.create(project);
  const env = { ...uko.settings, ...nowhere, UKO_API_KEY: "carol-demo-key" };
  const carol = await workspace.person("carol", { env });
  const installed = path.join(carol.home, ".pulumi", "plugins", `resource-uko-v${version}`);
  // The workspace gives everybody the plugin that needs Node.
  await rm(installed, { recursive: true, force: true });

  const file = path.join(folder, "release", pluginArchive(hostPlatform()));
  expect(await carol.run(["plugin", "install", "resource", "uko", version, "--file", file])).toMatchObject({
    exitCode: 0,
  });
  expect(await readdir(installed)).toContain(pluginExecutable(hostPlatform()));

  await rm(installed, { recursive: true });
  const server = await serveInPlain(path.join(folder, "release"));
  const fromServer = ["plugin", "install", "resource", "uko", `v${version}`, "--server", server];
  expect(await carol.run(fromServer)).toMatchObject({ exitCode: 0 });
  expect(await carol.up()).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
  expect((await carol.exportState()).resources).toMatchObject([
    { type: "uko:index:ManagedKey", outputs: { lifecycleState: "active" } },
  ]);
  expect((await carol.destroy()).firstErrorLine).toBe(
    `Key "payroll" is waiting for a second person to approve its deactivation`,
  );
});

const configuration = `resource "uko_managed_key" "payroll" {
  vault_id = "5c1e0000-0000-4000-8000-000000000001"
  template = "payroll"
  label    = "payroll"
}
`;

test("is taken by OpenTofu from a mirror, and serves where no Node is", async () => {
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  const mirror = path.join(folder, "mirror");
  const zip = terraformProvider.archive(version, hostPlatform());
  for (const registry of ["registry.opentofu.org", "registry.terraform.io"]) {
    const place = path.join(mirror, registry, "pulumi-uko", "uko");
    await mkdir(place, { recursive: true });
    await symlink(path.join(folder, "release", zip), path.join(place, zip));
  }
  const configFile = path.join(folder, "tofu.rc");
  await writeFile(configFile, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);

  await using workspace = await TofuWorkspace.create();
  const env = { ...uko.settings, ...nowhere, UKO_API_KEY: "carol-demo-key", TF_CLI_CONFIG_FILE: configFile };
  const carol = await workspace.person("carol", { env, program: configuration });
  // The workspace gives everybody the provider that needs Node.
  for (const name of [".terraform", ".terraform.lock.hcl"])
    await rm(path.join(carol.workingCopy, name), { recursive: true });

  const initialized = await carol.init();
  expect(initialized.exitCode, initialized.output).toBe(0);
  const lock = await readFile(path.join(carol.workingCopy, ".terraform.lock.hcl"), "utf8");
  expect(lock).toMatch(/provider "registry\.[a-z.]+\/pulumi-uko\/uko" \{[^}]*"h1:/);
  const applied = await carol.apply();
  expect(applied, applied.output).toMatchObject({ exitCode: 0, applied: { add: 1 } });
  expect((await carol.state()).resources).toMatchObject([{ attributes: { lifecycle_state: "active" } }]);
  expect((await carol.destroy()).firstErrorSays).toBe(
    `Key "payroll" is waiting for a second person to approve its deactivation`,
  );
});

test(
  "of each platform holds the program in an executable for that platform",
  async ({ skip }) => {
    skip(!isWhole, "it takes Node's packages for five platforms and minutes; `npm run test:all` runs it");
    const release = path.join(folder, "all");
    await make(platforms, release);
    for (const program of programs) {
      const text = await readFile(bundleOf(program), "utf8");
      for (const platform of platforms) {
        const place = await unpack(program, platform, release);
        const file = await readFile(path.join(place, program.executable(version, platform)));
        const { blob, ...facts } = readExecutable(file);
        const { format, arch } = platform;
        expect(facts, platform.name).toEqual({ format, arch, fuseIsSet: true, isSigned: format === "mach-o" });
        expect(blob?.includes(text), platform.name).toBe(true);
        await rm(place, { recursive: true });
      }
    }
  },
  makingAllLimitMs,
);

async function end(plugin: ChildProcess): Promise<void> {
  plugin.kill("SIGKILL");
  if (plugin.exitCode === null && plugin.signalCode === null) await once(plugin, "exit");
}
