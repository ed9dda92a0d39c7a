/** Shared setup of the tests of plugins: an emulator, Bob's plugin in a process of its own, and others. */

import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { apiKeys } from "../emulator/harness.ts";
import { emulatorAddresses } from "../support/emulator-addresses.ts";
import { freshStateHome } from "../support/state-home.ts";
import { type EngineWorld, resetGoingForward, startEngineWorld } from "./harness.ts";

type Environment = Readonly<Record<string, string>>;

export interface ProcessStage<Plugin> {
  readonly uko: EngineWorld;
  readonly bob: Plugin;
  environmentOf(name: keyof typeof apiKeys): Environment;
  /** A plugin in another environment, which its test alone uses. */
  another(environment: Environment, type?: string): Promise<Plugin>;
}

/** The environment of this person's run against the emulator. */
export function environmentAt({ test }: EngineWorld, apiKey: string, over: Environment = {}): Environment {
  return {
    ...emulatorAddresses(test.url),
    UKO_INSTANCE_ID: test.emulator.instanceId,
    UKO_API_KEY: apiKey,
    ...over,
  };
}

/** One world for a file of tests, seeded again before each. */
export function useProcessStage<Plugin extends { close(): Promise<unknown> }>(
  start: (environment: Environment, type?: string) => Promise<Plugin>,
): ProcessStage<Plugin> {
  let uko: EngineWorld;
  let bob: Plugin;
  const others: Plugin[] = [];
  // Keys of other files have the same IDs, so the evidence of those files must not speak of these.
  const XDG_STATE_HOME = freshStateHome();
  const environmentOf = (name: keyof typeof apiKeys) => environmentAt(uko, apiKeys[name], { XDG_STATE_HOME });
  beforeAll(async () => {
    uko = await startEngineWorld();
    bob = await start(environmentOf("bob"));
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
      const other = await start(environment, type);
      others.push(other);
      return other;
    },
  };
}
