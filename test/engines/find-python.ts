/** Finds Python and makes once a virtual environment with Pulumi's library in our cache: UKO_PYTHON, then PATH. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engineFolder, findOnPath, isExecutable } from "./executables.ts";
import { makeOnce, type Report, withProgress } from "./make-once.ts";

export interface PythonEngine {
  /** The virtual environment's own Python, which sees Pulumi's library. */
  readonly pythonBin: string;
  readonly version: string;
  readonly foundBy: "UKO_PYTHON" | "PATH";
  /** Whether the virtual environment is there already. */
  readonly isReady: boolean;
}

interface Interpreter {
  readonly bin: string;
  readonly foundBy: PythonEngine["foundBy"];
  readonly version: string;
}

const minimumVersion = "3.10";
const names = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const requirementsFile = fileURLToPath(new URL("python/requirements.txt", import.meta.url));
const probeLimitMs = 30_000;
const installLimitMs = 20 * 60_000;

const wayOut =
  `Either install Python ${minimumVersion} or newer (https://www.python.org/downloads/) so that \`python3\` is on PATH, ` +
  "or set UKO_PYTHON to its path, and run the command again. Only tests with programs in Python need it; " +
  "UKO_SKIP_PYTHON=1 leaves them out, and says so.";

/** Whether the reader chose to do without Python. */
export function isPythonLeftOut(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.UKO_SKIP_PYTHON === "1";
}

/** Answers the Python to use, whose virtual environment may still be missing; the error says what the reader can do. */
export async function locatePython(env: NodeJS.ProcessEnv = process.env): Promise<PythonEngine> {
  return describe(await findInterpreter(env), env);
}

/** Answers the Python to use, and makes its virtual environment when that is missing. */
export async function findPython(report: Report, env: NodeJS.ProcessEnv = process.env): Promise<PythonEngine> {
  const interpreter = await findInterpreter(env);
  const located = await describe(interpreter, env);
  if (located.isReady) return located;

  const folder = path.dirname(path.dirname(located.pythonBin));
  const doing = `Installing Pulumi's library for Python ${interpreter.version} (about 1 minute, once)`;
  const done = `Installed Pulumi's library for Python ${interpreter.version}`;
  try {
    await makeOnce(folder, report, async (workFolder) => {
      const made = path.join(workFolder, "venv");
      await withProgress(doing, done, report, async () => {
        await makeEnvironment(interpreter.bin, made, requirementsFile, env);
      });
      return made;
    });
  } catch (error) {
    throw new Error(`Could not install Pulumi's library for Python: ${lastLines(error)}\n${wayOut}`);
  }
  return { ...located, isReady: true };
}

/** Makes a virtual environment in an empty folder with what a file pins by checksum, and answers its own Python. */
export async function installPython(
  folder: string,
  requirements: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { bin } = await findInterpreter(env);
  try {
    return await makeEnvironment(bin, folder, requirements, env);
  } catch (error) {
    throw new Error(`Could not install ${path.basename(requirements)}: ${lastLines(error)}\n${wayOut}`);
  }
}

async function findInterpreter(env: NodeJS.ProcessEnv): Promise<Interpreter> {
  const named = env.UKO_PYTHON;
  if (named) {
    const { version, problem } = await probe(named, env);
    if (problem !== undefined) throw new Error(`UKO_PYTHON names ${named}, but ${problem}\n${wayOut}`);
    return { bin: named, foundBy: "UKO_PYTHON", version };
  }
  const problems: string[] = [];
  for (const name of names) {
    const bin = findOnPath(name, env);
    if (bin === undefined) continue;
    const { version, problem } = await probe(bin, env);
    if (problem === undefined) return { bin, foundBy: "PATH", version };
    problems.push(`${bin} cannot be used: ${problem}`);
  }
  const found = problems.length > 0 ? problems.join("\n") : "There is no Python on PATH.";
  throw new Error(`${found}\n${wayOut}`);
}

/** Answers the version, and half a sentence if it cannot be used. */
async function probe(bin: string, env: NodeJS.ProcessEnv): Promise<{ version: string; problem?: string }> {
  if (!isExecutable(bin)) return { version: "", problem: "there is no executable" };
  // Debian has `venv` without `ensurepip` unless a package of its own is installed.
  const script =
    "import sys, importlib.util as u\n" +
    "print('%d.%d.%d' % sys.version_info[:3])\n" +
    "print(all(u.find_spec(name) for name in ('venv', 'ensurepip')))";
  const answer = await promisify(execFile)(bin, ["-c", script], { env: pythonEnv(env), timeout: probeLimitMs }).then(
    ({ stdout }) => stdout.trim().split("\n"),
    () => undefined,
  );
  if (answer === undefined) return { version: "", problem: "it does not run" };
  const [version = "", hasVenv] = answer.map((line) => line.trim());
  if (version.localeCompare(minimumVersion, "en", { numeric: true }) < 0) {
    return { version, problem: `it is version ${version}, and ${minimumVersion} is needed` };
  }
  if (hasVenv !== "True") {
    return { version, problem: "it cannot make virtual environments (Debian and Ubuntu: apt install python3-venv)" };
  }
  return { version };
}

async function describe(interpreter: Interpreter, env: NodeJS.ProcessEnv): Promise<PythonEngine> {
  const { bin, foundBy, version } = interpreter;
  const requirements = await readFile(requirementsFile, "utf8");
  const library = /^pulumi==(\S+)/m.exec(requirements)?.[1];
  // A virtual environment points at the Python that made it, so another one of the same version has its own.
  const digest = createHash("sha256").update(requirements).update(bin).digest("hex").slice(0, 8);
  const folder = engineFolder(`python-${version}-pulumi-${library}-${digest}`, env);
  return { pythonBin: pythonIn(folder), version, foundBy, isReady: existsSync(folder) };
}

async function makeEnvironment(
  bin: string,
  folder: string,
  requirements: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const options = { env: pythonEnv(env), timeout: installLimitMs, maxBuffer: 64 * 1024 * 1024 };
  await promisify(execFile)(bin, ["-m", "venv", folder], options);
  const own = pythonIn(folder);
  const install = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
  // Nothing is built, so nothing runs that has no checksum here.
  const pinned = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", requirements];
  await promisify(execFile)(own, [...install, ...pinned], options);
  return own;
}

function pythonIn(folder: string): string {
  return path.join(folder, process.platform === "win32" ? "Scripts" : "bin", "python");
}

/** The environment without what would lead Python to modules of somewhere else. */
function pythonEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PYTHONHOME: undefined, PYTHONPATH: undefined, PIP_USER: "0", PYTHONNOUSERSITE: "1" };
}

function lastLines(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split("\n").slice(-8).join("\n");
}
