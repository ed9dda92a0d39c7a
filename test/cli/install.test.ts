import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Environment, Machine } from "../../provider/cli/cli-world.ts";
import { runCli } from "../../provider/cli/program.ts";
import { putIntoMirror } from "../../provider/cli/provider-mirror.ts";
import { releasedPackage } from "../../provider/cli/provider-package.ts";
import { useFolder } from "../support/use-folder.ts";
import { quietWorld } from "./harness.ts";
import { aReleasedZip } from "./released-zip.ts";

const folder = useFolder();
const home = path.join(folder, "home");
beforeEach(() => void mkdirSync(home));

const mirror = () => path.join(home, ".local", "share", "terraform", "plugins");
const placesIn = (root: string) =>
  ["opentofu.org", "terraform.io"].map((host) => path.join(root, `registry.${host}`, "pulumi-uko", "uko"));
const filesIn = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => statSync(path.join(root, name)).isFile());

/** A provider as built, without its executable bit, which some archives lose. */
function aBuiltProvider(version = "0.1.0", content = "#!/usr/bin/env node\n"): string {
  const place = path.join(folder, "package", "build", "terraform");
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, "terraform-provider-uko"), content, { mode: 0o644 });
  writeFileSync(path.join(place, "package.json"), JSON.stringify({ version, type: "commonjs" }));
  return place;
}

const zipName = "terraform-provider-uko_0.1.0_linux_amd64.zip";
const aZip = (name = zipName): Promise<string> => aReleasedZip(path.join(folder, name));
const sumsFile = () => path.join(folder, "terraform-provider-uko_0.1.0_SHA256SUMS");

/** The checksums file of a zip, as in a release. */
function checksumsOf(content: string | Buffer): void {
  const sum = createHash("sha256").update(content).digest("hex");
  const lines = `${"0".repeat(64)}  terraform-provider-uko_0.1.0_linux_arm64.zip\n${sum}  ${zipName}\n`;
  writeFileSync(sumsFile(), lines);
}

/** A zip that was modified. */
async function aBrokenZip(spoil: (zip: Buffer) => Buffer | string): Promise<readonly string[]> {
  const file = await aZip();
  writeFileSync(file, spoil(readFileSync(file)));
  return ["--from", file];
}

async function uko(
  typed: readonly string[],
  over: Partial<Machine> = {},
  environment: Environment = {},
  engine = "terraform",
) {
  const providerFolder = path.join(folder, "package", "build", "terraform");
  const machine = { system: "linux", processor: "x64", home, providerFolder, ...over };
  const world = quietWorld({ environment, machine });
  const exitCode = await runCli(["install", engine, ...typed], world);
  return { exitCode, ...world.output };
}

/** The output, with the places of this run replaced by names. */
const normalized = (text: string): string => text.replaceAll(home, "<home>").replaceAll(folder, "<folder>");

it("puts the provider where both engines find it, executable, and prints how to continue", async () => {
  aBuiltProvider();
  const { exitCode, out, err } = await uko([]);
  expect([exitCode, err]).toEqual([0, ""]);
  for (const place of placesIn(mirror())) {
    const installed = path.join(place, "0.1.0", "linux_amd64");
    expect(readdirSync(installed)).toEqual(["package.json", "terraform-provider-uko"]);
    expect(statSync(path.join(installed, "terraform-provider-uko")).mode & 0o777).toBe(0o755);
  }
  expect(readdirSync(home), "no ~/.terraform.d, which would move OpenTofu's settings").toEqual([".local"]);
  expect(readdirSync(path.dirname(placesIn(mirror())[0] ?? "")), "nothing half done").toEqual(["uko"]);
  const replaced = (await uko([])).out;
  const removed = (await uko(["--remove"])).out;
  const texts = { "": out, " (again)": replaced, " --remove": removed };
  await expect(
    Object.entries(texts)
      .map(([command, text]) => `$ uko install terraform${command}\n${normalized(text)}`)
      .join("\n"),
  ).toMatchFileSnapshot("../golden/cli/install.txt");
});

it("replaces the same version in either form, and keeps other versions", async () => {
  aBuiltProvider("0.0.9");
  await uko([]);
  aBuiltProvider("0.1.0", "first");
  await uko([]);
  aBuiltProvider("0.1.0", "second");
  expect((await uko([])).out).toContain("It replaces another copy");
  const [place = ""] = placesIn(mirror());
  expect(readFileSync(path.join(place, "0.1.0", "linux_amd64", "terraform-provider-uko"), "utf8")).toBe("second");

  await uko(["--from", await aZip()]);
  const ofOlder = ["package.json", "terraform-provider-uko"].map((name) => path.join("0.0.9", "linux_amd64", name));
  expect(filesIn(place)).toEqual(["terraform-provider-uko_0.1.0_linux_amd64.zip", ...ofOlder]);
  await uko([]);
  expect(filesIn(place)).not.toContain("terraform-provider-uko_0.1.0_linux_amd64.zip");
});

it("reports an existing installation, and replaces one that only looks the same", async () => {
  aBuiltProvider();
  await uko([]);
  expect((await uko([])).out).not.toContain("replaces");
  expect((await uko([])).out).toMatch(/^pulumi-uko\/uko 0\.1\.0 .* was already installed/);
  const places = placesIn(mirror()).map((place) => path.join(place, "0.1.0", "linux_amd64"));

  const [first = ""] = places;
  writeFileSync(path.join(first, "left-over.js"), "");
  expect((await uko([])).out).toMatch(/^Installed pulumi-uko\/uko 0\.1\.0 /);
  expect(readdirSync(first)).toHaveLength(2);

  const zip = await aZip();
  expect((await uko(["--from", zip])).out).toContain("It replaces another copy");
  const { out } = await uko(["--from", zip]);
  expect(out).toMatch(
    /^pulumi-uko\/uko 0\.1\.0 for linux_amd64 \(checksum not compared\) was already installed in the default folder/,
  );
});

it("makes an existing provider executable", async () => {
  aBuiltProvider();
  await uko([]);
  const [there = ""] = placesIn(mirror()).map((place) => path.join(place, "0.1.0/linux_amd64/terraform-provider-uko"));
  chmodSync(there, 0o644);
  await uko([]);
  expect(statSync(there).mode & 0o777).toBe(0o755);
});

it("removes every version, and no file of other providers", async () => {
  aBuiltProvider();
  await uko([]);
  const [, other = ""] = placesIn(mirror());
  const theirs = path.join(path.dirname(path.dirname(other)), "hashicorp", "aws");
  mkdirSync(theirs, { recursive: true });
  const { exitCode, out } = await uko(["--remove"]);
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/^Removed:\n/)]);
  for (const place of placesIn(mirror())) expect(out).toContain(`\n  ${place}\n`);
  expect(readdirSync(mirror())).toEqual(["registry.terraform.io"]);
  expect(existsSync(theirs)).toBe(true);
  expect((await uko(["--remove"])).out).toBe(`pulumi-uko/uko is not in ${mirror()}.\n`);
});

it.each(["tofu", "opentofu"])("treats %s as the same, and continues with that word", async (engine) => {
  aBuiltProvider();
  const { exitCode, out } = await uko([], {}, {}, engine);
  expect([exitCode, placesIn(mirror()).map((place) => existsSync(place))]).toEqual([0, [true, true]]);
  expect(out).toContain(`  uko install ${engine} --remove\n`);
});

it("compares a zip with its checksums file, and reports the comparison", async () => {
  const zip = await aZip();
  expect((await uko(["--from", zip])).out).toMatch(/^Installed .*\(checksum not compared\).*:\n/);
  checksumsOf(readFileSync(zip));
  expect((await uko(["--from", zip])).out).toMatch(/^.*\(checksum as in terraform-provider-uko_0\.1\.0_SHA256SUMS\)/);
});

it("installs the file that it checked, and keeps the existing one if the file changes in the meantime", async () => {
  const zip = await aZip();
  await uko(["--from", zip]);
  const [there = ""] = placesIn(mirror()).map((place) => path.join(place, zipName));
  const good = readFileSync(there);
  const machine = { system: "linux", processor: "x64", home, providerFolder: folder };
  const checkedPackage = await releasedPackage(zip, machine);
  writeFileSync(zip, "hello");
  await expect(putIntoMirror(mirror(), checkedPackage)).rejects.toThrow(
    `${zipName} changed while it was being installed`,
  );
  expect(readFileSync(there)).toEqual(good);
  expect(readdirSync(path.dirname(placesIn(mirror())[0] ?? "")), "nothing half done").toEqual(["uko"]);
});

it("extracts a Windows executable from a zip for Windows", async () => {
  const zip = await aReleasedZip(path.join(folder, "terraform-provider-uko_0.1.0_windows_amd64.zip"));
  expect((await uko(["--from", zip], { system: "win32" })).exitCode).toBe(0);
});

it.each([
  [{ system: "linux" }, { XDG_DATA_HOME: "<home>/data" }, "<home>/data/terraform/plugins"],
  [{ system: "darwin" }, {}, "<home>/Library/Application Support/io.terraform/plugins"],
  [{ system: "win32" }, { APPDATA: "<home>/Roaming" }, "<home>/Roaming/terraform.d/plugins"],
  [{ system: "win32" }, {}, "<home>/AppData/Roaming/terraform.d/plugins"],
])("knows the engines' folders on %o with %o", async (over, variables, expected) => {
  const environment = Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.replace("<home>", home)]),
  );
  const { out } = await uko(["--remove"], over, environment);
  expect(normalized(out)).toBe(`pulumi-uko/uko is not in ${expected}.\n`);
});

describe("a configuration file that defines where providers come from", () => {
  const installation = "# mine\nprovider_installation {\n  direct {}\n}\n";
  const cases: readonly (readonly [string, string, Environment])[] = [
    ["OpenTofu's", ".tofurc", {}],
    ["Terraform's", ".terraformrc", {}],
    ["one in OpenTofu's XDG folder", "config/opentofu/tofurc", { XDG_CONFIG_HOME: "<home>/config" }],
    ["one of several", ".terraform.d/mine.tfrc", {}],
    ["one in a variable", "elsewhere.rc", { TF_CLI_CONFIG_FILE: "<home>/elsewhere.rc" }],
  ];

  it.each(cases)("%s is reported with the lines to add, and is not changed", async (_, name, variables) => {
    aBuiltProvider();
    const file = path.join(home, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, installation);
    const environment = Object.fromEntries(
      Object.entries(variables).map(([variable, value]) => [variable, value?.replace("<home>", home)]),
    );
    const { out } = await uko([], {}, environment);
    expect(out).toContain(`override where providers are installed from: ${file}\n`);
    expect(out).toContain(`    path    = ${JSON.stringify(mirror())}\n`);
    expect(out).not.toContain("While this copy exists");
    expect(readFileSync(file, "utf8")).toBe(installation);
  });

  it("is no obstacle if it names the mirror, does not mention it, or another file takes precedence", async () => {
    aBuiltProvider();
    const file = path.join(home, ".tofurc");
    writeFileSync(file, installation);
    const linesToAdd = async (environment: Environment = {}) =>
      /^Add to the provider_installation block:\n(.*?)^and to/ms.exec((await uko([], {}, environment)).out)?.[1];
    expect(await linesToAdd({ TF_CLI_CONFIG_FILE: path.join(home, "none") })).toBeUndefined();
    writeFileSync(file, `provider_installation {\n${await linesToAdd()}}\n`);
    expect(await linesToAdd()).toBeUndefined();
    writeFileSync(file, "# no provider_installation\n");
    expect(await linesToAdd()).toBeUndefined();
  });
});

describe("installs nothing", () => {
  type Typed = readonly string[] | Promise<readonly string[]>;
  const from = async (name?: string): Promise<readonly string[]> => ["--from", await aZip(name)];
  const incomplete = /is not a complete zip file\n.*Nothing was installed\./;
  const cases: readonly (readonly [string, () => Typed, Partial<Machine>, RegExp])[] = [
    ["without a built provider", () => [], {}, /^The provider is not in <folder>.*\n.*npm run build/],
    ["from the script on Windows", () => [], { system: "win32" }, /Windows cannot start scripts.*\n.*--from/],
    ["for another machine", () => from(), { processor: "arm64" }, /this machine is linux_arm64/],
    ["from a file that is not a zip", () => aBrokenZip(() => "hello\n"), {}, incomplete],
    ["from an empty file", () => aBrokenZip(() => ""), {}, incomplete],
    ["from a truncated zip", () => aBrokenZip((zip) => zip.subarray(0, zip.length / 2)), {}, incomplete],
    ["from a zip without its last byte", () => aBrokenZip((zip) => zip.subarray(0, -1)), {}, incomplete],
    ["from a zip without its beginning", () => aBrokenZip((zip) => zip.subarray(100)), {}, incomplete],
    [
      "from a zip of another program",
      async () => ["--from", await aReleasedZip(path.join(folder, zipName), ["terraform-provider-uko_v0.2.0"])],
      {},
      /does not contain terraform-provider-uko_v0\.1\.0, which every release contains/,
    ],
    [
      "from a zip that does not match its checksums",
      () => {
        checksumsOf("another");
        return from();
      },
      {},
      /does not have the checksum in .*SHA256SUMS/,
    ],
    [
      "with unreadable checksums",
      () => {
        mkdirSync(sumsFile());
        return from();
      },
      {},
      /_SHA256SUMS could not be read\n.*EISDIR/,
    ],
    ["from a missing file", () => ["--from", zipName], {}, /The file .* does not exist/],
  ];
  it.each(cases)("%s", async (_, typed, over, expected) => {
    const { exitCode, out, err } = await uko(await typed(), over);
    expect([exitCode, out]).toEqual([1, ""]);
    expect(normalized(err)).toMatch(expected);
    expect(err).toContain("[UKO_INPUT_INVALID]");
    expect(readdirSync(home)).toEqual([]);
  });

  it.each([
    [
      "from a file of another name",
      () => from("uko.zip"),
      /^uko\.zip is not the name of a release of the provider\n.*_VERSION_linux_amd64\.zip/,
    ],
    ["together with --remove", async () => ["--remove", ...(await from())], /cannot be used with/],
  ] as const)("%s, which is a usage error", async (_, typed, expected) => {
    const { exitCode, out, err } = await uko(await typed());
    expect([exitCode, out]).toEqual([2, ""]);
    expect(normalized(err)).toMatch(expected);
    expect(readdirSync(home)).toEqual([]);
  });

  it("into a folder that is not writable, and says what could not be changed", async () => {
    aBuiltProvider();
    mkdirSync(path.dirname(mirror()), { recursive: true });
    writeFileSync(mirror(), "");
    const { exitCode, err } = await uko([]);
    expect([exitCode, err]).toEqual([
      1,
      expect.stringContaining(`Could not change the contents of ${mirror()}\n  EEXIST`),
    ]);
  });
});

it("reports the finished part if it fails in the second registry's folder", async () => {
  aBuiltProvider();
  const [first = "", second = ""] = placesIn(mirror());
  await uko([]);
  rmSync(path.dirname(path.dirname(second)), { recursive: true });
  writeFileSync(path.dirname(path.dirname(second)), "");
  const removal = await uko(["--remove"]);
  expect([removal.exitCode, removal.err]).toEqual([
    1,
    expect.stringContaining(`Removed before the error:\n    ${first}\n`),
  ]);
  const { exitCode, out, err } = await uko([]);
  expect([exitCode, out]).toEqual([1, ""]);
  expect(err).toContain(
    `Written before the error:\n    ${path.join(first, "0.1.0", "linux_amd64")}\n  [UKO_INPUT_INVALID]\n`,
  );
});
