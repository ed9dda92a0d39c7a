/** Finds the Go that compiles Pulumi programs in Go, and lets it compile what all of them share once. */

import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findOnPath } from "./executables.ts";
import { type Report, withProgress } from "./make-once.ts";

export interface GoEngine {
  readonly goBin: string;
  readonly version: string;
  /** Where Go keeps what it has downloaded and compiled, for a run whose HOME is another one. */
  readonly env: Readonly<Record<string, string>>;
}

const minimumVersion = "1.25";
const sdk = fileURLToPath(new URL("../../sdk/go", import.meta.url));
const variables = [
  "GOCACHE",
  "GOMODCACHE",
  "GOPATH",
  "GOENV",
  "GOPROXY",
  "GOSUMDB",
  "GONOSUMDB",
  "GONOPROXY",
  "GOFLAGS",
];
const probeLimitMs = 60_000;
const compileLimitMs = 30 * 60_000;
/** Shorter than this, everything was compiled before, and nobody needs to hear of it. */
const quietMs = 3_000;

/** Answers the Go on PATH; the error says what the reader can do. */
export async function locateGo(env: NodeJS.ProcessEnv = process.env): Promise<GoEngine> {
  const wayOut = `Install Go ${minimumVersion} or newer (https://go.dev/dl/) so that \`go\` is on PATH, and run the command again.`;
  const goBin = findOnPath("go", env);
  if (goBin === undefined) throw new Error(`There is no Go on PATH, and the programs in Go need it.\n${wayOut}`);
  const options = { env, timeout: probeLimitMs };
  const { stdout } = await promisify(execFile)(goBin, ["env", "-json", "GOVERSION", ...variables], options);
  const { GOVERSION, ...kept } = JSON.parse(stdout) as Record<string, string>;
  const version = GOVERSION?.replace(/^go/, "") ?? "";
  if (version.localeCompare(minimumVersion, "en", { numeric: true }) < 0) {
    throw new Error(`${goBin} is version ${version}, and ${minimumVersion} is needed.\n${wayOut}`);
  }
  // A C compiler on the machine changes nothing then, and linking is a third faster without what only a debugger reads.
  const flags = [kept.GOFLAGS, "-ldflags=-w"].filter(Boolean).join(" ");
  return { goBin, version, env: { ...kept, CGO_ENABLED: "0", GOFLAGS: flags } };
}

/** Answers the Go on PATH, with Pulumi's library and our SDK compiled in its cache: a program alone takes seconds then. */
export async function findGo(report: Report, env: NodeJS.ProcessEnv = process.env): Promise<GoEngine> {
  const go = await locateGo(env);
  const compile = promisify(execFile)(go.goBin, ["build", "./..."], {
    cwd: sdk,
    env: { ...env, ...go.env },
    timeout: compileLimitMs,
  });
  const soon = new Promise<"later">((resolve) => setTimeout(resolve, quietMs, "later").unref());
  try {
    if ((await Promise.race([compile, soon])) !== "later") return go;
    await withProgress(
      "Compiling Pulumi's library for Go (about 2 minutes, once)",
      "Compiled Pulumi's library for Go",
      report,
      async () => void (await compile),
    );
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const last = (stderr?.trim() || message).split("\n").slice(-8).join("\n");
    throw new Error(`Could not compile ${path.relative(process.cwd(), sdk)}: ${last}`);
  }
  return go;
}
