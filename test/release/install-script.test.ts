/** What `install.sh` refuses. The release is small here: its executable is a script. */

import { execFile, spawnSync } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { create } from "tar";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { writeInstallers } from "../../sdk/release/installers.ts";
import { hostPlatform } from "../../sdk/release/platforms.ts";
import { commandLine } from "../../sdk/release/programs.ts";
import { checksumLines, sha256 } from "../../sdk/release/release-file.ts";
import { install as installFrom, serve, serveInPlain, serveRedirects } from "./install-script.ts";

const version = "1.2.3";
const archiveName = commandLine.archive(version, hostPlatform());
const run = promisify(execFile);
const hasProgram = (name: string): boolean => spawnSync(name, ["--version"]).status === 0;

let folder: string;
let release: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-install-"));
  release = await mkdtemp(path.join(folder, "release-"));
  await writeFile(path.join(folder, "uko"), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  const archive = path.join(release, archiveName);
  await create({ file: archive, gzip: true, cwd: folder }, ["uko"]);
  await writeInstallers(release, version, []);
  await writeFile(
    path.join(release, "checksums.txt"),
    checksumLines([{ name: archiveName, sha256: await sha256(archive) }]),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const install = (server: { readonly url: string; readonly caFile: string }, words: readonly string[] = [], bin = "") =>
  installFrom({ release, folder, caFile: server.caFile }, ["--from", server.url, ...words], bin === "" ? [] : [bin]);

const copyOfRelease = async (): Promise<string> => {
  const copy = await mkdtemp(path.join(folder, "copy-"));
  await cp(release, copy, { recursive: true });
  return copy;
};

/** A file of the same length with one other byte. */
async function damage(file: string): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await writeFile(file, bytes);
}

/** A release with a signed list, and the file with the key. `usesTime` is the time at which the key is made and used. */
async function signedRelease(expires: string, usesTime: readonly string[] = []) {
  const copy = await copyOfRelease();
  const env = { PATH: process.env.PATH, GNUPGHOME: await mkdtemp(path.join(folder, "gpg-")) };
  onTestFinished(() => void spawnSync("gpgconf", ["--kill", "all"], { env }));
  const gpg = (...words: readonly string[]) => run("gpg", ["--batch", "--yes", ...usesTime, ...words], { env });
  await gpg("--passphrase", "", "--quick-generate-key", "releaser@example.test", "ed25519", "sign", expires);
  const key = path.join(copy, "uko.asc");
  await gpg("--armor", "--output", key, "--export", "releaser@example.test");
  await gpg("--armor", "--detach-sign", path.join(copy, "checksums.txt"));
  return { copy, key, gpg, home: env.GNUPGHOME };
}

test("refuses an archive that is not in the list, or that another byte changed", async () => {
  const copy = await copyOfRelease();
  const archive = path.join(copy, archiveName);
  await damage(archive);
  const from = await serve(copy);
  const damaged = await install(from);
  expect(damaged).toMatchObject({ code: 1, installed: [] });
  expect(damaged.output).toContain("is not the file of the release: its SHA-256 is ");
  await writeFile(path.join(copy, "checksums.txt"), "");
  const unlisted = await install(from);
  expect(unlisted).toMatchObject({ code: 1, installed: [] });
  expect(unlisted.output).toContain("checksums.txt does not list ");
  await rm(archive);
  expect(await install(from)).toMatchObject({ code: 1, installed: [] });
});

test("refuses plain http, and a redirect to it", async () => {
  const plain = await serveInPlain(release);
  const { url, caFile } = await serveRedirects(plain);
  const direct = await install({ url: plain, caFile });
  expect(direct).toMatchObject({ code: 1, installed: [], output: expect.stringContaining("begin with https://") });
  const redirected = await install({ url, caFile });
  expect(redirected).toMatchObject({
    code: 1,
    installed: [],
    output: expect.stringContaining("by https. Nothing was"),
  });
});

test("refuses a list that was changed after it was signed", async ({ skip }) => {
  skip(!hasProgram("gpg"), "gpg is not on PATH");
  const { copy, key } = await signedRelease("1d");
  const from = await serve(copy);
  const good = await install(from, ["--key", key, "--to", path.join(copy, "bin")]);
  expect(good, good.output).toMatchObject({ code: 0 });
  expect(await readdir(path.join(copy, "bin"))).toEqual(["uko"]);

  // The attacker changes the archive and its checksum, but has no key.
  const [archive, list] = [path.join(copy, archiveName), path.join(copy, "checksums.txt")];
  const before = await sha256(archive);
  await damage(archive);
  await writeFile(list, (await readFile(list, "utf8")).replace(before, await sha256(archive)));
  const changed = await install(from, ["--key", key]);
  expect(changed).toMatchObject({ code: 1, installed: [] });
  expect(changed.output).toContain("The signature of checksums.txt is not good. Nothing was installed.");
});

test("refuses the signature of a key that has expired", async ({ skip }) => {
  skip(!hasProgram("gpg"), "gpg is not on PATH");
  const { copy, key } = await signedRelease("1d", ["--faked-system-time", "20250101T120000"]);
  const expired = await install(await serve(copy), ["--key", key]);
  expect(expired).toMatchObject({ code: 1, installed: [] });
  expect(expired.output).toContain(`The key in ${key} has expired or was revoked. Nothing was installed.`);
});

test("refuses the signature of a key that was revoked after it signed", async ({ skip }) => {
  skip(!hasProgram("gpg"), "gpg is not on PATH");
  const { copy, key, gpg, home } = await signedRelease("1d");
  const [name = ""] = await readdir(path.join(home, "openpgp-revocs.d"));
  const revocation = path.join(home, "openpgp-revocs.d", name);
  // A colon keeps the owner from importing the file by mistake.
  await writeFile(revocation, (await readFile(revocation, "utf8")).replace(/^:/m, ""));
  await gpg("--import", revocation);
  await gpg("--armor", "--output", key, "--export", "releaser@example.test");
  const revoked = await install(await serve(copy), ["--key", key]);
  expect(revoked).toMatchObject({ code: 1, installed: [] });
  expect(revoked.output).toContain(`The key in ${key} has expired or was revoked. Nothing was installed.`);
});

test("refuses what GitHub does not attest, a system without an archive, and an unknown option", async () => {
  const from = await serve(release);
  const fake = async (name: string, text: string): Promise<string> => {
    const place = await mkdtemp(path.join(folder, "bin-"));
    await writeFile(path.join(place, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return place;
  };
  const refused: readonly (readonly [readonly string[], string, string])[] = [
    [[], await fake("gh", '[ "$1" = auth ]'), "GitHub does not attest"],
    [[], await fake("uname", "echo Plan9"), "There is no archive for Plan9"],
    [[], await fake("uname", 'if [ "$1" = -m ]; then echo riscv64; else echo Linux; fi'), "for the processor riscv64"],
    [["--prefix", "/usr"], "", "--prefix is unknown. The options are"],
  ];
  for (const [words, bin, message] of refused) {
    const ran = await install(from, words, bin);
    expect(ran.output).toContain(message);
    expect(ran).toMatchObject({ code: 1, installed: [] });
  }
});

test("has no fault that shellcheck finds", async ({ skip }) => {
  skip(!hasProgram("shellcheck"), "shellcheck is not on PATH");
  await run("shellcheck", [path.join(release, "install.sh")]);
});
