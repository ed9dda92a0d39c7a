/** Puts a program of ours into a copy of Node's own executable: Node's "single executable application", for any of the six platforms. */

import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withoutPeSignature } from "./pe.ts";
import type { Platform } from "./platforms.ts";
import { blobName, fuse, machOSegment, readExecutable } from "./read-executable.ts";
import { signAdHoc } from "./sign-mach-o.ts";

// Plain JavaScript without types, since it also runs before anything is installed.
const { compiledBy } = createRequire(import.meta.url)("../../test/engines/build-bundle.mjs") as {
  compiledBy(node: string | undefined, bundle: string): string;
};
const stepLimitMs = 10 * 60_000;
const injector = fileURLToPath(import.meta.resolve("postject/dist/cli.js"));

/**
 * Returns the program as Node wants to find it inside itself. Compiled code saves a third of the time to the port line, but is good only
 * for the platform on which it was compiled; without it the blob is the same for all platforms. Either is the same each time.
 */
export async function makeBlob(bundle: string, hostNode: string, folder: string, isCompiled: boolean): Promise<Buffer> {
  await mkdir(folder, { recursive: true });
  const text = await readFile(bundle, "utf8");
  await writeFile(path.join(folder, "program.cjs"), compiledBy(isCompiled ? hostNode : undefined, text));
  const settings = {
    main: "program.cjs",
    output: "program.blob",
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: isCompiled,
  };
  await writeFile(path.join(folder, "settings.json"), JSON.stringify(settings));
  // Names without folders: the blob repeats them, and must not depend on where it was made. Nor on the reader's NODE_OPTIONS, nor
  // on chance, by which V8 otherwise arranges its tables.
  await run(hostNode, ["--random-seed=1", "--experimental-sea-config", "settings.json"], folder, {});
  return readFile(path.join(folder, "program.blob"));
}

/** Makes the executable `file` of one platform from Node and the blob, and looks at the outcome. */
export async function makeExecutable(platform: Platform, node: string, blob: Buffer, file: string): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const blobFile = path.join(folder, "program.blob");
  const original = await readFile(node);
  await writeFile(file, platform.format === "pe" ? withoutPeSignature(original) : original);
  await writeFile(blobFile, blob);

  const segment = platform.format === "mach-o" ? ["--macho-segment-name", machOSegment] : [];
  await run(
    process.execPath,
    [injector, file, blobName, blobFile, "--sentinel-fuse", fuse, ...segment],
    folder,
    process.env,
  );
  if (platform.format === "mach-o") await writeFile(file, signAdHoc(await readFile(file), path.basename(file)));
  await chmod(file, 0o755);
  mustCarry(await readFile(file), blob, platform);
}

/** The other platforms' executables cannot be started here, so what would keep them from starting is looked for instead. */
export function mustCarry(executable: Buffer, blob: Buffer, platform: Platform): void {
  const facts = readExecutable(executable);
  const problems = [
    facts.format !== platform.format || facts.arch !== platform.arch
      ? [`it is for ${facts.format} on ${facts.arch}`]
      : [],
    facts.fuseIsSet ? [] : ["Node would not look for the program in it"],
    facts.blob?.equals(blob) ? [] : ["the program is not in it as it was put there"],
    facts.isSigned === (platform.format === "mach-o") ? [] : ["its signature is not what it should be"],
  ].flat();
  if (problems.length > 0) throw new Error(`The executable for ${platform.name} is wrong: ${problems.join("; ")}`);
}

async function run(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await promisify(execFile)(command, args, { cwd, env, timeout: stepLimitMs, maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    const said = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(`A step of making the executable failed: ${said}`);
  }
}
