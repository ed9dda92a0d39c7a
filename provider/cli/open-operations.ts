/** Opens the operations of a run; help and the local UKO never load what they need. */

import type { CliWorld } from "./cli-world.ts";

export const openOperations: CliWorld["openOperations"] = async (environment, outputs) => {
  const compose = await import("../compose.ts");
  return compose.openOperations(environment, outputs);
};
