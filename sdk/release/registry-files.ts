/** Makes what the registries of OpenTofu and Terraform read beside the zips: the manifest, the checksums, the signature on them. */

import { execFile } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { checksumLines, type ReleaseFile, writeReleaseFile } from "./release-file.ts";

/** Somebody may have to type a passphrase, or touch a token. */
const signLimitMs = 5 * 60_000;

/** Writes the manifest and the checksums of it and the zips; `stem` is what the names of all of them begin with. */
export async function writeRegistryFiles(
  folder: string,
  stem: string,
  zips: readonly ReleaseFile[],
  manifestSource: string,
): Promise<readonly ReleaseFile[]> {
  const manifest = await writeReleaseFile(folder, `${stem}_manifest.json`, await readFile(manifestSource, "utf8"));
  const sums = `${stem}_SHA256SUMS`;
  // It would be on other checksums.
  await rm(path.join(folder, `${sums}.sig`), { force: true });
  return [manifest, await writeReleaseFile(folder, sums, checksumLines([...zips, manifest]))];
}

/** Returns what to run for a detached signature in binary form, the only one that the registries take. */
export function signCommand(sums: string, key: string): readonly [string, ...string[]] {
  return ["gpg", "--yes", "--local-user", key, "--output", `${sums}.sig`, "--detach-sign", sums];
}

/** Signs `sums` with a key of gpg's keyring, and returns the signature's path once gpg has found it good. */
export async function sign(sums: string, key: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const signature = `${sums}.sig`;
  const [gpg, ...args] = signCommand(sums, key);
  for (const words of [
    ["--batch", ...args],
    ["--verify", signature, sums],
  ]) {
    try {
      await promisify(execFile)(gpg, words, { env, timeout: signLimitMs });
    } catch (error) {
      await rm(signature, { force: true });
      const said = error instanceof Error ? error.message.trim() : String(error);
      throw new Error(`${path.basename(sums)} is not signed, all else is made: ${said}`);
    }
  }
  return signature;
}
