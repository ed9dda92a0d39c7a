import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { protocolVersion } from "../../provider/terraform-plugin/handshake.ts";
import { platforms } from "../../sdk/release/platforms.ts";
import { terraformProvider } from "../../sdk/release/programs.ts";
import { sign, signCommand, writeRegistryFiles } from "../../sdk/release/registry-files.ts";
import { sha256 } from "../../sdk/release/release-file.ts";
import { useFolder } from "../support/use-folder.ts";

const manifest = fileURLToPath(new URL("../../terraform-registry-manifest.json", import.meta.url));

const folder = useFolder();

test("names zips, and the executables in them, as registries and engines look for them", () => {
  const named = platforms.map((platform) => [
    terraformProvider.archive("1.2.3", platform),
    terraformProvider.executable("1.2.3", platform),
  ]);
  expect(named.slice(0, 1).concat(named.slice(-1))).toEqual([
    ["terraform-provider-uko_1.2.3_linux_amd64.zip", "terraform-provider-uko_v1.2.3"],
    ["terraform-provider-uko_1.2.3_windows_amd64.zip", "terraform-provider-uko_v1.2.3.exe"],
  ]);
});

test("tells the registries the protocol that the provider speaks", async () => {
  const { version, metadata } = JSON.parse(await readFile(manifest, "utf8"));
  expect([version, metadata]).toEqual([1, { protocol_versions: [`${protocolVersion}.0`] }]);
});

test("lists the manifest and the zips with their checksums, and lets go of a signature on others", async () => {
  await writeFile(path.join(folder, "p_1.2.3_SHA256SUMS.sig"), "of yesterday");
  const zips = ["p_1.2.3_windows_amd64.zip", "p_1.2.3_linux_amd64.zip"].map((name) => ({ name, sha256: "00" }));
  const [, sums] = await writeRegistryFiles(folder, "p_1.2.3", zips, manifest);
  expect(await readdir(folder)).toEqual(["p_1.2.3_SHA256SUMS", "p_1.2.3_manifest.json"]);
  expect(sums?.sha256).toBe(await sha256(path.join(folder, "p_1.2.3_SHA256SUMS")));
  expect(await readFile(path.join(folder, "p_1.2.3_SHA256SUMS"), "utf8")).toBe(
    [
      "00  p_1.2.3_linux_amd64.zip",
      `${await sha256(manifest)}  p_1.2.3_manifest.json`,
      "00  p_1.2.3_windows_amd64.zip",
      "",
    ].join("\n"),
  );
});

const hasGpg = spawnSync("gpg", ["--version"]).status === 0;

/** A keyring of this test's own, with one key that is good for a day. */
async function aKeyring(): Promise<NodeJS.ProcessEnv> {
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-gpg-"));
  const env = { PATH: process.env.PATH, GNUPGHOME: home };
  onTestFinished(async () => {
    spawnSync("gpgconf", ["--kill", "all"], { env });
    await rm(home, { recursive: true, force: true });
  });
  const making = [
    "--batch",
    "--passphrase",
    "",
    "--quick-generate-key",
    "releaser@example.test",
    "rsa2048",
    "sign",
    "1d",
  ];
  const { status, stderr } = spawnSync("gpg", making, { env, encoding: "utf8" });
  expect(status, stderr).toBe(0);
  return env;
}

test("signs the checksums in binary form, and anew when asked again", async ({ skip }) => {
  skip(!hasGpg, "gpg is not there; who signs for the registries has it");
  const env = await aKeyring();
  const sums = path.join(folder, "SHA256SUMS");
  for (const text of ["first\n", "second\n"]) {
    await writeFile(sums, text);
    const signature = await sign(sums, "releaser@example.test", env);
    expect((await readFile(signature))[0], "a packet of OpenPGP, no armor").toBeGreaterThan(0x7f);
    expect(spawnSync("gpg", ["--verify", signature, sums], { env }).status).toBe(0);
  }
  await writeFile(sums, "third\n");
  expect(spawnSync("gpg", ["--verify", `${sums}.sig`, sums], { env }).status).toBe(1);
});

test("leaves no signature where gpg cannot sign, and says so", async () => {
  const sums = path.join(folder, "SHA256SUMS");
  await writeFile(sums, "text\n");
  const env = { PATH: process.env.PATH, GNUPGHOME: folder };
  await expect(sign(sums, "nobody@example.test", env)).rejects.toThrow("SHA256SUMS is not signed, all else is made: ");
  expect(await readdir(folder)).not.toContain("SHA256SUMS.sig");
});

test("prints what a releaser runs, so that it can be run elsewhere", () => {
  expect(signCommand("a_SHA256SUMS", "KEY").join(" ")).toBe(
    "gpg --yes --local-user KEY --output a_SHA256SUMS.sig --detach-sign a_SHA256SUMS",
  );
});
