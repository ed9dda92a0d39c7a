/** Shared setup of the plugin's tests: an emulator, Bob's plugin, others with an environment of their own, and keys. */

import { expect } from "vitest";
import { signKey, signs } from "../../provider/pulumi-plugin/values.ts";
import { vaultId } from "../emulator/harness.ts";
import { type ProcessStage, useProcessStage } from "../engine/process-stage.ts";
import { type Plugin, type Properties, startPlugin } from "./engine.ts";

export const secret = (value: unknown) => ({ [signKey]: signs.secret, value });
export const absentId = "9b2d0000-0000-4000-8000-00000000dead";
export const news = (over: Properties = {}): Properties => ({
  vaultId,
  template: "payroll",
  label: "payroll",
  ...over,
});

export interface PluginStage extends ProcessStage<Plugin> {
  /** A key by Bob, a minute old. */
  made(over?: Properties): Promise<{ id: string; inputs: Properties; properties: Properties }>;
}

export function usePluginStage(): PluginStage {
  const stage = useProcessStage(async (environment, type?: string) => {
    const plugin = await startPlugin(environment, type);
    await plugin.configure();
    return plugin;
  });
  const made = async (over: Properties = {}) => {
    const { inputs, failures } = await stage.bob.check(news(over));
    expect(failures).toEqual([]);
    const { id, properties } = await stage.bob.create(inputs);
    await stage.uko.advance("60s");
    return { id, inputs, properties };
  };
  return Object.assign(stage, { made });
}
