/** Shared setup of the provider's tests: an emulator, people's hosts, and a core for each. */

import { beforeEach, expect } from "vitest";
import { vaultId } from "../emulator/harness.ts";
import { type ProcessStage, useProcessStage } from "../engine/process-stage.ts";
import { type Config, type Core, openCore } from "./core.ts";
import { type Host, startHost } from "./host.ts";

/** A configuration of a managed key. */
export const keyConfig = (over: Config = {}): Config => ({
  vault_id: vaultId,
  template: "payroll",
  label: "payroll",
  ...over,
});

export interface Stage extends ProcessStage<Host> {
  /** Bob's, by default. */
  core(typeName: string, host?: Host): Core;
  /** A key by Bob, a minute old. */
  made(over?: Config): Promise<Core>;
}

export function useStage(): Stage {
  const stage = useProcessStage(async (environment) => {
    const host = await startHost(environment);
    await host.provider.configureProvider();
    return host;
  });
  // Each run begins so, and with it what a run may cache for some seconds.
  beforeEach(async () => void (await stage.bob.provider.configureProvider()));
  const core = (typeName: string, host = stage.bob) => openCore(host, typeName);
  const made = async (over: Config = {}) => {
    const key = core("uko_managed_key");
    expect(await key.apply(keyConfig(over))).toMatchObject({ errors: [] });
    await stage.uko.advance("60s");
    return key;
  };
  return Object.assign(stage, { core, made });
}
