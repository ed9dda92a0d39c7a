/** Shared setup of the plugin's tests: an emulator, Bob's plugin, others with an environment of their own, and keys. */

import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { signKey, signs } from "../../provider/pulumi-plugin/values.ts";
import { apiKeys, vaultId } from "../emulator/harness.ts";
import { type EngineWorld, resetGoingForward, startEngineWorld } from "../engine/harness.ts";
import { type Plugin, type Properties, startPlugin } from "./engine.ts";

export const secret = (value: unknown) => ({ [signKey]: signs.secret, value });
export const absentId = "9b2d0000-0000-4000-8000-00000000dead";
export const news = (over: Properties = {}): Properties => ({
  vaultId,
  template: "payroll",
  label: "payroll",
  ...over,
});

export interface PluginStage {
  readonly uko: EngineWorld;
  readonly bob: Plugin;
  environmentOf(name: keyof typeof apiKeys): Readonly<Record<string, string>>;
  /** A plugin in another environment, which its test alone uses. */
  another(environment: Readonly<Record<string, string>>, type?: string): Promise<Plugin>;
  /** A key by Bob, a minute old. */
  made(over?: Properties): Promise<{ id: string; inputs: Properties; properties: Properties }>;
}

/** One world for a file of tests, seeded again before each. */
export function usePluginStage(): PluginStage {
  let uko: EngineWorld;
  let bob: Plugin;
  const others: Plugin[] = [];
  const environmentOf = (name: keyof typeof apiKeys) => ({
    UKO_ENDPOINT: uko.test.url,
    UKO_KMS_ENDPOINT: uko.test.url,
    UKO_IAM_ENDPOINT: uko.test.url,
    UKO_INSTANCE_ID: uko.test.emulator.instanceId,
    UKO_API_KEY: apiKeys[name],
  });
  beforeAll(async () => {
    uko = await startEngineWorld();
    bob = await startPlugin(environmentOf("bob"));
    await bob.configure();
  }, 60_000);
  beforeEach(() => resetGoingForward(uko));
  afterEach(async () => {
    await uko.clearFaults();
    for (const other of others.splice(0)) await other.close();
  });
  afterAll(async () => {
    await bob.close();
    await uko.test.close();
  });
  return {
    get uko() {
      return uko;
    },
    get bob() {
      return bob;
    },
    environmentOf,
    async another(environment, type) {
      const other = await startPlugin(environment, type);
      others.push(other);
      await other.configure();
      return other;
    },
    async made(over = {}) {
      const { inputs, failures } = await bob.check(news(over));
      expect(failures).toEqual([]);
      const { id, properties } = await bob.create(inputs);
      await uko.advance("60s");
      return { id, inputs, properties };
    },
  };
}
