/**
 * Starts an emulator in this process: IAM, broker, UKO and KMS on one port, with objects from a seed, a snapshot or a
 * generator. The file also reads the files that a command line names.
 */

import { readFile, stat } from "node:fs/promises";
import { buildApp, nameIn } from "./app.ts";
import { populate } from "./control/populate.ts";
import { isSnapshot, loadSnapshot } from "./control/snapshot.ts";
import { Tokens } from "./iam/tokens.ts";
import { demoWorld, keyProtectWorld } from "./store/demo-seed.ts";
import type { EmulatorOptions, RunningEmulator, Snapshot } from "./store/options.ts";
import type { Recorded } from "./store/recorded.ts";
import { checkSeed, type Seed } from "./store/seed.ts";
import { isProfileName, profiles } from "./store/switches.ts";
import { World } from "./store/world.ts";

export type { EmulatorOptions };

/** The running emulator with access to its world, for the tests of this repository. */
export interface Emulator extends RunningEmulator {
  readonly world: World;
}

/** Starts to listen. Rejects if seed or profile is not valid; the error names every mistake. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22 || (major === 22 && minor < 19)) {
    throw new Error(`The emulator needs Node 22.19 or newer; this is ${process.versions.node}.`);
  }
  const { host = "127.0.0.1", port = 0 } = options;
  const publicUrl = options.publicUrl === undefined ? undefined : originOf(options.publicUrl);
  const others = [...(options.allowHosts ?? []), ...(publicUrl === undefined ? [] : [nameIn(publicUrl)])];
  const names = { host, others: others.map((name) => name.toLowerCase()) };
  // A wildcard is not an address to call.
  const callable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const world = firstWorld(options);
  const tls =
    options.tls === undefined
      ? undefined
      : await (await import("./tls.ts")).makeTls([callable, ...names.others], options.tls.caFile);
  const app = buildApp({ world, tokens: new Tokens(), publicUrl }, names);
  // An import of `node:http` reads its member `WebSocket`, which loads Node's `fetch`: 7 MiB, and a fifth of a start.
  const server =
    tls === undefined
      ? process.getBuiltinModule("node:http").createServer(app)
      : process.getBuiltinModule("node:https").createServer(tls.server, app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const scheme = tls === undefined ? "http" : "https";
  return {
    url: `${scheme}://${callable.includes(":") ? `[${callable}]` : callable}:${address.port}`,
    port: address.port,
    instanceId: world.instanceId,
    ...(world.switches.product === "key-protect" && { instanceCrn: `${world.crn}::` }),
    ...(tls !== undefined && { caFile: tls.caFile }),
    world,
    close: async () => {
      await new Promise<void>((resolve) => {
        world.faults.clear();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await tls?.remove();
    },
  };
}

/** An address without a path, because the broker names hosts alone. */
function originOf(publicUrl: string): string {
  const { origin, href, protocol } = URL.parse(publicUrl) ?? {};
  if (origin !== undefined && /^https?:$/.test(protocol ?? "") && href === `${origin}/`) return origin;
  throw new Error(
    `The public address ${publicUrl} is not valid.\nNext: name scheme, host and port alone: --public-url https://uko.example.com:7600`,
  );
}

/** The options as a command line has them: names of files, and the size of a generated world. */
export interface CommandLineOptions extends Pick<EmulatorOptions, "port" | "host" | "profile"> {
  readonly allowHost?: EmulatorOptions["allowHosts"] | undefined;
  readonly publicUrl?: string | undefined;
  readonly seed?: string;
  readonly generate?: string;
  readonly tls?: boolean | undefined;
  readonly caFile?: string | undefined;
}

/** Rejects also if a file cannot be read. */
export async function startFromCommandLine(typed: CommandLineOptions): Promise<Emulator> {
  const { seed, generate, profile, allowHost: allowHosts, publicUrl, tls, caFile, ...options } = typed;
  const recorded = profile?.endsWith(".jsonl") ? await recordedIn(profile) : undefined;
  const emulator = await startEmulator({
    ...options,
    ...(allowHosts !== undefined && { allowHosts }),
    ...(publicUrl !== undefined && { publicUrl }),
    ...((tls === true || caFile !== undefined) && { tls: { ...(caFile !== undefined && { caFile }) } }),
    ...(recorded !== undefined ? { switches: recorded.switches } : profile !== undefined && { profile }),
    ...(seed !== undefined && { seed: await readSeed(seed) }),
    ...(generate !== undefined && { seed: await generatedSeed(generate) }),
  });
  return recorded === undefined ? emulator : { ...emulator, recorded: recorded.says };
}

/** A recording of `uko probe` in the place of the name of a profile. */
async function recordedIn(file: string): Promise<Recorded> {
  const { readRecorded } = await import("./store/recorded.ts");
  return readRecorded(await readText(file));
}

/** Loads the generator only for a start that generates a world. */
async function generatedSeed(size: string): Promise<Seed> {
  const { generateSeed, parseGeneratedSize } = await import("./store/generate.ts");
  return generateSeed(parseGeneratedSize(size));
}

/** A pipe in the place of a file would keep the start waiting for a writer. */
async function readText(file: string): Promise<string> {
  if (!(await stat(file)).isFile()) throw new Error(`${file} is not a regular file.`);
  return readFile(file, "utf8");
}

async function readSeed(file: string): Promise<Seed | Snapshot> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON, or is cut off: ${(error as Error).message}`, { cause: error });
  }
  return isSnapshot(value) ? value : checkSeed(value);
}

function firstWorld({ profile, seed, switches }: EmulatorOptions): World {
  if (profile !== undefined && !isProfileName(profile)) {
    throw new Error(`Profile ${profile} does not exist. Profiles: ${Object.keys(profiles).join(", ")}.`);
  }
  const demo = profile === "key-protect" ? keyProtectWorld : demoWorld;
  if (!isSnapshot(seed)) return new World(checkSeed(seed ?? demo), { profile, switches }, populate);
  if ((profile ?? switches) !== undefined) {
    throw new Error("A snapshot has a profile and switches of its own: leave out yours.");
  }
  // The snapshot replaces all that the constructor takes from the demo seed.
  return new World(checkSeed(demo), {}, (world) => loadSnapshot(world, seed));
}
