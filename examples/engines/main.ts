/** Prints where the engines are, and builds what is missing: `npm run engines`. */

import { findPulumi } from "./find-pulumi.ts";

try {
  const pulumi = await findPulumi((line) => console.error(line));
  console.log(`pulumi ${pulumi.version} (${pulumi.foundBy}): ${pulumi.pulumiBin}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
