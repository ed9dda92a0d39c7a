/** A lazy import of a run's operations: help and the emulator never load their dependencies. */

import type { CliWorld } from "./cli-world.ts";

export const openOperations: CliWorld["openOperations"] = async (environment, outputs) => {
  const compose = await import("../compose.ts");
  return compose.openOperations(environment, outputs);
};
