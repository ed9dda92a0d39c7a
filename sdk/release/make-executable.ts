/** Puts a program of ours into a copy of Node's own executable: Node's "single executable application", for any of the five platforms. */

import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { withoutPeSignature } from "./pe.ts";
import type { Platform } from "./platforms.ts";
import { readExecutable } from "./read-executable.ts";
import { signAdHoc } from "./sign-mach-o.ts";

const stepLimitMs = 10 * 60_000;

/**
 * Makes the executable `file` of one platform from its Node and the program, and looks at the outcome. `hostNode` is the
 * same version of Node for this machine. The bytes are the same each time, on each machine: Node could add the compiled
 * program, which saves 5 to 30 ms of a start, but two compilations differ now and then.
 */
export async function makeExecutable(
  platform: Platform,
  { node, hostNode }: { readonly node: string; readonly hostNode: string },
  program: string,
  file: string,
): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const original = await readFile(node);
  await writeFile(path.join(folder, "node"), platform.format === "pe" ? withoutPeSignature(original) : original);
  await writeFile(path.join(folder, "program.cjs"), program);
  const settings = {
    main: "program.cjs",
    executable: "node",
    output: path.basename(file),
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
  };
  await writeFile(path.join(folder, "settings.json"), JSON.stringify(settings));
  // Names without folders: the executable repeats them, and must not depend on where it was made, nor on the
  // reader's NODE_OPTIONS.
  await run(hostNode, ["--build-sea", "settings.json"], folder, {});
  if (platform.format === "mach-o") await writeFile(file, signAdHoc(await readFile(file), path.basename(file)));
  await chmod(file, 0o755);
  mustCarry(await readFile(file), program, platform);
}

/** The other platforms' executables cannot be started here, so what would keep them from starting is looked for instead. */
export function mustCarry(executable: Buffer, program: string, platform: Platform): void {
  const facts = readExecutable(executable);
  const problems = [
    facts.format !== platform.format || facts.arch !== platform.arch
      ? [`it is for ${facts.format} on ${facts.arch}`]
      : [],
    facts.fuseIsSet ? [] : ["Node would not look for the program in it"],
    facts.blob?.includes(program) ? [] : ["the program is not in it as it was put there"],
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
