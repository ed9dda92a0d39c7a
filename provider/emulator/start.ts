/** Starts the local UKO: IAM, broker, UKO and KMS in one process on one port. */

import { createServer as createHttpsServer } from "node:https";
import { createAdaptorServer } from "@hono/node-server";
import { buildApp } from "./app.ts";
import { loadSnapshot } from "./control/world-snapshot.ts";
import { demoWorld } from "./demo-seed.ts";
import { Tokens } from "./iam/tokens.ts";
import { populate } from "./populate.ts";
import { checkSeed, type Seed } from "./seed.ts";
import { isProfileName, profiles, type SwitchChoices } from "./switches.ts";
import { World } from "./world.ts";

export interface EmulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Loopback unless told otherwise: the control API has no credential. */
  readonly host?: string;
  /** The demo world when absent. */
  readonly seed?: Seed;
  readonly profile?: string;
  readonly switches?: SwitchChoices;
  /** A SQLite file that keeps the world; memory when absent. */
  readonly file?: string;
  /** What `GET /_emulator/snapshot` answered once: the world begins as it was then. */
  readonly snapshot?: unknown;
  /** Serves HTTPS; `caFile` gets the certificate that clients are to trust, a temporary file unless told. */
  readonly tls?: { readonly caFile?: string };
}

export interface Emulator {
  readonly url: string;
  readonly port: number;
  readonly instanceId: string;
  /** The certificate to trust, for `NODE_EXTRA_CA_CERTS`; under `tls` only. */
  readonly caFile?: string;
  readonly world: World;
  close(): Promise<void>;
}

/** Starts listening and answers where; rejects with the wrong places named when the seed or profile is not valid. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = "127.0.0.1", port = 0 } = options;
  const { world, closeStore } = await openWorld(options);
  try {
    const tls =
      options.tls === undefined ? undefined : await (await import("./tls.ts")).makeTls(host, options.tls.caFile);
    const { fetch } = buildApp(world, new Tokens(), host);
    const server =
      tls === undefined
        ? createAdaptorServer({ fetch })
        : createAdaptorServer({ fetch, createServer: createHttpsServer, serverOptions: tls.server });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The server has no port.");
    const scheme = tls === undefined ? "http" : "https";
    world.baseUrl = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
    return {
      url: world.baseUrl,
      port: address.port,
      instanceId: world.instanceId,
      ...(tls !== undefined && { caFile: tls.caFile }),
      world,
      close: async () => {
        await new Promise<void>((resolve) => {
          world.faults.clear();
          server.close(() => resolve());
          if ("closeAllConnections" in server) server.closeAllConnections();
        });
        closeStore();
        await tls?.remove();
      },
    };
  } catch (error) {
    closeStore();
    throw error;
  }
}

async function openWorld(options: EmulatorOptions): Promise<{ world: World; closeStore: () => void }> {
  const { file, profile, seed, snapshot } = options;
  if (profile !== undefined && !isProfileName(profile)) {
    throw new Error(`There is no profile ${profile}; there are ${Object.keys(profiles).join(", ")}.`);
  }
  if (snapshot !== undefined && (seed ?? profile ?? options.switches) !== undefined) {
    throw new Error("A snapshot is a whole world: it goes with no seed, profile or switches.");
  }
  const world = new World(checkSeed(seed ?? demoWorld), { profile, switches: options.switches }, populate);
  if (snapshot !== undefined) loadSnapshot(world, snapshot);
  if (file === undefined) return { world, closeStore: () => {} };
  const { openStore } = await import("./store.ts");
  const store = await openStore(file, world, options);
  world.persist = () => store.save(world);
  return { world, closeStore: () => store.close() };
}
