/** Shared setup of the provider's tests: an emulator, people's hosts, and a core for each. */

import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { type EngineWorld, resetGoingForward, startEngineWorld } from "../engine/harness.ts";
import { type Config, type Core, openCore } from "./core.ts";
import { type Host, startHost } from "./host.ts";

export type PersonName = keyof typeof apiKeys;

/** A configuration of a managed key. */
export const keyConfig = (over: Config = {}): Config => ({
  vault_id: vaultId,
  template: "payroll",
  label: "payroll",
  ...over,
});

export interface Stage {
  readonly uko: EngineWorld;
  readonly bob: Host;
  environmentOf(name: PersonName): Readonly<Record<string, string>>;
  /** A host in another environment, which its test alone uses. */
  another(environment: Readonly<Record<string, string>>): Promise<Host>;
  /** Bob's, by default. */
  core(typeName: string, host?: Host): Core;
  /** A key by Bob, a minute old. */
  made(over?: Config): Promise<Core>;
}

/** One world for a file of tests, seeded again before each. */
export function useStage(): Stage {
  let uko: EngineWorld;
  let bob: Host;
  const others: Host[] = [];
  const environmentOf = (name: PersonName) => ({
    UKO_ENDPOINT: uko.test.url,
    UKO_KMS_ENDPOINT: uko.test.url,
    UKO_IAM_ENDPOINT: uko.test.url,
    UKO_INSTANCE_ID: uko.test.emulator.instanceId,
    UKO_API_KEY: apiKeys[name],
  });
  beforeAll(async () => {
    uko = await startEngineWorld();
    bob = await startHost(environmentOf("bob"));
  }, 60_000);
  beforeEach(async () => {
    resetGoingForward(uko);
    // Each run begins so, and with it what a run may cache for some seconds.
    await bob.provider.configureProvider();
  });
  afterEach(async () => {
    await uko.clearFaults();
    for (const other of others.splice(0)) await other.close();
  });
  afterAll(async () => {
    await bob.close();
    await uko.test.close();
  });
  const stage: Stage = {
    get uko() {
      return uko;
    },
    get bob() {
      return bob;
    },
    environmentOf,
    async another(environment) {
      const other = await startHost(environment);
      others.push(other);
      await other.provider.configureProvider();
      return other;
    },
    core: (typeName, host = bob) => openCore(host, typeName),
    async made(over = {}) {
      const core = stage.core("uko_managed_key");
      expect(await core.apply(keyConfig(over))).toMatchObject({ errors: [] });
      await uko.advance("60s");
      return core;
    },
  };
  return stage;
}
