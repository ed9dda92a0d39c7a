/**
 * Computes the version of this program and the SHA-256 digest of its code. Evidence and certificates contain both, so
 * that an auditor can find out which program took a step.
 */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The bundler sets it; undefined where the sources or the npm package run. */
declare const UKO_VERSION: string | undefined;

export interface ToolIdentity {
  readonly name: "uko";
  readonly version: string;
  /** SHA-256 of a bundle's one file, or of the names and contents of the npm package's code files. */
  readonly build: string;
}

let identity: Promise<ToolIdentity> | undefined;

export function toolIdentity(): Promise<ToolIdentity> {
  identity ??= typeof UKO_VERSION === "string" ? identifyBundle(UKO_VERSION) : identifyPackage();
  return identity;
}

async function identifyBundle(version: string): Promise<ToolIdentity> {
  const file = process.argv[1] ?? process.execPath;
  return {
    name: "uko",
    version,
    build: createHash("sha256")
      .update(await readFile(file))
      .digest("hex"),
  };
}

async function identifyPackage(): Promise<ToolIdentity> {
  const folder = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
  const { version } = JSON.parse(await readFile(path.join(folder, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const names = await readdir(folder, { recursive: true });
  const hash = createHash("sha256");
  // The folder of the guides contains no code of uko, but a build of their website puts other programs there.
  const isOurs = (name: string): boolean => /(?<!\.d)\.(js|ts)$/.test(name) && name.split(path.sep)[0] !== "docs";
  for (const name of names.filter(isOurs).sort()) {
    hash.update(`${name.replaceAll(path.sep, "/")}\n`).update(await readFile(path.join(folder, name)));
  }
  return { name: "uko", version, build: hash.digest("hex") };
}
