/** Starts the local UKO: IAM, broker, UKO and KMS in one process on one port. */

import { createAdaptorServer } from "@hono/node-server";
import { buildApp } from "./app.ts";
import { demoSeed } from "./demo-seed.ts";
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
}

export interface Emulator {
  readonly url: string;
  readonly port: number;
  readonly instanceId: string;
  readonly world: World;
  close(): Promise<void>;
}

/** Starts listening and answers where; rejects with the wrong places named when the seed or profile is not valid. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = "127.0.0.1", port = 0, profile } = options;
  if (profile !== undefined && !isProfileName(profile)) {
    throw new Error(`There is no profile ${profile}; there are ${Object.keys(profiles).join(", ")}.`);
  }
  const world = new World(checkSeed(options.seed ?? demoSeed), { profile, switches: options.switches }, populate);
  const app = buildApp(world, new Tokens());
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  world.baseUrl = `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`;
  return {
    url: world.baseUrl,
    port: address.port,
    instanceId: world.instanceId,
    world,
    close: () =>
      new Promise((resolve) => {
        world.faults.clear();
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
