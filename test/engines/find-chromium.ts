/** Finds the Chromium for the tests of pages: on PATH, or unpacked once from the package `@sparticuz/chromium`. */

import { constants, createReadStream, createWriteStream, rmSync } from "node:fs";
import { access, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar";
import { engineFolder, findOnPath, isExecutable } from "./executables.ts";
import { makeOnce, type Report, withProgress } from "./make-once.ts";

export interface Chromium {
  readonly executablePath: string;
  readonly env: NodeJS.ProcessEnv;
}

const names = ["chromium", "chromium-browser", "google-chrome"];

/** The error says how to install Chromium on a system that the package does not support. */
export async function findChromium(
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
  system = `${process.platform}-${process.arch}`,
): Promise<Chromium> {
  for (const name of names) {
    const executablePath = findOnPath(name, env);
    if (executablePath !== undefined) return { executablePath, env };
  }
  if (system !== "linux-x64") {
    throw new Error(
      "Chromium is not on PATH, so the pages were not tested. The package @sparticuz/chromium has a Chromium for " +
        `linux-x64 only, and this system is ${system}. Install Chromium with \`apt-get install chromium\` or ` +
        "`brew install chromium`, or leave these tests out with UKO_SKIP_BROWSER=1.",
    );
  }
  const folder = await unpackedFolder(report, env);
  // A system without a desktop may lack these libraries. The file of fonts adds one font to those of the system.
  const libraries = [path.join(folder, "lib"), ...(env.LD_LIBRARY_PATH ? [env.LD_LIBRARY_PATH] : [])].join(":");
  return {
    executablePath: path.join(folder, "chromium"),
    env: { ...env, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: path.join(folder, "with-system.conf") },
  };
}

/**
 * The package's own code unpacks to fixed names in the shared temporary folder. Tests that start at the same time
 * would run a half-written file there, and another user could put a file of theirs in its place.
 */
async function unpackedFolder(report: Report, env: NodeJS.ProcessEnv): Promise<string> {
  const require = createRequire(import.meta.url);
  const root = path.join(path.dirname(require.resolve("@sparticuz/chromium")), "..");
  const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { version: string };
  const cached = engineFolder(`chromium-${version}`, env);
  if (isExecutable(path.join(cached, "chromium"))) return cached;
  const folder = (await isWritable(path.dirname(cached))) ? cached : await temporaryFolder();
  await makeOnce(folder, report, async (workFolder) => {
    await withProgress("Unpacking Chromium (about 5 seconds, once)", "Unpacked Chromium", report, () =>
      unpack(path.join(root, "bin"), workFolder),
    );
    return workFolder;
  });
  return folder;
}

/** False for a user without a home folder, such as `nobody`. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Belongs to this process, which removes the folder at its end. */
async function temporaryFolder(): Promise<string> {
  const parent = await mkdtemp(path.join(tmpdir(), "uko-chromium-"));
  process.on("exit", () => rmSync(parent, { recursive: true, force: true }));
  return path.join(parent, "chromium");
}

async function unpack(archives: string, folder: string): Promise<void> {
  const archive = (name: string): string => path.join(archives, `${name}.br`);
  const file = createWriteStream(path.join(folder, "chromium"), { mode: 0o755 });
  await Promise.all([
    pipeline(createReadStream(archive("chromium")), createBrotliDecompress(), file),
    ...["al2023.tar", "fonts.tar"].map((name) => extract({ file: archive(name), cwd: folder })),
  ]);
  await writeFile(path.join(folder, "with-system.conf"), fonts);
}

/** The archive's own file names folders of a cloud function. */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;
