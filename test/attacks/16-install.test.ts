/** `uko install` in a mirror, and from a zip, that an attacker prepared. */

import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../../provider/cli/program.ts";
import { quietWorld } from "../cli/harness.ts";
import { aReleasedZip } from "../cli/released-zip.ts";
import { useFolder } from "../support/use-folder.ts";

const executable = "terraform-provider-uko";
const inZip = `${executable}_v0.1.0`;

const folder = useFolder();
const providerFolder = path.join(folder, "package");
const dataHome = path.join(folder, "data");
const mirror = path.join(dataHome, "terraform", "plugins");
beforeEach(() => {
  mkdirSync(providerFolder);
  mkdirSync(mirror, { recursive: true });
  writeFileSync(path.join(providerFolder, executable), "#!/usr/bin/env node\n");
  writeFileSync(path.join(providerFolder, "package.json"), JSON.stringify({ version: "0.1.0", type: "commonjs" }));
});

async function install(...typed: readonly string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const machine = { system: "linux", processor: "x64", home: path.join(folder, "home"), providerFolder } as const;
  const world = quietWorld({ machine, environment: { XDG_DATA_HOME: dataHome } });
  const exitCode = await runCli(["install", "tofu", ...typed], world);
  return { exitCode, ...world.output };
}

const zipFile = (): string => path.join(folder, "terraform-provider-uko_0.1.0_linux_amd64.zip");
const firstLine = (text: string): string => text.split("\n")[0] ?? "";

describe("a zip", () => {
  test("without checksums next to it is installed, and the first line says that none was compared", async () => {
    const { exitCode, out } = await install("--from", await aReleasedZip(zipFile()));
    expect(exitCode).toBe(0);
    expect(firstLine(out)).toMatch(/checksum not compared/);
    expect(firstLine((await install()).out), "the provider of this package").toMatch(/checksum not compared/);
  });

  test("with its checksum next to it is installed, and the first line says what was compared", async () => {
    const sum = createHash("sha256")
      .update(readFileSync(await aReleasedZip(zipFile())))
      .digest("hex");
    writeFileSync(path.join(folder, `${executable}_0.1.0_SHA256SUMS`), `${sum}  ${path.basename(zipFile())}\n`);
    const { exitCode, out } = await install("--from", zipFile());
    expect(exitCode).toBe(0);
    expect(firstLine(out)).toContain("terraform-provider-uko_0.1.0_SHA256SUMS");
    expect(firstLine(out)).not.toContain("not compared");
  });

  /** As the central directory of a zip has them; both names have the same length as their place holders. */
  async function zipWith(name: string): Promise<string> {
    const stand = "x".repeat(Buffer.byteLength(name));
    const file = await aReleasedZip(zipFile(), [inZip, stand]);
    const zip = readFileSync(file);
    for (let at = zip.indexOf(stand); at >= 0; at = zip.indexOf(stand)) zip.write(name, at);
    writeFileSync(file, zip);
    return file;
  }

  test.each([
    "../outside",
    "a/../../outside",
    "a/../b",
    "./a",
    "/etc/outside",
    "a//b",
    "..\\outside",
    "a\\b",
    "C:outside",
    "C:/outside",
    "a\u0000b",
    "a\u202Eb",
    "..",
    "a/..",
  ])("with the entry %j, whose name could lead outside the target folder, is refused", async (name) => {
    const { exitCode, out, err } = await install("--from", await zipWith(name));
    expect([exitCode, out]).toEqual([1, ""]);
    expect(err).toMatch(/contains an entry whose name could lead outside the target folder/);
    expect(err).not.toContain("\u202E");
    expect(readdirSync(mirror)).toEqual([]);
  });

  test("with a symbolic link in it is refused", async () => {
    const file = await aReleasedZip(zipFile(), [inZip, "LICENSE"]);
    const zip = readFileSync(file);
    const entry = zip.lastIndexOf("LICENSE") - 46;
    zip.writeUInt32LE(0o120777 * 0x10000, entry + 38);
    writeFileSync(file, zip);
    const { exitCode, err } = await install("--from", file);
    expect([exitCode, err]).toEqual([1, expect.stringContaining("symbolic link")]);
    expect(readdirSync(mirror)).toEqual([]);
  });

  test("with plain folders and files in it is installed", async () => {
    const { exitCode } = await install("--from", await zipWith("licenses/MIT-0 (1).txt"));
    expect(exitCode).toBe(0);
  });

  test("that a link names is copied, so that a change of the link's target does not change the installation", async () => {
    const real = await aReleasedZip(zipFile());
    const named = path.join(folder, "links", path.basename(real));
    mkdirSync(path.dirname(named));
    symlinkSync(real, named);
    expect((await install("--from", named)).exitCode).toBe(0);
    const place = path.join(mirror, "registry.opentofu.org/pulumi-uko/uko", path.basename(real));
    expect(lstatSync(place).isSymbolicLink()).toBe(false);
  });
});

describe("a mirror in which a folder is a symbolic link", () => {
  const victim = (): string => path.join(folder, "victim");
  const precious = (): string => path.join(victim(), "uko", "0.1.0", "linux_amd64", "precious");
  beforeEach(() => {
    mkdirSync(path.dirname(precious()), { recursive: true });
    writeFileSync(precious(), "mine\n");
  });
  const links: readonly (readonly [string, string])[] = [
    ["registry.opentofu.org", ".."],
    ["registry.opentofu.org/pulumi-uko", "."],
    ["registry.opentofu.org/pulumi-uko/uko", "uko"],
    ["registry.opentofu.org/pulumi-uko/uko/0.1.0", "uko/0.1.0"],
  ];

  test.each(links)("%s: nothing is deleted or written through it", async (at, target) => {
    const link = path.join(mirror, at);
    mkdirSync(path.dirname(link), { recursive: true });
    // The registry's folder would hold pulumi-uko/uko; here that leads to the victim.
    if (at === "registry.opentofu.org") {
      mkdirSync(path.join(folder, "registry"));
      symlinkSync(victim(), path.join(folder, "registry", "pulumi-uko"));
      symlinkSync(path.join(folder, "registry"), link);
    } else symlinkSync(path.join(victim(), target), link);

    for (const typed of [[], ["--from", await aReleasedZip(zipFile())], ["--remove"]]) {
      const { exitCode, out, err } = await install(...typed);
      expect(readFileSync(precious(), "utf8"), typed.join(" ")).toBe("mine\n");
      expect(readdirSync(path.join(victim(), "uko", "0.1.0", "linux_amd64"))).toEqual(["precious"]);
      expect(readdirSync(victim())).toEqual(["uko"]);
      // If the link itself was installed, it can be removed; its target stays.
      if (exitCode === 0) expect([typed, out]).toEqual([["--remove"], expect.stringContaining("Removed:")]);
      else expect(err).toContain("is a symbolic link");
    }
  });

  test("a link in place of the installed executable is replaced, and its target keeps its rights", async () => {
    expect((await install()).exitCode).toBe(0);
    const place = path.join(mirror, "registry.opentofu.org/pulumi-uko/uko/0.1.0/linux_amd64", executable);
    const other = path.join(folder, "other");
    writeFileSync(other, readFileSync(place), { mode: 0o600 });
    rmSync(place);
    symlinkSync(other, place);
    expect((await install()).out).toContain("It replaces another copy");
    expect(lstatSync(place).isFile()).toBe(true);
    expect(statSync(other).mode & 0o777).toBe(0o600);
    expect(existsSync(other)).toBe(true);
  });
});
